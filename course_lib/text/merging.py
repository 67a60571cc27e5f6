"""Byte-pair merging: learn which pairs to merge, and apply what was learned.

Learning counts each distinct word once, with how often it occurs. An index from pair to words says which words a merge
touches, and a heap holds the pairs by count. A count in the heap may be too high (merges elsewhere used the pair up),
never too low, so the top is re-checked when it is taken: the merges are exactly those of counting everything anew.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from course_lib.text.errors import TextError

Pair = tuple[int, int]
"""Two neighbouring token ids."""

LONG_WORD = 100
"""Words with more symbols than this are merged through a heap (`_merge_long`), which scales as n log n."""


def replace_pair(symbols: Sequence[int], pair: Pair, new_id: int) -> list[int]:
    """Write `new_id` wherever the pair stands, from left to right.

    Example:
        >>> replace_pair([7, 7, 7, 8], (7, 7), 9)
        [9, 7, 8]
    """
    first, second = pair
    merged, i, last = [], 0, len(symbols) - 1
    while i <= last:
        if symbols[i] == first and i < last and symbols[i + 1] == second:
            merged.append(new_id)
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return merged


def learn_merges(words: Mapping[tuple[int, ...], int], n_merges: int, first_new_id: int) -> list[Pair]:
    """Learn byte-pair merges: the most frequent pair first, of equals the one with the lowest ids.

    Args:
        words: Distinct words as token ids → how often each occurs. Pairs are counted inside words.
        n_merges: How many merges to learn; fewer are returned when no pair is left.
        first_new_id: Id of the first merged token; the following count up.

    Returns:
        The pairs in the order learned.

    Raises:
        TextError: The number of merges or a count is negative, or a new id is taken already.

    Example:
        The example of Gage (1994), with a, b, c, d as 0 to 3: `aaabdaaabac` becomes `XdXac`.

        >>> learn_merges({(0, 0, 0, 1, 3, 0, 0, 0, 1, 0, 2): 1}, n_merges=3, first_new_id=4)
        [(0, 0), (0, 1), (4, 5)]

    Source: Gage 1994, "A New Algorithm for Data Compression"; Sennrich et al. 2016, algorithm 1 (arXiv 1508.07909).
    """
    if n_merges < 0 or any(times < 0 for times in words.values()):
        raise TextError(
            f"{n_merges} merges of words that occur {min(words.values(), default=0)} times or more: 0 is least"
        )
    if any(not 0 <= token_id < first_new_id for word in words for token_id in word):
        raise TextError(f"first_new_id is {first_new_id}: all ids in the words must be below it, and 0 or more")
    symbols, weights = [list(word) for word in words], list(words.values())
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, list[int]] = defaultdict(list)
    for index, (word, weight) in enumerate(zip(symbols, weights, strict=True)):
        for pair in pairwise(word):
            counts[pair] += weight
            places[pair].append(index)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)

    merges: list[Pair] = []
    while heap and len(merges) < n_merges:
        negative_count, pair = heapq.heappop(heap)
        if counts[pair] != -negative_count:  # used up elsewhere since: back with its count of today
            if counts[pair] > 0:
                heapq.heappush(heap, (-counts[pair], pair))
            continue
        new_id = first_new_id + len(merges)
        merges.append(pair)
        fresh = _apply(pair, new_id, symbols, weights, counts, places)
        for new_pair in fresh:
            heapq.heappush(heap, (-counts[new_pair], new_pair))
    return merges


def _apply(
    pair: Pair,
    new_id: int,
    symbols: list[list[int]],
    weights: list[int],
    counts: Counter[Pair],
    places: defaultdict[Pair, list[int]],
) -> set[Pair]:
    """Merge a pair in every word that holds it, keep counts and places true, and return the pairs that are new."""
    fresh: set[Pair] = set()
    for index in places.pop(pair):
        before = symbols[index]
        after = replace_pair(before, pair, new_id)
        if len(after) == len(before):  # a word may be listed twice
            continue
        symbols[index], weight = after, weights[index]
        for old in pairwise(before):
            counts[old] -= weight
        for new in pairwise(after):
            counts[new] += weight
            if new_id in new:
                places[new].append(index)
                fresh.add(new)
    return fresh


def merge_word(symbols: Sequence[int], ranks: Mapping[Pair, int], new_ids: Sequence[int]) -> list[int]:
    """Apply learned merges to one word, the earliest learned first.

    Args:
        symbols: The word as token ids, one a byte.
        ranks: Pair → its place in the order of learning.
        new_ids: Place → id of the merged token.

    Returns:
        The word in as few tokens as the merges lead to.

    Raises:
        TextError: There is not an id for each merge.

    Example:
        >>> merge_word([0, 0, 0, 1], {(0, 0): 0, (0, 1): 1, (4, 5): 2}, new_ids=[4, 5, 6])
        [6]
    """
    if len(ranks) > len(new_ids):
        raise TextError(f"{len(ranks)} merges have {len(new_ids)} new ids: each merge makes one")
    if len(symbols) > LONG_WORD:
        return _merge_long(symbols, ranks, new_ids)
    symbols = list(symbols)
    rank_of = ranks.get
    never = len(new_ids)
    while len(symbols) > 1:
        found = [rank_of(pair, never) for pair in pairwise(symbols)]
        best = min(found)
        if best == never:
            break
        if found.count(best) == 1:
            at = found.index(best)
            symbols[at : at + 2] = [new_ids[best]]
        else:
            at = found.index(best)
            symbols = replace_pair(symbols, (symbols[at], symbols[at + 1]), new_ids[best])
    return symbols


def _merge_long(symbols: Sequence[int], ranks: Mapping[Pair, int], new_ids: Sequence[int]) -> list[int]:
    """`merge_word` for long words: a heap of (rank, position) over a doubly linked list of symbols."""
    ids = list(symbols)
    end = len(ids)
    before, after = list(range(-1, end - 1)), list(range(1, end + 1))
    heap = [(ranks[pair], at) for at, pair in enumerate(pairwise(ids)) if pair in ranks]
    heapq.heapify(heap)
    while heap:
        rank, at = heapq.heappop(heap)
        right = after[at]
        if ids[at] < 0 or right == end or ranks.get((ids[at], ids[right])) != rank:
            continue  # one of the two was merged away since
        ids[at], ids[right] = new_ids[rank], -1
        after[at] = after[right]
        if after[at] < end:
            before[after[at]] = at
        for left in (before[at], at):
            if left >= 0 and after[left] < end and (pair := (ids[left], ids[after[left]])) in ranks:
                heapq.heappush(heap, (ranks[pair], left))
    return [token_id for token_id in ids if token_id >= 0]
