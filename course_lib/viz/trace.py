"""Pictures of a trace: the residual stream with what each layer writes to it, and any step as an image."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import INK, PALETTE, QUIET
from course_lib.viz.welcome import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LABELLED = 10
"""Blocks up to which every arrow has its number."""


def _length(values: Float[Tensor, "token"], token: int | None) -> float:
    return values.mean().item() if token is None else values[token].item()


def flow_figure(writes: Sequence[Any], token: int | None = None, title: str = "") -> "Figure":
    """Draw the residual stream as a river, and what each layer adds to it as a tributary of the same scale.

    Args:
        writes: From `inspection.stream_writes`: `part`, `layer`, and the lengths `written` and `stream` by token.
        token: Whose vector to follow; None: the mean over all tokens.
        title: Above the picture.

    Returns:
        The figure: attention flows in from above, feed-forward layers from below. Widths are lengths of vectors, which
        do not add up as numbers do, since vectors point in different directions.
    """
    from matplotlib.figure import Figure

    written, stream = ([_length(getattr(write, name), token) for write in writes] for name in ("written", "stream"))
    scale, n_layers = 1.5 / max(*stream, *written), len(writes) // 2
    width = max(9.0, min(13.0, 1.3 + 0.85 * len(writes)))
    figure = Figure(figsize=(width, 4.4))
    axes = figure.add_axes((0.01, 0.02, 0.98, 0.9))
    end = len(writes) + 0.35
    _draw_river(axes, [length * scale for length in stream], end)
    is_labelled = n_layers <= MOST_LABELLED
    for place, (write, added, length) in enumerate(zip(writes, written, stream, strict=True)):
        if place:
            bank = stream[place - 1] * scale / 2
            _draw_tributary(axes, place, write.part, added * scale, bank, f"{added:.0f}" if is_labelled else "")
        if is_labelled:
            height = 0 if length * scale > 0.3 else length * scale / 2 + 0.15
            axes.text(place + 0.5, height, f"{length:.0f}", ha="center", va="center", fontsize=8, color=INK, zorder=5)
    for layer in range(n_layers):
        if is_labelled or layer % 5 == 0:
            axes.text(2 * layer + 1.5, -2.72, f"block {layer}", ha="center", va="center", fontsize=9)
        axes.axvline(2 * layer + 2.5, color=QUIET, linestyle=":", linewidth=0.7, zorder=0)
    axes.text(-0.12, 0, "embedding", ha="right", va="center", fontsize=9.5)
    axes.text(end + 0.12, 0, "final norm,\nhead", ha="left", va="center", fontsize=9.5)
    axes.text(-0.12, 1.75, "attention\nadds", ha="right", va="center", fontsize=9.5)
    axes.text(-0.12, -1.75, "feed-forward\nlayer adds", ha="right", va="center", fontsize=9.5)
    axes.set(xlim=(-0.14 * width, end + 0.11 * width), ylim=(-2.95, 2.6))
    axes.set_axis_off()
    figure.text(0.01, 0.94, title, fontsize=11)
    return figure


def _draw_river(axes: "Axes", widths: Sequence[float], end: float) -> None:
    """The stream from left to right, wider where its vector is longer; it ends in an arrow."""
    xs, half = [], []
    for place, width in enumerate(widths):
        xs += [place + 0.12, place + 0.88]
        half += [width / 2, width / 2]
    xs[-1] = end - 0.35
    outline = [*zip(xs, half, strict=True), (end, 0.0), *((x, -h) for x, h in zip(xs[::-1], half[::-1], strict=True))]
    outline = [(0.0, half[0]), *outline, (0.0, -half[0])]
    axes.fill(*zip(*outline, strict=True), facecolor="#E3E3E3", edgecolor=INK, linewidth=1.1, zorder=2)


def _draw_tributary(axes: "Axes", place: int, part: str, width: float, bank: float, label: str) -> None:
    """A box above or below, its height what it writes, and an arrow from it to the bank of the river."""
    from matplotlib.patches import FancyArrowPatch, Rectangle

    side = 1 if part == "attention" else -1
    color, hatch = (PALETTE[0], "///") if side > 0 else (PALETTE[1], "...")
    axes.add_patch(
        Rectangle((place - 0.3, side * 1.75 - width / 2), 0.6, width, facecolor="white", edgecolor=color, hatch=hatch,
                  linewidth=1.2, zorder=3)
    )  # fmt: skip
    arrow = {"arrowstyle": "-|>", "mutation_scale": 11, "color": color, "linewidth": 1.6, "zorder": 4}
    axes.add_patch(
        FancyArrowPatch((place, side * (1.75 - width / 2)), (place, side * bank), shrinkA=0, shrinkB=0, **arrow)
    )
    if label:
        axes.text(place, side * (1.75 + width / 2 + 0.13), label, ha="center", va="center", fontsize=8)


def step_figure(
    steps: Sequence[Any],
    place: int,
    tokens: Sequence[str],
    decode: Callable[[list[int]], str] | None = None,
    n_features: int = 96,
) -> "Figure":
    """Draw what one step of a trace returned, and where in the pass it stands.

    Args:
        steps: From `inspection.trace`.
        place: Which step, counted from 0.
        tokens: The tokens' text.
        decode: Ids to text; given it, of the head are drawn the entries most probable after the last token.
        n_features: At most this many features are drawn; the label says how many there are.

    Returns:
        The figure: a row for each token. Dark is below zero, bright above; an attention pattern is drawn head by head,
        white for 0, black for 1. The strip below is the whole pass, a bar for each step and its FLOPs.
    """
    from matplotlib.figure import Figure

    step, names = steps[place], [drawable(repr(token)) for token in tokens]
    picture = 0.26 * len(tokens) + 0.25
    below = 0.95 if step.role in ("head", "pattern") else 0.5
    height = 0.75 + picture + below + 0.95
    figure = Figure(figsize=(9.2, height))

    def box(left: float, width: float) -> tuple[float, float, float, float]:
        return left, (below + 0.95) / height, width, picture / height

    if step.role == "pattern":
        key = "row: who asks; column: who is asked; white 0, black 1"
        figure.text(0.97, 1 - 0.27 / height, key, fontsize=9, ha="right")
        _draw_heads(figure.add_axes(box(0.13, 0.84)), step.values, names)
    else:
        _draw_values(figure.add_axes(box(0.13, 0.77)), step, names, decode, n_features)
        bar = figure.add_axes(box(0.912, 0.014))
        image = figure.axes[0].images[0]
        figure.colorbar(image, cax=bar, ticks=(image.norm.vmin, 0, image.norm.vmax), format="%.2g")
    shape = " × ".join(f"{size:,}" for size in step.shape)
    figure.text(0.02, 1 - 0.27 / height, f"{place} · {step.name}", fontsize=11.5, weight="bold")
    figure.text(0.02, 1 - 0.52 / height, f"{step.formula}        {step.axes}: {shape}", fontsize=10)
    _draw_strip(figure.add_axes((0.13, 0.34 / height, 0.84, 0.42 / height)), steps, place)
    return figure


def _name_rows(axes: "Axes", names: Sequence[str]) -> None:
    """Words at the left of an image's rows; a tick for each would take longer than all the rest."""
    for row, name in enumerate(names):
        axes.text(-0.008, 1 - (row + 0.5) / len(names), name, transform=axes.transAxes, ha="right", va="center",
                  fontsize=8, parse_math=False)  # fmt: skip
    axes.set_yticks([])
    axes.grid(visible=False)


