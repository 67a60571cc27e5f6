"""Skip-gram with negative sampling: word vectors from a game of telling true neighbours from strangers."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from einops import einsum
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.sequence.company import keep_probability, neighbour_pairs, noise_distribution

Gradients = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""Vectors of centres, neighbours and strangers → the slope of the loss with respect to each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SkipGramConfig:
    """How word vectors are trained."""

    d_model: int = 48
    """Numbers in a word's vector."""
    window: int = 2
    """How many places to either side count as near."""
    n_negatives: int = 5
    """Strangers drawn for every true neighbour."""
    subsample: float = 1e-3
    """Share of the text above which occurrences of a word are left out at random."""
    noise_power: float = 0.75
    """Strangers are drawn in proportion to count ** noise_power."""
    n_passes: int = 4
    """How often the text is read."""
    batch_size: int = 4096
    """Pairs in a step."""
    learning_rate: float = 0.01
    """Of Adam."""

    def __post_init__(self) -> None:
        for name in ("d_model", "window", "n_negatives", "n_passes", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be 1 or more")
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate is {self.learning_rate}: it must be above 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class SkipGramReport:
    """What one step of training says."""

    step: int
    """Counted from 1."""
    n_pairs: int
    """True pairs seen so far."""
    loss: float
    """Mean over the pairs of this step, in nats."""


class SkipGram(nn.Module):
    """Two vectors for every word: one for when it is in the centre, one for when it is a neighbour.

    Args:
        n_words: Rows of each table.
        d_model: Numbers in a vector.
        generator: Where the first numbers come from.

    Raises:
        ValueError: A size is below 1.

    Example:
        >>> SkipGram(10, 4).centre.shape
        torch.Size([10, 4])
    """

    def __init__(self, n_words: int, d_model: int, generator: torch.Generator | None = None):
        super().__init__()
        if n_words < 1 or d_model < 1:
            raise ValueError(f"n_words is {n_words} and d_model {d_model}: both must be 1 or more")
        self.centre = nn.Parameter(0.1 * torch.randn(n_words, d_model, generator=generator))
        self.neighbour = nn.Parameter(0.1 * torch.randn(n_words, d_model, generator=generator))


def negative_sampling_loss(
    centre: Float[Tensor, "*pair d_model"],
    neighbour: Float[Tensor, "*pair d_model"],
    negatives: Float[Tensor, "*pair negative d_model"],
) -> Float[Tensor, "*pair"]:
    """How badly a true neighbour and some strangers are told apart: −log σ(true score) − Σ log σ(−stranger's score).

    Args:
        centre: Vector of the word in the centre.
        neighbour: Vector of a word that really stood near it.
        negatives: Vectors of words drawn at random.

    Returns:
        The loss of each pair, in nats.

    Raises:
        ValueError: The shapes do not go together.

    Source: Mikolov et al. 2013, arXiv 1310.4546, equation 4.

    Example:
        >>> zero = torch.zeros(2)
        >>> round(negative_sampling_loss(zero, zero, torch.zeros(3, 2)).item(), 4)      # four times log 2
        2.7726
    """
    _check_shapes(centre, neighbour, negatives)
    true = einsum(centre, neighbour, "... d_model, ... d_model -> ...")
    strange = einsum(centre, negatives, "... d_model, ... negative d_model -> ... negative")
    return -F.logsigmoid(true) - F.logsigmoid(-strange).sum(dim=-1)


def negative_sampling_gradients(
    centre: Float[Tensor, "pair d_model"],
    neighbour: Float[Tensor, "pair d_model"],
    negatives: Float[Tensor, "pair negative d_model"],
) -> tuple[Float[Tensor, "pair d_model"], Float[Tensor, "pair d_model"], Float[Tensor, "pair negative d_model"]]:
    """Slopes of `negative_sampling_loss`: each word is moved along the other, by how wrong the guess was.

    Args:
        centre: Vectors of the words in the centre.
        neighbour: Vectors of words that really stood near them.
        negatives: Vectors of words drawn at random.

    Returns:
        The slope for each of the three, in their shapes.

    Raises:
        ValueError: The shapes do not go together.

    Example:
        >>> one = torch.ones(1, 2)
        >>> [slope.tolist() for slope in negative_sampling_gradients(one, 0 * one, torch.zeros(1, 1, 2))]
        [[[0.0, 0.0]], [[-0.5, -0.5]], [[[0.5, 0.5]]]]
    """
    _check_shapes(centre, neighbour, negatives)
    true = einsum(centre, neighbour, "pair d_model, pair d_model -> pair")
    strange = einsum(centre, negatives, "pair d_model, pair negative d_model -> pair negative")
    true_error, strange_error = true.sigmoid() - 1, strange.sigmoid()
    for_centre = einsum(true_error, neighbour, "pair, pair d_model -> pair d_model")
    for_centre = for_centre + einsum(strange_error, negatives, "pair negative, pair negative d_model -> pair d_model")
    for_neighbour = einsum(true_error, centre, "pair, pair d_model -> pair d_model")
    for_negatives = einsum(strange_error, centre, "pair negative, pair d_model -> pair negative d_model")
    return for_centre, for_neighbour, for_negatives


def train_skip_gram(
    model: SkipGram,
    word_ids: Int[Tensor, " token"],
    page_numbers: Int[Tensor, " token"],
    config: SkipGramConfig,
    generator: torch.Generator,
    gradients: Gradients = negative_sampling_gradients,
) -> Iterator[SkipGramReport]:
    """Play the game over a text, by Adam on hand-made gradients; `model.centre` ends as the word vectors.

    Args:
        model: Two tables; changed in place.
        word_ids: The text as numbers; every word of the tables occurs.
        page_numbers: The page of each place; neighbours share one.
        config: How to train.
        generator: Where all chance comes from.
        gradients: Slopes of the loss: the library's, or yours.

    Yields:
        A report after each step.

    Raises:
        ValueError: A word of the tables does not occur, the text has words that they lack, or the loss is no number.
    """
    n_words = len(model.centre)
    counts = torch.bincount(word_ids, minlength=n_words).float()
    if len(counts) > n_words or len(model.neighbour) != n_words:
        raise ValueError(f"the text has word number {len(counts) - 1}: the tables have {n_words} rows")
    keep, noise = keep_probability(counts, config.subsample), noise_distribution(counts, config.noise_power)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    step = n_pairs = 0
    for _ in range(config.n_passes):
        kept = torch.rand(len(word_ids), generator=generator) < keep[word_ids]
        pairs = neighbour_pairs(word_ids[kept], page_numbers[kept], config.window, generator)
        order = torch.randperm(len(pairs[0]), generator=generator)
        strangers = torch.multinomial(noise, len(order) * config.n_negatives + 1, True, generator=generator)
        strangers = strangers[:-1].view(-1, config.n_negatives)
        for rows in order.split(config.batch_size):
            loss = _fill_gradients(model, pairs[0][rows], pairs[1][rows], strangers[rows], gradients)
            optimizer.step()
            if not math.isfinite(loss):
                raise ValueError(f"the loss is {loss} at step {step + 1}: is the learning rate too large?")
            step, n_pairs = step + 1, n_pairs + len(rows)
            yield SkipGramReport(step=step, n_pairs=n_pairs, loss=loss)


@torch.no_grad()
def _fill_gradients(
    model: SkipGram, centres: Tensor, neighbours: Tensor, strangers: Tensor, gradients: Gradients
) -> float:
    """Put the mean slopes of a batch where the optimizer looks for them, and return the batch's mean loss."""
    centre, neighbour, negatives = model.centre[centres], model.neighbour[neighbours], model.neighbour[strangers]
    for_centre, for_neighbour, for_negatives = gradients(centre, neighbour, negatives)
    for table in (model.centre, model.neighbour):
        table.grad = torch.zeros_like(table) if table.grad is None else table.grad.zero_()
    share = 1 / len(centres)
    model.centre.grad.index_add_(0, centres, for_centre, alpha=share)
    model.neighbour.grad.index_add_(0, neighbours, for_neighbour, alpha=share)
    model.neighbour.grad.index_add_(0, strangers.flatten(), for_negatives.flatten(0, 1), alpha=share)
    return negative_sampling_loss(centre, neighbour, negatives).mean().item()


def _check_shapes(centre: Tensor, neighbour: Tensor, negatives: Tensor) -> None:
    fits = centre.shape == neighbour.shape and negatives.shape[:-2] == centre.shape[:-1]
    if not fits or negatives.shape[-1:] != centre.shape[-1:]:
        shapes = ", ".join(str(tuple(each.shape)) for each in (centre, neighbour, negatives))
        raise ValueError(
            f"shapes {shapes}: centre and neighbour must match, negatives have one axis more before the last"
        )
