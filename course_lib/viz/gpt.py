"""Pictures of a GPT at work: the next token's probabilities, and where the cost is."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def probability_figure(
    probabilities: Float[Tensor, "vocab"], decode: Callable[[list[int]], str], n_shown: int = 8, title: str = ""
) -> "Figure":
    """Draw the most probable next tokens as bars.

    Args:
        probabilities: One row of softmax.
        decode: Ids to text.
        n_shown: How many bars.
        title: Above the picture.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    values, ids = probabilities.topk(n_shown)
    height = 0.28 * n_shown + 0.9
    figure = Figure(figsize=(6.0, height))  # a layout that is computed would take longer than the drawing
    axes = figure.add_axes((0.2, 0.5 / height, 0.77, 0.28 * n_shown / height))
    places = range(n_shown)
    axes.barh(places, values.tolist(), color=PALETTE[0], height=0.7)
    axes.set_yticks(places, [repr(decode([token_id])) for token_id in ids.tolist()], family="monospace")
    for place, value in enumerate(values.tolist()):
        axes.text(value + 0.01, place, f"{value:.3f}", va="center", fontsize=8)
    axes.set(xlim=(0, 1.1), xlabel="probability of being next", title=title)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    return figure


def shares_figure(shares: Mapping[str, Mapping[str, float]], xlabel: str) -> "Figure":
    """Draw how several totals divide among the same parts: one bar a total, its parts side by side.

    Args:
        shares: Total → part → amount; each bar is drawn as shares of its own sum.
        xlabel: What the shares are of.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 0.55 * len(shares) + 1.3), layout="constrained")
    axes = figure.subplots()
    hatches = ("", "//", "..", "\\\\", "xx", "--")
    for row, (_, parts) in enumerate(shares.items()):
        left, total = 0.0, sum(parts.values())
        for index, (part, amount) in enumerate(parts.items()):
            share = amount / total
            axes.barh(row, share, left=left, height=0.62, color=PALETTE[index % len(PALETTE)], edgecolor="white",
                      hatch=hatches[index % len(hatches)], label=part if row == 0 else None)  # fmt: skip
            if share > 0.05:
                axes.text(left + share / 2, row, f"{share:.0%}", ha="center", va="center", fontsize=8,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})  # fmt: skip
            elif 0 < share < 0.01:
                axes.text(left, row - 0.33, f"{part}: <1%", va="bottom", fontsize=7)
            left += share
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set(xlim=(0, 1), xlabel=xlabel)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=6, fontsize=8)
    return figure
