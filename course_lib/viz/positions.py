"""Pictures of places: codes as tables, clocks that turn, and how surprise goes on beyond the trained length."""

from collections.abc import Callable, Mapping, Sequence
from math import cos, hypot, sin
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Number = float | int

_LOOKS = {
    "sinusoidal": 0, "learned": 1, "rotary": 2, "none": 3, "rotary, 1 layer": 4, "none, 1 layer": 5,
    "windowed": 4, "squeezed": 5, "squeezed, tuned": 5, "tuned": 6,
}  # fmt: skip
"""One look for each scheme in all pictures of the notebook, and one for each way of mending the rotary one."""

_TUNED = {"marker": "x", "linestyle": DASHES[0], "markeredgewidth": 2.0}
"""What tells a model that was tuned from those that were not."""


def _look(name: str, index: int) -> dict:
    """Colour, marker and dashes of a curve; names that are not known go by their order."""
    index = _LOOKS.get(name, index)
    look = {
        "color": (*PALETTE, INK)[index % (len(PALETTE) + 1)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": DASHES[index % len(DASHES)],
    }
    return look | _TUNED if name.endswith("tuned") else look


def codes_figure(codes: Mapping[str, Float[Tensor, "token column"]]) -> "Figure":
    """Draw ways of writing a place side by side: a row for each place, a column for each number of its code.

    Args:
        codes: Title → table; each table has a colour scale of its own, dark at its smallest number.

    Returns:
        The figure.

    Raises:
        ValueError: There is no table, or one is empty.
    """
    from matplotlib.figure import Figure

    if not codes or not all(table.numel() for table in codes.values()):
        raise ValueError("there is no table to draw, or one of them is empty")
    figure = Figure(figsize=(4.0 * len(codes) + 0.6, 4.0), layout="constrained")
    for axes, (title, table) in zip(figure.subplots(1, len(codes), squeeze=False)[0], codes.items(), strict=True):
        image = axes.imshow(table.numpy(), aspect="auto", interpolation="nearest")
        axes.set(title=title, xlabel="number in the code", ylabel="place")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(visible=False)
        figure.colorbar(image, ax=axes, fraction=0.06)
    return figure


def rotary_explorer(
    query: Float[Tensor, "d_head"], key: Float[Tensor, "d_head"], speeds: Sequence[Number], longest: int
) -> Callable[[Number, Number], Stage]:
    """Clocks with two hands, one for each pair of features, above the score that they add up to.

    Args:
        query: A query before it is turned; feature `i` of its first half is paired with `i` of the second.
        key: A key.
        speeds: How far each pair turns for a token, in radians.
        longest: The largest distance drawn, in tokens.

    Returns:
        A function of `query_place` and `key_place` that gives the picture; what does not move is drawn once.

    Raises:
        ValueError: The widths do not fit the number of speeds.
    """
    from matplotlib.figure import Figure

    if not len(query) == len(key) == 2 * len(speeds):
        raise ValueError(
            f"query of {len(query)}, key of {len(key)} features: {len(speeds)} pairs need {2 * len(speeds)}"
        )
    pairs = [(*each.chunk(2)[0].tolist(), *each.chunk(2)[1].tolist()) for each in (query, key)]
    n_pairs = len(speeds)
    figure = Figure(figsize=(8.4, 4.8))
    clocks = [figure.add_axes((0.03 + index * 0.96 / n_pairs, 0.44, 0.9 / n_pairs, 0.42)) for index in range(n_pairs)]
    reach = 1.15 * max(hypot(pair[index], pair[index + n_pairs]) for pair in pairs for index in range(n_pairs))
    moving = [artist for index, axes in enumerate(clocks) for artist in _clock(axes, speeds[index], reach)]
    below = figure.add_axes((0.09, 0.10, 0.88, 0.27))
    distances = range(-longest, longest + 1)
    below.plot(distances, [_score(pairs, speeds, distance) for distance in distances], color=INK, linestyle="-", lw=1.2)
    below.axvline(0, color=QUIET, linewidth=0.8)
    below.set(xlim=(-longest, longest), xlabel="distance: place of the query − place of the key", ylabel="score")
    moving += below.plot([], [], "o", color=PALETTE[1], markersize=9)
    stage = Stage(figure, moving)

    def draw(query_place: Number, key_place: Number) -> Stage:
        for index, speed in enumerate(speeds):
            hands = []
            for pair, place in zip(pairs, (query_place, key_place), strict=True):
                hands.append(_turned(pair[index], pair[index + n_pairs], place * speed))
            part = hands[0][0] * hands[1][0] + hands[0][1] * hands[1][1]
            for hand, line in zip(hands, moving[3 * index : 3 * index + 2], strict=True):
                line.set_data([0, hand[0]], [0, hand[1]])
            moving[3 * index + 2].set_text(f"adds {part:+.2f}")
        distance = query_place - key_place
        moving[-1].set_data([distance], [_score(pairs, speeds, distance)])
        return stage

    return draw


def _turned(first: Number, second: Number, angle: Number) -> tuple[float, float]:
    return first * cos(angle) - second * sin(angle), first * sin(angle) + second * cos(angle)


def _score(pairs: Sequence[Sequence[Number]], speeds: Sequence[Number], distance: Number) -> float:
    """What all pairs add up to when the query stands so many places after the key."""
    n_pairs, total = len(speeds), 0.0
    for index, speed in enumerate(speeds):
        hand = _turned(pairs[0][index], pairs[0][index + n_pairs], distance * speed)
        total += hand[0] * pairs[1][index] + hand[1] * pairs[1][index + n_pairs]
    return total


def _clock(axes: "Axes", speed: Number, reach: Number) -> list:
    """An empty clock: its face, and the hands and words that will move."""
    from matplotlib.patches import Circle

    axes.set(xlim=(-reach, reach), ylim=(-1.25 * reach, reach), aspect="equal")
    axes.axis("off")
    axes.add_patch(Circle((0, 0), 0.97 * reach, fill=False, edgecolor=QUIET, linewidth=1))
    axes.set_title(f"{speed:.3g} rad a token", fontsize=9, loc="center")
    hands = [
        *axes.plot([], [], color=PALETTE[0], linestyle="-", marker="o", markevery=[1], linewidth=2.4, label="query"),
        *axes.plot([], [], color=PALETTE[1], linestyle="--", marker="s", markevery=[1], linewidth=2.4, label="key"),
    ]
    if not axes.figure.legends:
        axes.figure.legend(handles=hands, loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.0), fontsize=9)
    return [*hands, axes.text(0, -1.2 * reach, "", ha="center", va="center", fontsize=9)]


