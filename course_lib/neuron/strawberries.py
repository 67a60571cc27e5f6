"""A decision with two features that a person can picture: is this strawberry ripe?"""

import random
from typing import NamedTuple

from course_lib.common.errors import CourseError
from course_lib.common.seed import course_seed


class Strawberry(NamedTuple):
    """One strawberry, measured and tasted."""

    redness: float
    """Share of the skin that has turned red, in percent."""
    firmness: float
    """Force that dents it, in newtons: a ripe berry gives way."""
    ripe: int
    """What the taster said: 1 for ripe, 0 for not yet."""


def pick_strawberries(n_berries: int, seed: int | None = None, taster_error: float | int = 8.0) -> list[Strawberry]:
    """Strawberries whose ripeness follows a stated rule, as judged by a taster who is not quite exact.

    The rule: ripe if redness − 10 × firmness is above 25, where the taster errs by some `taster_error` points (normally
    distributed). So even someone who knows the rule disagrees with the taster about a few berries near the line.

    Args:
        n_berries: How many to pick.
        seed: Which harvest; `COURSE_SEED` if not given.
        taster_error: Standard deviation of the taster's error, in points of redness; 0 for an exact one.

    Returns:
        The berries, redness rounded to a percent and firmness to a tenth of a newton.

    Raises:
        CourseError: If the number is not positive.

    Example:
        >>> berries = pick_strawberries(50, taster_error=0)
        >>> all((berry.redness - 10 * berry.firmness > 25) == berry.ripe for berry in berries)
        True
    """
    if n_berries < 1:
        raise CourseError(f"n_berries is {n_berries}: pick at least 1")
    draw = random.Random(course_seed() if seed is None else seed)
    berries = []
    for _ in range(n_berries):
        redness, firmness = float(round(draw.uniform(20, 100))), round(draw.uniform(1, 6), 1)
        score = redness - 10 * firmness + draw.gauss(0, taster_error)
        berries.append(Strawberry(redness, firmness, int(score > 25)))
    return berries
