"""Pictures of a cache at work: what is read at each step, how costs grow, what fits into memory."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_READ, _KEPT = PALETTE[0], "#DCE6EE"


def reading_figure(n_prompt: int, n_new: int) -> "Figure":
    """Draw which tokens each step of writing reads, without a cache and with one.

    Args:
        n_prompt: Tokens of the prompt.
        n_new: Tokens written.

    Returns:
        Two tables, a row for each step over the places of the text: dark is read in this step, pale kept from before.

    Raises:
        ValueError: There is no prompt, or nothing is written.
    """
    from matplotlib.figure import Figure

    if n_prompt < 1 or n_new < 1:
        raise ValueError(f"n_prompt={n_prompt}, n_new={n_new}: both must be at least 1")
    figure = Figure(figsize=(8.6, min(0.16 * n_new, 3.2) + 1.3), layout="constrained")
    steps, lasts = range(1, n_new + 1), [n_prompt + step for step in range(n_new)]
    for keeps, axes in zip((False, True), figure.subplots(1, 2, sharey=True), strict=True):
        firsts = [last - 1 if keeps and last > n_prompt else 0 for last in lasts]
        n_read = [last - first for first, last in zip(firsts, lasts, strict=True)]
        axes.barh(steps, n_read, left=firsts, height=1.0, color=_READ, label="read in this step")
        axes.barh(steps, firsts, height=1.0, color=_KEPT, label="kept from before")
        name = "with a cache" if keeps else "without a cache"
        axes.set(xlim=(0, lasts[-1]), ylim=(n_new + 0.5, 0.5), xlabel="place in the text")
        axes.set_title(f"{name}: {sum(n_read):,} readings", loc="left")
        axes.axvline(n_prompt, color=INK, linewidth=1, linestyle=":")
        axes.text(n_prompt, n_new, " the prompt ends", fontsize=8, va="bottom", color="white" if not keeps else INK)
        axes.grid(visible=False)
    figure.axes[0].set(ylabel="step")
    figure.axes[0].set_yticks([1, n_new])
    figure.legend(*figure.axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def growth_figure(
    sizes: Sequence[float | int],
    measured: Mapping[str, Sequence[float | int]],
    xlabel: str,
    ylabel: str,
    fitted: Mapping[str, tuple[float | int, float | int]] | None = None,
) -> "Figure":
    """Draw costs against size on two logarithmic axes, where a power is a straight line and its exponent the slope.

    Args:
        sizes: The sizes, ascending, in tokens or the like.
        measured: Name → cost at each size.
        xlabel: What the sizes are, with the unit.
        ylabel: What the costs are, with the unit.
        fitted: Name → exponent and factor of `factor * size ** exponent`; drawn as a line, its exponent in the legend.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for index, (name, costs) in enumerate(measured.items()):
        style = {"color": PALETTE[index % len(PALETTE)], "marker": MARKERS[index % len(MARKERS)]}
        if fitted and name in fitted:
            exponent, factor = fitted[name]
            axes.plot(sizes, costs, linestyle="none", label=f"{name}: exponent {exponent:.2f}", **style)
            axes.plot(sizes, [factor * size**exponent for size in sizes], color=style["color"],
                      linestyle=DASHES[index % len(DASHES)], linewidth=1.2)  # fmt: skip
        else:
            axes.plot(sizes, costs, linestyle=DASHES[index % len(DASHES)], label=name, **style)
    axes.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.legend(fontsize=9)
    return figure


CARDS = {"a laptop, or a free GPU: 16 GB": 16, "one large GPU: 80 GB": 80, "eight large GPUs: 640 GB": 640}
"""Name → memory, in billions of bytes."""


def memory_stage(
    lengths: Sequence[int],
    weights: float | int,
    caches: Mapping[str, Sequence[float | int]],
    chosen: int,
    title: str = "",
) -> Stage:
    """Draw how weights and caches fill memory as texts grow; axes and machines are drawn once.

    Args:
        lengths: Tokens kept of each sequence, ascending.
        weights: Bytes of the weights.
        caches: Name → bytes of that cache at each length. The first one is marked at the chosen length.
        chosen: Which of the lengths to mark.
        title: Above the picture.

    Returns:
        The picture, in GB (billions of bytes), with what usual machines hold as horizontal lines; the next call with
        the same lengths and names draws on the same stage.

    Raises:
        ValueError: `chosen` is not one of the lengths.
    """
    if chosen not in lengths:
        raise ValueError(f"chosen={chosen}: it must be one of the lengths, {lengths[0]} to {lengths[-1]}")
    stage = _memory_stage(tuple(lengths), tuple(caches))
    heading, amount_of_weights, *rest, dot, label = stage.moving
    heading.set_text(title)
    amount_of_weights.set_ydata([weights / 1e9] * len(lengths))
    for curve, amounts in zip(rest[: len(caches)], caches.values(), strict=True):
        curve.set_ydata([amount / 1e9 for amount in amounts])
    amount = next(iter(caches.values()))[list(lengths).index(chosen)] / 1e9
    dot.set_data([chosen], [amount])
    label.set_text(f"{_amount(amount)} GB")
    label.xy = (chosen, amount)
    return stage


@lru_cache(maxsize=4)
def _memory_stage(lengths: tuple[int, ...], names: tuple[str, ...]) -> Stage:
    """The still parts. The machines' names never change, but are drawn over the lines, so that they can be read."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.0))
    axes = figure.add_axes((0.09, 0.14, 0.88, 0.76))
    axes.set(xscale="log", yscale="log", xlim=(lengths[0] / 1.41, lengths[-1] * 1.41), ylim=(0.01, 20_000),
             xlabel="tokens kept of each sequence", ylabel="GB")  # fmt: skip
    white, machines = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}, []
    for name, billions in CARDS.items():
        axes.axhline(billions, color=QUIET, linewidth=0.8, linestyle=":")
        machines.append(axes.text(lengths[0], billions * 0.93, name, fontsize=8, color=QUIET, va="top", bbox=white))
    blank = [1.0] * len(lengths)
    lines = axes.plot(lengths, blank, color=INK, linestyle="-", label="weights")
    for index, name in enumerate(names):
        lines += axes.plot(lengths, blank, color=PALETTE[index], linestyle=DASHES[index], label=name)
    (dot,) = axes.plot(lengths[:1], blank[:1], marker="o", markersize=9, color=PALETTE[0], linestyle="none")
    label = axes.annotate("", (lengths[0], 1.0), xytext=(-8, 8), textcoords="offset points", ha="right", fontsize=10,
                          bbox=white)  # fmt: skip
    axes.set_xticks(lengths, [_short(length) for length in lengths])
    axes.set_xticks([], minor=True)
    axes.legend(handles=lines, loc="lower right", fontsize=8)
    return Stage(figure, [axes.set_title(""), *lines, *machines, dot, label])


def _short(n_tokens: int) -> str:
    """1024 → 1k, 1048576 → 1M: lengths are powers of two by custom."""
    for power, letter in ((20, "M"), (10, "k")):
        if n_tokens >= 2**power and n_tokens % 2**power == 0:
            return f"{n_tokens >> power}{letter}"
    return str(n_tokens)


def _amount(billions: float | int) -> str:
    """Two figures below ten, whole numbers above."""
    return f"{billions:,.0f}" if billions >= 10 else f"{billions:.2g}"
