"""`yours`: the learner's right answers, loaded and checked again, ready for `GPT(config, parts=yours())`."""

import linecache
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, overload

from course_lib.classroom import checks
from course_lib.classroom.exercises import attempts
from course_lib.classroom.keeping import exercise_path
from course_lib.classroom.registry import Exercise
from course_lib.classroom.sandbox import describe, verdict_on
from course_lib.classroom.source import definition

if TYPE_CHECKING:
    from course_lib.transformer import Parts


def run_source(source: str, namespace: dict[str, object], filename: str) -> Callable:
    """Run a definition and return the function or class that it defines last.

    Args:
        source: Python source.
        namespace: The names that it may use; its own are added.
        filename: What tracebacks and `inspect` call it.
    """
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)
    return namespace[definition(source).name]


def load_kept(exercise: Exercise) -> tuple[Callable | None, str | None]:
    """The answer kept in `my/exercises/`, checked again.

    Returns:
        The learner's callable and None, or None and what is the matter; two Nones if nothing is kept.
    """
    path = exercise_path(exercise.id)
    if not path.exists():
        return None, None
    module = ModuleType("my_exercise_" + exercise.name)
    try:
        found = run_source(path.read_text(encoding="utf-8"), vars(module), str(path))
    except Exception as error:
        return None, describe(error, str(path))
    mistake = verdict_on(exercise, found)
    return (found, None) if mistake is None else (None, mistake)


def _latest(exercise: Exercise) -> Callable | None:
    """The learner's right answer: this session's latest definition, else the kept one."""
    if exercise.id in attempts:
        return attempts[exercise.id].candidate
    found, trouble = load_kept(exercise)
    if trouble is not None:
        print(f"✗ {exercise.id}: {trouble}; the verified version stands in")
    return found


@overload
def yours() -> "Parts": ...
@overload
def yours(exercise_id: str) -> Callable: ...
def yours(exercise_id: str | None = None) -> "Parts | Callable":
    """Your right answers so far; where there is none, the library's.

    Args:
        exercise_id: As in `09.causal_mask`; without it, all parts of a GPT.

    Returns:
        The function or class of that exercise, or a `Parts` for `GPT(config, parts=yours())`.
    """
    if exercise_id is not None:
        exercise = checks.find_exercise(exercise_id)
        return _latest(exercise) or exercise.reference
    from dataclasses import fields

    from course_lib.transformer import Parts

    mine = {}
    for module in checks.load_all().values():
        for exercise in getattr(module, "EXERCISES", []):
            found = _latest(exercise) if exercise.part else None
            if found is not None:
                mine[exercise.part] = exercise.fits(found) if exercise.fits else found
    names = [field.name for field in fields(Parts)]
    theirs = [name for name in names if name not in mine]
    print(f"yours: {', '.join(mine) or 'none yet'}; the library's: {', '.join(theirs) or 'none'}")
    return Parts(**mine)
