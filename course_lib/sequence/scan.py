"""A recurrence without a non-linearity: the same numbers one after another, or in a few rounds side by side."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def linear_recurrence(
    decay: Float[Tensor, "*batch token unit"], inputs: Float[Tensor, "*batch token unit"]
) -> Float[Tensor, "*batch token unit"]:
    """Carry a state along: at every place, decay × the state before it + the input, one place after another.

    Args:
        decay: What share of each unit is kept.
        inputs: What is added to each unit.

    Returns:
        The state after every token.

    Raises:
        ValueError: The two shapes differ, there is no token, or a number is not finite.

    Example:
        Half is kept, 1 comes in at the first place: 1, ½, ¼.

        >>> linear_recurrence(torch.full((3, 1), 0.5), torch.tensor([[1.0], [0.0], [0.0]])).flatten()
        tensor([1.0000, 0.5000, 0.2500])
    """
    _check(decay, inputs)
    state, states = torch.zeros_like(inputs[..., 0, :]), []
    for kept, new in zip(decay.unbind(dim=-2), inputs.unbind(dim=-2), strict=True):
        state = kept * state + new
        states.append(state)
    return torch.stack(states, dim=-2)


def parallel_scan(
    decay: Float[Tensor, "*batch token unit"], inputs: Float[Tensor, "*batch token unit"]
) -> Float[Tensor, "*batch token unit"]:
    """Compute the same states in log₂(tokens) rounds, all places side by side.

    Two steps in a row, s → a₁ s + b₁ and then s → a₂ s + b₂, are one step of the same kind: s → a₁ a₂ s + (a₂ b₁ + b₂).
    After a round every place holds the steps of twice as many places. A tanh between steps would forbid that.

    Args:
        decay: What share of each unit is kept.
        inputs: What is added to each unit.

    Returns:
        The state after every token, as from `linear_recurrence`.

    Raises:
        ValueError: The two shapes differ, there is no token, or a number is not finite.

    Example:
        >>> parallel_scan(torch.full((3, 1), 0.5), torch.tensor([[1.0], [0.0], [0.0]])).flatten()
        tensor([1.0000, 0.5000, 0.2500])

    Source: Blelloch 1990, Prefix sums and their applications; in a language model: Gu & Dao 2023, arXiv 2312.00752.
    """
    _check(decay, inputs)
    covered = 1
    while covered < inputs.shape[-2]:
        earlier_inputs = F.pad(inputs[..., :-covered, :], (0, 0, covered, 0))
        earlier_decay = F.pad(decay[..., :-covered, :], (0, 0, covered, 0), value=1.0)
        inputs, decay = inputs + decay * earlier_inputs, decay * earlier_decay
        covered *= 2
    return inputs


def _check(decay: Tensor, inputs: Tensor) -> None:
    """Refuse two tables that do not belong together."""
    if decay.shape != inputs.shape or inputs.ndim < 2 or not inputs.shape[-2]:
        raise ValueError(
            f"decay {tuple(decay.shape)} and inputs {tuple(inputs.shape)}: both must be token × unit, 1 token or more"
        )
    if not (decay.isfinite().all() and inputs.isfinite().all()):
        raise ValueError("a NaN or an infinity among decay or inputs, which the state would carry to every later token")
