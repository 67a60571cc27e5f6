"""Chance that is the same on every machine: one seed, many independent streams, nothing but `random()` underneath."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: int, label: str) -> random.Random:
    """A generator of its own for one purpose, so that drawing more for one never shifts another.

    Args:
        seed: The world's or the caller's seed.
        label: What the stream is for, such as `"people"`.

    Returns:
        A generator whose `random()` gives the same numbers on every platform and Python version.

    Example:
        >>> stream(0, "people").random() == stream(0, "people").random() != stream(0, "towns").random()
        True
    """
    digest = hashlib.sha256(f"{seed}/{label}".encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))


def pick(rng: random.Random, items: Sequence[Item]) -> Item:
    """One of the items, each as likely as the other.

    Example:
        >>> pick(stream(0, "colours"), ["red"])
        'red'
    """
    return items[int(rng.random() * len(items))]


def pick_common(rng: random.Random, items: Sequence[Item]) -> Item:
    """One of the items, the earlier the likelier: for late ones, about as 1 / rank.

    So it is with words, and with ways of saying a thing: a few are common, many are rare.

    Args:
        rng: Where the choice comes from.
        items: The commonest first.

    Returns:
        Item k, counted from 1, with probability log((k + 1) / k) / log(n + 1).

    Example:
        >>> rng = stream(0, "colours")
        >>> drawn = [pick_common(rng, ["red", "grey", "mauve"]) for _ in range(1000)]
        >>> [round(drawn.count(colour) / 1000, 1) for colour in ("red", "grey", "mauve")]
        [0.5, 0.3, 0.2]

    Source: the law of Zipf, "Human Behavior and the Principle of Least Effort" (1949).
    """
    return items[int((len(items) + 1) ** rng.random()) - 1]


def shuffled(rng: random.Random, items: Sequence[Item]) -> list[Item]:
    """The items in a random order (Fisher and Yates).

    Example:
        >>> sorted(shuffled(stream(0, "cards"), [3, 1, 2]))
        [1, 2, 3]
    """
    order = list(items)
    for last in range(len(order) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


class Deck:
    """Deals every item once before any comes again, so that none is told much more often than another.

    Example:
        >>> deck = Deck(stream(0, "deck"), "abc")
        >>> sorted(deck.deal() for _ in range(3)), sorted(deck.deal() for _ in range(3))
        (['a', 'b', 'c'], ['a', 'b', 'c'])
    """

    def __init__(self, rng: random.Random, items: Sequence[Item]) -> None:
        self._rng, self._items, self._left = rng, list(items), []

    def deal(self) -> Item:
        """The next item; a new shuffle begins when all have been dealt."""
        if not self._left:
            self._left = shuffled(self._rng, self._items)
        return self._left.pop()
