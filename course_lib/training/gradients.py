"""The gradient of one step, gathered from as many batches as it takes, and kept from being too long."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.training.loss import Loss
from course_lib.training.precision import Arithmetic

LossFunction = Callable[[nn.Module, Any], Loss]
"""Scores a model on one batch."""


def accumulate_gradients(
    model: nn.Module, batches: Iterator[Any], n_batches: int, loss: LossFunction, arithmetic: Arithmetic
) -> Loss:
    """Add up gradients over several batches so that they equal those of one large batch.

    Every term (scored token) counts the same, however unevenly the batches hold them.

    Args:
        model: Its gradients must be empty.
        batches: Where to take the batches from.
        n_batches: How many to take.
        loss: Scores the model on a batch.
        arithmetic: The format of the products.

    Returns:
        The loss over all batches. The gradients left in the parameters are those of its mean.

    Example:
        >>> model = nn.Linear(1, 1, bias=False)
        >>> batches = iter([(2.0, 1), (6.0, 3)])                      # slopes, summed over 1 and over 3 terms
        >>> scored = lambda model, pair: Loss(model.weight.sum() * pair[0], pair[1])
        >>> total = accumulate_gradients(model, batches, 2, scored, Arithmetic("float32", torch.device("cpu")))
        >>> total.count, model.weight.grad.item()                     # (2 + 6) / (1 + 3)
        (4, 2.0)
    """
    totals: list[Tensor] = []
    count = expected = 0
    for _ in range(n_batches):
        with arithmetic.autocast():
            part = loss(model, next(batches))
        expected = expected or part.count * n_batches
        arithmetic.backward(part.total / max(expected, 1))
        totals.append(part.total.detach())
        count += part.count
    if count not in (0, expected):
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        torch._foreach_mul_(gradients, max(expected, 1) / count)
    return Loss(torch.stack(totals).sum(), count)


def clip_gradients(model: nn.Module, limit: float | None) -> Tensor:
    """Shorten the whole gradient to at most `limit`, without turning it.

    Args:
        model: Whose gradients.
        limit: The greatest length; None leaves every gradient as it is.

    Returns:
        The length before.

    Example:
        >>> model = nn.Linear(2, 1, bias=False)
        >>> model.weight.grad = torch.tensor([[3.0, 4.0]])
        >>> clip_gradients(model, 1.0).item(), model.weight.grad
        (5.0, tensor([[0.6000, 0.8000]]))

    Source: Pascanu, Mikolov & Bengio, algorithm 1, arXiv:1211.5063.
    """
    if limit is None:
        return nn.utils.get_total_norm(p.grad for p in model.parameters() if p.grad is not None)
    return nn.utils.clip_grad_norm_(model.parameters(), limit)
