"""Pictures of a model's file and of a model that came out of it: its bytes, its blocks, its rows, what it can do."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@runtime_checkable
class Measured(Protocol):
    """A number with its interval."""

    value: float
    low: float
    high: float


def shown_byte(byte: int, is_text: bool) -> str:
    """A byte for the eye: a letter where it belongs to a text, else two hexadecimal digits.

    Example:
        >>> shown_byte(71, is_text=True), shown_byte(71, is_text=False)
        ('G', '47')
    """
    return chr(byte) if is_text and 32 < byte < 127 else f"{byte:02X}"


def bytes_figure(fields: Sequence[tuple[str, bytes]], per_row: int = 24) -> "Figure":
    """Draw the bytes of a file as boxes, field by field, each field under its name.

    Args:
        fields: Name and bytes of each, in the order of the file. A field in quotes is text and is drawn as letters.
        per_row: Bytes side by side; a field that does not fit goes on in the next row.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    n_rows = -(-sum(len(data) for _, data in fields) // per_row)
    figure = Figure(figsize=(9.5, 0.62 * n_rows + 0.1))
    axes = figure.add_axes((0.01, 0.02, 0.98, 0.96))
    place = 0
    for number, (name, data) in enumerate(fields):
        row = place // per_row
        axes.text(place % per_row + 0.05, -row + 0.36, name.strip('"'), fontsize=8, va="bottom", color=INK)
        for byte in data:
            column, row = place % per_row, place // per_row
            colour = PALETTE[number % len(PALETTE)]
            box = Rectangle((column, -row - 0.28), 1, 0.58, facecolor=colour, alpha=0.22, edgecolor="none")
            axes.add_patch(box)
            shown = shown_byte(byte, name.startswith('"'))
            axes.text(column + 0.5, -row, shown, ha="center", va="center", family="monospace", fontsize=9)
            place += 1
        end, row = (place - 1) % per_row + 1, (place - 1) // per_row
        axes.plot([end, end], [-row - 0.3, -row + 0.32], color=INK, linewidth=1, linestyle="-")
    axes.set(xlim=(-0.1, per_row + 0.1), ylim=(-n_rows + 0.6, 0.75))
    axes.axis("off")
    return figure


def block_figure(
    scale: float | int, lowest: float | int, levels: Int[Tensor, "number"] | Sequence[int], n_levels: int = 16
) -> "Figure":
    """Draw the numbers of one packed block on the levels that it has.

    Args:
        scale: Distance of two levels.
        lowest: The value of level 0.
        levels: Which level each number lies on.
        n_levels: How many there are.

    Returns:
        The figure: the block's numbers from left to right, a guide line for each level.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 3.2), layout="constrained")
    axes = figure.subplots()
    heights = [lowest + scale * level for level in range(n_levels)]
    values = [heights[int(level)] for level in levels]
    axes.vlines(range(len(values)), 0, values, color=PALETTE[0], linewidth=1.2)
    axes.plot(range(len(values)), values, "o", color=PALETTE[0], linestyle="none")
    axes.axhline(0, color=QUIET, linewidth=1, linestyle="-")
    axes.axvline(len(values) / 2 - 0.5, color=QUIET, linewidth=1, linestyle="--")
    axes.set_yticks(heights, [f"{height:.3f}" if level % 3 == 0 else "" for level, height in enumerate(heights)])
    right = axes.secondary_yaxis("right")
    right.set_yticks(heights, [str(level) for level in range(n_levels)], fontsize=7)
    right.set_ylabel("level")
    axes.grid(axis="x", visible=False)
    which = f"which of the block's {len(values)} numbers (dashed: low halves of bytes end, high halves begin)"
    axes.set(xlabel=which, ylabel="weight")
    return figure


def row_sizes_figure(sizes: Mapping[str, Mapping[str, Float[Tensor, "row"]]], half: int | None = None) -> "Figure":
    """Draw how large the rows of projections are, by their place in a head.

    Args:
        sizes: Title of a picture → label → mean size of each row of a head; pictures stand side by side.
        half: Where to mark the middle of a head; None: nowhere.

    Returns:
        The figure, all pictures on one scale.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.0 + 4.5 * len(sizes) ** 0.7, 3.2), layout="constrained")
    panels = figure.subplots(1, len(sizes), squeeze=False, sharey=True)[0]
    for axes, (title, parts) in zip(panels, sizes.items(), strict=True):
        for number, (label, rows) in enumerate(parts.items()):
            axes.plot(range(len(rows)), rows.tolist(), label=label, marker=MARKERS[number], markersize=3)
        if half is not None:
            axes.axvline(half - 0.5, color=QUIET, linewidth=1, linestyle="--")
        axes.set(xlabel="row of a head", ylim=(0, None), title=title)
    panels[0].set_ylabel("mean size of the row")
    panels[0].legend(fontsize=8, loc="lower right")
    return figure


