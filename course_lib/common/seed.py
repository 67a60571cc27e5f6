"""One seed for everything: `COURSE_SEED`, so that a run can be repeated, or repeated differently."""

import os
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def course_seed() -> int:
    """The seed of this run: the environment's `COURSE_SEED`, or 0."""
    from course_lib.common.errors import CourseError

    text = os.environ.get("COURSE_SEED", "0")
    if not text.isdecimal():
        raise CourseError(f"COURSE_SEED is {text!r}: it must be a whole number, 0 or more")
    return int(text)


def seed(offset: int = 0) -> "torch.Generator":
    """Seed Python, numpy and torch, and return a fresh generator with the same seed.

    Args:
        offset: Added to `COURSE_SEED`, for a second independent stream.

    Returns:
        A CPU `torch.Generator`; pass it to every random call whose result matters.

    Example:
        >>> import torch
        >>> bool((torch.rand(3, generator=seed()) == torch.rand(3, generator=seed())).all())
        True
    """
    import numpy
    import torch

    value = course_seed() + offset
    random.seed(value)
    numpy.random.seed(value % 2**32)  # noqa: NPY002  (libraries that a learner adds may use the global state)
    torch.manual_seed(value)
    return torch.Generator().manual_seed(value)