def beyond_figure(
    curves: Mapping[str, Mapping[Number, Sequence[Number]]],
    trained_length: Number,
    label: str = "surprise in nats",
    guessing: Number | None = None,
) -> "Figure":
    """Draw surprise over places, on a scale of doubling, with a mark where training ended.

    Args:
        curves: Name → place → the value of each seed there; a line goes through the means, thin ones through seeds.
        trained_length: The longest text in training, in tokens.
        label: What the upright axis says.
        guessing: The value of a guess at random, drawn as a level line.

    Returns:
        The figure.

    Raises:
        ValueError: There is no curve, or one is empty.
    """
    from matplotlib.figure import Figure

    if not curves or not all(by_place and all(map(len, by_place.values())) for by_place in curves.values()):
        raise ValueError("there is no curve to draw, or one of them is empty")
    figure = Figure(figsize=(7.8, 4.0), layout="constrained")
    axes = figure.subplots()
    for index, (name, by_place) in enumerate(curves.items()):
        look, places = _look(name, index), list(by_place)
        for run in zip(*by_place.values(), strict=True):
            axes.plot(places, run, color=look["color"], linestyle="-", linewidth=0.7, alpha=0.35)
        means = [sum(values) / len(values) for values in by_place.values()]
        axes.plot(places, means, label=name, linewidth=2.0, **look)
    last = max(place for by_place in curves.values() for place in by_place)
    if guessing is not None:
        axes.axhline(guessing, color=QUIET, linewidth=1, linestyle="--")
        axes.text(
            0.01, guessing, "guessing", transform=axes.get_yaxis_transform(), color=QUIET, fontsize=9, va="bottom"
        )
    axes.axvspan(trained_length, 2 * last, color="#F3F3F3", zorder=0)
    axes.axvline(trained_length, color=QUIET, linewidth=1)
    axes.text(
        trained_length, 1.01, " never seen in training", transform=axes.get_xaxis_transform(), color=QUIET, fontsize=9
    )
    axes.set_xscale("log", base=2)
    ticks = [2**power for power in range(2, 12) if 2**power <= 1.4 * last]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set(
        xlim=(0.8 * min(map(min, curves.values())), 1.25 * last),
        xlabel="place in the text, in tokens (each mark doubles)",
        ylabel=label,
    )
    axes.tick_params(axis="x", which="minor", bottom=False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def schemes_figure(
    runs: Mapping[str, Sequence[Number]], label: str, guesses: Mapping[str, Number] | None = None
) -> "Figure":
    """Draw one number of several runs, a row for each name: a ring for each seed, a bar at the mean.

    Args:
        runs: Name → the number of each seed.
        label: What the number is, with its unit.
        guesses: Name → what the reader guessed; drawn as a star.

    Returns:
        The figure.

    Raises:
        ValueError: There is no run.
    """
    from matplotlib.figure import Figure

    if not runs or not all(map(len, runs.values())):
        raise ValueError("there is no run to draw")
    figure = Figure(figsize=(7.0, 0.5 * len(runs) + 1.1), layout="constrained")
    axes = figure.subplots()
    for row, (name, values) in enumerate(runs.items()):
        look = _look(name, row)
        axes.plot(values, [row] * len(values), marker=look["marker"], linestyle="none", color=look["color"],
                  markerfacecolor="none", markersize=7)  # fmt: skip
        mean = sum(values) / len(values)
        axes.plot([mean, mean], [row - 0.3, row + 0.3], color=look["color"], linestyle="-", linewidth=2.2)
        axes.annotate(f"{mean:.2f}", (max(values), row), (12, 0), textcoords="offset points", va="center", fontsize=9)
        if guesses and name in guesses:
            axes.plot(guesses[name], row, marker="*", color=INK, markersize=12, linestyle="none")
    axes.set_yticks(range(len(runs)), list(runs))
    axes.set(xlabel=label, ylim=(len(runs) - 0.4, -0.6))
    axes.margins(x=0.12)
    return figure
