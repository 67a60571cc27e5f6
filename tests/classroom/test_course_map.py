"""The table of the course agrees with the notebooks that are there."""

import re
import tomllib

from course_lib.classroom import course_stops
from course_lib.classroom.build import read_notebook
from course_lib.classroom.course_map import _title_cell
from course_lib.classroom.form import requires
from course_lib.common.paths import DATA, NOTEBOOKS

TABLE = tomllib.loads((DATA / "course.toml").read_text(encoding="utf-8"))
ROWS = {name: row for part in TABLE["part"] for name, row in part["notebooks"].items()}


def test_numbers_run_from_00_to_40():
    assert [stop.number for stop in course_stops()] == [f"{number:02}" for number in range(41)]
    assert all(question.endswith("?") for _, question in ROWS.values())


def test_each_notebook_has_the_name_title_and_question_of_the_table():
    for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"):
        title, question = ROWS[path.stem]
        source = read_notebook(path).cells[0].source
        assert source.split("\n")[0] == f"# {path.name[:2]} · {title}"
        assert f"**{question}**" in source


def test_a_stop_is_there_if_its_notebook_is():
    there = {path.name[:2] for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    assert {stop.number for stop in course_stops() if stop.is_there} == there
    assert all(stop.is_there or not stop.needs for stop in course_stops())


def test_each_stop_has_its_question_and_the_minutes_of_its_title_cell():
    for stop in course_stops():
        assert stop.question.endswith("?")
        assert (stop.minutes > 0) == stop.is_there, f"{stop.number} does not say `About … minutes`"


def test_what_a_notebook_builds_on_may_take_two_lines(tmp_path):
    path = tmp_path / "13_gpt.ipynb"
    path.write_text('{"cells": [{"source": ["# 13 · GPT\\n", "\\n", "Builds on: 06,\\n", "09.\\n", "\\n", "In 60."]}]}')
    assert requires(_title_cell(path)) == ["06", "09"]


def test_the_fast_track_is_ringed_and_ascending():
    ringed = [stop.number for stop in course_stops() if stop.is_on_fast_track]
    assert ringed == TABLE["fast_track"] == sorted(ringed)
    assert all(re.fullmatch(r"\d\d", number) for number in ringed)
