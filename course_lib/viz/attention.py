"""Pictures of attention: who looks at whom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_pattern(
    axes: "Axes", pattern: Float[Tensor, "query key"], tokens: Sequence[str], numbers: bool = True
) -> None:
    """Draw an attention pattern: a row for each token that looks, a column for each that is looked at.

    Args:
        axes: Where to draw.
        pattern: Shares between 0 and 1.
        tokens: The tokens' text, in reading order.
        numbers: Whether to write each share into its square; shares under 0.005 are left blank.
    """
    axes.imshow(pattern, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(tokens)), tokens, rotation=45 if len(tokens) > 5 else 0)
    axes.set_yticks(range(len(tokens)), tokens)
    axes.set(xlabel="is looked at (key)", ylabel="looks (query)")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if numbers:
        for query, row in enumerate(pattern.tolist()):
            for key, share in enumerate(row):
                if share >= 0.005:
                    axes.text(key, query, f"{share:.2f}", ha="center", va="center", fontsize=8,
                              color="white" if share > 0.55 else "black")  # fmt: skip


def pattern_figure(patterns: dict[str, Float[Tensor, "query key"]], tokens: Sequence[str]) -> "Figure":
    """Draw several patterns of the same sentence side by side.

    Args:
        patterns: Title → pattern.
        tokens: The tokens' text.

    Returns:
        The figure.
    """
    from matplotlib import pyplot as plt

    side = max(2.6, 0.36 * len(tokens))
    figure, row = plt.subplots(
        1, len(patterns), figsize=(side * len(patterns) + 1, side + 0.7), squeeze=False, layout="constrained"
    )
    for axes, (title, pattern) in zip(row[0], patterns.items(), strict=True):
        draw_pattern(axes, pattern, tokens, numbers=len(tokens) <= 8)
        axes.set_title(title)
    for axes in row[0, 1:]:
        axes.set_ylabel("")
    return figure


def draw_links(axes: "Axes", shares: Float[Tensor, "key"], tokens: Sequence[str], query: int) -> None:
    """Draw one token's attention as arcs to the tokens it looks at; a thicker arc carries a larger share.

    Args:
        axes: Where to draw; its frame is removed.
        shares: The query's row of the pattern.
        tokens: The tokens' text.
        query: Which token looks.
    """
    import numpy
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    starts = numpy.cumsum([0] + [0.62 * max(len(token), 1) + 0.7 for token in tokens])
    centres = (starts[:-1] + starts[1:]) / 2
    height = 0.22 * starts[-1] + 1
    for key, share in enumerate(shares.tolist()):
        if key == query or share < 0.02:
            continue
        middle = ((centres[key] + centres[query]) / 2, 1 + height * abs(centres[key] - centres[query]) / starts[-1] * 2)
        arc = Path([(centres[query], 0.6), middle, (centres[key], 0.6)], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        axes.add_patch(PathPatch(arc, fill=False, edgecolor="#0072B2", linewidth=0.5 + 6 * share, alpha=0.75))
    for key, (centre, token, share) in enumerate(zip(centres, tokens, shares.tolist(), strict=True)):
        weight = "bold" if key == query else "normal"
        axes.text(centre, 0, token, ha="center", va="center", fontweight=weight, fontsize=10)
        axes.text(centre, -1.0, f"{share:.2f}", ha="center", va="center", fontsize=8, color=QUIET)
    axes.set(xlim=(0, starts[-1]), ylim=(-1.6, 1.4 + height))
    axes.axis("off")


def head_figure(pattern: Float[Tensor, "query key"], tokens: Sequence[str], query: int) -> "Figure":
    """Draw one head: what one token looks at, as arcs, beside the whole pattern.

    Args:
        pattern: The head's shares.
        tokens: The tokens' text.
        query: Which token's arcs to draw.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.9, 1))
    draw_links(left, pattern[query], tokens, query)
    left.set_title(f"what “{tokens[query]}” looks at")
    draw_pattern(right, pattern, tokens, numbers=False)
    right.axhline(query + 0.5, color=QUIET, linewidth=0.8, linestyle="-")
    right.axhline(query - 0.5, color=QUIET, linewidth=0.8, linestyle="-")
    right.tick_params(labelsize=7)
    right.set_title("everyone's shares")
    return figure
