"""A curve to learn from few, noisy readings: the water level in a harbour over a day."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.common.seed import course_seed

MOON_HOURS, SUN_HOURS = 12.42, 12.0
"""From one high water of the moon, and of the sun, to the next."""

DAY_HOURS = 25.0
"""How long the gauge is watched: two high waters of the moon."""


def tide(hours: Float[Tensor, "*example"]) -> Float[Tensor, "*example"]:
    """The water level without wind, in metres above its mean: 1.2 m by the moon and 0.4 m by the sun.

    Args:
        hours: Time of day, in hours.

    Example:
        >>> tide(torch.tensor([0.0, 12.42]))
        tensor([1.6000, 1.5904])
    """
    moon, sun = (2 * math.pi * hours / period for period in (MOON_HOURS, SUN_HOURS))
    return 1.2 * moon.cos() + 0.4 * sun.cos()


def read_gauge(
    n_readings: int, seed: int | None = None, wind: float | int = 0.3
) -> tuple[Float[Tensor, "example"], Float[Tensor, "example"]]:
    """Read a tide gauge at random moments of a day; the wind lifts or lowers the water a little each time.

    Args:
        n_readings: How often to read it.
        seed: Which day; `COURSE_SEED` if not given.
        wind: Standard deviation of what the wind adds, in metres; 0 for a calm day.

    Returns:
        Hours from 0 to 25, in order, and levels in metres.

    Raises:
        CourseError: The number is not positive, or the wind negative.

    Example:
        >>> hours, metres = read_gauge(50, wind=0)
        >>> bool((metres == tide(hours)).all())
        True
    """
    if n_readings < 1:
        raise CourseError(f"n_readings is {n_readings}: read the gauge at least once")
    if not 0 <= wind < math.inf:
        raise CourseError(f"wind is {wind}: a standard deviation in metres, 0 or more")
    generator = torch.Generator().manual_seed(course_seed() if seed is None else seed)
    hours = (DAY_HOURS * torch.rand(n_readings, generator=generator)).sort().values
    return hours, tide(hours) + wind * torch.randn(n_readings, generator=generator)