def context_figure(perplexities: Mapping[str, Mapping[int, float | int]]) -> "Figure":
    """Draw how the perplexity falls as a model may look further back.

    Args:
        perplexities: Model → tokens in its window → perplexity.

    Returns:
        The figure, both axes logarithmic.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.2), layout="constrained")
    axes = figure.subplots()
    for number, (label, curve) in enumerate(perplexities.items()):
        axes.plot(list(curve), list(curve.values()), marker=MARKERS[number], label=label)
        last = list(curve)[-1]
        axes.annotate(f"{curve[last]:.0f}", (last, curve[last]), xytext=(7, -3), textcoords="offset points", fontsize=8)
    places = sorted({window for curve in perplexities.values() for window in curve})
    axes.set(xscale="log", yscale="log", xlabel="tokens in the window", ylabel="perplexity")
    axes.set_xticks(places, [str(place) for place in places])
    axes.set_xticks([], minor=True)
    axes.legend(fontsize=8)
    return figure


def ladder_figure(
    values: Mapping[str, float | int], xlabel: str, guide: tuple[str, float | int] | None = None
) -> "Figure":
    """Draw numbers of very different size, one line each, on a logarithmic axis.

    Args:
        values: Label → number above 0, in the order of the lines.
        xlabel: What the numbers are.
        guide: Label and place of a dashed line across.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 0.34 * len(values) + 0.9), layout="constrained")
    axes = figure.subplots()
    start = min(values.values()) / 2
    for line, value in enumerate(values.values()):
        axes.plot([start, value], [line, line], color=PALETTE[0], linewidth=1.2, linestyle="-")
        axes.plot([value], [line], "o", color=PALETTE[0])
        shown = f"{value:.1f}" if value < 1000 else f"{value:,.0f}" if value < 1e6 else f"{value / 1e6:,.0f} million"
        axes.annotate(shown, (value, line), xytext=(7, 0), textcoords="offset points", va="center", fontsize=8)
    if guide is not None:
        axes.axvline(guide[1], color=QUIET, linestyle="--", linewidth=1)
        axes.text(guide[1], -0.75, f" {guide[0]}", fontsize=8, color=INK)
    axes.set_yticks(range(len(values)), list(values))
    end = max(values.values())
    end *= (end / start) ** 0.16  # room for the last number, whatever the range
    axes.set(xscale="log", xlim=(start, end), ylim=(len(values) - 0.4, -1.0), xlabel=xlabel)
    axes.grid(axis="y", visible=False)
    return figure


def scores_figure(scores: Mapping[str, Mapping[str, Measured]], ylabel: str) -> "Figure":
    """Draw shares with their intervals: a group of bars for each kind, a bar for each way of asking.

    Args:
        scores: Kind → way → share with its interval; every kind has the same ways.
        ylabel: What the shares are of.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 3.3), layout="constrained")
    axes = figure.subplots()
    ways = list(next(iter(scores.values())))
    hatches, width = ("", "//", "..", "\\\\"), 0.8 / len(ways)
    for number, way in enumerate(ways):
        found = [kind[way] for kind in scores.values()]
        places = [group + (number - (len(ways) - 1) / 2) * width for group in range(len(scores))]
        axes.bar(places, [each.value for each in found], width * 0.92, color=PALETTE[number], hatch=hatches[number],
                 edgecolor="white", label=way)  # fmt: skip
        reach = [[each.value - each.low for each in found], [each.high - each.value for each in found]]
        axes.errorbar(places, [each.value for each in found], yerr=reach, fmt="none", ecolor=INK, elinewidth=1,
                      capsize=2, linestyle=DASHES[0])  # fmt: skip
    axes.set_xticks(range(len(scores)), list(scores))
    axes.set(ylim=(0, 1), ylabel=ylabel)
    axes.grid(axis="x", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(ways), fontsize=8)
    return figure
