"""Pictures of learning what is preferred: choices from scores, what a reader hears, order and calibration."""

from collections.abc import Mapping, Sequence
from math import exp, log1p, sqrt
from typing import TYPE_CHECKING

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def choice_figure(marks: Sequence[float]) -> "Figure":
    """Draw Bradley and Terry's two curves over the difference of two scores: the choice's probability, and the loss.

    Args:
        marks: Differences at which both curves are marked; on the loss the slope is drawn, which is what pushes.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    places = [step / 20 for step in range(-100, 101)]
    left.plot(places, [_probability(place) for place in places], color=PALETTE[0])
    right.plot(places, [log1p(exp(-place)) for place in places], color=PALETTE[0])
    for number, mark in enumerate(marks, 1):
        chance, loss = _probability(mark), log1p(exp(-mark))
        look = {"color": PALETTE[number], "marker": MARKERS[number], "linestyle": "", "markersize": 8}
        left.plot([mark], [chance], label=f"{mark:+.1f}: chosen with {chance:.2f}", **look)
        right.plot([mark], [loss], label=f"{mark:+.1f}: loss {loss:.2f}, slope {chance - 1:.2f}", **look)
        ends = (mark - 0.9, mark + 0.9)
        heights = [loss + (chance - 1) * (end - mark) for end in ends]
        right.plot(ends, heights, color=PALETTE[number], linewidth=2.5, linestyle="-")
    for axes in (left, right):
        axes.axvline(0, color=QUIET, linewidth=1, linestyle=":")
        axes.set_xlabel("score of the chosen − score of the rejected")
        axes.legend(fontsize=8)
    left.set(ylabel="probability of this choice", ylim=(0, 1))
    right.set(ylabel="loss (nats)", ylim=(0, 5))
    return figure


def _probability(difference: float) -> float:
    return 1 / (1 + exp(-difference))


def surprise_figure(replies: Mapping[str, Sequence[tuple[str, float, float]]]) -> "Figure":
    """Draw how probable a reader finds each token of some replies.

    Args:
        replies: Title → its tokens, each with its text, its log-probability and that of the likeliest token there.

    Returns:
        The figure: a panel for each reply, bars down from 0; the likeliest token's is a line across.

    Raises:
        ValueError: There is nothing to draw.
    """
    from matplotlib.figure import Figure

    if not replies or not all(replies.values()):
        raise ValueError("each reply needs at least one token")
    deepest = min(log_prob for tokens in replies.values() for _, log_prob, _ in tokens)
    figure = Figure(figsize=(9.0, 3.0), layout="constrained")
    panels = figure.subplots(1, len(replies), squeeze=False, width_ratios=[len(each) + 1 for each in replies.values()])
    for axes, (title, tokens) in zip(panels[0], replies.items(), strict=True):
        places = range(len(tokens))
        axes.bar(places, [log_prob for _, log_prob, _ in tokens], 0.7, color=PALETTE[0], label="this token")
        for place, (_, _, best) in enumerate(tokens):
            label = "the likeliest one there" if place == 0 else None
            axes.plot([place - 0.42, place + 0.42], [best, best], color=PALETTE[1], linewidth=2.5, linestyle="-",
                      label=label)  # fmt: skip
        axes.set_xticks(places, [piece for piece, _, _ in tokens], rotation=60, ha="right", family="monospace")
        axes.set(ylim=(deepest * 1.05, 0.3), title=title)
        axes.tick_params(axis="x", labelsize=8)
        axes.title.set_fontsize(9)
        axes.grid(axis="x", visible=False)
    panels[0, 0].set_ylabel("log-probability (nats)")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=8)
    return figure


def order_figure(curves: Mapping[str, Sequence[float]], groups: Sequence[str], xlabel: str, level: float) -> "Figure":
    """Draw shares of pairs in the right order, group by group.

    Args:
        curves: Who orders → its share in each group.
        groups: What each group is called.
        xlabel: What the groups differ in.
        level: What a coin would get, drawn across.

    Returns:
        The figure.

    Raises:
        ValueError: A curve has another number of shares than there are groups.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3.2), layout="constrained")
    axes = figure.subplots()
    for number, (name, shares) in enumerate(curves.items()):
        if len(shares) != len(groups):
            raise ValueError(f"{name} has {len(shares)} shares for {len(groups)} groups")
        axes.plot(range(len(groups)), shares, color=PALETTE[number], marker=MARKERS[number],
                  linestyle=DASHES[number], label=name)  # fmt: skip
    axes.axhline(level, color=QUIET, linewidth=1, linestyle=":")
    axes.text(len(groups) - 0.6, level + 0.01, "a coin", ha="right", fontsize=8, color=INK)
    axes.set_xticks(range(len(groups)), groups)
    axes.set(ylim=(0.4, 1.02), xlabel=xlabel, ylabel="share in the right order", xlim=(-0.3, len(groups) - 0.6))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def calibration_figure(tables: Mapping[str, Sequence[tuple[float, float, int]]]) -> "Figure":
    """Draw how often predictions came true against how probable they were said to be.

    Args:
        tables: Who predicts → bins of like predictions: mean probability, share that came true, how many.

    Returns:
        The figure: on the diagonal predictions come true as often as they say; upright lines are two standard errors.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.plot([0.5, 1], [0.5, 1], color=QUIET, linestyle=":", label="as often as it says")
    for number, (name, bins) in enumerate(tables.items()):
        predicted, observed = [each[0] for each in bins], [each[1] for each in bins]
        errors = [2 * sqrt(max(share * (1 - share), 0.01) / n) for _, share, n in bins]
        axes.errorbar(predicted, observed, yerr=errors, color=PALETTE[number], marker=MARKERS[number],
                      linestyle=DASHES[number], elinewidth=1, capsize=2, label=name)  # fmt: skip
    axes.set(xlim=(0.5, 1), ylim=(0.3, 1.05))
    axes.set(xlabel="probability of the reply that it prefers", ylabel="share that the labeller preferred too")
    axes.legend(loc="lower right", fontsize=8)
    return figure
