"""The map of the course: all notebooks by number, which of them are there, and what each builds on."""

import json
import tomllib
from pathlib import Path

from nbformat import NotebookNode

from course_lib.classroom.form import requires
from course_lib.common import paths
from course_lib.viz.welcome import Stop


def course_stops() -> list[Stop]:
    """Every notebook of the course in order, those to come included.

    Returns:
        A stop for each; what a notebook builds on is read from its title cell, and unknown of those to come.

    Example:
        >>> stops = course_stops()
        >>> len(stops), stops[13].title
        (41, 'GPT')
    """
    table = tomllib.loads((paths.DATA / "course.toml").read_text(encoding="utf-8"))
    return [
        _stop(name, title, part["name"], name[:2] in table["fast_track"])
        for part in table["part"]
        for name, (title, _question) in part["notebooks"].items()
    ]


def _stop(name: str, title: str, part: str, is_on_fast_track: bool) -> Stop:
    path = paths.NOTEBOOKS / f"{name}.ipynb"
    is_there = path.is_file()
    return Stop(
        number=name[:2],
        title=title,
        part=part,
        is_there=is_there,
        is_on_fast_track=is_on_fast_track,
        needs=tuple(requires(_title_cell(path))) if is_there else (),
    )


def _title_cell(path: Path) -> NotebookNode:
    """A notebook's first cell alone, each paragraph in one line; to check all the others would take a while."""
    source = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    paragraphs = (paragraph.replace("\n", " ") for paragraph in source.split("\n\n"))
    return NotebookNode(cells=[NotebookNode(source="\n".join(paragraphs))])
