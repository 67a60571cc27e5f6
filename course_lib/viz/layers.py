"""Layers as matrices: a product laid out as tables, what several networks decide, and random layers over a plane."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from course_lib.viz.neuron import draw_examples
from course_lib.viz.stage import Stage
from course_lib.viz.style import INK, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

    Outputs = Callable[[Tensor], Tensor]


def product_figure(
    features: "Tensor",
    weight: "Tensor",
    example: int,
    unit: int,
    example_names: Sequence[str] = (),
    unit_names: Sequence[str] = (),
) -> "Figure":
    """A matrix product as three tables: examples on the left, neurons on top, and a score where the two cross.

    Args:
        features: A row per example.
        weight: A row per neuron, drawn as a column so that it stands above its scores.
        example: The row whose score is followed.
        unit: The neuron whose score is followed.
        example_names: What the examples are called, for the left margin.
        unit_names: What the neurons are called, for the top.

    Returns:
        The figure; the row, the column and their score are framed and shaded, and the sum is written out below.
    """
    from matplotlib.figure import Figure

    n_examples, n_features = features.shape
    n_units = len(weight)
    figure = Figure(figsize=(1.0 * (n_features + n_units) + 2.4, 0.5 * (n_features + n_examples) + 1.4))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1.6, n_features + n_units + 0.8), ylim=(n_examples + n_features + 1.3, -1.0))
    axes.axis("off")
    down, across = n_features + 0.5, n_features + 0.4
    _table(axes, features, (0.0, down), lambda row, _: row == example)
    _table(axes, weight.T, (across, 0.0), lambda _, column: column == unit)
    _table(axes, features @ weight.T, (across, down), lambda row, column: (row, column) == (example, unit))
    for row, name in enumerate(example_names):
        axes.text(-0.1, down + row + 0.5, name, ha="right", va="center")
    for column, name in enumerate(unit_names):
        axes.text(across + column + 0.5, -0.15, name, ha="center", va="bottom")
    axes.text(n_features / 2, down - 0.15, "features", ha="center", va="bottom", color=QUIET)
    axes.text(across + n_units / 2, -0.62, "weight.T", ha="center", va="bottom", color=QUIET)
    axes.text(across + n_units / 2, down - 0.15, "scores", ha="center", va="bottom", color=QUIET)
    terms = zip(features[example].tolist(), weight[unit].tolist(), strict=True)
    said = " + ".join(f"{_number(a)} × {_number(b)}" for a, b in terms)
    said += f" = {_number((features[example] @ weight[unit]).item())}"
    axes.text(across + n_units / 2, down + n_examples + 0.5, said, ha="center", va="center", color=PALETTE[1])
    return figure


def _number(number: float) -> str:
    return f"{round(number, 2) + 0:g}".replace("-", "−")


def _table(
    axes: "Axes", numbers: "Tensor", corner: tuple[float, float], is_followed: Callable[[int, int], bool]
) -> None:
    """Numbers in boxes, those that are followed shaded and in bold."""
    from matplotlib.patches import Rectangle

    for row, line in enumerate(numbers.tolist()):
        for column, number in enumerate(line):
            place, bold = (corner[0] + column, corner[1] + row), is_followed(row, column)
            look = {"facecolor": "#F6D5C2", "zorder": 2} if bold else {"facecolor": "#FFFFFF", "zorder": 1}
            edge = {"edgecolor": PALETTE[1] if bold else QUIET, "linewidth": 1.6 if bold else 0.8}
            axes.add_patch(Rectangle(place, 1, 1, **look, **edge))
            weight = "bold" if bold else "normal"
            axes.text(
                place[0] + 0.5, place[1] + 0.5, _number(number), ha="center", va="center", weight=weight, zorder=3
            )


def tables_figure(tables: Sequence["Tensor"], titles: Sequence[str], signs: str) -> "Figure":
    """Tensors as tables of numbers side by side, a sign between each and the next.

    Args:
        tables: Each with one axis (drawn as a row) or two.
        titles: One per table, such as its shape.
        signs: One character for each gap, such as `+=` for a + b = c.

    Returns:
        The figure; all tables begin at the same height.
    """
    from matplotlib.figure import Figure

    tables = [table[None] if table.ndim == 1 else table for table in tables]
    width, height = sum(table.shape[1] for table in tables) + 0.8 * len(signs), max(len(table) for table in tables)
    figure = Figure(figsize=(0.75 * width + 0.4, 0.42 * height + 0.6))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.2, width + 0.2), ylim=(height + 0.2, -0.9))
    axes.axis("off")
    left = 0.0
    for place, (table, title) in enumerate(zip(tables, titles, strict=True)):
        _table(axes, table, (left, 0.0), lambda _row, _column: False)
        axes.text(left + table.shape[1] / 2, -0.2, title, ha="center", va="bottom", color=QUIET)
        left += table.shape[1] + 0.8
        if place < len(signs):
            axes.text(left - 0.4, 0.5, signs[place], ha="center", va="center", fontsize=14)
    return figure


def grid(reach: float | int, n_points: int) -> "Tensor":
    """Evenly spaced points of a square around the origin, row by row from the lowest.

    Args:
        reach: The square goes from −reach to +reach.
        n_points: Points along each side.

    Returns:
        One row per point: x, y.

    Example:
        >>> grid(1, 2).tolist()
        [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """
    import torch

    along = torch.linspace(-float(reach), float(reach), n_points)
    upward, across = torch.meshgrid(along, along, indexing="ij")
    return torch.stack([across.flatten(), upward.flatten()], dim=-1)


def surfaces_figure(
    outputs: Sequence["Outputs"],
    features: "Tensor",
    labels: "Tensor",
    titles: Sequence[str],
    reach: float | int = 1.15,
    n_points: int = 121,
) -> "Figure":
    """What several networks decide over the same plane, side by side, with the examples that they learned from.

    Args:
        outputs: For each network a function from points (a row each) to one number each, near 0 or 1.
        features: Two numbers per example.
        labels: 0 or 1 per example.
        titles: One per network.
        reach: The plane is drawn from −reach to +reach.
        n_points: Grid points along each side.

    Returns:
        The figure: white where the output is 0 or less, blue where it is 1 or more, a line at one half.
    """
    import torch
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    size = min(2.9, 11.5 / len(outputs))
    figure = Figure(figsize=(size * len(outputs), size + 0.6), layout="constrained")
    panels = figure.subplots(1, len(outputs), sharey=True, squeeze=False)[0]
    points = grid(reach, n_points)
    pale = ListedColormap(colormaps["Blues"]([0.45 * step / 255 for step in range(256)]))
    for panel, output, title in zip(panels, outputs, titles, strict=True):
        with torch.no_grad():
            heights = output(points).reshape(n_points, n_points).numpy()
        extent = (-reach, reach, -reach, reach)
        panel.imshow(heights, extent=extent, origin="lower", cmap=pale, vmin=0, vmax=1, interpolation="bilinear")
        if heights.min() < 0.5 < heights.max():
            panel.contour(heights, levels=[0.5], extent=extent, colors=[INK], linewidths=1.6)
        draw_examples(panel, features.tolist(), [int(label) for label in labels], size=9)
        panel.set(title=title, xlabel="first feature", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        panel.grid(False)
    panels[0].set_ylabel("second feature")
    return figure


def random_layers(
    sizes_and_surface: Callable[[int, float], tuple[Sequence[float], Sequence[float], "Tensor"]],
    max_depth: int,
    reach: float | int,
) -> Callable[[int, float], Stage]:
    """What a stack of random layers makes of a plane, beside the size of its numbers and gradients, layer by layer.

    Args:
        sizes_and_surface: Takes a depth and a gain; gives the root mean square of what each layer hands on, that of the
            loss's slopes for it, and one neuron's output in the last layer over a square of points.
        max_depth: Layers that the horizontal axis has room for.
        reach: The square goes from −reach to +reach.

    Returns:
        A function of `depth` and `gain` that gives the picture. What does not depend on them is drawn once.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.6))
    plane = figure.add_axes((0.07, 0.14, 0.36, 0.78))
    extent = (-reach, reach, -reach, reach)
    look = {"cmap": "cividis", "vmin": -1, "vmax": 1, "origin": "lower", "interpolation": "bilinear"}
    image = plane.imshow([[0.0, 0.0], [0.0, 0.0]], extent=extent, **look)
    plane.set(xlabel="first feature", ylabel="second feature", title="one neuron of the last layer")
    plane.grid(False)
    figure.colorbar(image, cax=figure.add_axes((0.445, 0.14, 0.015, 0.78)), ticks=[-1, 0, 1])
    axes = figure.add_axes((0.56, 0.14, 0.42, 0.78))
    axes.set(xlim=(0, max_depth + 1), yscale="log", ylim=(1e-15, 1e15), xlabel="layer", title="root mean square")
    handed_on = axes.plot([], [], color=PALETTE[0], marker="o", markersize=4, linestyle="-", label="numbers handed on")
    slopes = axes.plot([], [], color=PALETTE[1], marker="s", markersize=4, linestyle="--", label="their gradient")
    axes.legend(loc="upper right")
    stage = Stage(figure, [image, *handed_on, *slopes])

    def draw(depth: int, gain: float) -> Stage:
        numbers, gradients, surface = sizes_and_surface(depth, gain)
        n_points = round(len(surface) ** 0.5)
        image.set_data(surface.reshape(n_points, n_points).numpy())
        for line, heights in ((handed_on[0], numbers), (slopes[0], gradients)):
            line.set_data(range(1, len(heights) + 1), [max(height, 1e-15) for height in heights])
        return stage

    return draw
