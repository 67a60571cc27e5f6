"""N-grams: a language model that is a table of counts, and adds a little to each so that nothing is impossible."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.sequence.examples import check_ids

MAX_CELLS = 2**25
"""Largest table that is made, in cells: 128 MiB. With each token of context it grows by the size of the vocabulary."""


def _rows(contexts: Tensor, vocab_size: int) -> Tensor:
    """One number per context: its tokens read as the digits of a number in base `vocab_size`."""
    powers = [vocab_size**power for power in reversed(range(contexts.shape[1]))]
    return (contexts * torch.tensor(powers, dtype=torch.long)).sum(dim=1)


def count_ngrams(
    contexts: Int[Tensor, "example token"], targets: Int[Tensor, " example"], vocab_size: int
) -> Float[Tensor, "..."]:
    """Count how often each token followed each context.

    Args:
        contexts: The tokens before; as many for each example. None of them: single tokens are counted.
        targets: What followed.
        vocab_size: How many tokens there are.

    Returns:
        An axis for each token of the context, in reading order, and one for what followed, all `vocab_size` long.

    Raises:
        ValueError: If there are no examples, an id is outside the vocabulary, or the table would not fit.

    Example:
        >>> count_ngrams(torch.tensor([[0], [1], [1]]), torch.tensor([1, 1, 0]), vocab_size=2).tolist()
        [[0.0, 1.0], [1.0, 1.0]]
    """
    if len(targets) == 0:
        raise ValueError("there is nothing to count: no examples")
    n_cells = vocab_size ** (contexts.shape[1] + 1)
    if n_cells > MAX_CELLS:
        raise ValueError(f"the table would have {n_cells:,} cells, at most {MAX_CELLS:,} fit: shorten the context")
    check_ids(contexts, vocab_size, "contexts")
    check_ids(targets, vocab_size, "targets")
    counts = torch.bincount(_rows(contexts, vocab_size) * vocab_size + targets, minlength=n_cells)
    return counts.reshape([vocab_size] * (contexts.shape[1] + 1)).float()


class NGramModel:
    """A table of counts as a language model: each row, shared out, says what follows its context.

    To every count `alpha` is added first (add-α, or Lidstone, smoothing; 1 is Laplace's). A context that was never met
    gives every token an equal share.

    Args:
        counts: As `count_ngrams` makes them: an axis per token of context, and one for what follows.
        alpha: What is added to each count; 0 leaves what was never seen impossible.

    Raises:
        ValueError: If a count is negative, infinite or no number, the axes differ in length, or alpha is negative.

    Example:
        >>> model = NGramModel(torch.tensor([[0.0, 4.0], [1.0, 1.0]]), alpha=1.0)
        >>> model(torch.tensor([[0], [1]])).exp()          # (0 + 1) / 6 and (4 + 1) / 6; 2 / 4 and 2 / 4
        tensor([[0.1667, 0.8333],
                [0.5000, 0.5000]])

    Source: Chen and Goodman, An Empirical Study of Smoothing Techniques for Language Modeling (1996), section 2; the
    same paper has better ways to smooth.
    """

    def __init__(self, counts: Float[Tensor, "..."], alpha: float = 0.0) -> None:
        if counts.ndim == 0 or len(set(counts.shape)) != 1:
            raise ValueError(f"counts have the shape {tuple(counts.shape)}: all axes must be as long as the vocabulary")
        if not 0 <= counts.min().item() <= counts.max().item() < math.inf:  # false for NaN, too
            raise ValueError("counts hold a number that is negative, infinite or NaN: a count is 0 or more")
        if not 0 <= alpha < math.inf:
            raise ValueError(f"alpha is {alpha}: what is added to a count is 0 or more, and finite")
        self.vocab_size, self.context_length, self.alpha = counts.shape[-1], counts.ndim - 1, alpha
        self._counts = counts.reshape(-1, self.vocab_size)

    def __call__(self, contexts: Int[Tensor, "example token"]) -> Float[Tensor, "example vocab"]:
        """Log-probability, in nats, of every token after each context.

        Raises:
            ValueError: If the contexts are of another length, or hold an id outside the vocabulary.
        """
        if contexts.shape[1] != self.context_length:
            raise ValueError(
                f"contexts have {contexts.shape[1]} tokens, the table was counted with {self.context_length}"
            )
        check_ids(contexts, self.vocab_size, "contexts")
        counts = self._counts[_rows(contexts, self.vocab_size)].double() + self.alpha
        counts[counts.sum(dim=1) == 0] = 1.0  # never met, and nothing added: equal shares
        return (counts / counts.sum(dim=1, keepdim=True)).log().float()
