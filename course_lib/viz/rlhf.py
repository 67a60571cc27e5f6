"""Pictures of learning from feedback: noisy gradients, the clip, one reply's tokens, a run's course, what was won."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Objective = Callable[[Float[Tensor, "ratio"], Float[Tensor, "ratio"], float], Float[Tensor, "ratio"]]
"""`objective(ratio, advantage, clip)`: what is gained at each ratio."""


def estimates_figure(
    estimates: Mapping[str, Float[Tensor, "trial"]],
    truth: float,
    xlabel: str,
    bounds: tuple[float, float],
) -> "Figure":
    """Draw how estimates of one number scatter, a histogram for each way of making them, all on one axis.

    Args:
        estimates: Name of the way → many estimates.
        truth: What they estimate; an upright line.
        xlabel: What it is.
        bounds: Where the axis begins and ends; what lies outside is not drawn.

    Returns:
        The figure; a title has the mean and the spread.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 1.6 * len(estimates) + 0.4), layout="constrained")
    panels = figure.subplots(len(estimates), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    for index, (axes, (name, values)) in enumerate(zip(panels, estimates.items(), strict=True)):
        axes.hist(values.tolist(), bins=50, range=bounds, color=PALETTE[index])
        axes.axvline(truth, color=INK, linestyle="--", linewidth=1.2)
        axes.set_title(f"{name}: mean {values.mean():.3f}, spread {values.std():.3f}", fontsize=9, loc="left")
        axes.set_ylabel("estimates")
    panels[-1].set_xlabel(xlabel)
    return figure


def clip_figure(objective: Objective, ratio: float, clip: float) -> "Figure":
    """Draw what a token's new probability gains, for a token that did well and for one that did badly.

    Args:
        objective: The learner's own, or the library's.
        ratio: The token's probability now over what it was.
        clip: By how much a ratio may leave 1 with profit.

    Returns:
        The figure; the dashed line is the gain without a clip, the dot says whether there is still a slope.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.9))  # a layout that is computed would take longer than the drawing
    ratios = torch.linspace(0.2, 2.0, 181)
    for column, advantage in enumerate((1.0, -1.0)):
        axes = figure.add_axes((0.08 + 0.49 * column, 0.19, 0.41, 0.69))
        gained = objective(ratios, torch.full_like(ratios, advantage), clip)
        axes.plot(ratios.tolist(), (advantage * ratios).tolist(), color=QUIET, linestyle="--", linewidth=1.2)
        axes.plot(ratios.tolist(), gained.tolist(), color=PALETTE[column], linestyle="-")
        height, slope = slope_at(objective, ratio, advantage, clip)
        axes.plot(ratio, height, marker=MARKERS[column], color=INK, markersize=9)
        axes.axvspan(1 - clip, 1 + clip, color=QUIET, alpha=0.15, linewidth=0)
        word = "still pushed" if slope else "no push any more"
        axes.set(xlim=(0.2, 2.0), ylim=(-2.1, 2.1), xlabel="probability now / when it was written")
        kind = "good" if advantage > 0 else "bad"
        axes.set_title(f"a {kind} token (advantage {advantage:+.0f}): {word}", fontsize=9, loc="left")
        axes.set_ylabel("gain" if column == 0 else "")
    return figure


def slope_at(objective: Objective, ratio: float, advantage: float, clip: float) -> tuple[float, float]:
    """The gain at a ratio, and how steeply it changes with the ratio there.

    Args:
        objective: As for `clip_figure`.
        ratio: Where.
        advantage: Of the token.
        clip: As for `clip_figure`.

    Returns:
        Height and slope.
    """
    place = torch.tensor([ratio], requires_grad=True)
    gained = objective(place, torch.tensor([advantage]), clip)
    (slope,) = torch.autograd.grad(gained.sum(), place)
    return gained.item(), slope.item()


def token_bars_figure(
    pieces: Sequence[str], rows: Mapping[str, Sequence[float]], *, one_scale: bool = True
) -> "Figure":
    """Draw numbers of each token of a reply: a column a token, a row of bars for each kind of number.

    Args:
        pieces: The text of every token.
        rows: What the numbers are → one for each token.
        one_scale: Whether all rows have the same scale; where units differ, each should have its own.

    Returns:
        The figure, each bar with its number.

    Raises:
        ValueError: A row has another length.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(6.0, 1.0 * len(pieces) + 1.6), 1.25 * len(rows) + 0.4), layout="constrained")
    panels = figure.subplots(len(rows), 1, squeeze=False, sharex=True)[:, 0]
    every = [number for numbers in rows.values() for number in numbers]
    for index, (axes, (name, numbers)) in enumerate(zip(panels, rows.items(), strict=True)):
        if len(numbers) != len(pieces):
            raise ValueError(f"{name}: {len(numbers)} numbers for {len(pieces)} tokens")
        places = range(len(pieces))
        axes.bar(places, numbers, width=0.55, color=PALETTE[index % len(PALETTE)])
        for place, number in zip(places, numbers, strict=True):
            words = f"{round(number, 2) + 0.0:.2f}"  # no −0.00
            axes.text(place, number, words, ha="center", va="top" if number <= -0.005 else "bottom", fontsize=8)
        axes.axhline(0, color=INK, linewidth=0.8)
        low, high = (choose([0.0, *(every if one_scale else numbers)]) for choose in (min, max))
        room = 0.25 * (high - low or 1.0)
        axes.set(ylim=(low - room, high + room), yticks=(0,))
        axes.set_title(name, fontsize=9, loc="left")
        axes.grid(visible=False)
    panels[-1].set_xticks(range(len(pieces)), [repr(piece) for piece in pieces], family="monospace", fontsize=8)
    return figure


