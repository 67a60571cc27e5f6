"""`hint`: a nudge, then pseudo-code, then the solution."""

from course_lib.classroom import checks
from course_lib.classroom.record import changing

STEPS = ("a nudge", "pseudo-code", "the solution")
"""What the first, second and third call give."""

_given: dict[str, int] = {}


def hint(exercise_id: str) -> None:
    """Print the next hint: the first call a nudge, the second pseudo-code, the third the solution.

    Args:
        exercise_id: As in `09.causal_mask`.

    Raises:
        CourseError: If there is no such exercise.
    """
    exercise = checks.find_exercise(exercise_id)
    step = min(_given.get(exercise_id, 0), len(STEPS) - 1)
    _given[exercise_id] = step + 1
    with changing("exercises", exercise_id) as entry:
        entry["hints"] = max(entry.get("hints", 0), step + 1)
    print(f"{exercise_id}: {STEPS[step]}")
    print(exercise.hints[step].strip("\n"))
    if step + 1 < len(STEPS):
        print(f"(call it again for {STEPS[step + 1]})")
