"""What every next-token model is asked, however it works: how surprised it was, and what it would write."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.sequence.examples import check_ids

NextTokenModel = Callable[[Tensor], Tensor]
"""Contexts `[example token]` → scores or log-probabilities `[example vocab]`."""


@torch.no_grad()
def surprises(
    model: NextTokenModel, contexts: Int[Tensor, "example token"], targets: Int[Tensor, " example"]
) -> Float[Tensor, " example"]:
    """How surprised a model is by what followed each context: −ln of the probability that it gave to it.

    Args:
        model: Contexts to scores or log-probabilities.
        contexts: The tokens before.
        targets: What followed.

    Returns:
        Nats each: 0 for what was certain, infinite for what was held to be impossible.

    Raises:
        ValueError: If there are no examples, a target is outside the model's vocabulary, or the model gives NaN.

    Example:
        >>> fair_die = lambda contexts: torch.zeros(len(contexts), 6)
        >>> surprises(fair_die, torch.zeros(2, 1, dtype=torch.long), torch.tensor([0, 5]))           # ln 6
        tensor([1.7918, 1.7918])
    """
    if len(targets) == 0:
        raise ValueError("there is nothing to be surprised by: no examples")
    log_probs = model(contexts).log_softmax(dim=-1)
    if bool(log_probs.isnan().any()):
        raise ValueError("the model gave NaN: its weights are broken, or all it can say has probability 0")
    check_ids(targets, log_probs.shape[-1], "targets")
    return -log_probs.gather(dim=1, index=targets[:, None])[:, 0]


def perplexity(surprise: Float[Tensor, " example"]) -> float:
    """Sides of the fair die whose throws would be as surprising: e to the mean surprise.

    Args:
        surprise: Nats of each token, as `surprises` gives them.

    Returns:
        1 for a model that knew everything; the size of the vocabulary for one that knows nothing; more if it is misled.

    Raises:
        ValueError: If there is none, or one is negative or NaN.

    Example:
        >>> round(perplexity(torch.tensor([2.0, 8.0]).log()), 2)          # the mean of the logarithms: √(2 × 8)
        4.0
    """
    if len(surprise) == 0:
        raise ValueError("there is no surprise to take the mean of")
    if bool(surprise.isnan().any()) or bool((surprise < 0).any()):
        raise ValueError("a surprise is negative or NaN: is it −ln of a probability?")
    mean = surprise.double().mean().item()
    return math.exp(mean) if mean < 700 else math.inf


@torch.no_grad()
def sample(
    model: NextTokenModel,
    context_length: int,
    n_samples: int,
    *,
    generator: torch.Generator,
    boundary: int = 0,
    max_length: int = 30,
) -> list[list[int]]:
    """Let a model write: draw a token, put it behind the context, draw the next, until it draws the boundary.

    Args:
        model: Contexts to scores or log-probabilities.
        context_length: How many tokens it sees.
        n_samples: How many sequences.
        generator: Where the luck comes from.
        boundary: The token that stands before a sequence, and ends it.
        max_length: Tokens at which a sequence is cut.

    Returns:
        Token ids of each, without the boundary.

    Raises:
        ValueError: If a number is too small for there to be anything to draw.

    Example:
        >>> climb = lambda contexts: torch.where(torch.arange(4) == (contexts[:, -1:] + 1) % 4, 0.0, float("-inf"))
        >>> sample(climb, context_length=1, n_samples=2, generator=torch.Generator().manual_seed(0))
        [[1, 2, 3], [1, 2, 3]]
    """
    for name, number, least in (
        ("context_length", context_length, 0),
        ("n_samples", n_samples, 1),
        ("max_length", max_length, 1),
    ):
        if number < least:
            raise ValueError(f"{name} is {number}: it must be at least {least}")
    written = torch.full((n_samples, context_length), boundary)
    ended = torch.zeros(n_samples, dtype=torch.bool)
    for _ in range(max_length):
        contexts = written[:, written.shape[1] - context_length :]
        drawn = torch.multinomial(model(contexts).softmax(dim=-1), num_samples=1, generator=generator)[:, 0]
        ended |= drawn == boundary
        written = torch.cat([written, drawn.masked_fill(ended, boundary)[:, None]], dim=1)
        if bool(ended.all()):
            break
    rows = written[:, context_length:].tolist()
    return [row[: row.index(boundary)] if boundary in row else row for row in rows]
