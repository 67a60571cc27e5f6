"""`@exercise`: the learner's code takes the library's place when it is right, and the library stands in until then."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from course_lib.classroom import checks
from course_lib.classroom.keeping import keep_source
from course_lib.classroom.record import record_attempt
from course_lib.classroom.registry import Exercise
from course_lib.classroom.sandbox import verdict_on
from course_lib.classroom.source import blanks, definition, is_untouched, same_code, source_of


@dataclass(frozen=True, slots=True)
class Attempt:
    """The latest definition of an exercise in this session."""

    source: str | None
    """What the learner wrote, where it can be read."""
    candidate: Callable | None
    """The learner's callable if it is right, else None."""


attempts: dict[str, Attempt] = {}
"""Exercise id → its latest definition in this session."""

_stand_ins: dict[int, Callable] = {}


def is_stand_in(value: object) -> bool:
    """Whether a callable, a bound method or an instance is the library's, standing in for an unwritten exercise."""
    owner = getattr(value, "__self__", value)
    return any(id(thing) in _stand_ins for thing in (value, owner, type(owner)))


def _stand_in(exercise: Exercise) -> Callable:
    _stand_ins[id(exercise.reference)] = exercise.reference
    return exercise.reference


def _unwritten(exercise: Exercise, source: str | None) -> str | None:
    """Why there is nothing to check yet, or None."""
    if source is None:
        return None
    if is_untouched(source, exercise.methods, exercise.broken):
        if exercise.broken is not None:
            return "the verified version stands in until you have mended this one"
        return "the verified version stands in until you write yours"
    lines = blanks(definition(source))
    if lines:
        return f"unfinished, a ... is left in its line {lines[0]}; the verified version stands in"
    return None


def judge(exercise: Exercise, candidate: Callable, source: str | None) -> tuple[str, str]:
    """Say what a candidate is: `○` not written, `✗` wrong, `✓` right, and the message that goes with it.

    Args:
        exercise: Which exercise it answers.
        candidate: The learner's function or class.
        source: Its source, or None where there is none to read.
    """
    unwritten = _unwritten(exercise, source)
    if unwritten is not None:
        return "○", unwritten
    mistake = verdict_on(exercise, candidate)
    if mistake is not None:
        return "✗", f'{mistake}   hint("{exercise.id}")'
    return "✓", "yours is used from here on"


def exercise(exercise_id: str) -> Callable[[Callable], Callable]:
    """Check the function or class below, and use it if it is right.

    Args:
        exercise_id: As in `09.causal_mask`.

    Returns:
        A decorator that prints one line and returns the learner's version if it is right, else the library's.

    Raises:
        CourseError: If there is no such exercise.
    """
    task = checks.find_exercise(exercise_id)

    def decorate(candidate: Callable) -> Callable:
        source = source_of(candidate)
        mark, message = judge(task, candidate, source)
        before = attempts.get(exercise_id)
        attempts[exercise_id] = Attempt(source, candidate if mark == "✓" else None)
        if mark != "○":
            record_attempt(exercise_id, right=mark == "✓")
        if mark == "✓" and source is not None:
            keep_source(exercise_id, candidate, source)
            if before is not None and (before.source is None or not same_code(before.source, source)):
                message += "; objects built earlier keep the old part: run from here down"
        print(f"{mark} {exercise_id}: {message}")
        return candidate if mark == "✓" else _stand_in(task)

    return decorate


def is_learners(value: object) -> bool:
    """Whether a callable is a right answer of this session."""
    value = inspect.unwrap(value) if callable(value) else value
    return any(attempt.candidate is value for attempt in attempts.values())
