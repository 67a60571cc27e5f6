"""How far a layer reaches back: the slope of its last output for every earlier input, and how many steps must wait."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def rnn_reach(
    states: Float[Tensor, "token unit"],
    input_weights: Float[Tensor, "unit feature"],
    state_weights: Float[Tensor, "unit unit"],
) -> Float[Tensor, "token"]:
    """How much a plain RNN's last state moves with each input, by the chain rule: one matrix product a step back.

    Args:
        states: The state after every token of one sequence, in reading order.
        input_weights: As of `rnn_step`.
        state_weights: As of `rnn_step`.

    Returns:
        The size (root of the sum of squares) of the table of slopes ∂ last state / ∂ input, 0, 1, 2, … steps back.

    Raises:
        ValueError: There is no state, or a shape does not fit.

    Example:
        One unit with slope 1 (its states are 0) and weights 3 and ½: 3, then half of it for each step.

        >>> rnn_reach(torch.zeros(3, 1), torch.tensor([[3.0]]), torch.tensor([[0.5]]))
        tensor([3.0000, 1.5000, 0.7500])

    Source: Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013, equation 5, arXiv 1211.5063.
    """
    n_units = input_weights.shape[0]
    if states.ndim != 2 or not len(states) or states.shape[1] != n_units or state_weights.shape != (n_units, n_units):
        raise ValueError(
            f"states {tuple(states.shape)}, input weights {tuple(input_weights.shape)} and state weights "
            f"{tuple(state_weights.shape)} do not fit: token × unit, unit × feature, unit × unit are wanted"
        )
    slopes = 1 - states**2
    chain = torch.diag(slopes[-1])
    sizes = [(chain @ input_weights).norm()]
    for slope in slopes[:-1].flip(0):
        chain = chain @ state_weights * slope
        sizes.append((chain @ input_weights).norm())
    return torch.stack(sizes)


def measure_reach(
    outputs_of: Callable[[Tensor], Tensor], features: Float[Tensor, "batch token feature"]
) -> Float[Tensor, "token"]:
    """How much any layer's last output moves with each input, by autograd, in the mean over a batch.

    Args:
        outputs_of: From features to outputs, `batch token unit`; sequences of a batch must not mix.
        features: The inputs at which to measure.

    Returns:
        The size of the table of slopes ∂ last output / ∂ input, 0, 1, 2, … steps back.

    Raises:
        ValueError: There is nothing to measure, or a number is not finite.

    Example:
        A running mean of three tokens hears each by a third.

        >>> mean = lambda features: features.cumsum(dim=1) / 3
        >>> measure_reach(mean, torch.zeros(1, 3, 1))
        tensor([0.3333, 0.3333, 0.3333])
    """
    if features.ndim != 3 or not features.numel() or not features.isfinite().all():
        raise ValueError(
            f"features of shape {tuple(features.shape)}: batch, token, feature, at least one of each and all finite"
        )
    features = features.detach().clone().requires_grad_()
    last = outputs_of(features)[:, -1]
    squares = torch.zeros(features.shape[:2])
    for unit in last.sum(dim=0).unbind():
        (slopes,) = torch.autograd.grad(unit, features, retain_graph=True)
        squares = squares + slopes.square().sum(dim=-1)
    return squares.sqrt().mean(dim=0).flip(0)


def longest_chain(result: Tensor) -> int:
    """How many operations had to wait for each other, one after another, to compute a tensor.

    Args:
        result: Computed from something that requires a gradient, so that torch kept its computation graph.

    Returns:
        The number of operations on the longest path through the graph; those beside it could run at the same time.

    Raises:
        ValueError: No graph was kept.

    Example:
        Two products side by side, then their sum: 2, not 3.

        >>> a = torch.tensor(2.0, requires_grad=True)
        >>> longest_chain(a * 3 + a * 4)
        2
    """
    if result.grad_fn is None:
        raise ValueError("no computation graph was kept: compute the tensor from something that requires a gradient")
    depth: dict[object, int] = {}
    waiting = [result.grad_fn]
    while waiting:
        node = waiting[-1]
        before = [each for each, _ in node.next_functions if each is not None]
        unknown = [each for each in before if each not in depth]
        if unknown:
            waiting += unknown
            continue
        waiting.pop()
        depth[node] = max((depth[each] for each in before), default=-1) + 1  # what was given counts 0
    return depth[result.grad_fn]
