"""The parts of a GPT as a value: hand `GPT` your own, and the model runs on them."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from course_lib.transformer.attention import Attention, causal_mask, scaled_dot_product
from course_lib.transformer.block import Block
from course_lib.transformer.config import GPTConfig
from course_lib.transformer.feed_forward import FeedForward
from course_lib.transformer.norm import make_norm
from course_lib.transformer.positions import apply_rotary


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The callables a GPT is built from; each default is the library's.

    Example:
        >>> def looks_everywhere(n_tokens):
        ...     return causal_mask(n_tokens) | True
        >>> Parts(mask=looks_everywhere).mask(2).tolist()
        [[True, True], [True, True]]
    """

    mask: Callable[[int], Tensor] = causal_mask
    """`mask(n_tokens)`: True where a query may look, `query key`."""
    scaled_dot_product: Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor] = scaled_dot_product
    """`scaled_dot_product(query, key, value, mask)`: attention's formula, for every head at once."""
    positions: Callable[[Tensor, Tensor, Tensor], Tensor] = apply_rotary
    """`positions(features, cos, sin)`: queries or keys turned by their place."""
    norm: Callable[[GPTConfig, int], nn.Module] = make_norm
    """`norm(config, size)`: a module that normalises vectors of `size` features."""
    feed_forward: Callable[[GPTConfig], nn.Module] = FeedForward
    """`feed_forward(config)`: a module on `batch token d_model`."""
    attention: Callable[..., nn.Module] = Attention
    """`attention(config, parts, layer_index)`: a module called with the residual stream and an `AttentionContext`."""
    block: Callable[..., nn.Module] = Block
    """`block(config, parts, layer_index)`: a module called with the residual stream and an `AttentionContext`."""
