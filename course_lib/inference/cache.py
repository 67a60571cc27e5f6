"""The key-value cache: what attention needs of the past, kept, so that a new token reads only itself."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.transformer.config import GPTConfig


class KVCache:
    """Room for the keys and values of every layer, allocated once.

    `update` is called by each layer with the new tokens and does not move `length`; the generator calls `advance`
    when all layers have read them.

    Args:
        config: Layers, key-value heads and their width.
        batch_size: Sequences side by side.
        max_length: Most tokens to keep; None: `config.context_length`.
        dtype: Number format of keys and values.
        device: Where to keep them.

    Example:
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=2, n_heads=2, d_model=4)
        >>> cache = KVCache(config, batch_size=1)
        >>> cache.keys.shape, cache.n_bytes                 # layer, batch, kv_head, token, d_head
        (torch.Size([2, 1, 2, 8, 2]), 512)

    Source: Shazeer 2019, section 2.3, arXiv 1911.02150.
    """

    def __init__(
        self,
        config: GPTConfig,
        batch_size: int,
        max_length: int | None = None,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str | None = None,
    ) -> None:
        self.max_length = config.context_length if max_length is None else max_length
        shape = (config.n_layers, batch_size, config.n_kv_heads, self.max_length, config.d_head)
        self.keys = torch.zeros(shape, dtype=dtype, device=device)
        self.values = torch.zeros(shape, dtype=dtype, device=device)
        self.length = 0

    @property
    def n_bytes(self) -> int:
        """Memory taken: 2 · layers · batch · kv_heads · tokens · d_head · bytes of a number."""
        return self.keys.nbytes + self.values.nbytes

    def update(
        self,
        layer_index: int,
        key: Float[Tensor, "batch kv_head token d_head"],
        value: Float[Tensor, "batch kv_head token d_head"],
    ) -> tuple[Float[Tensor, "batch kv_head key d_head"], Float[Tensor, "batch kv_head key d_head"]]:
        """Write one layer's new keys and values behind the old ones.

        Args:
            layer_index: The layer that calls.
            key: Keys of the new tokens.
            value: Values of the new tokens.

        Returns:
            All keys and all values of that layer so far, as views.

        Raises:
            CourseError: The cache is full.
        """
        end = self.length + key.shape[2]
        if end > self.max_length:
            raise CourseError(
                f"the cache would hold {end} tokens, its room is {self.max_length}: make it with a larger max_length"
            )
        keys, values = self.keys[layer_index], self.values[layer_index]
        keys.narrow(2, self.length, key.shape[2]).copy_(key)
        values.narrow(2, self.length, key.shape[2]).copy_(value)
        return keys.narrow(2, 0, end), values.narrow(2, 0, end)

    def advance(self, n_tokens: int) -> None:
        """Count tokens as read; called by the generator once all layers have stored them."""
        self.length += n_tokens
