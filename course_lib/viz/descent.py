"""Walks down a landscape of two weights: where each optimizer went, and how high it was at each step."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = float | int
Height = Callable[[Float[Tensor, "*trial 2"]], Float[Tensor, "*trial"]]
Path = Float[Tensor, "step 2"]
Frame = tuple[Number, Number, Number, Number]
"""Left, right, bottom, top: the part of the plane that is shown."""


def draw_landscape(axes: "Axes", height: Height, frame: Frame, lowest: Number, n_lines: int = 14) -> None:
    """Draw lines of equal height, denser near the bottom, and shade the low ground.

    Args:
        axes: Where to draw.
        height: The loss at points of the plane.
        frame: The part to show.
        lowest: The height of the lowest point, which the lines are counted from.
        n_lines: How many lines.
    """
    left, right, bottom, top = frame
    across, upward = torch.linspace(left, right, 81), torch.linspace(bottom, top, 81)
    grid = torch.stack(torch.meshgrid(across, upward, indexing="xy"), dim=-1)
    heights = (height(grid) - lowest).clamp(min=0)
    levels = [heights.max().item() * (line / n_lines) ** 3 for line in range(1, n_lines + 1)]
    at = across.tolist(), upward.tolist(), heights.tolist()
    axes.contourf(*at, levels=[0, *levels], cmap="Blues_r", alpha=0.35)
    axes.contour(*at, levels=levels, colors=[QUIET], linewidths=0.6)
    axes.set(xlim=(left, right), ylim=(bottom, top), xlabel="weight 1", ylabel="weight 2")
    axes.grid(False)


def heights_along(height: Height, path: Path, lowest: Number) -> list[float]:
    """How far above the lowest point each place of a path lies; at least a billionth, for log scales.

    Args:
        height: The loss at points of the plane.
        path: Places.
        lowest: The height of the lowest point.

    Example:
        >>> heights_along(lambda at: at.square().sum(-1), torch.tensor([[2.0, 0.0], [1.0, 0.0]]), lowest=0)
        [4.0, 1.0]
    """
    return (height(path) - lowest).clamp(min=1e-9).tolist()


def descent_figure(
    height: Height, paths: Mapping[str, Path], frame: Frame, lowest: Number = 0.0, marked: int = 12
) -> "Figure":
    """Paths over a landscape, beside the height at each step on a log scale.

    Args:
        height: The loss at points of the plane.
        paths: Name → places, the start first; at most six.
        frame: The part of the plane to show.
        lowest: The height of the lowest point.
        marked: After so many steps a path's places have no markers of their own.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    plane, curve = figure.subplots(1, 2, width_ratios=(1.25, 1))
    draw_landscape(plane, height, frame, lowest)
    for place, (name, path) in enumerate(paths.items()):
        look = {"color": PALETTE[place], "linestyle": DASHES[place], "linewidth": 1.5}
        plane.plot(*path.T.tolist(), label=name, **look)
        plane.plot(*path[:marked].T.tolist(), MARKERS[place], color=PALETTE[place], markersize=3.5)
        curve.plot(heights_along(height, path, lowest), **look)
    plane.plot(*path[:1].T.tolist(), "o", color=INK, markersize=6, zorder=4)
    curve.set(xlabel="step", ylabel="height above the lowest point", yscale="log")
    figure.legend(loc="outside upper left", ncols=len(paths))
    return figure


def descent_explorer(
    landscapes: Sequence[tuple[str, Height, Frame, Number]],
    follow: Callable[..., Path],
    n_steps: int = 100,
) -> Callable[..., Stage]:
    """A walk that can be stepped through, on one of several landscapes.

    Args:
        landscapes: Title, height, frame and lowest height of each.
        follow: `follow(landscape=…, **settings)` gives the whole path, the start first.
        n_steps: Steps on the axis of the curve.

    Returns:
        `draw(landscape, step, **settings)`: the path up to that step, beside its heights. Only the lines move.
    """
    stages = [_stage(*landscape, n_steps) for landscape in landscapes]

    def draw(landscape: Number, step: Number, **settings: Any) -> Stage:
        stage, (_, height, frame, lowest) = stages[int(landscape)], landscapes[int(landscape)]
        path = follow(landscape=int(landscape), **settings)
        walked = path[: int(step) + 1]
        heights = heights_along(height, path, lowest)
        ahead, behind, here, whole, point = stage.moving
        limits = torch.tensor([frame[0], frame[2]]), torch.tensor([frame[1], frame[3]])
        reach = limits[1] - limits[0]
        kept = [each.clamp(limits[0] - reach, limits[1] + reach) for each in (path, walked)]  # far off looks alike
        ahead.set_data(*kept[0].T.tolist())
        behind.set_data(*kept[1].T.tolist())
        here.set_data(*kept[1][-1:].T.tolist())
        whole.set_data(range(len(heights)), heights)
        point.set_data([len(walked) - 1], [heights[len(walked) - 1]])
        return stage

    return draw


def _stage(title: str, height: Height, frame: Frame, lowest: Number, n_steps: int) -> Stage:
    """The still parts of one landscape, and five lines that move."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6))
    plane, curve = figure.add_axes((0.07, 0.15, 0.48, 0.74)), figure.add_axes((0.65, 0.15, 0.33, 0.74))
    draw_landscape(plane, height, frame, lowest)
    plane.set_title(title)
    curve.set(xlim=(0, n_steps), ylim=(1e-6, 1e3), yscale="log", xlabel="step", ylabel="height above the lowest point")
    moving = plane.plot([], [], color=PALETTE[0], linestyle=":", linewidth=1)
    moving += plane.plot([], [], color=PALETTE[0], marker="o", markersize=3, linestyle="-", linewidth=1.5)
    moving += plane.plot([], [], color=INK, marker="o", markersize=8, linestyle="none")
    moving += curve.plot([], [], color=PALETTE[0], linestyle="-")
    moving += curve.plot([], [], color=INK, marker="o", markersize=8, linestyle="none")
    return Stage(figure, moving)
