"""The company that words keep: pairs of neighbours, fewer of the commonest, and words drawn as strangers."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor


def keep_probability(counts: Float[Tensor, " word"], threshold: float | int = 1e-3) -> Float[Tensor, " word"]:
    """How likely each occurrence of a word is to be kept, so that *the* does not take up most of the time.

    Args:
        counts: Occurrences of each word; at least one.
        threshold: Share of the text up to which a word is always kept, above 0 and at most 1.

    Returns:
        √(threshold / share of the text), 1 at most.

    Raises:
        ValueError: There are no counts, one is not positive, or the threshold is out of range.

    Source: Mikolov et al. 2013, arXiv 1310.4546, equation 5 (theirs is the probability to discard).

    Example:
        >>> keep_probability(torch.tensor([900.0, 100.0]), threshold=0.225).tolist()
        [0.5, 1.0]
    """
    _check_counts(counts)
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}: a share above 0 and at most 1 is needed")
    return (threshold / (counts / counts.sum())).sqrt().clamp(max=1)


def noise_distribution(counts: Float[Tensor, " word"], power: float | int = 0.75) -> Float[Tensor, " word"]:
    """How likely each word is to be drawn as a stranger: more often if common, but less than in proportion.

    Args:
        counts: Occurrences of each word; at least one.
        power: 1 for in proportion, 0 for all alike.

    Returns:
        Probabilities that sum to 1.

    Raises:
        ValueError: There are no counts, one is not positive, or the power is negative.

    Source: Mikolov et al. 2013, arXiv 1310.4546, section 2.2.

    Example:
        >>> noise_distribution(torch.tensor([16.0, 1.0])).tolist()       # 16 ** 0.75 is 8
        [0.888..., 0.111...]
    """
    _check_counts(counts)
    if not power >= 0:
        raise ValueError(f"power is {power}: below 0 the rare words would be drawn most")
    weights = counts**power
    return weights / weights.sum()


def neighbour_pairs(
    word_ids: Int[Tensor, " token"],
    page_numbers: Int[Tensor, " token"],
    window: int,
    generator: torch.Generator | None = None,
) -> tuple[Int[Tensor, " pair"], Int[Tensor, " pair"]]:
    """Every word with each of its neighbours on the same page.

    Args:
        word_ids: The text as numbers.
        page_numbers: The page of each place.
        window: How many places to either side count as near.
        generator: If given, each place draws how far it looks, 1 to `window`, so that the nearest count most.

    Returns:
        The word in the centre and its neighbour, for each pair.

    Raises:
        ValueError: `window` is below 1, or the two rows differ in length.

    Source: Mikolov et al. 2013, arXiv 1301.3781, section 3.2.

    Example:
        >>> centre, neighbour = neighbour_pairs(torch.tensor([7, 8, 9]), torch.tensor([0, 0, 1]), window=2)
        >>> list(zip(centre.tolist(), neighbour.tolist()))
        [(7, 8), (8, 7)]
    """
    if window < 1:
        raise ValueError(f"window is {window}: a word has neighbours at a distance of 1 or more")
    if len(word_ids) != len(page_numbers):
        raise ValueError(f"there are {len(word_ids)} words but {len(page_numbers)} page numbers")
    reach = torch.full((len(word_ids),), window)
    if generator is not None:
        reach = torch.randint(1, window + 1, (len(word_ids),), generator=generator)
    centres, neighbours = [], []
    for distance in range(1, min(window, len(word_ids) - 1) + 1):
        left, right = slice(None, -distance), slice(distance, None)
        same_page = page_numbers[left] == page_numbers[right]
        for centre, neighbour in ((left, right), (right, left)):
            seen = same_page & (reach[centre] >= distance)
            centres.append(word_ids[centre][seen])
            neighbours.append(word_ids[neighbour][seen])
    nothing = word_ids[:0]
    return torch.cat([nothing, *centres]), torch.cat([nothing, *neighbours])


def company_counts(
    word_ids: Int[Tensor, " token"], page_numbers: Int[Tensor, " token"], n_words: int, window: int
) -> Float[Tensor, "word company"]:
    """How often each word has each other word beside it: what words are like, by counting alone.

    Args:
        word_ids: The text as numbers.
        page_numbers: The page of each place.
        n_words: How many different words there are.
        window: How many places to either side count as near.

    Returns:
        A symmetric table.

    Raises:
        ValueError: As for `neighbour_pairs`, or a number is `n_words` or more.

    Example:
        >>> company_counts(torch.tensor([0, 1, 0]), torch.zeros(3, dtype=torch.long), n_words=2, window=1).tolist()
        [[0.0, 2.0], [2.0, 0.0]]
    """
    centres, neighbours = neighbour_pairs(word_ids, page_numbers, window)
    if len(word_ids) and not 0 <= int(word_ids.min()) <= int(word_ids.max()) < n_words:
        raise ValueError(f"word numbers go from {int(word_ids.min())} to {int(word_ids.max())}: n_words is {n_words}")
    return torch.bincount(centres * n_words + neighbours, minlength=n_words**2).view(n_words, n_words).float()


def shuffled(word_ids: Int[Tensor, " token"], generator: torch.Generator) -> Int[Tensor, " token"]:
    """The same words in random order: each as often as before, in no company that means anything.

    Args:
        word_ids: The text as numbers.
        generator: Where the order comes from.
    """
    return word_ids[torch.randperm(len(word_ids), generator=generator)]


def _check_counts(counts: Tensor | Sequence[float]) -> None:
    if not len(counts) or not bool((counts > 0).all()):
        raise ValueError("counts must hold a positive number for each word, and at least one word")
