"""How far a measured number can be trusted: the bootstrap, and what it cannot say about a perfect score."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A mean and the range that its true value plausibly lies in."""

    value: float
    """The mean of what was measured."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    n: int
    """How many independent things were measured (people, say, and not answers about them)."""

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}, n = {self.n})"


def bootstrap_interval(
    values: Sequence[float | int] | np.ndarray,
    *,
    groups: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Say how much a mean would move if the sample had been drawn again.

    The sample is redrawn from itself, with replacement, and the middle `confidence` of the redrawn means is the
    interval. Values that belong together (eight facts about one person) are redrawn together when `groups` says so:
    a model that does not know a name misses all eight, so they are one observation, not eight.

    Args:
        values: What was measured, one number an observation; 0 and 1 for wrong and right.
        groups: To which group each value belongs; each value is its own group if not given.
        confidence: Share of redrawn means inside the interval.
        n_resamples: How often the sample is redrawn.
        seed: Of the redrawing, so that the interval is the same each time.

    Returns:
        The mean with its interval. If every value is 0 or every value is 1, redrawing changes nothing and would claim
        certainty; then the open end is where `1 - confidence` of samples of this size would look just as perfect.

    Raises:
        ValueError: There is nothing to average, or `groups` is not as long as `values`.

    Example:
        >>> interval = bootstrap_interval([0, 1, 1, 1])
        >>> interval.value, interval.low < 0.75 < interval.high
        (0.75, True)
        >>> round(bootstrap_interval([1] * 100).low, 3)        # "the rule of three": about 1 - 3 / 100
        0.97

    Source: Efron 1979, "Bootstrap methods: another look at the jackknife"; for perfect scores Hanley and
    Lippman-Hand 1983, "If nothing goes wrong, is everything all right?".
    """
    measured = np.asarray(values, dtype=np.float64)
    if measured.size == 0:
        raise ValueError("no values: an interval needs at least one observation")
    if groups is not None and len(groups) != len(measured):
        raise ValueError(f"{len(groups)} groups for {len(measured)} values: give one group per value")
    sums, counts = _by_group(measured, groups)
    mean = float(measured.mean())
    if set(np.unique(measured)) in ({0.0}, {1.0}):
        open_end = (1 - confidence) ** (1 / len(sums))
        return Interval(value=mean, low=open_end if mean else 0.0, high=1.0 if mean else 1 - open_end, n=len(sums))
    draws = np.random.default_rng(seed).integers(len(sums), size=(n_resamples, len(sums)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value=mean, low=float(low), high=float(high), n=len(sums))


def _by_group(values: np.ndarray, groups: Sequence[Hashable] | None) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of the values of each group."""
    if groups is None:
        return values, np.ones_like(values)
    number = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    places = [number[group] for group in groups]
    return np.bincount(places, weights=values), np.bincount(places).astype(np.float64)
