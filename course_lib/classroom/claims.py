"""`claim`: what articles assert, today's numbers within those measured over seeds, and the verdict by a fixed rule."""

import csv
from collections.abc import Sequence

from course_lib.classroom import checks
from course_lib.classroom.registry import VERDICTS
from course_lib.common import paths
from course_lib.common.errors import CourseError


def shipped_values(claim_id: str, name: str) -> list[float]:
    """The numbers of that name that were measured over seeds and ship in `data/results`.

    A results file has a column of that name, or a column `name` beside a column `value`.

    Args:
        claim_id: As in `A2`.
        name: The number's name in `claim(...)`.

    Returns:
        One number per run; none if nothing ships.
    """
    path = paths.DATA / "results" / f"{claim_id}.csv"
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts = [row.get(name) or (row.get("value") if row.get("name") == name else None) for row in rows]
    return [float(text) for text in texts if text]


def _place(value: float | int, shipped: Sequence[float]) -> str:
    if not shipped:
        return ""
    low, high = min(shipped), max(shipped)
    where = "within" if low <= value <= high else "outside"
    return f"   ({where} {low:.4g} to {high:.4g}, measured over {len(shipped)} runs)"


def verdict_is_known(verdict: str) -> bool:
    """Whether a verdict is one of the five, alone or with a reason after a colon.

    Example:
        >>> verdict_is_known("holds with a condition: from width 64 on"), verdict_is_known("perhaps")
        (True, False)
    """
    return verdict.split(":", 1)[0] in VERDICTS


def claim(claim_id: str, **numbers: float | int) -> None:
    """Print a claim, today's numbers within the shipped distribution, and the verdict that its rule gives.

    Args:
        claim_id: As in `A2`.
        **numbers: What was measured, by the names that the rule uses.

    Raises:
        CourseError: If there is no such claim, or its rule gives no known verdict.
    """
    asserted = checks.find_claim(claim_id)
    verdict = asserted.decide(**numbers)
    if not verdict_is_known(verdict):
        raise CourseError(f"claim {claim_id} got the verdict {verdict!r}: it must begin with one of {VERDICTS}")
    print(f"Claim {claim_id}: {asserted.text}")
    print(f"Rule: {asserted.rule}")
    width = max((len(name) for name in numbers), default=0)
    for name, value in numbers.items():
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"  {name.replace('_', ' ').ljust(width)}  {shown}{_place(value, shipped_values(claim_id, name))}")
    print(f"Verdict: {verdict}")
