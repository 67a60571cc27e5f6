"""A solution that a learner copies from the last hint runs where it is put: its notebook has all that it names."""

import builtins
import symtable

import pytest

from course_lib.classroom import checks
from course_lib.classroom.form import code_cells

MODULES = {number: module for number, module in checks.load_all().items() if getattr(module, "EXERCISES", [])}


def names_needed(source: str) -> set[str]:
    """Names that must be there before the source runs, or when what it defines is called."""
    table = symtable.symtable(source, "solution", "exec")
    defined = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    pending, needed = [table], set()
    while pending:
        scope = pending.pop()
        pending += scope.get_children()
        needed |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() or scope is table}
    return needed - defined - set(dir(builtins))


def names_given(cells: list) -> set[str]:
    """Names that cells leave behind."""
    tables = [symtable.symtable(cell.source, cell.id, "exec") for cell in cells]
    return {
        symbol.get_name() for table in tables for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }  # fmt: skip


@pytest.mark.parametrize("number", MODULES)
def test_a_solution_names_what_its_notebook_has(number, notebooks):
    cells = list(code_cells(notebooks[number]))
    lacking = {}
    for exercise in MODULES[number].EXERCISES:
        place = next(place for place, cell in enumerate(cells) if f'@exercise("{exercise.id}"' in cell.source)
        lacking[exercise.id] = names_needed(exercise.hints[2]) - names_given(cells[: place + 1])
    assert not any(lacking.values()), lacking


def test_a_name_that_only_an_annotation_uses_is_needed():
    assert names_needed("def first(row: Sequence[int]) -> int:\n    return min(row) + offset") == {"Sequence", "offset"}
    assert names_needed("import math\n\ndef area(radius):\n    tau = 2 * math.pi\n    return tau * radius") == set()
