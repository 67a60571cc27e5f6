"""The README claims what is there: its numbers are the measured ones, its links lead somewhere."""

import re

import pytest

from course_lib.commands import COMMANDS
from course_lib.commands.readme import README, with_results
from course_lib.common.errors import CourseError
from course_lib.common.paths import NOTEBOOKS, ROOT

TEXT = README.read_text(encoding="utf-8")


def test_the_table_of_results_is_of_today() -> None:
    assert with_results(TEXT) == TEXT, "README.md is behind data/: run `python course.py build`"


def test_a_lost_marker_is_noticed() -> None:
    with pytest.raises(CourseError, match="marker"):
        with_results("no markers")


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_commands_that_it_names_exist() -> None:
    named = re.findall(r"python course\.py (\w+)", TEXT)
    assert {"lab", "test"} <= set(named)
    assert set(named) <= set(COMMANDS)


def test_notebooks_that_it_names_exist_once_any_do() -> None:
    named = set(re.findall(r"^\| (\d\d) ", TEXT, re.MULTILINE))
    there = {path.name[:2] for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    assert there <= named, "a notebook that ships is not in the README's table"
    assert named <= there, "the README lists a notebook that is not there"
