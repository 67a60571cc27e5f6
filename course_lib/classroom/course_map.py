"""The map of the course: all notebooks by number, which of them are there, and what each builds on."""

import json
import re
import tomllib
from pathlib import Path

from nbformat import NotebookNode

from course_lib.classroom.form import requires
from course_lib.common import paths
from course_lib.viz.welcome import Stop


def course_stops() -> list[Stop]:
    """Every notebook of the course in order, those to come included.

    Returns:
        A stop for each; what a notebook builds on, and how many minutes it takes, is read from its title cell, and
        unknown of those to come.

    Example:
        >>> stops = course_stops()
        >>> len(stops), stops[13].title
        (41, 'GPT')
    """
    table = tomllib.loads((paths.DATA / "course.toml").read_text(encoding="utf-8"))
    return [
        _stop(name, title, question, part["name"], name[:2] in table["fast_track"])
        for part in table["part"]
        for name, (title, question) in part["notebooks"].items()
    ]


def _stop(name: str, title: str, question: str, part: str, is_on_fast_track: bool) -> Stop:
    path = paths.NOTEBOOKS / f"{name}.ipynb"
    known = {"number": name[:2], "title": title, "question": question, "part": part}
    if not path.is_file():
        return Stop(**known, is_there=False, is_on_fast_track=is_on_fast_track)
    first = _title_cell(path)
    read = {"needs": tuple(requires(first)), "minutes": minutes(first)}
    return Stop(**known, **read, is_there=True, is_on_fast_track=is_on_fast_track)


def minutes(notebook: NotebookNode) -> int:
    """How long a notebook takes, as its title cell says it: `About 60 minutes`; 0 if it does not say.

    Example:
        >>> minutes(NotebookNode(cells=[NotebookNode(source="About 60 minutes. Builds on: nothing.")]))
        60
    """
    found = re.search(r"\bAbout (\d+) minutes", notebook.cells[0].source)
    return int(found[1]) if found else 0


def _title_cell(path: Path) -> NotebookNode:
    """A notebook's first cell alone; to check all the others would take a while."""
    source = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    return NotebookNode(cells=[NotebookNode(source=source)])
