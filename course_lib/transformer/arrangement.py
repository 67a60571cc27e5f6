"""Arrangements of a block: the same parts with and without the addition and the norms, and the norm before or after."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.transformer.attention import AttentionContext
from course_lib.transformer.config import GPTConfig

if TYPE_CHECKING:
    from course_lib.transformer.parts import Parts

ARRANGEMENTS: dict[str, str] = {
    "neither": "f(x)",
    "norm only": "f(norm(x))",
    "residual only": "x + f(x)",
    "post-norm": "norm(x + f(x))",
    "pre-norm": "x + f(norm(x))",
}
"""Name → what becomes of the stream x at a part f, which is attention and then the feed-forward layer."""


class ArrangedBlock(nn.Module):
    """A block whose parts are put together in a way of your choice; its weights are named as in `Block`.

    Args:
        arrangement: One of `ARRANGEMENTS`.
        config: Sizes and variants.
        parts: The norm, attention and feed-forward layer to use.
        layer_index: This block's place in the stack.

    Source: post-norm: Vaswani et al. 2017, section 3.1, arXiv 1706.03762; pre-norm: Xiong et al. 2020, figure 1,
    arXiv 2002.04745.
    """

    def __init__(self, arrangement: str, config: GPTConfig, parts: "Parts", layer_index: int = 0) -> None:
        super().__init__()
        self.arrangement = arrangement
        self.attention_norm = parts.norm(config, config.d_model)
        self.attention = parts.attention(config, parts, layer_index)
        self.feed_forward_norm = parts.norm(config, config.d_model)
        self.feed_forward = parts.feed_forward(config)

    def forward(
        self, residual: Float[Tensor, "batch token d_model"], context: AttentionContext
    ) -> Float[Tensor, "batch token d_model"]:
        """Attention, then the feed-forward layer, each arranged in the same way."""
        residual = self.step(residual, self.attention_norm, lambda stream: self.attention(stream, context))
        return self.step(residual, self.feed_forward_norm, self.feed_forward)

    def step(self, residual: Tensor, norm: Callable[[Tensor], Tensor], part: Callable[[Tensor], Tensor]) -> Tensor:
        """What becomes of the stream at one part."""
        if self.arrangement == "pre-norm":
            return residual + part(norm(residual))
        if self.arrangement == "post-norm":
            return norm(residual + part(residual))
        if self.arrangement == "residual only":
            return residual + part(residual)
        return part(norm(residual)) if self.arrangement == "norm only" else part(residual)


def arranged(arrangement: str) -> Callable[..., nn.Module]:
    """A maker of blocks in one arrangement, for `Parts(block=arranged("post-norm"))`.

    Args:
        arrangement: One of `ARRANGEMENTS`.

    Returns:
        `block(config, parts, layer_index)`, as `Parts` wants it.

    Raises:
        ValueError: There is no such arrangement.

    Example:
        >>> from course_lib.transformer import GPT, GPT_TINY, Parts
        >>> GPT(GPT_TINY, Parts(block=arranged("post-norm"))).blocks[0].arrangement
        'post-norm'
    """
    if arrangement not in ARRANGEMENTS:
        raise ValueError(f"arrangement is {arrangement!r}: choose from {', '.join(ARRANGEMENTS)}")

    def make(config: GPTConfig, parts: "Parts", layer_index: int = 0) -> nn.Module:
        return ArrangedBlock(arrangement, config, parts, layer_index)

    return make
