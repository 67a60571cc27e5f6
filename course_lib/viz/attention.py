"""Pictures of attention: who looks at whom."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Bool, Float
from torch import Tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_forbidden(axes: "Axes", allowed: Bool[Tensor, "query key"]) -> None:
    """Hatch the squares that a mask forbids, so that "may not look" differs from "hardly looks".

    Args:
        axes: Where a pattern is drawn.
        allowed: True where looking is allowed.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    square = Path.unit_rectangle()
    places = (~allowed).nonzero().tolist()
    if places:
        squares = (square.transformed(Affine2D().translate(key - 0.5, query - 0.5)) for query, key in places)
        outline = Path.make_compound_path(*squares)
        axes.add_patch(PathPatch(outline, facecolor="#F0F0F0", edgecolor="#B8B8B8", hatch="////", linewidth=0))


def draw_pattern(
    axes: "Axes",
    pattern: Float[Tensor, "query key"],
    tokens: Sequence[str],
    numbers: bool = True,
    allowed: Bool[Tensor, "query key"] | None = None,
) -> None:
    """Draw an attention pattern: a row for each token that looks, a column for each that is looked at.

    Args:
        axes: Where to draw.
        pattern: Shares between 0 and 1.
        tokens: The tokens' text, in reading order.
        numbers: Whether to write each share into its square; shares under 0.005 are left blank.
        allowed: True where looking is allowed; what is forbidden is hatched.
    """
    axes.imshow(pattern.detach().numpy(), cmap="Blues", vmin=0, vmax=1)
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if len(tokens) > 5 else {}
    axes.set_xticks(range(len(tokens)), tokens, **turned)
    axes.set_yticks(range(len(tokens)), tokens)
    axes.set(xlabel="is looked at (key)", ylabel="looks (query)")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if allowed is not None:
        draw_forbidden(axes, allowed)
    if numbers:
        for query, row in enumerate(pattern.tolist()):
            for key, share in enumerate(row):
                if share >= 0.005:
                    axes.text(key, query, f"{share:.2f}", ha="center", va="center", fontsize=8,
                              color="white" if share > 0.55 else "black")  # fmt: skip


def pattern_figure(
    patterns: Mapping[str, Float[Tensor, "query key"]],
    tokens: Sequence[str],
    allowed: Mapping[str, Bool[Tensor, "query key"]] | None = None,
) -> "Figure":
    """Draw several patterns of the same sentence side by side.

    Args:
        patterns: Title → pattern.
        tokens: The tokens' text.
        allowed: Title → mask, for the patterns that had one; what it forbids is hatched.

    Returns:
        The figure.
    """
    from matplotlib import pyplot as plt

    side = max(2.6, 0.36 * len(tokens))
    figure, row = plt.subplots(
        1, len(patterns), figsize=(side * len(patterns) + 1, side + 0.7), squeeze=False, layout="constrained"
    )
    for axes, (title, pattern) in zip(row[0], patterns.items(), strict=True):
        draw_pattern(axes, pattern, tokens, numbers=len(tokens) <= 8, allowed=(allowed or {}).get(title))
        axes.set_title(title)
    for axes in row[0, 1:]:
        axes.set_ylabel("")
    return figure
