"""How the next token is chosen: from logits to a distribution, from the distribution to one token."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

NEVER = float("-inf")
"""The logit of a token that must not be chosen: its probability is 0."""


def apply_temperature(logits: Float[Tensor, "*batch vocab"], temperature: float | int) -> Float[Tensor, "*batch vocab"]:
    """Divide the logits: below 1 the likely become likelier, above 1 all become more alike.

    Args:
        logits: Scores of the next token.
        temperature: Above 0.

    Returns:
        The scaled scores.

    Example:
        >>> apply_temperature(torch.tensor([2.0, 4.0]), 0.5).tolist()
        [4.0, 8.0]

    Source: Ackley, Hinton & Sejnowski 1985 (Boltzmann machines).
    """
    return logits / temperature


def keep_top_k(logits: Float[Tensor, "*batch vocab"], k: int) -> Float[Tensor, "*batch vocab"]:
    """Keep the `k` best tokens (and what ties with the last of them); the others never come.

    Args:
        logits: Scores of the next token.
        k: How many to keep, at least 1.

    Returns:
        The scores, -inf at the tokens dropped.

    Example:
        >>> keep_top_k(torch.tensor([1.0, 3.0, 2.0]), 2).tolist()
        [-inf, 3.0, 2.0]

    Source: Fan, Lewis & Dauphin 2018, section 5.4, arXiv 1805.04833.
    """
    worst_kept = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < worst_kept, NEVER)


def keep_top_p(logits: Float[Tensor, "*batch vocab"], p: float | int) -> Float[Tensor, "*batch vocab"]:
    """Keep the best tokens until together they hold a share `p` of the probability (the nucleus).

    Args:
        logits: Scores of the next token.
        p: Share to keep, above 0, at most 1; the best token always stays.

    Returns:
        The scores, -inf at the tokens dropped.

    Example:
        Probabilities 0.5, 0.3, 0.2: the first two are the fewest that hold 0.6.

        >>> keep_top_p(torch.tensor([0.5, 0.3, 0.2]).log(), 0.6).isfinite().tolist()
        [True, True, False]

    Source: Holtzman et al. 2019, equation 2, arXiv 1904.09751.
    """
    ordered, order = logits.sort(dim=-1, descending=True)
    probabilities = ordered.softmax(dim=-1)
    held_by_better = probabilities.cumsum(dim=-1) - probabilities
    is_dropped = held_by_better >= p
    is_dropped[..., 0] = False
    return logits.masked_fill(is_dropped.scatter(-1, order, is_dropped), NEVER)


def keep_min_p(logits: Float[Tensor, "*batch vocab"], p: float | int) -> Float[Tensor, "*batch vocab"]:
    """Keep the tokens that are at least `p` times as likely as the best one.

    Args:
        logits: Scores of the next token.
        p: Share of the best token's probability, from 0 to 1.

    Returns:
        The scores, -inf at the tokens dropped.

    Example:
        Probabilities 0.5, 0.3, 0.2: half of the best is 0.25.

        >>> keep_min_p(torch.tensor([0.5, 0.3, 0.2]).log(), 0.5).isfinite().tolist()
        [True, True, False]

    Source: Nguyen et al. 2024, section 3, arXiv 2407.01082.
    """
    probabilities = logits.softmax(dim=-1)
    return logits.masked_fill(probabilities < p * probabilities.amax(dim=-1, keepdim=True), NEVER)


def pick(probabilities: Float[Tensor, "*batch vocab"], spins: Float[Tensor, "*batch"]) -> Int[Tensor, "*batch"]:
    """Choose a token by a spin of a wheel on which each has a slice as wide as its probability.

    The luck is an argument, so that the same luck can meet other probabilities.

    Args:
        probabilities: Slices, in the order of the vocabulary; they sum to 1.
        spins: Where the wheel stops, from 0 up to 1: one number for each distribution.

    Returns:
        The ids on whose slices the spins fall; never one of probability 0.

    Example:
        The slices end at 0.5, 0.75 and 1.

        >>> [pick(torch.tensor([0.5, 0.25, 0.25]), torch.tensor(spin)).item() for spin in (0.1, 0.6, 0.9)]
        [0, 1, 2]
    """
    ends = probabilities.double().cumsum(dim=-1)
    stop = spins.double()[..., None] * ends[..., -1:]
    return torch.searchsorted(ends, stop, right=True).squeeze(-1).clamp_max(probabilities.shape[-1] - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampler:
    """A way of choosing the next token; the filters apply in the order of the fields.

    Raises:
        ValueError: A setting out of its range; the message says which and why.

    Example:
        >>> Sampler(temperature=0).choose(torch.tensor([[0.1, 0.7, 0.2]])).tolist()
        [1]
    """

    temperature: float | int = 1.0
    """1: the model's own distribution; 0: always the likeliest token (greedy)."""
    top_k: int | None = None
    """Keep this many tokens; None: all."""
    top_p: float | int | None = None
    """Keep the likeliest tokens that hold this share of the probability; None: all."""
    min_p: float | int | None = None
    """Keep tokens at least this share as likely as the likeliest; None: all."""

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ValueError(f"temperature={self.temperature}: it must be 0 (greedy) or more; a lost sign?")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k={self.top_k}: at least 1 token must be left to choose; None keeps all")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p={self.top_p}: it is a share, above 0 and at most 1; is it given in per cent?")
        if self.min_p is not None and not 0 <= self.min_p <= 1:
            raise ValueError(f"min_p={self.min_p}: it is a share, from 0 to 1; is it given in per cent?")

    def filter(self, logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch vocab"]:
        """Scale the logits and drop the tokens that must not come; greedy keeps the likeliest alone."""
        if self.temperature == 0:
            best = logits.argmax(dim=-1, keepdim=True)
            return torch.full_like(logits, NEVER).scatter(-1, best, 0.0)
        if self.temperature != 1:
            logits = apply_temperature(logits, self.temperature)
        if self.top_k is not None:
            logits = keep_top_k(logits, self.top_k)
        if self.top_p is not None:
            logits = keep_top_p(logits, self.top_p)
        return logits if self.min_p is None else keep_min_p(logits, self.min_p)

    def probabilities(self, logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch vocab"]:
        """The distribution from which `choose` draws, in float32.

        Args:
            logits: Scores of the next token.

        Returns:
            Probabilities that sum to 1.
        """
        return self.filter(logits.float()).softmax(dim=-1)

    def choose(
        self, logits: Float[Tensor, "batch vocab"], generator: torch.Generator | None = None
    ) -> Int[Tensor, "batch"]:
        """Draw the next token of each sequence.

        Args:
            logits: Scores of the next token.
            generator: Source of randomness; torch's global one if None. Its device is where the draw is made.

        Returns:
            Token ids.
        """
        if self.temperature == 0:
            return logits.argmax(dim=-1)
        probabilities = self.probabilities(logits)
        if generator is not None:
            probabilities = probabilities.to(generator.device)
        return probabilities.multinomial(1, generator=generator).squeeze(-1).to(logits.device)
