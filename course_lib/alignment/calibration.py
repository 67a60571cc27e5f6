"""Calibration: of all the times that something was given a probability of 70 %, did it happen in 70 %?"""

from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions of about the same probability."""

    low: float
    """From this probability on…"""
    high: float
    """…to below this one."""
    n: int
    """How many predictions fall here."""
    predicted: float
    """Their mean probability."""
    observed: float
    """The share of them that came true."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Predicted probability against what happened."""

    bins: tuple[ReliabilityBin, ...]
    """Those that have predictions, in order."""
    error: float
    """Expected calibration error: |predicted − observed|, averaged over predictions."""


def reliability(
    probabilities: Float[Tensor, "example"],
    outcomes: Bool[Tensor, "example"],
    *,
    n_bins: int = 10,
    low: float = 0.0,
    high: float = 1.0,
) -> Reliability:
    """Compare predicted probabilities with what happened, in bins of equal width.

    Args:
        probabilities: One a prediction.
        outcomes: Whether it came true.
        n_bins: How many bins.
        low: Where the first bin begins: 0.5 where each prediction is of the likelier of two.
        high: Where the last ends.

    Returns:
        The table, and its one-number summary.

    Example:
        Four predictions of 75 %, three of which came true, are perfect; one of 25 % that came true is not.

        >>> import torch
        >>> came_true = torch.tensor([True, True, True, False, True])
        >>> table = reliability(torch.tensor([0.75, 0.75, 0.75, 0.75, 0.25]), came_true, n_bins=2)
        >>> [(each.n, each.predicted, each.observed) for each in table.bins], round(table.error, 2)
        ([(1, 0.25, 1.0), (4, 0.75, 0.75)], 0.15)

    Source: Guo et al. 2017, equation 3, arXiv 1706.04599.
    """
    width = (high - low) / n_bins
    places = ((probabilities.double() - low) / width).long().clamp(0, n_bins - 1)
    bins = []
    for place in range(n_bins):
        here = places == place
        if here.any():
            predicted = probabilities[here].double().mean().item()
            observed = outcomes[here].double().mean().item()
            edges = low + place * width, low + (place + 1) * width
            bins.append(ReliabilityBin(*edges, int(here.sum()), predicted, observed))
    total = sum(each.n for each in bins)
    error = sum(each.n * abs(each.predicted - each.observed) for each in bins) / max(total, 1)
    return Reliability(tuple(bins), error)
