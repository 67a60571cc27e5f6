"""A block: attention moves information between tokens, the feed-forward layer works on it, both add to the stream."""

from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.transformer.attention import AttentionContext
from course_lib.transformer.config import GPTConfig

if TYPE_CHECKING:
    from course_lib.transformer.parts import Parts


class Block(nn.Module):
    """One layer of a GPT, normalised before each part.

    Args:
        config: Sizes and variants.
        parts: The norm, attention and feed-forward layer to use.
        layer_index: This block's place in the stack and in the cache.

    Source: Xiong et al. 2020, figure 1b, arXiv 2002.04745.
    """

    def __init__(self, config: GPTConfig, parts: "Parts", layer_index: int = 0) -> None:
        super().__init__()
        self.attention_norm = parts.norm(config, config.d_model)
        self.attention = parts.attention(config, parts, layer_index)
        self.feed_forward_norm = parts.norm(config, config.d_model)
        self.feed_forward = parts.feed_forward(config)
        self.dropout = nn.Dropout(config.dropout) if config.dropout else nn.Identity()

    def forward(
        self, residual: Float[Tensor, "batch token d_model"], context: AttentionContext
    ) -> Float[Tensor, "batch token d_model"]:
        """x + attention(norm(x)), then x + feed_forward(norm(x))."""
        residual = residual + self.dropout(self.attention(self.attention_norm(residual), context))
        return residual + self.dropout(self.feed_forward(self.feed_forward_norm(residual)))
