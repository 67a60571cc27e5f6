"""Work: how many operations a forward pass takes, from the configuration alone."""

from dataclasses import dataclass

from course_lib.transformer.config import GPTConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """FLOPs of the matrix products of one forward pass; a multiplication and an addition count as two."""

    weights: int
    """Products with weights: they grow with the tokens read."""
    pairs: int
    """Products of queries with keys, and of the pattern with values: they grow with the pairs of tokens."""

    @property
    def total(self) -> int:
        """Both together."""
        return self.weights + self.pairs


def forward_work(config: GPTConfig, n_new: int, n_past: int = 0, n_scored: int | None = None) -> Work:
    """Count the FLOPs of reading `n_new` tokens, with `n_past` more in the cache.

    Every query is counted against every key, as the formula computes them; a kernel that skips what the causal mask
    hides does about half of the pairs of a text that is read at once.

    Args:
        config: The model's configuration.
        n_new: Tokens read by this pass.
        n_past: Tokens whose keys and values are kept from earlier passes.
        n_scored: Of how many of the new tokens the head scores the next; None: all.

    Returns:
        The work, in two parts.

    Raises:
        ValueError: A number is negative, or more tokens are scored than read.

    Example:
        One layer of width 2: attention has 4·2·2 weights, the feed-forward layer 3·2·8, the head 5·2; two operations
        each. One query meets 3 keys in 2 features, twice, two operations each.

        >>> config = GPTConfig(vocab_size=5, context_length=8, n_layers=1, n_heads=1, d_model=2)
        >>> forward_work(config, n_new=1, n_past=2)
        Work(weights=148, pairs=24)

    Source: Kaplan et al. 2020, table 1, arXiv 2001.08361.
    """
    n_scored = n_new if n_scored is None else n_scored
    for name, value in (("n_new", n_new), ("n_past", n_past), ("n_scored", n_scored)):
        if value < 0:
            raise ValueError(f"{name}={value}: it counts tokens, so it is 0 or more")
    if n_scored > n_new:
        raise ValueError(f"n_scored={n_scored}: only the {n_new} tokens read by this pass can be scored")
    d_query, d_key = config.n_heads * config.d_head, config.n_kv_heads * config.d_head
    n_matrices = 3 if config.feed_forward == "swiglu" else 2
    block = 2 * config.d_model * (d_query + d_key) + n_matrices * config.d_model * config.d_ff
    weights = n_new * config.n_layers * block + n_scored * config.vocab_size * config.d_model
    pairs = config.n_layers * n_new * (n_past + n_new) * d_query
    return Work(weights=int(2 * weights), pairs=int(2 * 2 * pairs))
