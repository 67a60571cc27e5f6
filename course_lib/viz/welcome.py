"""Pictures of the first hour: the map of the course, and a word that takes shape on its way through a model."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.viz.style import INK, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A notebook on the map of the course."""

    number: str
    """Its two digits."""
    title: str
    """What it is called."""
    part: str
    """The part of the course in which it stands."""
    is_there: bool
    """Whether it can be opened yet."""
    is_on_fast_track: bool = False
    """Whether the short route stops here."""
    needs: tuple[str, ...] = ()
    """Numbers of the notebooks that it builds on."""
    question: str = ""
    """What it asks."""
    minutes: int = 0
    """How long it takes; 0 where that is not known yet."""


def direct_needs(stops: Sequence[Stop]) -> dict[str, set[str]]:
    """Number → what it builds on, without what another of these builds on already.

    Args:
        stops: In the order of the course, so that what is needed comes first.

    Returns:
        The arrows that a map needs.

    Example:
        >>> one, two = (Stop(number=n, title="", part="", is_there=True, needs=("0",) * (n > "1")) for n in "12")
        >>> both = Stop(number="3", title="", part="", is_there=True, needs=("1", "2"))
        >>> zero = Stop(number="0", title="", part="", is_there=True)
        >>> first = Stop(number="4", title="", part="", is_there=True, needs=("0", "2"))
        >>> direct_needs([zero, one, two, both, first])["4"]
        {'2'}
    """
    behind: dict[str, set[str]] = {}
    direct = {}
    for stop in stops:
        needs = set(stop.needs)
        implied = set().union(*(behind.get(need, set()) for need in needs))
        direct[stop.number], behind[stop.number] = needs - implied, needs | implied
    return direct


def course_map_figure(stops: Sequence[Stop]) -> "Figure":
    """Draw the map of the course: a row for each part, a circle for each notebook, an arrow to what builds on it.

    Args:
        stops: The notebooks in their order.

    Returns:
        The figure. Full circles can be opened, dashed ones are to come; a ring marks the fast track.
    """
    from matplotlib.figure import Figure

    parts = list(dict.fromkeys(stop.part for stop in stops))
    columns = {part: [stop.number for stop in stops if stop.part == part] for part in parts}
    places = {stop.number: (columns[stop.part].index(stop.number), -parts.index(stop.part)) for stop in stops}
    n_columns = max(map(len, columns.values()))
    figure = Figure(figsize=(1.22 * n_columns + 1.5, 1.02 * len(parts) + 0.5))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1.75, n_columns - 0.45), ylim=(-len(parts) + 0.3, 0.95))
    axes.set_axis_off()
    for part, row in zip(parts, range(len(parts)), strict=True):
        axes.text(-1.7, -row, "\n".join(textwrap.wrap(part, 14)), va="center", fontsize=9.5, weight="bold")
    for number, needs in direct_needs(stops).items():
        for need in sorted(needs & set(places)):
            _arrow(axes, places[need], places[number])
    for stop in stops:
        _circle(axes, *places[stop.number], stop)
    _legend(axes)
    return figure


