"""Pictures of recurrence: how far a layer reaches back, the two ways between two places, and what a queue costs."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = float | int
Curve = Sequence[Number]


_PLACES = {
    "RNN": 0, "RNN, a rotation": 1, "LSTM": 2, "LSTM, gates open": 3, "attention": 4,
    "LSTM, forget bias 0": 5, "LSTM, forget bias 1": 2, "LSTM, forget bias 5": 3,
    "LSTM, torch's own": 5, "without tanh": 1, "without tanh, by scan": 3,
}  # fmt: skip
"""One look for each model in all pictures of the notebook."""


def _look(name: str, index: int) -> dict:
    """Colour, marker and dashes of a curve, so that a grey print can tell it; unknown names go by their order."""
    index = _PLACES.get(name, index)
    return {
        "color": PALETTE[index % len(PALETTE)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": DASHES[index % len(DASHES)],
    }


def reach_figure(curves: Mapping[str, Curve], floor: Number = 1e-8) -> "Figure":
    """Draw how much the last output moves with an input, over how many steps back that input stands.

    Args:
        curves: Name → sizes 0, 1, 2, … steps back.
        floor: Where the picture ends below; a curve that falls under it leaves the picture.

    Returns:
        The figure; both a factor of ten down and a step back have equal lengths everywhere.

    Raises:
        ValueError: There is no curve, or one is empty.
    """
    from matplotlib.figure import Figure

    if not curves or not all(len(curve) for curve in curves.values()):
        raise ValueError("there is no curve to draw, or one of them is empty")
    figure = Figure(figsize=(7.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for index, (name, curve) in enumerate(curves.items()):
        axes.plot(range(len(curve)), curve, markevery=max(1, len(curve) // 8), label=name, **_look(name, index))
    _reach_axes(axes, max(len(curve) for curve in curves.values()), floor)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _reach_axes(axes: "Axes", n_steps: int, floor: Number, top: Number | None = None) -> None:
    axes.set(yscale="log", xlim=(0, n_steps - 1), xlabel="steps back", ylabel="size of the gradient there")
    axes.set_ylim(bottom=floor, top=top)
    axes.minorticks_off()


def reach_explorer(
    simulate: Callable[[float], tuple[Curve, Sequence[Curve]]], n_steps: int, n_units: int
) -> Callable[[Number], Stage]:
    """How far an RNN reaches back beside what its units do, as the scale of its state's weights moves.

    Args:
        simulate: From a scale to the sizes of the gradient 0, 1, … steps back, and to each unit's state at every token.
        n_steps: How many tokens are read.
        n_units: How many units are shown.

    Returns:
        A function of `scale` that gives the picture for it; what does not depend on it is drawn once.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.5))
    left, right = figure.add_axes((0.085, 0.16, 0.40, 0.72)), figure.add_axes((0.575, 0.16, 0.40, 0.72))
    _reach_axes(left, n_steps, 1e-10, 1e7)
    left.set_title("how far the gradient reaches")
    right.set(xlim=(0, n_steps - 1), ylim=(-1.05, 1.05), yticks=(-1, 0, 1), xlabel="token")
    right.set_ylabel(f"state of {n_units} of its units")
    right.set_title("what the state does")
    moving = [
        *left.plot([], [], color=PALETTE[0], linestyle="-", label="with tanh"),
        *left.plot([], [], color=PALETTE[1], linestyle="--", label="scale to the power of the steps"),
        *(line for _ in range(n_units) for line in right.plot([], [], linestyle="-", linewidth=1.1)),
    ]
    left.legend(loc="lower left", fontsize=8)
    stage = Stage(figure, moving)

    def draw(scale: Number) -> Stage:
        sizes, units = simulate(float(scale))
        moving[0].set_data(range(len(sizes)), sizes)
        moving[1].set_data(range(len(sizes)), [sizes[0] * scale**step for step in range(len(sizes))])
        for line, unit in zip(moving[2:], units, strict=True):
            line.set_data(range(len(unit)), unit)
        return stage

    return draw


def paths_figure(tokens: Sequence[str]) -> "Figure":
    """Draw the way from the first token to the last: from state to state in an RNN, in one arc with attention.

    Args:
        tokens: The tokens' text, in reading order.

    Returns:
        The figure, one row above the other.

    Raises:
        ValueError: There are fewer than two tokens.
    """
    from matplotlib.figure import Figure

    if len(tokens) < 2:
        raise ValueError(f"{len(tokens)} token has no way to another: give two or more")
    figure = Figure(figsize=(max(5.0, 0.95 * len(tokens)), 4.2), layout="constrained")
    rows = figure.subplots(2, 1)
    last = len(tokens) - 1
    for axes, title in zip(rows, (f"RNN: {last} steps, one after another", "attention: one step"), strict=True):
        axes.set(xlim=(-0.6, last + 0.6), ylim=(-0.7, 2.1), title=title)
        axes.axis("off")
        for place, token in enumerate(tokens):
            axes.text(place, -0.4, token, ha="center", va="center", fontsize=10)
    for place in range(last + 1):
        rows[0].annotate("", (place, 0.75), (place, -0.15), arrowprops=_arrow(QUIET, 1))
        box = {"boxstyle": "round,pad=0.3", "facecolor": "#EAF2F8", "edgecolor": INK}
        rows[0].text(place, 1.05, "state", ha="center", va="center", fontsize=8, bbox=box)
        if place < last:
            rows[0].annotate("", (place + 0.68, 1.05), (place + 0.32, 1.05), arrowprops=_arrow(PALETTE[1], 2.2))
            bend = _arrow(PALETTE[1] if place == 0 else QUIET, 2.2 if place == 0 else 0.9)
            bend["connectionstyle"] = f"arc3,rad={-0.9 / (1 + 0.45 * (last - place))}"
            rows[1].annotate("", (last, 0.11 * (last - 1 - place)), (place, 0.0), arrowprops=bend)
    return figure


def _arrow(color: str, width: Number) -> dict:
    return {"arrowstyle": "->", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}


def recall_by_distance_figure(runs: Mapping[str, Mapping[int, Curve]], chance: Number) -> "Figure":
    """Draw how often a token is named rightly over how far back it stands: a ring for each seed, a line through means.

    Args:
        runs: Kind → steps back → share right of each seed.
        chance: The share that guessing gives.

    Returns:
        The figure; the kinds stand a little beside each other, so that rings do not hide rings.

    Raises:
        ValueError: There is no run.
    """
    from matplotlib.figure import Figure

    if not runs or not all(shares for kind in runs.values() for shares in kind.values()):
        raise ValueError("there is no run to draw")
    figure = Figure(figsize=(7.4, 3.6), layout="constrained")
    axes = figure.subplots()
    for index, (name, by_distance) in enumerate(runs.items()):
        shift = 1.06 ** (index - (len(runs) - 1) / 2)
        look = _look(name, index)
        places = [distance * shift for distance in by_distance]
        axes.plot(places, [sum(shares) / len(shares) for shares in by_distance.values()], label=name, **look)
        for place, shares in zip(places, by_distance.values(), strict=True):
            axes.plot([place] * len(shares), shares, **look | {"linestyle": "none", "markerfacecolor": "none"})
    axes.axhline(chance, color=QUIET, linestyle=":", label="guessing")
    for face, what in (("none", "hollow: one run"), (QUIET, "full: mean")):
        axes.plot([], [], "o", color=QUIET, markerfacecolor=face, label=what)
    distances = list(next(iter(runs.values())))
    axes.set(xscale="log", ylim=(0, 1.05), xlabel="steps back", ylabel="share named rightly")
    axes.set_xticks(distances, [str(distance) for distance in distances])
    axes.minorticks_off()
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def queue_figure(panels: Mapping[str, tuple[str, Mapping[str, Mapping[int, Number]]]]) -> "Figure":
    """Draw what grows with the length of a text, one panel beside the other, on scales of doubling.

    Args:
        panels: Title → label of the upright axis, and curve's name → tokens → value above 0.

    Returns:
        The figure; one legend serves all panels, and a curve has the same look in each.

    Raises:
        ValueError: There is nothing to draw.
    """
    from matplotlib.figure import Figure

    if not panels or not all(curves for _, curves in panels.values()):
        raise ValueError("there is nothing to draw")
    figure = Figure(figsize=(4.4 * len(panels) + 0.4, 3.9), layout="constrained")
    names = list(dict.fromkeys(name for _, curves in panels.values() for name in curves))
    handles: dict[str, object] = {}
    for axes, (title, (label, curves)) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(),
                                              strict=True):  # fmt: skip
        for name, curve in curves.items():
            (handles[name],) = axes.plot(list(curve), list(curve.values()), **_look(name, names.index(name)))
        axes.set_xscale("log", base=2)
        axes.set(yscale="log", xlabel="tokens", ylabel=label, title=title)
        lengths = sorted({length for curve in curves.values() for length in curve})
        axes.set_xticks(lengths, [f"{length:,}" for length in lengths])
        axes.tick_params(axis="x", which="minor", bottom=False)
    n_columns = min(len(handles), 3 * len(panels))
    figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=n_columns)
    return figure
