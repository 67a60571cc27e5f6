"""Silence: a model in which some heads say nothing, or only what they always say."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.transformer import GPT


@torch.no_grad()
def head_means(model: GPT, token_ids: Int[Tensor, "batch token"]) -> Float[Tensor, "layer head d_head"]:
    """What each head hands to `o_proj` in the mean over all tokens of some texts: what it always says.

    Args:
        model: A GPT of this course.
        token_ids: The texts.

    Example:
        >>> from course_lib.transformer import GPT_TINY
        >>> head_means(GPT(GPT_TINY), torch.tensor([[1, 2, 3]])).shape[:2] == (GPT_TINY.n_layers, GPT_TINY.n_heads)
        True
    """
    said: list[Tensor] = []
    handles = [
        block.attention.o_proj.register_forward_pre_hook(lambda _, inputs: said.append(inputs[0].mean(dim=(0, 1))))
        for block in model.blocks
    ]
    try:
        model(token_ids)
    finally:
        for handle in handles:
            handle.remove()
    return rearrange(said, "layer (head d_head) -> layer head d_head", head=model.config.n_heads)


@contextmanager
def without_heads(
    model: GPT, heads: Iterable[tuple[int, int]], means: Float[Tensor, "layer head d_head"] | None = None
) -> Iterator[None]:
    """While the block lasts, some heads say nothing, or what they always say.

    Args:
        model: A GPT of this course, or one with an attention of your own that ends in `o_proj`.
        heads: Pairs of layer and head, counted from 0.
        means: From `head_means`; zeros stand in if not given.

    Yields:
        Nothing; use the model inside.

    Raises:
        ValueError: The model has no such head.

    Example:
        >>> from course_lib.transformer import GPT_TINY
        >>> model, ids = GPT(GPT_TINY), torch.tensor([[1, 2, 3]])
        >>> with without_heads(model, []):
        ...     same = model(ids)
        >>> same.equal(model(ids))
        True

    Source: Michel et al. 2019, section 3, arXiv 1905.10650; zero against mean: Wang et al. 2022, arXiv 2211.00593.
    """
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        if not (0 <= layer < len(model.blocks) and 0 <= head < model.config.n_heads):
            raise ValueError(
                f"there is no head ({layer}, {head}): layers 0 to {len(model.blocks) - 1}, "
                f"heads 0 to {model.config.n_heads - 1}"
            )
        by_layer.setdefault(layer, []).append(head)

    def silence(layer: int, silent: list[int]) -> Callable[[nn.Module, tuple[Tensor, ...]], tuple[Tensor]]:
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
            split = rearrange(inputs[0], "... (head d_head) -> ... head d_head", head=model.config.n_heads).clone()
            split[..., silent, :] = 0.0 if means is None else means[layer, silent].to(split)
            return (rearrange(split, "... head d_head -> ... (head d_head)"),)

        return hook

    handles = [
        model.blocks[layer].attention.o_proj.register_forward_pre_hook(silence(layer, silent))
        for layer, silent in by_layer.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
