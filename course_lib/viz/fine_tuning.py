"""Pictures of learning from conversations: who is imitated, and what a batch of them costs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.viz.style import INK, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WHITE, PALE, HATCH = "#FFFFFF", "#D9D9D9", "////"

KINDS = {"padding": WHITE, "read": PALE, "scored": PALETTE[0]}
"""What a place of a batch can be → its colour: filler, read only, or marked against a target."""


def mask_figure(pieces: Sequence[str], targets: Sequence[str | None]) -> "Figure":
    """Draw a conversation as two rows of boxes: what the model reads at each place, and what it should say there.

    Args:
        pieces: The text of every token that is read.
        targets: For each of them the text that should come next; None where nothing is asked.

    Returns:
        The figure; asked places are dark and framed.

    Raises:
        ValueError: The two are not equally long.
    """
    from matplotlib.figure import Figure

    if len(pieces) != len(targets):
        raise ValueError(f"{len(pieces)} pieces and {len(targets)} targets: each place needs one")
    widths = [0.16 * max(len(piece), len(target or "")) + 0.5 for piece, target in zip(pieces, targets, strict=True)]
    figure = Figure(figsize=(10.0, 1.5), layout="constrained")
    axes = figure.subplots()
    left = 0.0
    for piece, target, width in zip(pieces, targets, widths, strict=True):
        _box(axes, left, 1.0, width, piece, PALE, INK)
        if target is not None:
            axes.annotate("", (left + width / 2, 0.86), (left + width / 2, 1.04), arrowprops={"arrowstyle": "->"})
        _box(axes, left, 0.0, width, target or "", PALETTE[0] if target is not None else WHITE, WHITE)
        left += width
    axes.set(xlim=(0, left), ylim=(-0.1, 2))
    axes.set_yticks((1.43, 0.43), ("it reads", "it should say"))
    axes.set_xticks(())
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def _box(axes: "Axes", left: float, bottom: float, width: float, text: str, colour: str, ink: str) -> None:
    """One token."""
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left + 0.04, bottom + 0.04), width - 0.08, 0.8, facecolor=colour, edgecolor=PALE))
    axes.text(
        left + width / 2, bottom + 0.44, text, ha="center", va="center", fontsize=7.5, family="monospace", color=ink
    )


def batch_figure(batches: Mapping[str, Sequence[Sequence[str]]]) -> "Figure":
    """Draw batches as tables of places: filler, read only, or scored.

    Args:
        batches: Title → its rows, each a list of `padding`, `read` and `scored`, all of a batch equally long.

    Returns:
        The figure, a batch below the other at one scale, with its number of places and the share that is scored;
        padding is hatched, so that it does not look like empty paper.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    names = list(KINDS)
    longest = max(len(rows[0]) for rows in batches.values())
    figure = Figure(figsize=(8.0, 0.5 + sum(0.09 * len(rows) + 0.5 for rows in batches.values())), layout="constrained")
    panels = figure.subplots(len(batches), 1, squeeze=False, height_ratios=[len(rows) for rows in batches.values()])
    colours = ListedColormap(list(KINDS.values()))
    for axes, (title, rows) in zip(panels[:, 0], batches.items(), strict=True):
        table = [[names.index(kind) for kind in row] for row in rows]
        axes.imshow(table, cmap=colours, vmin=0, vmax=2, aspect="auto", interpolation="nearest")
        _hatch(axes, rows)
        n_places = sum(map(len, rows))
        share = sum(row.count("scored") for row in map(list, rows)) / n_places
        axes.set_title(f"{title}: {n_places:,} places, {share:.0%} of them scored", fontsize=9, loc="left")
        axes.set(xlim=(-0.5, longest - 0.5), yticks=(), ylabel=f"{len(rows)} rows")
        axes.grid(visible=False)
        axes.plot([len(rows[0]) - 0.5] * 2, [-0.5, len(rows) - 0.5], color=INK, linewidth=1)
    panels[-1, 0].set_xlabel("place in the row (token); the upright line is the batch's width")
    handles = [
        Patch(facecolor=colour, edgecolor=INK, linewidth=0.5, label=name, hatch=HATCH if name == "padding" else None)
        for name, colour in KINDS.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=3, fontsize=8)
    return figure


def _hatch(axes: "Axes", rows: Sequence[Sequence[str]]) -> None:
    """Lines over the end of each row that is padding."""
    from matplotlib.patches import Rectangle

    look = {"facecolor": "none", "edgecolor": QUIET, "linewidth": 0, "hatch": HATCH}
    for place, row in enumerate(rows):
        if n_padding := list(row).count("padding"):
            axes.add_patch(Rectangle((len(row) - n_padding - 0.5, place - 0.5), n_padding, 1, **look))
