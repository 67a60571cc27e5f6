"""Mutants: a solution with one operator or constant swapped. A check that lets them pass checks too little."""

import ast
import copy
import signal
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from course_lib.classroom.learner_parts import run_source
from course_lib.classroom.registry import Exercise
from course_lib.classroom.sandbox import verdict_on
from course_lib.classroom.solutions import namespace_for
from course_lib.classroom.source import Definition, bare

MUTANT_SECONDS = 2.0
"""Processor time after which a mutant that no longer ends counts as caught."""

_SWAPS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,), ast.Mod: (ast.Mult,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A solution with one thing changed."""

    description: str
    """The changed line before and after, as in `return a + b → return a - b`."""
    source: str
    """The whole changed definition."""


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Every version of a node with its own operator or constant swapped."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for swap in _SWAPS.get(type(node.op), ()):
            twin = copy.deepcopy(node)
            twin.op = swap()
            yield twin
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for swap in _SWAPS.get(type(operator), ()):
                twin = copy.deepcopy(node)
                twin.ops[place] = swap()
                yield twin
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield ast.Constant(not node.value)
        elif isinstance(node.value, int):
            yield ast.Constant(node.value + 1)
        elif isinstance(node.value, float):
            yield ast.Constant(node.value * 2 if node.value else 1.0)


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Parent, field and index of every node that is run, annotations left out."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield node, name, index
                yield from _places(child)


def _raised(node: ast.AST) -> Iterator[ast.AST]:
    """Nodes inside `raise` statements: messages are no behaviour that a check must hold."""
    for part in ast.walk(node):
        if isinstance(part, ast.Raise):
            yield from ast.walk(part)


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a solution.

    Args:
        source: A function or class, with imports and helpers if it needs them.

    Example:
        >>> [mutant.description for mutant in mutants("def area(r): return 3 * r ** 2")]
        ['return 3 * r ** 2 → return 3 / r ** 2', 'return 3 * r ** 2 → return 4 * r ** 2',
         'return 3 * r ** 2 → return 3 * (r * 2)', 'return 3 * r ** 2 → return 3 * r ** 3']
    """
    tree = ast.parse(textwrap.dedent(source))
    tree.body[-1] = bare(source)
    original, made, seen = ast.unparse(tree), [], set()
    messages = {id(node) for node in _raised(tree)}
    for parent, name, index in _places(tree):
        field = getattr(parent, name)
        node = field if index is None else field[index]
        if id(node) in messages or (isinstance(parent, ast.JoinedStr | ast.FormattedValue)):
            continue
        for twin in _changed(node):
            _put(parent, name, index, twin)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, name, index, node)
            if text not in seen:
                seen.add(text)
                made.append(Mutant(_line_changed(original, text), text))
    return made


def _line_changed(before: str, after: str) -> str:
    """The first line that differs, before and after."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    old, new = next((old, new) for old, new in pairs if old != new)
    return f"{old.strip()} → {new.strip()}"


def _put(parent: ast.AST, name: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[index] = node


@contextmanager
def _processor_limit(seconds: float) -> Iterator[None]:
    """Stop what takes too long, on systems that can (elsewhere it runs on)."""
    if not hasattr(signal, "SIGVTALRM"):
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError(f"no end after {seconds} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def answer_to(exercise: Exercise, source: str) -> str | None:
    """What an exercise says to a piece of source: None if it is right, else the message.

    Args:
        exercise: Whose check to run.
        source: A whole solution, mistake or mutant.
    """
    definitions = [node.name for node in ast.parse(textwrap.dedent(source)).body if isinstance(node, Definition)]
    filename = f"<{exercise.id} {definitions[-1]}>"
    try:
        with _processor_limit(MUTANT_SECONDS):
            candidate = run_source(textwrap.dedent(source), namespace_for(exercise), filename)
            return verdict_on(exercise, candidate)
    except Exception as error:
        return f"it cannot be defined: {type(error).__name__}: {error}"


def survivors(exercise: Exercise) -> tuple[list[str], int]:
    """Mutants of an exercise's solution that its check lets pass, apart from those listed as equivalent.

    Returns:
        Their descriptions, and how many mutants were tried.
    """
    tried = [mutant for mutant in mutants(exercise.hints[2]) if mutant.description not in exercise.equivalent_mutants]
    passed = [mutant.description for mutant in tried if answer_to(exercise, mutant.source) is None]
    return passed, len(tried)
