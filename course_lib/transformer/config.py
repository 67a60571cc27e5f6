"""The configuration of a GPT: every choice that makes GPT-2, a Llama or your own model, checked when it is made."""

from dataclasses import dataclass
from typing import Literal


class Derived(int):
    """A size that follows from the other fields, and is worked out anew when `dataclasses.replace` changes them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GPTConfig:
    """The shape of a GPT, and which variant stands in each place.

    Raises:
        ValueError: A size is not positive, or two sizes do not fit each other; the message says which and why.

    Example:
        >>> config = GPTConfig(vocab_size=100, context_length=32, n_layers=2, n_heads=4, d_model=64)
        >>> config.d_head, config.n_kv_heads, config.d_ff
        (16, 4, 256)
    """

    vocab_size: int
    """Entries of the vocabulary: the tokenizer's `vocab_size`."""
    context_length: int
    """Most tokens read at once."""
    n_layers: int
    """Blocks, one above the other."""
    n_heads: int
    """Query heads of each attention layer."""
    d_model: int
    """Width of the residual stream, in features."""
    n_kv_heads: int | None = None
    """Key and value heads; None: `n_heads`. Fewer: several query heads share one (grouped-query attention)."""
    d_head: int | None = None
    """Width of a head, in features; None: `d_model // n_heads`."""
    d_ff: int | None = None
    """Width inside the feed-forward layer, in features; None: `4 * d_model`."""
    positions: Literal["learned", "rotary", "none"] = "rotary"
    """How order is told: a vector learned for each place, a rotation of queries and keys, or not at all."""
    rope_theta: float = 10_000.0
    """Rotary positions: the slowest pair turns once in about 2π·`rope_theta` tokens."""
    norm: Literal["layer_norm", "rms_norm"] = "rms_norm"
    """The normalisation before each layer and before the head."""
    norm_eps: float = 1e-5
    """Added to the mean square before the root, so that a vector of zeros stays finite."""
    feed_forward: Literal["gelu", "swiglu", "squared_relu"] = "swiglu"
    """The non-linearity of the feed-forward layers."""
    bias: bool = False
    """Whether linear layers and LayerNorms add a bias, as GPT-2's do."""
    tied_head: bool = True
    """Whether the head's matrix is the token embedding's."""
    qk_norm: bool = False
    """Whether each head's queries and keys are normalised, which keeps scores small and training calm."""
    dropout: float = 0.0
    """Share of activations set to zero while training."""
    attention: Literal["naive", "fused"] = "fused"
    """Attention as the formula, its pattern open to a hook, or torch's one fast kernel."""
    zero_init_projections: bool = False
    """Whether `o_proj` and `down_proj` start at zero, so that every block starts as the identity."""

    def __post_init__(self) -> None:
        _check_positive(self)
        if isinstance(self.n_kv_heads, Derived | None):
            object.__setattr__(self, "n_kv_heads", Derived(self.n_heads))
        if isinstance(self.d_ff, Derived | None):
            object.__setattr__(self, "d_ff", Derived(4 * self.d_model))
        if isinstance(self.d_head, Derived | None):
            if self.d_model % self.n_heads:
                raise ValueError(
                    f"d_model={self.d_model} does not divide into n_heads={self.n_heads} heads of equal width: "
                    f"choose a multiple of {self.n_heads}, or set d_head yourself"
                )
            object.__setattr__(self, "d_head", Derived(self.d_model // self.n_heads))
        _check_fit(self)


def _check_positive(config: GPTConfig) -> None:
    sizes = ("vocab_size", "context_length", "n_layers", "n_heads", "d_model", "n_kv_heads", "d_head", "d_ff")
    for name in sizes:
        value = getattr(config, name)
        if value is not None and value < 1:
            raise ValueError(f"{name}={value}: it must be 1 or more, since it counts something the model has")
    for name in ("rope_theta", "norm_eps"):
        value = getattr(config, name)
        if value <= 0:
            raise ValueError(f"{name}={value}: it must be above 0, since the model divides by what it makes")
    if not 0 <= config.dropout < 1:
        raise ValueError(f"dropout={config.dropout}: it is a share, at least 0 and below 1; is it given in per cent?")


def _check_fit(config: GPTConfig) -> None:
    choices = {
        "positions": ("learned", "rotary", "none"),
        "norm": ("layer_norm", "rms_norm"),
        "feed_forward": ("gelu", "swiglu", "squared_relu"),
        "attention": ("naive", "fused"),
    }
    for name, allowed in choices.items():
        value = getattr(config, name)
        if value not in allowed:
            raise ValueError(f"{name}={value!r}: it must be one of {', '.join(allowed)}; a spelling mistake?")
    if config.n_heads % config.n_kv_heads:
        raise ValueError(
            f"n_kv_heads={config.n_kv_heads} does not divide n_heads={config.n_heads}: "
            "every key-value head must serve the same number of query heads"
        )
    if config.positions == "rotary" and config.d_head % 2:
        raise ValueError(
            f"d_head={config.d_head} is odd: rotary positions turn features in pairs; "
            "choose an even d_head, or other positions"
        )


def count_parameters(config: GPTConfig) -> int:
    """Count a GPT's parameters from its configuration alone, without building it.

    Args:
        config: The model's configuration.

    Returns:
        The number of trained numbers; a tied head counts once.

    Example:
        Two tokens, width 4, one head of 4: the embedding has 2·4, attention 4·4·4, the feed-forward layer 2·4·16,
        and the three RMSNorms 3·4.

        >>> config = GPTConfig(vocab_size=2, context_length=8, n_layers=1, n_heads=1, d_model=4, feed_forward="gelu")
        >>> count_parameters(config) == 2 * 4 + 4 * 4 * 4 + 2 * 4 * 16 + 3 * 4
        True
    """

    def linear(d_in: int, d_out: int) -> int:
        return d_in * d_out + d_out * config.bias

    def norm(size: int) -> int:
        return size * (2 if config.norm == "layer_norm" and config.bias else 1)

    d_model, d_query, d_key = config.d_model, config.n_heads * config.d_head, config.n_kv_heads * config.d_head
    attention = linear(d_model, d_query) + 2 * linear(d_model, d_key) + linear(d_query, d_model)
    attention += 2 * norm(config.d_head) * config.qk_norm
    n_inner = 2 if config.feed_forward == "swiglu" else 1
    feed_forward = n_inner * linear(d_model, config.d_ff) + linear(config.d_ff, d_model)
    embeddings = config.vocab_size * d_model + config.context_length * d_model * (config.positions == "learned")
    head = 0 if config.tied_head else config.vocab_size * d_model
    block = attention + feed_forward + 2 * norm(d_model)
    return int(embeddings + config.n_layers * block + norm(d_model) + head)