def _arrow(axes: "Axes", start: tuple[int, int], end: tuple[int, int]) -> None:
    """From what is needed to what needs it: straight to the neighbour, else through the free space between rows.

    Along a row an arrow leaves and arrives at a circle's upper side, left or right; from another row it arrives on top.
    """
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    (x, y), (to_x, to_y) = start, end
    radius, above = 0.22, to_y + 0.4
    forward = 1 if to_x > x else -1
    if y == to_y and abs(to_x - x) == 1:
        path = Path([(x + forward * radius, y), (to_x - forward * radius, y)])
    elif y == to_y:
        corner, over = forward * radius * 0.75, forward * 0.5
        ends = (x + corner, y + radius * 0.75), (to_x - corner, y + radius * 0.75)
        path = Path([ends[0], (x + over, above), (to_x - over, above), ends[1]], [1, 4, 4, 4])
    else:
        aside = 0.7 if y - to_y > 1 else 0.0  # past the circles of the rows between
        bends = (x + aside, above), (to_x + aside, above + 0.15)
        path = Path([(x, y - radius), *bends, (to_x, to_y + radius)], [1, 4, 4, 4])
    look = {"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.1, "mutation_scale": 9, "zorder": 1}
    axes.add_patch(FancyArrowPatch(path=path, **look))


def _circle(axes: "Axes", x: float | int, y: float | int, stop: Stop) -> None:
    """A notebook: its number in a circle, its title below."""
    if stop.is_on_fast_track:
        axes.plot(x, y, "o", markersize=29, markerfacecolor="white", markeredgecolor=PALETTE[1], markeredgewidth=2.2)
    face, ink, edge = (PALETTE[0], "white", "-") if stop.is_there else ("white", QUIET, "--")
    axes.scatter(
        x, y, s=490, facecolor=face, edgecolor=PALETTE[0] if stop.is_there else QUIET, linestyle=edge, zorder=3
    )
    axes.text(x, y, stop.number, ha="center", va="center", fontsize=10, color=ink, weight="bold", zorder=4)
    title = "\n".join(textwrap.wrap(stop.title, 16))
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
    color = INK if stop.is_there else "#666666"
    axes.text(
        x, y - 0.29, title, ha="center", va="top", fontsize=8, color=color, linespacing=0.95, bbox=paper, zorder=2
    )


def _legend(axes: "Axes") -> None:
    """What circles, rings and arrows mean, in the free corner at the top."""
    examples = (
        Stop(number="00", title="", part="", is_there=True),
        Stop(number="00", title="", part="", is_there=False),
        Stop(number="00", title="", part="", is_there=True, is_on_fast_track=True),
    )
    for place, (stop, words) in enumerate(zip(examples, ("here", "to come", "fast track"), strict=True)):
        x = 1.6 + 1.25 * place
        _circle(axes, x, 0.45, stop)
        axes.text(x + 0.27, 0.45, words, va="center", fontsize=9)
    axes.annotate("", xy=(5.75, 0.45), xytext=(5.3, 0.45), arrowprops={"arrowstyle": "-|>", "color": QUIET})
    axes.text(5.8, 0.45, "is used by", va="center", fontsize=9)


def depth_figure(
    guesses: Sequence[str], sureness: Sequence[float], piece: str, probabilities: Sequence[float]
) -> "Figure":
    """Draw what a model would say next if it ended after each of its layers.

    Args:
        guesses: The likeliest next piece of text after 0, 1, 2, … layers.
        sureness: The probability of each of these.
        piece: The piece of text that it says in the end.
        probabilities: The probability of that one after as many layers.

    Returns:
        The figure: a row for each layer, the first on top, with what would be said there.
    """
    from matplotlib.figure import Figure

    rows, said = range(len(guesses)), drawable(piece)
    height = 0.175 * len(guesses) + 0.9
    figure = Figure(figsize=(7.2, height))
    axes = figure.add_axes((0.25, 0.5 / height, 0.7, 1 - 0.9 / height))
    axes.barh(rows, sureness, height=0.75, facecolor="none", edgecolor=QUIET, label="probability of what it would say")
    axes.barh(rows, probabilities, height=0.75, color=PALETTE[0], label=f"probability of {said!r}, said in the end")
    seen = ["␣" * len(guess) if not guess.strip(" ") else drawable(guess) for guess in guesses]
    labels = [f"{guess!r}  {layer:2}" for layer, guess in enumerate(seen)]
    axes.set_yticks(rows, labels, fontsize=8, family="monospace", parse_math=False)
    axes.set(xlim=(0, 1), ylim=(len(guesses) - 0.4, -0.6), xlabel="probability")
    axes.set_ylabel("what it would say next, after so many layers")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, fontsize=9)
    return figure


def drawable(text: str) -> str:
    """The text with a dot for every character that the figures' type may lack.

    Example:
        >>> drawable("né 北")
        'né ·'
    """
    return "".join(letter if letter.isprintable() and ord(letter) < 0x250 else "·" for letter in text)
