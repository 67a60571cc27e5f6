"""Capture: keep what the named parts of a model return during a forward pass."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.transformer import GPT


@contextmanager
def capture(model: nn.Module, names: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """Keep the outputs of named sub-modules while the block lasts.

    Args:
        model: Any module.
        names: Sub-modules, as `model.named_modules()` names them.

    Yields:
        A dict that fills as the model runs: name → its latest output, detached.

    Raises:
        ValueError: If the model has no sub-module of that name.

    Example:
        >>> doubling = nn.Sequential(nn.Linear(1, 1, bias=False))
        >>> _ = nn.init.constant_(doubling[0].weight, 2.0)
        >>> with capture(doubling, ["0"]) as seen:
        ...     _ = doubling(torch.tensor([3.0]))
        >>> seen["0"].item()
        6.0
    """
    modules = dict(model.named_modules())
    missing = [name for name in names if name not in modules]
    if missing:
        raise ValueError(
            f"the model has no sub-module {missing[0]!r}; list(dict(model.named_modules())) names them all"
        )
    seen: dict[str, Tensor] = {}

    def keep(name: str) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            seen[name] = output.detach()

        return modules[name].register_forward_hook(hook)

    handles = [keep(name) for name in names]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def open_attention(model: GPT) -> Iterator[None]:
    """Let a model's attention form its pattern while the block lasts, as in evaluation: no fused kernel, no dropout.

    Args:
        model: A GPT; an attention of your own, which has no fused path, is left as it is.

    Yields:
        Nothing; afterwards the model is as it was.
    """
    attentions = [module for module in model.modules() if hasattr(module, "is_fused")]
    were_fused, was_training = [attention.is_fused for attention in attentions], model.training
    model.eval()
    try:
        for attention in attentions:
            attention.is_fused = False
        yield
    finally:
        for attention, was_fused in zip(attentions, were_fused, strict=True):
            attention.is_fused = was_fused
        model.train(was_training)


@torch.no_grad()
def attention_patterns(model: GPT, token_ids: Sequence[int]) -> Float[Tensor, "layer head query key"]:
    """Every head's attention pattern over one text.

    The model takes its open path for this one pass, since the fused kernel never forms the pattern.

    Args:
        model: A GPT of this course.
        token_ids: The text.

    Returns:
        Shares: who (query) looks at whom (key), in float32 on the CPU.

    Example:
        >>> from course_lib.transformer import GPT_TINY
        >>> attention_patterns(GPT(GPT_TINY), [1, 2, 3]).shape[-2:]
        torch.Size([3, 3])
    """
    names = [f"blocks.{layer}.attention.attention_pattern" for layer in range(len(model.blocks))]
    with open_attention(model), capture(model, names) as seen:
        model(torch.tensor([list(token_ids)], device=next(model.parameters()).device))
    return torch.stack([seen[name][0].float().cpu() for name in names])
