"""Pictures of a stack of blocks: signals through its depth, bends, losses without a part, what an edit changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = float | int
Interval = tuple[Number, Number, Number]
"""Value, lower end, upper end."""


@runtime_checkable
class SignalLike(Protocol):
    """What is drawn of a stack: three curves from below the first block to above the last."""

    size: Sequence[Number]
    gradient: Sequence[Number]
    likeness: Sequence[Number]


_PANELS = (
    ("the stream's size", "root mean square", (1e-3, 1e5)),
    ("its gradient", "against that at the top", (1e-5, 1e5)),
    ("how alike tokens are", "mean cosine", (-0.1, 1.05)),
)


def _look(index: int) -> dict:
    return {
        "color": PALETTE[index % len(PALETTE)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": DASHES[index % len(DASHES)],
    }


def _curves(signal: SignalLike) -> tuple[Sequence[Number], ...]:
    return signal.size, signal.gradient, signal.likeness


def _prepare(axes: "Axes", panel: int, n_blocks: int) -> None:
    title, label, limits = _PANELS[panel]
    axes.set(title=title, ylabel=label, xlabel="after block", xlim=(0, n_blocks), ylim=limits)
    if panel < 2:
        axes.set_yscale("log")
        axes.minorticks_off()


def stack_figure(signals: Mapping[str, SignalLike]) -> "Figure":
    """Draw what becomes of the residual stream through a stack: its size, its gradient, how alike tokens become.

    Args:
        signals: Name of a stack → what was measured in it.

    Returns:
        The figure; a curve that leaves a panel goes on beyond it.

    Raises:
        ValueError: There is no stack, or one without blocks.
    """
    from matplotlib.figure import Figure

    if not signals or not all(len(signal.size) > 1 for signal in signals.values()):
        raise ValueError("there is no stack to draw, or one without blocks")
    figure = Figure(figsize=(10.0, 3.9), layout="constrained")
    n_blocks = max(len(signal.size) for signal in signals.values()) - 1
    for panel, axes in enumerate(figure.subplots(1, 3)):
        _prepare(axes, panel, n_blocks)
        for index, signal in enumerate(signals.values()):
            curve = _curves(signal)[panel]
            axes.plot(range(len(curve)), curve, markevery=(index * 2, max(1, n_blocks // 8)), **_look(index))
    names = list(figure.axes[0].lines)
    figure.legend(names, list(signals), loc="outside lower center", ncols=len(signals))
    return figure


def stack_explorer(simulate: Callable[[str, int, float], SignalLike], n_blocks: int) -> Callable[..., Stage]:
    """The same for one stack, as its arrangement, its depth and the loudness of its parts change.

    Args:
        simulate: From an arrangement's name, blocks and the loudness of parts to what is measured.
        n_blocks: Most blocks.

    Returns:
        A function of `arrangement` (its name), `depth` and `loudness` that gives the picture.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 3.3))
    panels = [figure.add_axes((0.075 + 0.325 * panel, 0.17, 0.245, 0.66)) for panel in range(3)]
    moving = []
    for panel, axes in enumerate(panels):
        _prepare(axes, panel, n_blocks)
        moving += axes.plot([], [], color=PALETTE[0], linestyle="-")
    label = figure.text(0.075, 0.94, "", fontsize=11, color=INK)
    stage = Stage(figure, [*moving, label])

    def draw(arrangement: str, depth: int, loudness: float) -> Stage:
        signal = simulate(arrangement, int(depth), float(loudness))
        for line, curve in zip(moving, _curves(signal), strict=True):
            line.set_data(range(len(curve)), curve)
        label.set_text(f"{arrangement}, {int(depth)} blocks, parts speak at {loudness:.2f}")
        return stage

    return draw


