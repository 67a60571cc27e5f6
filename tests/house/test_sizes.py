"""A file is one concept and fits on a few screens; the repository stays light."""

import ast

from course_lib.common.paths import DATA, ROOT
from tests.house.project import library, tracked

FILE_LINES, CHECKS_LINES, FUNCTION_LINES = 320, 600, 50  # a function's without its docstring
FILE_BYTES, CHECKPOINT_BYTES = 5_000_000, 40_000_000


def test_files_are_short() -> None:
    def limit(name: str) -> int:
        return CHECKS_LINES if "/checks/n" in name else FILE_LINES  # a notebook's exercises stay together

    n_lines = {name: tree.body[-1].end_lineno for name, tree in library().items() if tree.body}
    assert not {name: n for name, n in n_lines.items() if n > limit(name)}


def test_functions_are_short() -> None:
    functions = (
        (f"{name}: {node.name}", node.end_lineno - node.lineno + 1 - len((ast.get_docstring(node) or "").split("\n")))
        for name, tree in library().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert not {name: n_lines for name, n_lines in functions if n_lines > FUNCTION_LINES}


def test_every_module_says_what_it_holds() -> None:
    assert not [name for name, tree in library().items() if not ast.get_docstring(tree)]


def test_tracked_files_are_light() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked()}
    heavy = {name: size for name, size in sizes.items() if size > FILE_BYTES}
    assert not {name for name in heavy if not name.startswith("data/checkpoints/")}
    assert sum(path.stat().st_size for path in (DATA / "checkpoints").glob("**/*") if path.is_file()) < CHECKPOINT_BYTES
