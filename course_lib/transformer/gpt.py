"""The GPT: token ids in, logits for every next token out."""

import torch
from jaxtyping import Bool, Float, Int, Num
from torch import Tensor, nn

from course_lib.common.errors import CourseError
from course_lib.transformer.attention import AttentionContext, Cache, causal_mask, padded_mask
from course_lib.transformer.config import GPTConfig
from course_lib.transformer.parts import Parts
from course_lib.transformer.positions import rotary_tables


class GPT(nn.Module):
    """A decoder-only transformer: GPT-2, a Llama, or your own, as the configuration says.

    Weights start as normal noise of standard deviation 0.02, as GPT-2's; biases at 0, norms at 1. What writes to the
    residual stream (`o_proj`, `down_proj`) starts smaller by √(2 n_layers), so that the sum of all blocks has the
    size of one, or at zero where `config.zero_init_projections` says so.

    Args:
        config: Sizes and variants.
        parts: The callables to build it from; the library's where none is given.

    Example:
        >>> config = GPTConfig(vocab_size=10, context_length=8, n_layers=1, n_heads=2, d_model=4)
        >>> GPT(config)(torch.tensor([[1, 2, 3]])).shape        # batch, token, vocab
        torch.Size([1, 3, 10])

    Source: Radford et al. 2019 (GPT-2); Touvron et al. 2023 (Llama), arXiv 2302.13971.
    """

    def __init__(self, config: GPTConfig, parts: Parts = Parts()) -> None:  # noqa: B008  (frozen)
        super().__init__()
        self.config, self.parts = config, parts
        self.token_embedding = nn.Embedding(config.vocab_size, config.d_model)
        if config.positions == "learned":
            self.position_embedding = nn.Embedding(config.context_length, config.d_model)
        self.dropout = nn.Dropout(config.dropout) if config.dropout else nn.Identity()
        self.blocks = nn.ModuleList(parts.block(config, parts, index) for index in range(config.n_layers))
        self.final_norm = parts.norm(config, config.d_model)
        self.head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied_head:
            self.head.weight = self.token_embedding.weight
        self.initialise()

    def initialise(self) -> None:
        """Draw fresh weights from torch's random state."""
        into_stream = 0.0 if self.config.zero_init_projections else 0.02 / (2 * self.config.n_layers) ** 0.5
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                deviation = into_stream if name.endswith(("o_proj", "down_proj")) else 0.02
                nn.init.normal_(module.weight, std=deviation)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(
        self,
        token_ids: Int[Tensor, "batch token"],
        cache: Cache | None = None,
        positions: Num[Tensor, "#batch token"] | None = None,
        attention_mask: Num[Tensor, "batch key"] | Bool[Tensor, "batch key"] | None = None,
        last_only: bool = False,
    ) -> Float[Tensor, "batch scored vocab"]:
        """Score every possible next token, at every place.

        Args:
            token_ids: The tokens to read.
            cache: Keys and values of the tokens before these; the caller advances it afterwards.
            positions: Each token's place, in tokens; by default they count up from the cache's length, or from the
                first token that is not padding. Fractions are allowed where positions are rotary.
            attention_mask: 1 at tokens and 0 at padding, for the cached tokens and the new ones.
            last_only: Whether to score only what follows the last token, which is all that generation needs.

        Returns:
            Logits: row `t` scores the token that follows token `t`.

        Raises:
            CourseError: The sequence is longer than the context, or (checked on a CPU) an id is out of range.
        """
        hidden = self.hidden_states(token_ids, cache, positions, attention_mask)
        return self.head(hidden[:, -1:] if last_only else hidden)

    def hidden_states(
        self,
        token_ids: Int[Tensor, "batch token"],
        cache: Cache | None = None,
        positions: Num[Tensor, "#batch token"] | None = None,
        attention_mask: Num[Tensor, "batch key"] | Bool[Tensor, "batch key"] | None = None,
    ) -> Float[Tensor, "batch token d_model"]:
        """What the head reads: the residual stream above the last block, normalised. Arguments as for a call."""
        check_token_ids(token_ids, self.config.vocab_size)
        positions = self.place(token_ids, cache, positions, attention_mask)
        context = self.context(positions, cache, attention_mask)
        residual = self.token_embedding(token_ids)
        if self.config.positions == "learned":
            residual = residual + self.position_embedding(positions)
        residual = self.dropout(residual)
        for block in self.blocks:
            residual = block(residual, context)
        return self.final_norm(residual)

    def place(
        self, token_ids: Tensor, cache: Cache | None, positions: Tensor | None, attention_mask: Tensor | None
    ) -> Num[Tensor, "#batch token"]:
        """Each new token's position: as given, else counted from the first token that is not padding."""
        n_tokens, n_past = token_ids.shape[1], cache.length if cache else 0
        if positions is None and attention_mask is None:
            check_length(n_past + n_tokens, self.config.context_length)
            return torch.arange(n_past, n_past + n_tokens, device=token_ids.device)[None]
        if positions is None:
            positions = (attention_mask.cumsum(dim=-1)[:, -n_tokens:] - 1).clamp(min=0)
        if positions.is_cpu and not torch.compiler.is_compiling():
            check_length(int(positions.max()) + 1, self.config.context_length)
        return positions

    def context(
        self, positions: Num[Tensor, "#batch token"], cache: Cache | None = None, attention_mask: Tensor | None = None
    ) -> AttentionContext:
        """What every layer's attention needs: rotary tables, a mask if the plain causal one will not do, the cache."""
        config, n_tokens, n_past = self.config, positions.shape[1], cache.length if cache else 0
        rotary = None
        if config.positions == "rotary":
            cos, sin = rotary_tables(positions, int(config.d_head), config.rope_theta)
            rotary = cos[:, None], sin[:, None]
        mask, is_plain = None, self.parts.mask is causal_mask
        if attention_mask is not None or not is_plain or (n_past and n_tokens > 1):
            if is_plain:
                mask = causal_mask(n_tokens, positions.device, n_past)
            else:
                mask = self.parts.mask(n_past + n_tokens)[n_past:].to(positions.device)
        if attention_mask is not None:
            mask = padded_mask(mask, attention_mask.bool())
        return AttentionContext(rotary=rotary, mask=mask, cache=cache)


def check_length(n_tokens: int, context_length: int) -> None:
    """Refuse a sequence longer than the context, in one line.

    Raises:
        CourseError: It is longer.

    Example:
        >>> check_length(8, context_length=8)
    """
    if n_tokens > context_length:
        raise CourseError(
            f"the sequence has {n_tokens} tokens, the model reads at most {context_length}: "
            "shorten it, or read it in windows"
        )


def check_token_ids(token_ids: Int[Tensor, "*batch token"], vocab_size: int) -> None:
    """Refuse ids that are not in the vocabulary, in one line; on a CPU alone, where looking costs nothing.

    Raises:
        CourseError: An id is below 0, or `vocab_size` or more.

    Example:
        >>> check_token_ids(torch.tensor([0, 8]), vocab_size=9)
    """
    if not token_ids.is_cpu or not token_ids.numel() or torch.compiler.is_compiling():
        return
    low, high = (bound.item() for bound in token_ids.aminmax())
    if low < 0 or high >= vocab_size:
        raise CourseError(
            f"token id {low if low < 0 else high} is not in the vocabulary, 0 to {vocab_size - 1}: "
            "was the text encoded by another tokenizer?"
        )
