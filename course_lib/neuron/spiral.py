"""Two spirals wound into each other: two features that no straight line, and no single bend, can part."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.common.seed import course_seed


class Spiral(NamedTuple):
    """Points on two arms."""

    features: Float[Tensor, "example feature"]
    """Place of each point, two numbers from about −1 to 1."""
    labels: Float[Tensor, "example"]
    """Which arm it lies on: 0 or 1."""


def draw_spiral(n_points: int, seed: int | None = None, turns: float | int = 1.5, noise: float | int = 0.03) -> Spiral:
    """Points on two arms that wind around each other, as many on each.

    Arm 1 is arm 0 turned by half a circle. Along an arm the radius grows from 0.1 to 1 as the angle grows; points lie
    evenly over the area rather than crowded in the middle.

    Args:
        n_points: How many points.
        seed: Which draw; `COURSE_SEED` if not given.
        turns: How often each arm winds around the middle; more is harder.
        noise: Standard deviation of a point's error in each direction.

    Returns:
        The points and their arms, which alternate: 0, 1, 0, 1, …

    Raises:
        ValueError: If there are fewer than 2 points, the turns are not above 0 or the noise is negative.

    Example:
        >>> spiral = draw_spiral(6, seed=0)
        >>> spiral.features.shape, spiral.labels.tolist()
        (torch.Size([6, 2]), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0])

    Source: the two-spirals problem of Lang & Witbrock, *Learning to Tell Two Spirals Apart* (1988).
    """
    if n_points < 2:
        raise ValueError(f"n_points is {n_points}: two arms need at least 2 points")
    if not 0 < turns < math.inf:
        raise ValueError(f"turns is {turns}: it must be above 0, and finite")
    if not 0 <= noise < math.inf:
        raise ValueError(f"noise is {noise}: it must be 0 or more, and finite")
    generator = torch.Generator().manual_seed(course_seed() if seed is None else seed)
    labels = (torch.arange(n_points) % 2).float()
    along = torch.rand(n_points, generator=generator).sqrt()
    angle = 2 * math.pi * turns * along + math.pi * labels
    arms = (0.1 + 0.9 * along)[:, None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
    return Spiral(arms + noise * torch.randn(n_points, 2, generator=generator), labels)
