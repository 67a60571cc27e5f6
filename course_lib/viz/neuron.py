"""What one neuron decides: its examples, its boundary, and how its loss changes as one number moves."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from course_lib.viz.stage import Stage
from course_lib.viz.style import INK, MARKERS, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.quiver import Quiver

Number = float | int
Pair = tuple[float, float]
Points = Sequence[Sequence[Number]]


def draw_examples(
    axes: "Axes", features: Points, labels: Sequence[Number], names: tuple[str, str] = ("0", "1"), size: Number = 26
) -> None:
    """Draw examples with two features: label 0 as hollow squares, label 1 as filled circles.

    Args:
        axes: Where to draw.
        features: Two numbers per example.
        labels: 0 or 1 per example.
        names: What the labels mean, for the legend.
        size: Area of a marker, in square points.
    """
    looks = (
        {"marker": MARKERS[1], "facecolors": "none", "edgecolors": PALETTE[1], "linewidths": 1.4},
        {"marker": MARKERS[0], "facecolors": PALETTE[0], "edgecolors": "white", "linewidths": 0.5},
    )
    for label, look in enumerate(looks):
        chosen = [point for point, own in zip(features, labels, strict=True) if own == label]
        axes.scatter([p[0] for p in chosen], [p[1] for p in chosen], s=size, label=names[label], zorder=3, **look)


def boundary(
    weights: Sequence[Number], bias: Number, centre: Sequence[Number], far: Number
) -> tuple[Pair, Pair, Pair] | None:
    """The line on which a neuron is undecided: weighted sum + bias = 0.

    Args:
        weights: The neuron's two weights.
        bias: Its bias.
        centre: The middle of what is looked at.
        far: How long to make the line in each direction.

    Returns:
        Its two ends as `(x, y)`, and a step of length 1 towards the "1" side, at right angles to it. None where both
        weights are 0: then there is no line.

    Example:
        >>> boundary([0.0, 2.0], -2.0, centre=(0.0, 0.0), far=5.0)       # x2 = 1, and "1" is above
        ((-5.0, 1.0), (5.0, 1.0), (0.0, 1.0))
    """
    length = (weights[0] ** 2 + weights[1] ** 2) ** 0.5
    if length == 0:
        return None
    up = (weights[0] / length, weights[1] / length)
    distance = (weights[0] * centre[0] + weights[1] * centre[1] + bias) / length
    foot = (centre[0] - up[0] * distance, centre[1] - up[1] * distance)  # the line's point nearest the centre
    ends = [(foot[0] - side * up[1] * far, foot[1] + side * up[0] * far) for side in (1, -1)]
    return ends[0], ends[1], up


def draw_boundary(
    axes: "Axes",
    weights: Sequence[Number],
    bias: Number,
    label: str | None = None,
    color: str = INK,
    width: Number = 2,
) -> None:
    """Draw the line on which a neuron is undecided, and a small arrow to its "1" side.

    Set the axes' limits first. With both weights 0 there is no line, and nothing is drawn.

    Args:
        axes: Where to draw; equal scales keep the arrow at right angles to the line.
        weights: The neuron's two weights.
        bias: Its bias.
        label: For the legend.
        color: The colour of line and arrow; with another than ink they lie below other lines.
        width: The line's, in points.
    """
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    found = boundary(weights, bias, ((left + right) / 2, (bottom + top) / 2), right - left + top - bottom)
    if found is None:
        return
    start, end, up = found
    look = {"color": color, "linewidth": width, "zorder": 2 if color == INK else 1}
    axes.plot([start[0], end[0]], [start[1], end[1]], linestyle="-", label=label, **look)
    foot = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    reach = 0.1 * (right - left)
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=(foot[0] + up[0] * reach, foot[1] + up[1] * reach), xytext=foot, arrowprops=arrow, zorder=2)
    axes.set(xlim=(left, right), ylim=(bottom, top))


def decision_surface(axes: "Axes", output: Callable[[list[float]], Number], n_points: int = 41) -> None:
    """Shade the plane by a model's output, white where it is 0 and blue where it is 1, with a line at one half.

    Set the axes' limits first.

    Args:
        axes: Where to draw.
        output: Takes two features, gives a number from 0 to 1.
        n_points: Grid points along each side.
    """
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    across = [left + (right - left) * i / (n_points - 1) for i in range(n_points)]
    upward = [bottom + (top - bottom) * i / (n_points - 1) for i in range(n_points)]
    heights = [[float(output([x, y])) for x in across] for y in upward]
    pale = ListedColormap(colormaps["Blues"]([0.4 * i / 255 for i in range(256)]))  # examples stay readable on it
    look = {"cmap": pale, "vmin": 0, "vmax": 1, "interpolation": "bilinear", "aspect": "auto", "origin": "lower"}
    shades = axes.imshow(heights, extent=(left, right, bottom, top), **look)
    bar = axes.figure.colorbar(shades, ax=axes, label="output", ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0", "½", "1"])
    if min(map(min, heights)) < 0.5 < max(map(max, heights)):
        bar.add_lines(axes.contour(across, upward, heights, levels=[0.5], colors=[INK], linewidths=2))
    axes.grid(False)


class LossCurve(NamedTuple):
    """What `loss_curve` found."""

    places: list[float]
    """Values of the parameter."""
    losses: list[Number]
    """The loss at each."""
    tangent_places: list[Number]
    """Where the piece of tangent begins and ends."""
    tangent_losses: list[Number]
    """How high it is there."""


def loss_curve(loss_at: Callable[[float], Number], here: Number, reach: Number, n_points: int = 33) -> LossCurve:
    """The loss as one parameter moves and all others stay, and its slope where the parameter stands.

    Args:
        loss_at: The loss for a value of this parameter.
        here: Its present value.
        reach: The curve goes from −reach to +reach.
        n_points: Points on the curve.

    Returns:
        Places and losses of the curve; the two ends of the tangent.

    Example:
        >>> curve = loss_curve(lambda x: x * x, here=1.0, reach=4.0, n_points=3)
        >>> curve.losses, [round(height, 3) for height in curve.tangent_losses]      # slope 2 at 1
        ([16.0, 0.0, 16.0], [-1.0, 3.0])
    """
    places = [-reach + 2 * reach * i / (n_points - 1) for i in range(n_points)]
    nudge, height, half = reach * 1e-4, loss_at(here), reach / 4
    slope = (loss_at(here + nudge) - loss_at(here - nudge)) / (2 * nudge)
    tangent = [here - half, here + half]
    return LossCurve(
        places, [loss_at(place) for place in places], tangent, [height - slope * half, height + slope * half]
    )


def boundary_and_loss(
    features: Points,
    labels: Sequence[Number],
    loss: Callable[[list[Number], Number], Number],
    feature_names: tuple[str, str],
    label_names: tuple[str, str] = ("0", "1"),
    reach: Number = 6,
) -> Callable[[Number, Number, Number], Stage]:
    """A neuron's line between the examples, beside the loss as each of its three numbers moves alone.

    Args:
        features: Two numbers per example, standardised.
        labels: 0 or 1 per example.
        loss: Takes two weights and a bias, gives the loss over the examples.
        feature_names: Axis labels, with units.
        label_names: What 0 and 1 mean.
        reach: The loss is drawn from −reach to +reach.

    Returns:
        A function of weight 1, weight 2 and bias (`weight_1`, `weight_2`, `bias`) that gives the picture for them. What
        does not depend on them is drawn once, so that the picture can follow a slider.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 4.0))
    plane = figure.add_axes((0.08, 0.13, 0.42, 0.78))
    plane.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xlabel=feature_names[0], ylabel=feature_names[1])
    draw_examples(plane, features, labels, label_names)
    plane.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0.2, handletextpad=0.1)
    moving = [*plane.plot([], [], color=INK, linestyle="-", linewidth=2), plane.quiver(0, 0, 0, 0, **_ARROW)]
    figure.text(0.62, 0.94, "loss if only this number moves")
    for place, name in enumerate(("weight 1", "weight 2", "bias")):
        axes = figure.add_axes((0.62 + 0.13 * place, 0.13, 0.115, 0.78))
        axes.set(xlabel=name, ylim=(0, 0.75), xlim=(-reach, reach), xticks=(-reach + 1, 0, reach - 1))
        axes.set_yticks([0, 0.25, 0.5, 0.75], ["0", "¼", "½", "¾"] if place == 0 else [""] * 4)
        if place == 0:
            axes.set_ylabel("loss (mean squared error)")
        moving += axes.plot([], [], color=PALETTE[0], linestyle="-")
        moving += axes.plot([], [], color=PALETTE[1], linestyle="--")
        moving += axes.plot([], [], marker="o", color=INK, linestyle="none", markersize=6)
    stage = Stage(figure, moving)

    def draw(weight_1: Number, weight_2: Number, bias: Number) -> Stage:
        line, arrow, *curves = moving
        _move_boundary(line, arrow, (weight_1, weight_2), bias)
        here = [weight_1, weight_2, bias]
        for place in range(3):
            curve = loss_curve(lambda value, at=place: _with(loss, here, at, value), here[place], reach, 25)
            drawn, tangent, dot = curves[3 * place : 3 * place + 3]
            drawn.set_data(curve.places, curve.losses)
            tangent.set_data(curve.tangent_places, curve.tangent_losses)
            dot.set_data([here[place]], [sum(curve.tangent_losses) / 2])
        return stage

    return draw


_ARROW = {"scale": 1, "scale_units": "xy", "angles": "xy", "color": INK, "width": 0.009}


def _move_boundary(line: "Line2D", arrow: "Quiver", weights: tuple[Number, Number], bias: Number) -> None:
    found = boundary(weights, bias, (0, 0), 9)
    line.set_visible(found is not None)
    arrow.set_visible(found is not None)
    if found is not None:
        start, end, up = found
        line.set_data([start[0], end[0]], [start[1], end[1]])
        arrow.set_offsets([[(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]])
        arrow.set_UVC(up[0] * 0.5, up[1] * 0.5)


def _with(loss: Callable[[list[Number], Number], Number], here: list[Number], place: int, value: Number) -> Number:
    """The loss with one of the three numbers replaced."""
    first, second, bias = [*here[:place], value, *here[place + 1 :]]
    return loss([first, second], bias)
