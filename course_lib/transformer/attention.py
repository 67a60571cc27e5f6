"""Attention: every token asks a question, compares it with the keys of those before it, and gathers their values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch
from einops import einsum, rearrange, repeat
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.transformer.config import GPTConfig

if TYPE_CHECKING:
    from course_lib.transformer.parts import Parts


def causal_mask(n_tokens: int, device: torch.device | str | None = None, n_past: int = 0) -> Bool[Tensor, "query key"]:
    """Say who may look at whom: True where the key is not later than the query.

    Args:
        n_tokens: Length of the sequence, in tokens.
        device: Where to make it.
        n_past: Tokens before these, which were read earlier and are keys only.

    Returns:
        A lower triangle of True, behind `n_past` columns of True.

    Example:
        >>> causal_mask(3).int().tolist()
        [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
        >>> causal_mask(2, n_past=1).int().tolist()
        [[1, 1, 0], [1, 1, 1]]
    """
    return torch.ones(n_tokens, n_past + n_tokens, dtype=torch.bool, device=device).tril(n_past)


def padded_mask(
    allowed: Bool[Tensor, "query key"], is_token: Bool[Tensor, "batch key"]
) -> Bool[Tensor, "batch 1 query key"]:
    """Hide padding from every query, on top of a mask.

    A query always sees its own place, even if that is padding: a softmax over nothing would be NaN.

    Args:
        allowed: Who may look at whom; the last query stands at the last key.
        is_token: True at tokens, False at padding.

    Returns:
        A mask for each sequence, the same for all heads.

    Example:
        The first of three tokens is padding.

        >>> padded_mask(causal_mask(3), torch.tensor([[False, True, True]])).int().tolist()
        [[[[1, 0, 0], [0, 1, 0], [0, 1, 1]]]]
    """
    n_queries, n_keys = allowed.shape
    places = torch.arange(n_keys, device=allowed.device)
    is_itself = places[n_keys - n_queries :, None] == places
    return (allowed & is_token[:, None, None, :]) | is_itself


def attention_pattern(
    query: Float[Tensor, "*batch query d_head"],
    key: Float[Tensor, "*batch key d_head"],
    mask: Bool[Tensor, "*#batch query key"] | None = None,
) -> Float[Tensor, "*batch query key"]:
    """How each query shares its attention among the keys: softmax(q kᵀ / √d_head) where the mask allows.

    Args:
        query: What each token looks for.
        key: What each token offers to be found by.
        mask: True where looking is allowed; None: everywhere.

    Returns:
        Shares: each row is at least 0 and sums to 1.

    Example:
        >>> attention_pattern(torch.zeros(2, 4), torch.zeros(2, 4), causal_mask(2)).tolist()
        [[1.0, 0.0], [0.5, 0.5]]

    Source: Vaswani et al. 2017, equation 1, arXiv 1706.03762.
    """
    scores = einsum(query, key, "... query d_head, ... key d_head -> ... query key") / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=-1)


def scaled_dot_product(
    query: Float[Tensor, "*batch query d_head"],
    key: Float[Tensor, "*batch key d_head"],
    value: Float[Tensor, "*batch key d_head"],
    mask: Bool[Tensor, "*#batch query key"] | None = None,
) -> Float[Tensor, "*batch query d_head"]:
    """softmax(q kᵀ / √d_head) v, where the mask allows.

    Args:
        query: What each token looks for.
        key: What each token offers to be found by.
        value: What each token hands over.
        mask: True where looking is allowed; None: everywhere.

    Returns:
        For each query the mean of the values, weighted by its attention pattern.

    Example:
        Equal keys share equally: the mean of 1 and 3.

        >>> scaled_dot_product(torch.ones(1, 1), torch.ones(2, 1), torch.tensor([[1.0], [3.0]])).item()
        2.0

    Source: Vaswani et al. 2017, equation 1, arXiv 1706.03762.
    """
    pattern = attention_pattern(query, key, mask)
    return einsum(pattern, value, "... query key, ... key d_head -> ... query d_head")


@runtime_checkable
class Cache(Protocol):
    """What attention asks of a key-value cache: `inference.KVCache` is one."""

    length: int
    """Tokens already read, in tokens. The generator moves it, once a step; no layer does."""

    def update(
        self, layer_index: int, key: Tensor, value: Tensor
    ) -> tuple[Float[Tensor, "batch kv_head key d_head"], Float[Tensor, "batch kv_head key d_head"]]:
        """Store a layer's new keys and values behind the old ones, and return all of them."""
        ...


@dataclass(frozen=True, slots=True)
class AttentionContext:
    """What attention needs besides the residual stream; the same for every layer of one forward pass."""

    rotary: tuple[Tensor, Tensor] | None = None
    """Cosines and sines of the new tokens, or None where positions are not rotary."""
    mask: Bool[Tensor, "*batch query key"] | None = None
    """True where looking is allowed; None: every token sees itself and all that came before."""
    cache: Cache | None = None
    """Keys and values of the tokens before these."""


class Attention(nn.Module):
    """Causal self-attention with several heads, which may share keys and values in groups.

    A forward hook on `attention_pattern` reads the pattern, `batch head query key`, when `config.attention` is
    `"naive"`; the fused kernel never forms it.

    Args:
        config: Sizes and variants.
        parts: The mask, rotation, norm and formula to use.
        layer_index: This layer's place in the cache.

    Source: Vaswani et al. 2017, section 3.2.2, arXiv 1706.03762; Ainslie et al. 2023, arXiv 2305.13245.
    """

    def __init__(self, config: GPTConfig, parts: "Parts", layer_index: int = 0) -> None:
        super().__init__()
        self.layer_index, self.d_head, self.dropout = layer_index, int(config.d_head), config.dropout
        self.group = int(config.n_heads // config.n_kv_heads)
        d_query, d_key = config.n_heads * self.d_head, config.n_kv_heads * self.d_head
        self.q_proj = nn.Linear(config.d_model, d_query, bias=config.bias)
        self.k_proj = nn.Linear(config.d_model, d_key, bias=config.bias)
        self.v_proj = nn.Linear(config.d_model, d_key, bias=config.bias)
        self.o_proj = nn.Linear(d_query, config.d_model, bias=config.bias)
        self.q_norm = parts.norm(config, self.d_head) if config.qk_norm else nn.Identity()
        self.k_norm = parts.norm(config, self.d_head) if config.qk_norm else nn.Identity()
        self.attention_pattern = nn.Identity()
        self.parts = parts
        self.is_fused = config.attention == "fused" and parts.scaled_dot_product is scaled_dot_product

    def forward(
        self, residual: Float[Tensor, "batch token d_model"], context: AttentionContext
    ) -> Float[Tensor, "batch token d_model"]:
        """What each token gathers from those before it, ready to be added to the residual stream."""
        query = self.q_norm(self.split_heads(self.q_proj(residual)))
        key = self.k_norm(self.split_heads(self.k_proj(residual)))
        value = self.split_heads(self.v_proj(residual))
        if context.rotary is not None:
            query, key = self.parts.positions(query, *context.rotary), self.parts.positions(key, *context.rotary)
        if context.cache is not None:
            key, value = context.cache.update(self.layer_index, key, value)
        mask = context.mask
        if mask is None and query.shape[-2] > 1 and not (self.is_fused and self.parts.mask is causal_mask):
            mask = self.parts.mask(query.shape[-2]).to(query.device)
        gathered = (self.attend_fused if self.is_fused else self.attend_openly)(query, key, value, mask)
        return self.o_proj(rearrange(gathered, "batch head token d_head -> batch token (head d_head)"))

    def split_heads(self, features: Float[Tensor, "batch token d_heads"]) -> Float[Tensor, "batch head token d_head"]:
        """Cut each token's vector into heads."""
        return rearrange(features, "batch token (head d_head) -> batch head token d_head", d_head=self.d_head)

    def attend_fused(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """The same mathematics in one kernel, which never writes the pattern to memory.

        A single new token's query heads that share keys are handed over as several queries of one head: the same
        scores, and each key is read once.
        """
        n_queries = query.shape[-2]
        share_keys = n_queries == 1 and self.group > 1
        if share_keys:
            query = rearrange(query, "batch (kv_head group) 1 d_head -> batch kv_head group d_head", group=self.group)
        gathered = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=mask,
            dropout_p=self.dropout if self.training else 0.0,
            is_causal=mask is None and n_queries > 1,
            enable_gqa=self.group > 1 and not share_keys,
        )
        return (
            rearrange(gathered, "batch kv_head group d_head -> batch (kv_head group) 1 d_head")
            if share_keys
            else gathered
        )

    def attend_openly(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """The formula, step by step, so that its pattern can be seen (or the learner's own formula)."""
        key, value = (
            repeat(each, "batch kv_head key d_head -> batch (kv_head group) key d_head", group=self.group)
            for each in (key, value)
        )
        if self.parts.scaled_dot_product is not scaled_dot_product:
            return self.parts.scaled_dot_product(query, key, value, mask)
        pattern = self.attention_pattern(attention_pattern(query, key, mask))
        pattern = F.dropout(pattern, self.dropout, self.training)
        return einsum(pattern, value, "batch head query key, batch head key d_head -> batch head query d_head")
