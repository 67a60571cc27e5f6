"""What word vectors can be asked: who is near whom, sums of words with an honest score, and a map."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F


def directions(vectors: Float[Tensor, "word d_model"]) -> Float[Tensor, "word d_model"]:
    """Vectors brought to length 1: a dot product of two is then their cosine.

    Args:
        vectors: One row a word.

    Raises:
        ValueError: A number is NaN or infinite, or a row is all zeros and so points nowhere.

    Example:
        >>> [[round(number, 2) for number in row] for row in directions(torch.tensor([[3.0, 4.0]])).tolist()]
        [[0.6, 0.8]]
    """
    if not bool(vectors.isfinite().all()):
        raise ValueError("the vectors hold a NaN or an infinity: did training blow up?")
    lengths = vectors.norm(dim=-1, keepdim=True)
    if bool((lengths == 0).any()):
        raise ValueError(f"row {int((lengths == 0).flatten().int().argmax())} is all zeros: it has no direction")
    return vectors / lengths


def nearest(
    vectors: Float[Tensor, "word d_model"],
    target: Float[Tensor, " d_model"],
    n_nearest: int = 5,
    left_out: Sequence[int] = (),
) -> tuple[Float[Tensor, " near"], Int[Tensor, " near"]]:
    """The words whose vectors point most nearly where a target points.

    Args:
        vectors: One row a word.
        target: Where to look: a word's own vector, or a sum.
        n_nearest: How many words are wanted.
        left_out: Words that may not be among them.

    Returns:
        Cosines and word numbers, the nearest first.

    Raises:
        ValueError: There are not so many words, a number left out is no word, or a vector is zero or NaN.

    Example:
        >>> table = torch.tensor([[1.0, 0.0], [9.0, 1.0], [0.0, 1.0]])
        >>> nearest(table, table[0], n_nearest=2, left_out=[0])[1].tolist()
        [1, 2]
    """
    wrong = [number for number in left_out if not 0 <= number < len(vectors)]
    if wrong:
        raise ValueError(f"word number {wrong[0]} is left out: there are {len(vectors)} words")
    if not 1 <= n_nearest <= len(vectors) - len(set(left_out)):
        raise ValueError(f"n_nearest is {n_nearest}: {len(vectors)} words less {len(set(left_out))} can be near")
    cosines = directions(vectors) @ directions(target[None])[0]
    cosines[list(left_out)] = -torch.inf
    return cosines.topk(n_nearest)


def neighbours_alike(vectors: Float[Tensor, "word d_model"], kinds: Int[Tensor, " word"]) -> Bool[Tensor, " judged"]:
    """Whether the nearest of all other words is of a word's own kind.

    Args:
        vectors: One row a word.
        kinds: The kind of each word; −1 for words of no kind, which are nobody's kin but may be nearest.

    Returns:
        True or False for each word that has a kind, in the order of the rows.

    Raises:
        ValueError: There is no kind for each row, or no word has one.

    Example:
        >>> table = torch.tensor([[1.0, 0.0], [9.0, 1.0], [0.0, 1.0]])
        >>> neighbours_alike(table, torch.tensor([0, 1, 1])).tolist()
        [False, False, True]
    """
    if len(kinds) != len(vectors):
        raise ValueError(f"there are {len(vectors)} vectors but {len(kinds)} kinds")
    judged = (kinds >= 0).nonzero().flatten()
    if not len(judged):
        raise ValueError("no word has a kind: all are −1")
    rows = directions(vectors)
    cosines = rows[judged] @ rows.T
    cosines[torch.arange(len(judged)), judged] = -torch.inf
    return kinds[cosines.argmax(dim=-1)] == kinds[judged]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalogyScore:
    """How often a sum of words ends at the right one, by who may be the answer."""

    n: int
    """How many sums."""
    all_words: float
    """Any word may answer."""
    given_left_out: float
    """The three given words may not."""
    only_answers: float
    """Given words left out, and only words that are the answer of some pair may."""
    no_sum: float
    """The nearest to the third word alone, given words left out."""
    no_sum_only_answers: float
    """The same, and only words that are the answer of some pair may."""
    a_given_word: float
    """Any word may answer, and one of the three given does."""


def score_analogies(vectors: Float[Tensor, "word d_model"], pairs: Int[Tensor, "pair 2"]) -> AnalogyScore:
    """For every two pairs (a, b) and (c, d): is the word nearest to b − a + c the right one, d?

    Args:
        vectors: One row a word; each is brought to length 1 before the sum.
        pairs: Pairs of one kind, such as (France, Paris), (Italy, Rome).

    Returns:
        Shares of all sums.

    Raises:
        ValueError: There are fewer than two pairs, or a number is no word.

    Source: Mikolov, Yih, Zweig 2013 (the sum, given words left out); Linzen 2016, arXiv 1606.07736 (no sum); Nissim et
    al. 2020, arXiv 1905.09866 (all words).

    Example:
        >>> table = torch.tensor([[1.0, 0.0, 1.0], [1.0, 0.0, -1.0], [0.0, 1.0, 1.0], [0.0, 1.0, -1.0]])
        >>> score_analogies(table, torch.tensor([[0, 1], [2, 3]])).all_words
        1.0
    """
    if len(pairs) < 2:
        raise ValueError(f"{len(pairs)} pairs make no analogy: at least two are needed")
    if not 0 <= int(pairs.min()) <= int(pairs.max()) < len(vectors):
        raise ValueError(f"a pair names word {int(pairs.max())} or below 0: there are {len(vectors)} words")
    rows = directions(vectors)
    one, other = torch.where(~torch.eye(len(pairs), dtype=torch.bool))
    no_answer = torch.ones(len(vectors), dtype=torch.bool)
    no_answer[pairs[:, 1]] = False
    hits = torch.zeros(6)
    for some in torch.arange(len(one)).split(128):  # a large vocabulary times all sums would not fit in memory
        hits += _hits(rows, pairs[one[some]], pairs[other[some]], no_answer)
    shares = dict(zip(_SCORES, (hits / len(one)).tolist(), strict=True))
    return AnalogyScore(n=len(one), **shares)


_SCORES = ("all_words", "given_left_out", "only_answers", "no_sum", "no_sum_only_answers", "a_given_word")


def _hits(rows: Tensor, one: Tensor, other: Tensor, no_answer: Tensor) -> Tensor:
    """How many of these sums are right, in the order of `_SCORES`."""
    (a, b), (c, right) = one.unbind(1), other.unbind(1)
    given = torch.stack((a, b, c), dim=-1)
    near_sum = F.normalize(rows[b] - rows[a] + rows[c], dim=-1) @ rows.T
    best = near_sum.argmax(dim=-1)
    found = [best]
    for near in (near_sum, rows[c] @ rows.T):
        left = near.scatter(1, given, -torch.inf)
        found += [left.argmax(dim=-1), left.masked_fill(no_answer, -torch.inf).argmax(dim=-1)]
    hits = [(answer == right).sum() for answer in found]
    return torch.stack([*hits, (best[:, None] == given).any(dim=-1).sum()]).float()


def principal_plane(
    vectors: Float[Tensor, "word d_model"],
) -> tuple[Float[Tensor, "word 2"], float]:
    """A map: the flat picture that keeps as much of the spread of the vectors as two axes can.

    Args:
        vectors: One row a word; at least three rows, at least two numbers each.

    Returns:
        Two coordinates a word, and the share of the spread (variance) that they keep.

    Raises:
        ValueError: There are too few rows or numbers, or all rows are the same.

    Source: Pearson 1901; the axes are the first two right singular vectors of the centred rows.

    Example:
        >>> places, kept = principal_plane(torch.tensor([[0.0, 0.0, 5.0], [4.0, 0.0, 5.0], [2.0, 1.0, 5.0]]))
        >>> places[:, 0].abs().round().tolist(), round(kept, 3)          # the third number never varies
        ([2.0, 2.0, 0.0], 1.0)
    """
    if len(vectors) < 3 or vectors.shape[-1] < 2:
        raise ValueError(f"vectors has shape {tuple(vectors.shape)}: a map needs 3 words of 2 numbers or more")
    centred = vectors - vectors.mean(dim=0)
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    if not bool(sizes[0] > 0):
        raise ValueError("all vectors are the same: there is nothing to spread out on a map")
    upright = torch.where(axes[:2].sum(dim=-1, keepdim=True) < 0, -1.0, 1.0)  # an axis has no sign of its own
    return centred @ (upright * axes[:2]).T, (sizes[:2].square().sum() / sizes.square().sum()).item()
