"""Solutions put where the stubs stand: how the weekly run shows that every notebook works when it is solved."""

import ast
import re
import sys
import textwrap

from nbformat import NotebookNode

from course_lib.classroom import checks
from course_lib.classroom.registry import Exercise
from course_lib.classroom.source import Definition
from course_lib.common.errors import CourseError

_CALL = re.compile(r'@exercise\("([^"]+)"\)')


def namespace_for(exercise: Exercise) -> dict[str, object]:
    """The names that a solution or a mistake may use: those of the reference's module and of the checks file."""
    reference = sys.modules.get(getattr(exercise.reference, "__module__", ""), None)
    return {**(vars(reference) if reference else {}), **vars(checks.module_of(exercise)), "__name__": "solutions"}


def _exercise_id(node: ast.AST) -> str | None:
    for decorator in getattr(node, "decorator_list", []):
        if match := _CALL.match("@" + ast.unparse(decorator).replace("'", '"')):
            return match[1]
    return None


def solved_source(source: str) -> str:
    """A cell's source with every exercise's definition replaced by its solution.

    Args:
        source: The cell.

    Raises:
        CourseError: If the solution defines another name than the stub.
    """
    lines = source.split("\n")
    for node in reversed(ast.parse(source).body):
        exercise_id = _exercise_id(node) if isinstance(node, Definition) else None
        if exercise_id is None:
            continue
        solution = textwrap.dedent(checks.find_exercise(exercise_id).hints[2]).strip("\n")
        name = next((part.name for part in reversed(ast.parse(solution).body) if isinstance(part, Definition)), None)
        if name != node.name:
            raise CourseError(f"the solution of {exercise_id} defines {name}, the notebook's stub {node.name}")
        *before, last = ast.parse(solution).body
        body = solution.split("\n")
        first = min([last.lineno, *(part.lineno for part in last.decorator_list)]) - 1
        lines[node.lineno - 1 : node.end_lineno] = body[first:]
        place = min(part.lineno for part in node.decorator_list) - 1
        lines[place:place] = body[: first if before else 0]
    return "\n".join(lines)


def solved(notebook: NotebookNode) -> NotebookNode:
    """Fill in the solution of every exercise of a notebook, in place."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and _CALL.search(cell.source):
            cell.source = solved_source(cell.source)
    return notebook


def refuse_unsolved(notebook: NotebookNode) -> None:
    """Make sure that every exercise of an executed notebook was judged right.

    Raises:
        CourseError: Naming the cell and what it said.
    """
    for cell in notebook.cells:
        exercise_ids = _CALL.findall(cell.source) if cell.cell_type == "code" else []
        said = "".join(output.text for output in cell.get("outputs", []) if output.output_type == "stream")
        for exercise_id in exercise_ids:
            if f"✓ {exercise_id}:" not in said:
                raise CourseError(f"cell {cell.id}: the solution of {exercise_id} is not taken: {said.strip()}")
