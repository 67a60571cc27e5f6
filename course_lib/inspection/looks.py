"""Looks: what one token prefers, and whether a head that was chosen on some texts does the same on others."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def where_is(token_ids: Sequence[int], run: Sequence[int]) -> list[int]:
    """The places of a run of tokens, such as a word's, where it stands first.

    Args:
        token_ids: The text.
        run: The tokens to find, next to each other.

    Raises:
        ValueError: They do not occur.

    Example:
        >>> where_is([5, 8, 9, 8, 9], [8, 9])
        [1, 2]
    """
    length = len(run)
    for start in range(len(token_ids) - length + 1):
        if length and list(token_ids[start : start + length]) == list(run):
            return list(range(start, start + length))
    raise ValueError(f"the tokens {list(run)} do not occur in {list(token_ids)}: is a space missing before the word?")


def preference(
    patterns: Float[Tensor, "*batch query key"], query: int, here: Sequence[int], there: Sequence[int]
) -> Float[Tensor, "*batch"]:
    """How much more of its attention a token gives to some places than to others.

    Args:
        patterns: Shares.
        query: The token that looks.
        here: Places that count for.
        there: Places that count against.

    Returns:
        Between -1 and 1 for each pattern.

    Raises:
        ValueError: There is no place to look at, here or there.

    Example:
        >>> round(preference(torch.tensor([[1.0, 0.0], [0.2, 0.8]]), 1, here=[1], there=[0]).item(), 3)
        0.6
    """
    if not (here and there):
        raise ValueError("there must be a place here and a place there to prefer one to the other")
    return patterns[..., query, list(here)].sum(dim=-1) - patterns[..., query, list(there)].sum(dim=-1)


def held_out(
    margins: Float[Tensor, "case look layer head"], halves: Int[Tensor, "case"] | Bool[Tensor, "case"]
) -> tuple[Float[Tensor, "case"], list[tuple[int, int, int]]]:
    """Choose a head on one half of the cases and test it on the other, both ways round.

    The head chosen is the one whose margin is above 0 in most cases; of equals, the one with the larger mean.

    Args:
        margins: Above 0 where a head, from one of several looks, does what it should.
        halves: To which half each case belongs, 0 or 1.

    Returns:
        Each case's margin for the head that the other half chose; and the two choices: look, layer, head. The first
        was chosen on half 0.

    Raises:
        ValueError: A half is empty.

    Example:
        Head 1 is right everywhere, head 0 on half 1 alone: chosen there, as an equal, it fails on half 0.

        >>> margins = torch.tensor([[-1.0, 1.0], [1.0, 1.0]])[:, None, None]
        >>> tested, chosen = held_out(margins, torch.tensor([0, 1]))
        >>> tested.tolist(), chosen[0]
        ([-1.0, 1.0], (0, 0, 1))
    """
    tested, chosen = torch.zeros(len(margins)), []
    for half in (0, 1):
        train = margins[halves == half]
        if not len(train):
            raise ValueError(f"half {half} has no case: there must be some to choose on and some to test on")
        follows = (train > 1e-4).float().mean(dim=0) + 1e-3 * train.mean(dim=0)
        look, layer, head = (int(place) for place in torch.unravel_index(follows.argmax(), follows.shape))
        tested[halves != half] = margins[halves != half][:, look, layer, head]
        chosen.append((look, layer, head))
    return tested, chosen
