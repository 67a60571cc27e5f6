"""Sequences cut into examples: the tokens that came before, and the one that followed."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor


def check_ids(token_ids: Tensor, vocab_size: int, what: str) -> None:
    """Refuse ids that no row of a table stands for.

    Args:
        token_ids: Ids in any shape.
        vocab_size: How many tokens there are.
        what: What the ids are, for the message.

    Raises:
        ValueError: If an id is negative, or `vocab_size` or more.

    Example:
        >>> check_ids(torch.tensor([0, 2]), vocab_size=3, what="targets")
    """
    if token_ids.numel() and not 0 <= int(token_ids.min()) <= int(token_ids.max()) < vocab_size:
        outside = [token_id for token_id in token_ids.flatten().tolist() if not 0 <= token_id < vocab_size]
        raise ValueError(f"{what} hold the token id {outside[0]}: ids go from 0 to {vocab_size - 1}")


def next_token_examples(
    sequences: Sequence[Sequence[int]], context_length: int, boundary: int = 0
) -> tuple[Int[Tensor, "example token"], Int[Tensor, " example"]]:
    """Every place of every sequence as an example: its context, and the token that stands there.

    A sequence is read with `boundary` before it, as often as a context reaches, and once after it, so that a model
    learns how sequences begin and where they end.

    Args:
        sequences: Token ids of each; none is the boundary.
        context_length: Tokens that a model may see; 0 for a model that sees nothing.
        boundary: The token that marks a beginning and an end.

    Returns:
        Contexts, and what followed each, in the order of the text.

    Raises:
        ValueError: If there is no sequence, an id is negative or the boundary, or the context length is negative.

    Example:
        >>> contexts, targets = next_token_examples([[5, 7]], context_length=2)
        >>> contexts.tolist(), targets.tolist()
        ([[0, 0], [0, 5], [5, 7]], [5, 7, 0])
    """
    if context_length < 0:
        raise ValueError(f"context_length is {context_length}: a model cannot see fewer than 0 tokens")
    if not sequences:
        raise ValueError("there are no sequences: give at least one")
    contexts, targets = [], []
    for sequence in sequences:
        wrong = [token_id for token_id in sequence if token_id < 0 or token_id == boundary]
        if wrong:
            raise ValueError(
                f"token id {wrong[0]} stands in a sequence: ids are 0 or more, and {boundary} is its boundary"
            )
        padded = [boundary] * context_length + list(sequence) + [boundary]
        places = range(len(sequence) + 1)
        contexts += [padded[place : place + context_length] for place in places]
        targets += padded[context_length:]
    shape = (len(targets), context_length)
    return torch.tensor(contexts, dtype=torch.long).reshape(shape), torch.tensor(targets)
