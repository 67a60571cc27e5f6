"""Small sums, some of which no document ever does: to tell reckoning from remembering."""

import random
from dataclasses import dataclass

from course_lib.world.randomness import pick
from course_lib.world.vocabulary import NUMBERED_THINGS

LARGEST = 20
"""The largest number that is added."""


@dataclass(frozen=True)
class Sum:
    """Two numbers, what they add up to, and what is counted.

    Example:
        >>> Sum(7, 5, "apples").total
        12
    """

    x: int
    y: int
    thing: str

    @property
    def total(self) -> int:
        """x + y."""
        return self.x + self.y


def is_held_out(x: int, y: int) -> bool:
    """Whether no document ever adds these two, nor takes either from their sum: one pair in ten.

    Example:
        >>> is_held_out(3, 7), is_held_out(7, 3), is_held_out(2, 2)
        (True, True, False)
    """
    return (x + y) % 10 == 0


def draw_sum(rng: random.Random, held_out: bool = False) -> Sum:
    """A random sum of two numbers from 2 to 20.

    Args:
        rng: Where the choices come from.
        held_out: Whether it shall be one that no document does.

    Returns:
        The sum.
    """
    while True:
        x, y = 2 + int(rng.random() * (LARGEST - 1)), 2 + int(rng.random() * (LARGEST - 1))
        if is_held_out(x, y) == held_out:
            return Sum(x, y, pick(rng, NUMBERED_THINGS))