def _name_columns(axes: "Axes", names: Sequence[str], first: float | int = 0) -> None:
    """Words under an image's columns, slanted."""
    bottom = axes.get_ylim()[0]
    for column, name in enumerate(names):
        axes.text(first + column + 0.2, bottom + 0.15, name, rotation=60, ha="right", va="top", rotation_mode="anchor",
                  fontsize=7.5, parse_math=False)  # fmt: skip
    axes.set_xticks([])


def _draw_values(axes: "Axes", step: Any, names: Sequence[str], decode: Callable | None, n_features: int) -> None:
    """A row for each token, a column for each feature, or for the likeliest vocabulary entries."""
    values, columns = step.values.float(), None
    if step.role == "head" and decode is not None:
        best = values[-1].topk(min(24, values.shape[1])).indices
        values, columns = values[:, best], [drawable(repr(decode([entry]))) for entry in best.tolist()]
    limit = max(values.abs().max().item(), 1e-6)
    axes.imshow(values[:, :n_features].numpy(), cmap="cividis", vmin=-limit, vmax=limit, aspect="auto",
                interpolation="nearest")  # fmt: skip
    _name_rows(axes, names)
    if columns:
        _name_columns(axes, columns)
        return
    part = "" if values.shape[1] <= n_features else f" (the first {n_features} of {values.shape[1]:,})"
    axes.set_xlabel(f"feature{part}", fontsize=9)
    axes.set_xticks(range(0, min(n_features, values.shape[1]), 32))


def _draw_heads(axes: "Axes", pattern: Float[Tensor, "head query key"], names: Sequence[str]) -> None:
    """Each head's pattern as a square of shares, side by side; at most six."""
    from torch.nn.functional import pad

    n_shown, n_tokens = min(6, len(pattern)), len(names)
    gap = max(1, n_tokens // 9)
    wide = pad(pattern[:n_shown].float(), (0, gap), value=float("nan")).transpose(0, 1).flatten(1)[:, :-gap]
    axes.imshow(wide.numpy(), cmap="Greys", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    _name_rows(axes, names)
    for head in range(n_shown):
        first = head * (n_tokens + gap)
        axes.text(first - 0.5, -0.7, f"head {head}", fontsize=9)
        axes.plot([first - 0.5, first - 0.5, first + n_tokens - 0.5], [-0.5, n_tokens - 0.5, n_tokens - 0.5],
                  color=QUIET, linewidth=0.8, linestyle="-")  # fmt: skip
        _name_columns(axes, names, first)
    axes.set(xlim=(-0.5, wide.shape[1] - 0.5), ylim=(n_tokens - 0.5, -0.5))
    axes.spines[:].set_visible(False)


def _draw_strip(axes: "Axes", steps: Sequence[Any], place: int) -> None:
    """The whole pass: a line for each step, as high as the root of its FLOPs, the present one black."""
    heights = [step.n_flops**0.5 for step in steps]
    tallest = max(*heights, 1.0)
    heights = [max(height, 0.08 * tallest) for height in heights]
    thick = 480 / len(steps)
    axes.vlines(range(len(steps)), 0, heights, color="#C4C4C4", linewidth=thick, linestyle="-")
    axes.vlines([place], 0, heights[place], color=INK, linewidth=thick, linestyle="-")
    axes.plot(place, 1.2 * tallest, "v", color=INK, markersize=5, clip_on=False)
    blocks = [(index, step.name) for index, step in enumerate(steps) if step.role == "block"]
    for index, name in blocks[:: max(1, len(blocks) // 8)]:
        axes.text(index - 0.4, -0.12 * tallest, name, fontsize=7.5, va="top")
    axes.text(-1.5, 0.4 * tallest, "FLOPs", fontsize=8, ha="right", va="center")
    axes.set(xlim=(-0.7, len(steps) - 0.3), ylim=(0, 1.15 * tallest))
    axes.set_axis_off()