def course_figure(
    curves: Mapping[str, Sequence[float]],
    xlabel: str = "iteration",
    before: Mapping[str, Sequence[float]] | None = None,
    *,
    n_waiting: int = 0,
) -> "Figure":
    """Draw how several numbers of one run change: a panel for each, side by side.

    Args:
        curves: What is drawn, with its unit → a number for each iteration, from the first.
        xlabel: What is counted.
        before: The same numbers of another run, drawn in grey behind.
        n_waiting: So many iterations at the start, in which the model does not learn yet, have a grey ground.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.0 * len(curves), 2.5), layout="constrained")
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for index, (axes, (name, numbers)) in enumerate(zip(panels, curves.items(), strict=True)):
        older = (before or {}).get(name, ())
        axes.plot(range(1, len(older) + 1), older, color=QUIET, linestyle="--")
        axes.plot(range(1, len(numbers) + 1), numbers, marker=MARKERS[index], color=PALETTE[index], linestyle="-")
        if n_waiting:
            axes.axvspan(0.5, n_waiting + 0.5, color=QUIET, alpha=0.15, linewidth=0)
        axes.set(xlabel=xlabel)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_title(name, fontsize=9, loc="left")
    return figure


def places_figure(places: Mapping[str, tuple[float, float]], xlabel: str, ylabel: str) -> "Figure":
    """Draw where things lie in a plane, such as models by distance and score: a mark for each, its name beside it.

    Args:
        places: Name → its two numbers.
        xlabel: The first.
        ylabel: The second.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.5, 2.8), layout="constrained")
    axes = figure.subplots()
    for index, (name, place) in enumerate(places.items()):
        axes.plot(*place, marker=MARKERS[index], markersize=10, color=PALETTE[index])
        axes.annotate(name, place, xytext=(10, 0), textcoords="offset points", va="center", fontsize=9)
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.margins(x=0.25, y=0.15)
    return figure


