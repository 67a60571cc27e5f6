"""Bands: how far a number may lie from its mean over seeds before something is likely wrong."""

import math
import statistics
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from course_lib.common import paths

HEADER = """\
# Bands for `expect(key, value)`: mean ± t(0.995, n−1) · s · √(1 + 1/n) over n ≥ 5 seeds, floored at rounding error.
# One entry per key, profile and dtype. Written by `python -m course_lib bands NOTEBOOK --seeds 5`.
"""

ROUNDING = {"float64": 2.0**-40, "float32": 2.0**-20, "bfloat16": 2.0**-8, "float16": 2.0**-10}
"""Relative rounding error of a number that took many operations in a format; the least half-width of a band."""

MIN_SEEDS = 5
"""Fewer runs make no band."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Where a number should lie, and what it was measured on."""

    key: str
    """As in `16.val_loss`."""
    profile: str
    """`laptop`, `t4`, `a100` or `h100`."""
    dtype: str
    """`float32`, `bfloat16`, `float16`, or `float64`."""
    mean: float
    """Mean over seeds."""
    low: float
    """Lower edge."""
    high: float
    """Upper edge."""
    n: int
    """Seeds."""
    machine: str
    """The processor or GPU."""
    date: str
    """ISO date of the measurement."""


def t_cdf(t: float, freedom: int) -> float:
    """Share of Student's t distribution below `t`, exactly, for whole degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.

    Example:
        >>> round(t_cdf(1.0, 1), 4)    # one degree of freedom: 1/2 + arctan(t)/π
        0.75
    """
    angle = math.atan(t / math.sqrt(freedom))
    term, total = (math.cos(angle), 0.0) if freedom % 2 else (1.0, 0.0)
    start = 2 if freedom % 2 else 1
    for step in range(start, freedom, 2):
        total += term
        term *= step / (step + 1) * math.cos(angle) ** 2
    between = 2 / math.pi * (angle + math.sin(angle) * total) if freedom % 2 else math.sin(angle) * total
    return 0.5 + between / 2


def t_quantile(share: float, freedom: int) -> float:
    """The value below which that share of Student's t distribution lies (`0.5 < share < 1`).

    Example:
        >>> round(t_quantile(0.995, 4), 3)
        4.604
    """
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < share:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def prediction_band(values: Sequence[float], dtype: str) -> tuple[float, float, float]:
    """Mean and edges of the band that one more run falls into 99 times in 100, if runs are normally distributed.

    Args:
        values: One number per seed, at least `MIN_SEEDS`.
        dtype: The format it was computed in, which sets the least width.

    Returns:
        Mean, low, high.

    Raises:
        ValueError: If there are too few values, or one is not finite.
    """
    if len(values) < MIN_SEEDS:
        raise ValueError(f"{len(values)} values make no band: it takes at least {MIN_SEEDS} seeds")
    if not all(math.isfinite(value) for value in values):
        raise ValueError(f"a band needs finite values, got {list(values)}: did a run diverge?")
    n, mean = len(values), statistics.fmean(values)
    half = t_quantile(0.995, n - 1) * statistics.stdev(values) * math.sqrt(1 + 1 / n)
    half = max(half, ROUNDING[dtype] * abs(mean))
    return mean, mean - half, mean + half


def read_bands() -> list[Band]:
    """Every band that ships with the course."""
    path = paths.DATA / "expected.toml"
    if not path.exists():
        return []
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Band(key=key, **entry) for key, several in entries.items() for entry in several]


def _eight_digits(value: float) -> str:
    """Eight digits, and always a decimal point, so that TOML reads a float."""
    return repr(float(f"{value:.8g}"))


def write_bands(bands: Sequence[Band]) -> None:
    """Write bands into `data/expected.toml`, in the place of older ones of the same key, profile and dtype."""
    kept = {(band.key, band.profile, band.dtype): band for band in [*read_bands(), *bands]}
    lines = [HEADER]
    for _, band in sorted(kept.items()):
        lines.append(f'[["{band.key}"]]')
        lines += [f'{name} = "{getattr(band, name)}"' for name in ("profile", "dtype")]
        lines += [f"{name} = {_eight_digits(getattr(band, name))}" for name in ("mean", "low", "high")]
        lines += [f"n = {band.n}", f'machine = "{band.machine}"', f'date = "{band.date}"', ""]
    with paths.atomic_write(paths.DATA / "expected.toml") as temporary:
        temporary.write_text("\n".join(lines), encoding="utf-8")


def bands(measured: Mapping[tuple[str, str, str], Sequence[float]], machine_name: str) -> list[Band]:
    """Compute bands from the numbers of several seeds and write them.

    Args:
        measured: (key, profile, dtype) → one number per seed.
        machine_name: What they were measured on.

    Returns:
        The new bands.
    """
    made = []
    for (key, profile, dtype), values in measured.items():
        mean, low, high = prediction_band(values, dtype)
        made.append(
            Band(
                key=key,
                profile=profile,
                dtype=dtype,
                mean=mean,
                low=low,
                high=high,
                n=len(values),
                machine=machine_name.replace('"', "'"),
                date=date.today().isoformat(),
            )
        )
    write_bands(made)
    return made
