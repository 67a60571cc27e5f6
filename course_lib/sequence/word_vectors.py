"""What word vectors can be asked: who is near whom, sums of words with an honest score, and a map."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.sequence.lexicon import Lexicon


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


def ask_words(
    question: str, lexicon: Lexicon, vectors: Float[Tensor, "word d_model"], n_nearest: int = 8
) -> tuple[list[int], list[tuple[str, int, float]]]:
    """The words nearest to a word, or to a sum such as `baker - bakery + library`; those asked about are left out.

    Args:
        question: Words with + or − between them, in capitals or not.
        lexicon: What the rows stand for.
        vectors: One row a word; each is brought to length 1 before the sum.
        n_nearest: How many words are wanted.

    Returns:
        The numbers of the words asked about, and text, number and cosine of each near word, the nearest first.

    Raises:
        ValueError: There is no word in the question, or one that is not known.

    Example:
        >>> lexicon = Lexicon.of(["east east east north north west"], min_count=1)
        >>> ask_words("East − north", lexicon, torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, -0.8]]), n_nearest=1)
        ([0, 1], [('west', 2, 0.98...)])
    """
    signed = re.findall(r"([+−-]?)\s*([^\W\d_]+)", question.lower())
    if not signed:
        raise ValueError(f"there is no word in {question!r}: ask for one, or for a sum")
    given = lexicon.ids_of([word for _, word in signed])
    signs = torch.tensor([-1.0 if sign in ("-", "−") else 1.0 for sign, _ in signed])
    cosines, numbers = nearest(vectors, signs @ directions(vectors)[given], n_nearest, given.tolist())
    words = [lexicon.words[number] for number in numbers.tolist()]
    return given.tolist(), list(zip(words, numbers.tolist(), cosines.tolist(), strict=True))


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
    near = rows[pairs] @ rows.T  # cosines of both words of each pair with every word; a sum's follow by adding
    for some in torch.arange(len(one)).split(128):  # a large vocabulary times all sums would not fit in memory
        hits += _hits(near, pairs, one[some], other[some], no_answer)
    shares = dict(zip(_SCORES, (hits / len(one)).tolist(), strict=True))
    return AnalogyScore(n=len(one), **shares)


_SCORES = ("all_words", "given_left_out", "only_answers", "no_sum", "no_sum_only_answers", "a_given_word")


def _hits(near: Tensor, pairs: Tensor, one: Tensor, other: Tensor, no_answer: Tensor) -> Tensor:
    """How many of these sums are right, in the order of `_SCORES`."""
    given, right = torch.cat((pairs[one], pairs[other, :1]), dim=1), pairs[other, 1]
    near_sum = near[one, 1] - near[one, 0] + near[other, 0]  # as ordered by their cosines with the sum
    best = near_sum.argmax(dim=-1)
    found = [best]
    for scores in (near_sum, near[other, 0]):
        left = scores.scatter(1, given, -torch.inf)
        found += [left.argmax(dim=-1), left.masked_fill(no_answer, -torch.inf).argmax(dim=-1)]
    hits = [(answer == right).sum() for answer in found]
    return torch.stack([*hits, (best[:, None] == given).any(dim=-1).sum()]).float()


def principal_plane(
    vectors: Float[Tensor, "word d_model"], fit: Float[Tensor, "fitted d_model"] | None = None
) -> tuple[Float[Tensor, "word 2"], float]:
    """A map: the flat picture that keeps as much of the spread of the vectors as two axes can.

    Args:
        vectors: One row a word.
        fit: The rows whose spread the axes should keep, at least three of at least two numbers; all, if not given.

    Returns:
        Two coordinates a word, and the share of the spread (variance) of `fit` that they keep.

    Raises:
        ValueError: There are too few rows or numbers, or all rows are the same.

    Source: Pearson 1901; the axes are the first two right singular vectors of the centred rows.

    Example:
        >>> places, kept = principal_plane(torch.tensor([[0.0, 0.0, 5.0], [4.0, 0.0, 5.0], [2.0, 1.0, 5.0]]))
        >>> places[:, 0].abs().round().tolist(), round(kept, 3)          # the third number never varies
        ([2.0, 2.0, 0.0], 1.0)
    """
    fit = vectors if fit is None else fit
    if len(fit) < 3 or fit.shape[-1] < 2:
        raise ValueError(f"the rows have shape {tuple(fit.shape)}: a map needs 3 words of 2 numbers or more")
    centre = fit.mean(dim=0)
    _, sizes, axes = torch.linalg.svd(fit - centre, full_matrices=False)
    if not bool(sizes[0] > 0):
        raise ValueError("all vectors are the same: there is nothing to spread out on a map")
    upright = torch.where(axes[:2].sum(dim=-1, keepdim=True) < 0, -1.0, 1.0)  # an axis has no sign of its own
    kept = (sizes[:2].square().sum() / sizes.square().sum()).item()
    return (vectors - centre) @ (upright * axes[:2]).T, kept
