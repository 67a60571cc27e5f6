"""How to take one step downhill, as its formula reads: momentum, Adam, weight decay, a limit on the gradient's length.

Pure functions on one tensor of weights; `optimizers` keeps what they have to remember, for a whole list of weights.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

Number = float | int


def momentum_step(
    weight: Float[Tensor, "*shape"],
    gradient: Float[Tensor, "*shape"],
    velocity: Float[Tensor, "*shape"],
    learning_rate: Number | Float[Tensor, "..."],
    momentum: Number = 0.9,
    nesterov: bool = False,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Roll: keep a share of the old velocity, add the gradient, and move against that.

    Args:
        weight: Where we stand.
        gradient: The slopes there.
        velocity: What earlier gradients left; 0 at first.
        learning_rate: How far to move per unit of velocity; a tensor gives each weight its own.
        momentum: Share of the velocity that is kept, from 0 (plain gradient descent) to below 1.
        nesterov: Whether to move by where the velocity will point after one more such gradient.

    Returns:
        The new weight and the new velocity.

    Raises:
        ValueError: A rate or share is out of range, or a gradient is not a number.

    Example:
        >>> weight, velocity = torch.tensor([1.0]), torch.tensor([2.0])
        >>> momentum_step(weight, torch.tensor([1.0]), velocity, learning_rate=0.1, momentum=0.5)
        (tensor([0.8000]), tensor([2.]))

    Source: Polyak (1964); Nesterov's form as in torch, after Sutskever et al. (2013).
    """
    check_share("momentum", momentum)
    _check(gradient, learning_rate)
    velocity = momentum * velocity + gradient
    move = gradient + momentum * velocity if nesterov else velocity
    return weight - learning_rate * move, velocity


def adam_step(
    weight: Float[Tensor, "*shape"],
    gradient: Float[Tensor, "*shape"],
    mean: Float[Tensor, "*shape"],
    square: Float[Tensor, "*shape"],
    n_steps: int,
    learning_rate: Number | Float[Tensor, "..."],
    betas: tuple[Number, Number] = (0.9, 0.999),
    epsilon: Number = 1e-8,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Move by the running mean of the gradient, measured in its own usual size.

    Args:
        weight: Where we stand.
        gradient: The slopes there.
        mean: Running mean of the gradient; 0 at first.
        square: Running mean of its square; 0 at first.
        n_steps: Steps including this one, from 1: both means began at 0 and are corrected for it.
        learning_rate: About how far each weight moves; a tensor gives each its own.
        betas: What the two means keep at each step.
        epsilon: Added to the size, so that nothing is divided by 0.

    Returns:
        The new weight, mean and mean square.

    Raises:
        ValueError: A rate or share is out of range, or a gradient is not a number.

    Example:
        >>> zero = torch.zeros(2)                       # gradients of any size: the first step is one learning rate
        >>> adam_step(zero, torch.tensor([1000.0, -0.001]), zero, zero, n_steps=1, learning_rate=0.5)[0]
        tensor([-0.5000,  0.5000])

    Source: Kingma, Ba, arXiv:1412.6980, algorithm 1.
    """
    check_adam(n_steps, betas, epsilon)
    _check(gradient, learning_rate)
    mean = betas[0] * mean + (1 - betas[0]) * gradient
    square = betas[1] * square + (1 - betas[1]) * gradient**2
    usual_size = (square / (1 - betas[1] ** n_steps)).sqrt()
    return weight - learning_rate * mean / (1 - betas[0] ** n_steps) / (usual_size + epsilon), mean, square


def decay_weight(
    weight: Float[Tensor, "*shape"], learning_rate: Number | Float[Tensor, "..."], weight_decay: Number
) -> Float[Tensor, "*shape"]:
    """Shrink every weight by the same share, whatever its gradient: decoupled decay.

    Args:
        weight: Where we stand.
        learning_rate: Of the step that follows.
        weight_decay: Share lost per unit of learning rate.

    Raises:
        ValueError: A rate is negative or no number.

    Example:
        >>> decay_weight(torch.tensor([10.0, -4.0]), learning_rate=0.1, weight_decay=0.5)
        tensor([ 9.5000, -3.8000])

    Source: Loshchilov, Hutter, arXiv:1711.05101, algorithm 2.
    """
    check_rate("learning_rate", learning_rate)
    check_rate("weight_decay", weight_decay)
    return weight * (1 - learning_rate * weight_decay)


def clip_by_length(gradients: Sequence[Tensor], limit: Number) -> tuple[list[Tensor], float]:
    """Shorten the whole gradient to a limit without turning it; leave a shorter one alone.

    Args:
        gradients: One tensor per weight tensor; all of them together are one arrow.
        limit: The largest length that passes.

    Returns:
        The gradients, and how long they were together.

    Raises:
        ValueError: There are none, one is not finite, or the limit is not above 0.

    Example:
        >>> clip_by_length([torch.tensor([3.0]), torch.tensor([4.0])], limit=1.0)      # a length of 5
        ([tensor([0.6000]), tensor([0.8000])], 5.0)

    Source: Pascanu, Mikolov, Bengio, arXiv:1211.5063, algorithm 1.
    """
    if not limit > 0:
        raise ValueError(f"limit is {limit}: it must be above 0 (1 is usual)")
    if not gradients:
        raise ValueError("there are no gradients: give one tensor per weight")
    length = math.sqrt(sum((gradient.double() ** 2).sum().item() for gradient in gradients))
    if not math.isfinite(length):
        raise ValueError(f"the gradient's length is {length}: the loss has blown up, and shortening cannot mend that")
    share = min(1.0, limit / length) if length else 1.0
    return [gradient * share for gradient in gradients], length


def check_rate(name: str, rate: Number | Tensor) -> None:
    """Refuse a rate that is negative or not finite."""
    rates = torch.as_tensor(rate)
    if not ((rates >= 0) & rates.isfinite()).all():
        raise ValueError(f"{name} is {rate}: it must be 0 or more, and finite")


def check_share(name: str, share: Number) -> None:
    """Refuse a share that is not at least 0 and below 1."""
    if not 0 <= share < 1:
        raise ValueError(f"{name} is {share}: it must be at least 0 and below 1 (0.9 is usual)")


def _check(gradient: Tensor, learning_rate: Number | Tensor) -> None:
    check_rate("learning_rate", learning_rate)
    if not gradient.isfinite().all():
        raise ValueError("a gradient is not finite: the loss has blown up. Is the learning rate too high?")


def check_adam(n_steps: int, betas: tuple[Number, Number], epsilon: Number) -> None:
    """Refuse a count of steps, shares or an epsilon that Adam cannot use."""
    if n_steps < 1:
        raise ValueError(f"n_steps is {n_steps}: the step being taken counts, so the first is 1")
    for name, beta in zip(("betas[0]", "betas[1]"), betas, strict=True):
        check_share(name, beta)
    check_rate("epsilon", epsilon)
