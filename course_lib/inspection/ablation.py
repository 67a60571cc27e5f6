"""Ablation: put something else in the place of what a part of a model returned, and see what is missed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


@contextmanager
def replaced(
    model: nn.Module,
    names: Sequence[str],
    where: Bool[Tensor, "#batch token"],
    by: Sequence[Float[Tensor, "*token feature"] | float] | float = 0.0,
) -> Iterator[None]:
    """While the block lasts, named parts return something else at some tokens.

    Args:
        model: Any module.
        names: Sub-modules that return `batch token feature`, as `model.named_modules()` names them.
        where: True at the tokens whose vector is replaced; a single row counts for every text of a batch.
        by: What stands in: a number (zero: the part says nothing), or for each name a number or a vector (the part's
            mean over many texts: it says what it always says).

    Yields:
        Nothing; use the model inside.

    Raises:
        ValueError: There is no sub-module of that name, or `by` has another length than `names`.

    Example:
        >>> part = nn.Sequential(nn.Identity())
        >>> with replaced(part, ["0"], torch.tensor([[True, False]]), by=9.0):
        ...     part(torch.tensor([[[1.0], [2.0]]])).flatten().tolist()
        [9.0, 2.0]

    Source: zero against mean: Wang et al. 2022, section 2.1, arXiv 2211.00593.
    """
    modules = dict(model.named_modules())
    missing = [name for name in names if name not in modules]
    if missing:
        raise ValueError(
            f"the model has no sub-module {missing[0]!r}; list(dict(model.named_modules())) names them all"
        )
    fillings = [by] * len(names) if isinstance(by, float | int) else list(by)
    if len(fillings) != len(names):
        raise ValueError(f"{len(fillings)} values for {len(names)} names: give one each, or a single number")

    def stand_in(filling: Tensor | float) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            return torch.where(where[..., None].to(output.device), torch.as_tensor(filling).to(output), output)

        return hook

    handles = [modules[name].register_forward_hook(stand_in(f)) for name, f in zip(names, fillings, strict=True)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
