"""Pictures of a GPT at work: the next token's probabilities, the tensors of a trace, where the cost is."""

from collections.abc import Callable, Mapping, Sequence
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
    figure = Figure(figsize=(6.0, 0.28 * n_shown + 0.9), layout="constrained")
    axes = figure.subplots()
    places = range(n_shown)
    axes.barh(places, values.tolist(), color=PALETTE[0], height=0.7)
    axes.set_yticks(places, [repr(decode([token_id])) for token_id in ids.tolist()], family="monospace")
    for place, value in enumerate(values.tolist()):
        axes.text(value + 0.01, place, f"{value:.3f}", va="center", fontsize=8)
    axes.set(xlim=(0, 1.1), xlabel="probability of being next", title=title)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    return figure


def tensor_figure(
    values: Float[Tensor, "token feature"], tokens: Sequence[str], title: str, n_features: int = 96
) -> "Figure":
    """Draw what one part of a model returned: a row for each token, a column for each feature.

    Args:
        values: The tensor.
        tokens: The tokens' text.
        title: Above the picture.
        n_features: At most this many features are drawn; the label says how many there are.

    Returns:
        The figure: blue is below zero, red above, white is zero.
    """
    from matplotlib.figure import Figure

    shown = values[:, :n_features].float()
    limit = max(shown.abs().max().item(), 1e-6)
    figure = Figure(figsize=(8.5, 0.26 * len(tokens) + 1.3), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shown, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    axes.set_yticks(range(len(tokens)), tokens, fontsize=8)
    part = "" if values.shape[1] <= n_features else f" (the first {n_features} of {values.shape[1]})"
    axes.set(title=title, xlabel=f"feature{part}", ylabel="token")
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, label="value", pad=0.01)
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
            left += share
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set(xlim=(0, 1), xlabel=xlabel)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=6, fontsize=8)
    return figure
