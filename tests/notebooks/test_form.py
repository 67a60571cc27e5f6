"""Every notebook has the form that its reader counts on."""

import re

import nbformat
import pytest

from course_lib.classroom import checks, form
from course_lib.classroom.build import formatted
from course_lib.common.paths import NOTEBOOKS


@pytest.mark.parametrize("rule", form.RULES, ids=lambda rule: rule.__name__)
def test_rule(rule, notebook, name):
    assert list(rule(notebook, name)) == []


def test_names_are_numbers_and_words():
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", path.name)


def test_it_is_a_valid_notebook(notebook):
    nbformat.validate(notebook)


def test_its_code_is_laid_out_and_lints(notebook, name):
    tidy = formatted(notebook, NOTEBOOKS / name)
    assert [cell.source for cell in tidy.cells] == [cell.source for cell in notebook.cells]


def test_it_has_checks_for_every_exercise_it_sets(notebook, name):
    code = "\n".join(cell.source for cell in form.code_cells(notebook))
    asked = set(re.findall(r'@exercise\("([^"]+)"\)', code))
    known = {exercise.id for exercise in getattr(checks.load(name[:2]), "EXERCISES", [])}
    assert asked == known


def test_each_stub_takes_what_its_solution_takes(notebook):
    from course_lib.classroom.solutions import solved_source

    for cell in form.code_cells(notebook):
        if "@exercise(" in cell.source:
            compile(solved_source(cell.source), cell.id, "exec")


def test_it_stores_an_untouched_run(notebook):
    said = "".join(output.get("text", "") for cell in form.code_cells(notebook) for output in cell.outputs
                   if output.output_type == "stream")  # fmt: skip
    assert not re.search(r"^[✓✗] \d\d\.\w+: (yours|.*hint\()", said, re.MULTILINE)
    assert not re.search(r"^✗ \d\d\.", said, re.MULTILINE), "a number lies outside its band"
    assert not re.search(r"no band has been measured|^recorded ", said, re.MULTILINE)


def test_what_it_builds_on_is_there(notebooks):
    for number, notebook in notebooks.items():
        if number != "00":
            assert set(form.requires(notebook)) <= {f"{other:02}" for other in range(int(number))}
