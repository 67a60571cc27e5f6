"""Keeping a right answer in `my/exercises/` so that it runs by itself in a later notebook."""

import ast
import builtins
import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from course_lib.classroom.source import source_of
from course_lib.common import paths


def exercise_path(exercise_id: str) -> Path:
    """Where the learner's answer is kept: `my/exercises/09.causal_mask.py`."""
    return paths.MY / "exercises" / f"{exercise_id}.py"


def _free_names(source: str) -> list[str]:
    """The names that a piece of source reads, in order, without those it defines itself at the top."""
    tree = ast.parse(source)
    defined = {node.name for node in tree.body if hasattr(node, "name")} | set(dir(builtins))
    read = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return [name for name in dict.fromkeys(read) if name not in defined]


def _import_line(name: str, value: object) -> str | None:
    """The import that gives a name its value, if there is one."""
    if inspect.ismodule(value):
        return f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    module = getattr(value, "__module__", None)
    for known in (getattr(value, "__qualname__", None), getattr(value, "__name__", None), name):
        if not module or module == "__main__" or not known or "." in known:
            continue
        try:
            found = getattr(import_module(module), known, None)
        except ImportError:
            continue
        if found is value:
            return f"from {module} import {known}" + (f" as {name}" if known != name else "")
    return None


def _globals_of(candidate: Callable) -> dict[str, object]:
    candidate = inspect.unwrap(candidate)
    if hasattr(candidate, "__globals__"):
        return candidate.__globals__
    return vars(sys.modules[candidate.__module__])


def standing_alone(candidate: Callable, source: str, seen: set[str] | None = None) -> str:
    """The source with the imports, constants and helpers of the notebook that it needs.

    Args:
        candidate: The function or class, to look up the names that it uses.
        source: Its source.
        seen: Names already written, in a recursion through helpers.

    Returns:
        Source that runs in an empty module, as far as its names can be traced.
    """
    seen = set() if seen is None else seen
    found, heads, bodies = _globals_of(candidate), [], []
    for name in _free_names(source):
        if name in seen or name not in found:
            continue
        seen.add(name)
        value = found[name]
        line = _import_line(name, value)
        if line is not None:
            heads.append(line)
        elif isinstance(value, int | float | str | bool | None):
            bodies.append(f"{name} = {value!r}")
        elif callable(value) and (helper := source_of(value)) is not None:
            bodies.append(standing_alone(value, helper, seen))
    return "\n".join([*heads, *bodies, source.rstrip()]) + "\n"


def keep_source(exercise_id: str, candidate: Callable, source: str) -> None:
    """Write a right answer to `my/exercises/`, where `yours()` finds it; a folder that cannot be written is told."""
    try:
        with paths.atomic_write(exercise_path(exercise_id)) as temporary:
            temporary.write_text(standing_alone(candidate, source), encoding="utf-8")
    except OSError as error:
        print(f"your answer could not be kept: {error.strerror or error}")
