"""Two landscapes of two weights to walk down, and the path that an optimizer takes."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from jaxtyping import Float
from torch import Tensor

Number = float | int
Height = Callable[[Float[Tensor, "*trial 2"]], Float[Tensor, "*trial"]]
"""The loss at points of the plane."""


class Descent(Protocol):
    """What moves a list of weights against their gradients, as `SGD` and `Adam` do."""

    def step(self, gradients: Sequence[Tensor]) -> None:
        """Take one step."""
        ...


def valley(
    points: Float[Tensor, "*trial 2"], condition: Number = 25.0, degrees: Number = 0.0
) -> Float[Tensor, "*trial"]:
    """A long straight valley: steep across, flat along, lowest at (0, 0).

    The height is ½ (u² + condition · v²), where u is measured along the valley and v across it.

    Args:
        points: Places in the plane.
        condition: How many times more steeply it curves across than along: the condition number, from 1.
        degrees: How far the valley is turned, anticlockwise; at 0 it runs along the first weight.

    Raises:
        ValueError: The condition number is below 1.

    Example:
        >>> valley(torch.tensor([[2.0, 0.0], [0.0, 2.0]]), condition=25)
        tensor([ 2., 50.])
    """
    if not 1 <= condition < math.inf:
        raise ValueError(f"condition is {condition}: it must be finite and at least 1, a round bowl")
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    along = cosine * points[..., 0] + sine * points[..., 1]
    across = cosine * points[..., 1] - sine * points[..., 0]
    return (along**2 + condition * across**2) / 2


def two_hollows(points: Float[Tensor, "*trial 2"]) -> Float[Tensor, "*trial"]:
    """A deep hollow on the left, a shallow one on the right, and a ridge between them.

    The height is (x² − 1)² + x / 3 + y² / 2: the hollows lie near x = −1.04 and x = 0.96, the ridge near 0.08.

    Args:
        points: Places in the plane.

    Example:
        >>> two_hollows(torch.tensor([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]))
        tensor([-0.3333,  1.0000,  0.3333])
    """
    x, y = points[..., 0], points[..., 1]
    return (x**2 - 1) ** 2 + x / 3 + y**2 / 2


def descend(
    height: Height, start: Float[Tensor, "2"], make_optimizer: Callable[[list[Tensor]], Descent], n_steps: int
) -> Float[Tensor, "step 2"]:
    """The places that an optimizer visits on its way down.

    Args:
        height: The landscape.
        start: Where it begins.
        make_optimizer: Given the list of weights, here one point, makes what moves them.
        n_steps: Steps to take.

    Returns:
        The start and the place after each step: fewer than `n_steps` + 1 if it flies off, a million units out.

    Raises:
        ValueError: `n_steps` is negative, or the start is not finite.

    Example:
        >>> from course_lib.neuron.optimizers import SGD
        >>> descend(lambda at: (at**2).sum(-1), torch.ones(2), lambda at: SGD(at, 0.25), n_steps=2)[:, 0]
        tensor([1.0000, 0.5000, 0.2500])
    """
    if n_steps < 0:
        raise ValueError(f"n_steps is {n_steps}: it must be 0 or more")
    if not start.isfinite().all():
        raise ValueError(f"start is {start.tolist()}: both numbers must be finite")
    point = start.clone().requires_grad_()
    optimizer, path = make_optimizer([point]), [start.clone()]
    for _ in range(n_steps):
        optimizer.step(torch.autograd.grad(height(point), [point]))
        if not (point.detach().abs() < 1e6).all():
            break
        path.append(point.detach().clone())
    return torch.stack(path)