def conduct_figure(groups: Mapping[str, Mapping[str, Mapping[str, float]]], xlabel: str) -> "Figure":
    """Draw how several models treat several groups of questions: a bar for each, the bars of a group together.

    Args:
        groups: Group → model → kind of reply → its share, between 0 and 1.
        xlabel: What the shares are of.

    Returns:
        The figure; a share of 5 % or more has its number.
    """
    from matplotlib.figure import Figure

    bars = {f"{group}: {model}": kinds for group, models in groups.items() for model, kinds in models.items()}
    gaps = [0.5 * row for row, models in enumerate(groups.values()) for _ in models]
    places = [row + gap for row, gap in enumerate(gaps)]
    hatches = ("", "//", "..", "\\\\")
    figure = Figure(figsize=(7.5, 0.33 * places[-1] + 1.4), layout="constrained")
    axes = figure.subplots()
    for place, kinds in zip(places, bars.values(), strict=True):
        left = 0.0
        for index, (kind, share) in enumerate(kinds.items()):
            axes.barh(place, share, left=left, height=0.8, color=PALETTE[index], edgecolor="white",
                      hatch=hatches[index], label=kind if place == 0 else None)  # fmt: skip
            if share >= 0.05:
                axes.text(left + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=8,
                          bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
            left += share
    axes.set_yticks(places, list(bars))
    axes.set(xlim=(0, 1), xlabel=xlabel)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=8)
    return figure


def parts_figure(parts: Mapping[str, Mapping[str, float]], xlabel: str) -> "Figure":
    """Draw several things' marks in the same subjects: for each subject a group of bars.

    Args:
        parts: Whose marks → subject → mark.
        xlabel: What a mark is.

    Returns:
        The figure, each bar with its number.
    """
    from matplotlib.figure import Figure

    subjects, hatches = list(next(iter(parts.values()))), ("", "//", "..", "xx")
    figure = Figure(figsize=(7.5, 0.62 * len(subjects) + 1.1), layout="constrained")
    axes = figure.subplots()
    height = 0.8 / len(parts)
    for index, (name, marks) in enumerate(parts.items()):
        places = [row + (index - (len(parts) - 1) / 2) * height for row in range(len(subjects))]
        values = [marks[subject] for subject in subjects]
        axes.barh(places, values, height=0.9 * height, color=PALETTE[index], hatch=hatches[index], edgecolor="white",
                  label=name)  # fmt: skip
        for place, value in zip(places, values, strict=True):
            axes.text(value, place, f" {value:.2f} ", va="center", ha="left" if value >= 0 else "right", fontsize=8)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(subjects)), subjects)
    axes.set(xlabel=xlabel)
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(parts), fontsize=8)
    return figure


def proxy_figure(runs: Mapping[str, Sequence[Sequence[tuple[float, float]]]], xlabel: str) -> "Figure":
    """Draw what was optimised beside what was meant, in the course of training: a panel for each way of training.

    Args:
        runs: Title → its runs, each a list of (proxy, truth) at evenly spread looks.
        xlabel: What a look is.

    Returns:
        The figure: thin lines are runs, thick ones with marks their means.
    """
    from matplotlib.figure import Figure

    n_columns = min(3, len(runs))
    n_rows = -(-len(runs) // n_columns)
    figure = Figure(figsize=(3.1 * n_columns, 2.5 * n_rows + 0.4), layout="constrained")
    panels = figure.subplots(n_rows, n_columns, squeeze=False, sharey="row").flatten()
    for axes, (title, found) in zip(panels, runs.items(), strict=False):
        _draw_proxy(axes, found)
        axes.set_title(title, fontsize=9, loc="left")
        axes.set(xlabel=xlabel)
    for axes in panels[len(runs) :]:
        axes.set_visible(False)
    for row in range(n_rows):
        panels[row * n_columns].set_ylabel("mean of the replies")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, fontsize=8)
    return figure


def _draw_proxy(axes: "Axes", found: Sequence[Sequence[tuple[float, float]]]) -> None:
    """One way of training."""
    names = ("score by the judge (what is optimised)", "true worth (what is meant)")
    numbers = torch.tensor(found)
    looks = range(1, numbers.shape[1] + 1)
    for index, name in enumerate(names):
        style = {"color": PALETTE[index], "linestyle": DASHES[index]}
        for run in numbers:
            axes.plot(looks, run[:, index].tolist(), linewidth=0.7, alpha=0.6, **style)
        axes.plot(looks, numbers.mean(dim=0)[:, index].tolist(), marker=MARKERS[index], label=name, **style)
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.set_xticks(looks)