def bends_figure(bends: Mapping[str, tuple[Sequence[Number], Sequence[Number]]]) -> "Figure":
    """Draw bends: what comes out of each over what goes in.

    Args:
        bends: Name → what goes in, what comes out.

    Raises:
        ValueError: There is none.
    """
    from matplotlib.figure import Figure

    if not bends:
        raise ValueError("there is no bend to draw")
    figure = Figure(figsize=(6.2, 3.2), layout="constrained")
    axes = figure.subplots()
    for index, (name, (inner, bent)) in enumerate(bends.items()):
        axes.plot(inner, bent, label=name, markevery=12, **_look(index))
    axes.set(xlabel="inner number", ylabel="after the bend", ylim=(-0.6, 4))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def runs_figure(runs: Mapping[str, Sequence[Number]], xlabel: str, guide: tuple[Number, str] | None = None) -> "Figure":
    """Draw one number for each run: a row for each kind, a ring for each seed, a bar at their mean.

    Args:
        runs: Kind → a number for each seed.
        xlabel: What the number is, with its unit.
        guide: A place to compare with, and what it is.

    Raises:
        ValueError: There is no run.
    """
    from matplotlib.figure import Figure

    if not runs or not all(len(numbers) for numbers in runs.values()):
        raise ValueError("there is no run to draw")
    figure = Figure(figsize=(7.2, 0.42 * len(runs) + 1.0), layout="constrained")
    axes = figure.subplots()
    for row, numbers in enumerate(runs.values()):
        axes.plot(numbers, [row] * len(numbers), "o", color=PALETTE[0], markerfacecolor="none", linestyle="none")
        mean = sum(numbers) / len(numbers)
        axes.plot([mean, mean], [row - 0.3, row + 0.3], color=INK, linestyle="-", linewidth=2.2)
    if guide is not None:
        axes.axvline(guide[0], color=QUIET, linestyle=":")
        axes.text(guide[0], -0.62, f" {guide[1]}", fontsize=8, color=QUIET, va="bottom")
    axes.set_yticks(range(len(runs)), list(runs))
    axes.set(xlabel=xlabel, ylim=(len(runs) - 0.4, -0.75))
    axes.grid(axis="y", visible=False)
    return figure


def losses_figure(lost: Mapping[str, Mapping[str, Sequence[Interval]]]) -> "Figure":
    """Draw what is lost without a part: a panel for each place, a bar with its interval for each layer and part.

    Args:
        lost: Place → part → for each layer, value with the ends of its interval.

    Raises:
        ValueError: There is nothing to draw, or parts differ in their number of layers.
    """
    from matplotlib.figure import Figure

    n_layers = {len(layers) for parts in lost.values() for layers in parts.values()}
    if len(n_layers) != 1 or n_layers == {0}:
        raise ValueError("there is nothing to draw, or parts differ in their number of layers")
    figure = Figure(figsize=(4.4 * len(lost) + 0.6, 3.6), layout="constrained")
    for axes, (place, parts) in zip(figure.subplots(1, len(lost), sharey=True, squeeze=False)[0], lost.items(),
                                    strict=True):  # fmt: skip
        width = 0.8 / len(parts)
        for index, (part, layers) in enumerate(parts.items()):
            places = [layer + (index - (len(parts) - 1) / 2) * width for layer in range(len(layers))]
            values = [value for value, _, _ in layers]
            ends = [[value - low for value, low, _ in layers], [high - value for value, _, high in layers]]
            axes.bar(places, values, 0.92 * width, yerr=ends, color=PALETTE[index], label=part, capsize=2,
                     edgecolor="white", hatch=("", "//")[index % 2], error_kw={"linewidth": 1.0})  # fmt: skip
        axes.set(title=place, xlabel="layer", xticks=range(len(layers)), ylim=(min(0, axes.get_ylim()[0]), 1.02))
        axes.grid(axis="x", visible=False)
    figure.axes[0].set_ylabel("share of facts lost")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def edit_figure(before: Mapping[str, Interval], after: Mapping[str, Interval]) -> "Figure":
    """Draw what an edit changed and what it left: for each kind of question, the share before and after.

    Args:
        before: Kind of question → share with its interval, in the model as it was.
        after: The same in the edited model.

    Raises:
        ValueError: The kinds differ, or there is none.
    """
    from matplotlib.figure import Figure

    if not before or list(before) != list(after):
        raise ValueError("before and after tell of different kinds of question, or of none")
    figure = Figure(figsize=(7.6, 0.62 * len(before) + 1.2), layout="constrained")
    axes = figure.subplots()
    for shift, shares, name, mark, color in (
        (-0.13, before, "before", "o", QUIET),
        (0.13, after, "after one edit", "s", PALETTE[1]),
    ):
        for row, (value, low, high) in enumerate(shares.values()):
            axes.plot([low, high], [row + shift] * 2, color=color, linestyle="-", linewidth=1.4)
            axes.plot(value, row + shift, mark, color=color, label=name if row == 0 else None)
    axes.set_yticks(range(len(before)), list(before))
    axes.set(xlim=(-0.02, 1.02), ylim=(len(before) - 0.5, -0.5), xlabel="share of answers")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure
