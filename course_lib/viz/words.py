"""Pictures of word vectors: the company of words, what one step moves, a map with neighbours, sums and their scores."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.stage import Stage
from course_lib.viz.style import INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Answer = tuple[Sequence[int], Sequence[tuple[str, int, float]]]
"""The words asked about, and the words near: text, row and cosine of each, the nearest first."""


def lookup_figure(
    one_hot: Float[Tensor, "token word"], table: Float[Tensor, "word d_model"], words: Sequence[str]
) -> "Figure":
    """Draw a look-up as a product: rows with a single 1, the table, and the rows that come out.

    Args:
        one_hot: A row for each token asked for.
        table: The embedding.
        words: What the table's rows stand for.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    asked = [words[int(row.argmax())] for row in one_hot]
    panels = (
        ("one-hot rows", one_hot, asked, words),
        ("× table", table, words, None),
        ("= rows of the table", one_hot @ table, asked, None),
    )
    figure = Figure(figsize=(8.6, 2.5), layout="constrained")
    widths = [values.shape[1] for _, values, _, _ in panels]
    for axes, (title, values, rows, columns) in zip(figure.subplots(1, 3, width_ratios=widths), panels, strict=True):
        axes.imshow(values.numpy(), cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto")
        for row, numbers in enumerate(values.tolist()):
            for column, number in enumerate(numbers):
                axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=9)
        axes.set_yticks(range(len(rows)), rows)
        axes.set_xticks(range(values.shape[1]), columns or range(values.shape[1]))
        axes.set_title(title)
        axes.grid(visible=False)
    return figure


def company_figure(counts: Float[Tensor, "word company"], rows: Sequence[str], columns: Sequence[str]) -> "Figure":
    """Draw how often words stand beside others: a row a word, dark where often, the number in the square.

    Args:
        counts: The table; colours compare each square with its row's largest.
        rows: The words.
        columns: The words beside them.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(0.55 * len(columns) + 1.6, 0.32 * len(rows) + 1.0), layout="constrained")
    axes = figure.subplots()
    shares = counts / counts.amax(dim=1, keepdim=True).clamp(min=1)
    axes.imshow(shares.sqrt().numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, numbers in enumerate(counts.tolist()):
        for column, number in enumerate(numbers):
            dark = shares[row, column] > 0.35
            axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=8, color="white" if dark else INK)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(len(columns)), columns, rotation=60, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.set(xlabel="word beside it (number: how often; colour: against the row's largest)", ylabel="word")
    axes.grid(visible=False)
    return figure


def pull_figure(before: Float[Tensor, "vector 2"], after: Float[Tensor, "vector 2"], names: Sequence[str]) -> "Figure":
    """Draw what one step does to a few vectors in the plane: dashed before, solid after.

    Args:
        before: A vector in each row.
        after: The same, after the step.
        names: What each is.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    figure = Figure(figsize=(4.6, 3.8), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(names):
        colour = PALETTE[place % len(PALETTE)]
        for vector, style, width in ((before[place], "--", 1.2), (after[place], "-", 2.2)):
            x, y = vector.tolist()
            axes.plot([0, x], [0, y], style, color=colour, linewidth=width)
        axes.plot(x, y, MARKERS[place % len(MARKERS)], color=colour, markersize=7)
        axes.annotate(name, (x, y), xytext=(7, 5 if y >= 0 else -12), textcoords="offset points", color=colour)
    keys = [
        Line2D([], [], color=INK, linestyle=style, label=label) for style, label in (("--", "before"), ("-", "after"))
    ]
    axes.legend(handles=keys, loc="upper left")
    limit = 1.35 * max(before.abs().max().item(), after.abs().max().item())
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="first number", ylabel="second number", aspect="equal")
    axes.plot(0, 0, "+", color=QUIET)
    return figure


def draw_words(axes: "Axes", places: Float[Tensor, "word 2"], kinds: Sequence[str]) -> None:
    """Draw words as points, each kind in its own colour and shape; words of no kind as small grey dots.

    Args:
        axes: Where to draw.
        places: Two coordinates a word.
        kinds: The kind of each word; empty for none.
    """
    named = [kind for kind, _ in Counter(kind for kind in kinds if kind).most_common()]  # the largest lies below
    for place, kind in enumerate(["", *named]):
        chosen = [row for row, own in enumerate(kinds) if own == kind]
        look = {"s": 5, "color": "#D4D4D4"}
        if kind:  # the second six kinds have the same shapes in the next colour
            colour = PALETTE[(place - 1 + (place - 1) // 6) % 6]
            look = {"s": 30, "marker": MARKERS[(place - 1) % 6], "color": colour, "edgecolors": "white", "label": kind}
            look["linewidths"] = 0.4
        axes.scatter(places[chosen, 0].tolist(), places[chosen, 1].tolist(), zorder=2 if kind else 1, **look)


def _name_clouds(axes: "Axes", places: Float[Tensor, "word 2"], kinds: Sequence[str]) -> None:
    """Write each kind's name on its cloud, the tightest cloud first; none over another (the legend has all)."""
    import torch
    from matplotlib.patheffects import withStroke

    span = (places.amax(dim=0) - places.amin(dim=0)).clamp(min=1e-9)
    spots = {kind: places[[row for row, own in enumerate(kinds) if own == kind]] for kind in kinds if kind}
    taken: list[Tensor] = []
    for kind, spot in sorted(spots.items(), key=lambda item: item[1].var(dim=0, correction=0).sum().item()):
        middle = spot.median(dim=0).values
        apart = [((middle - other).abs() / span).tolist() for other in taken]
        if all(x > 0.16 or y > 0.05 for x, y in apart) and bool(torch.isfinite(middle).all()):
            taken.append(middle)
            axes.text(*middle.tolist(), kind, fontsize=9, weight="bold", ha="center", color=INK,
                      path_effects=[withStroke(linewidth=3, foreground="white")])  # fmt: skip


def word_map(
    places: Float[Tensor, "word 2"], kinds: Sequence[str], kept: float, answer: Callable[[str], Answer], n_near: int = 8
) -> Callable[[str], Stage]:
    """A map of words that can be asked: what was asked is ringed, its nearest words are ringed, numbered and listed.

    The points are drawn once; asking moves only rings, numbers and bars.

    Args:
        places: Two coordinates a word.
        kinds: The kind of each word; empty for none.
        kept: Share of the spread that the two axes keep, for the label.
        answer: From a question to the words that it names and those that are near it.
        n_near: How many near words are shown.

    Returns:
        A function from a question to the picture.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.8))
    axes, bars = figure.add_axes((0.08, 0.11, 0.49, 0.86)), figure.add_axes((0.8, 0.11, 0.18, 0.8))
    draw_words(axes, places, kinds)
    _name_clouds(axes, places, kinds)
    span = (places.amax(dim=0) - places.amin(dim=0)).tolist()
    axes.set(xlabel=f"first axis (both together keep {kept:.0%} of the spread)", ylabel="second axis")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, handletextpad=0.1, borderaxespad=0.2)
    bars.set(xlim=(0, 1), ylim=(n_near - 0.5, -0.5), xlabel="cosine", yticks=[], title="nearest")
    (asked,) = axes.plot([], [], "o", markersize=13, markerfacecolor="none", color=INK, markeredgewidth=2, linestyle="")
    (near,) = axes.plot([], [], "o", markersize=9, markerfacecolor="none", color=INK, linestyle="")
    tags = [axes.text(0, 0, "", fontsize=8, weight="bold", clip_on=True) for _ in range(n_near)]
    rows = bars.barh(range(n_near), [0.0] * n_near, color=PALETTE[0], height=0.66)
    labels = [bars.text(-0.03, row, "", ha="right", va="center", fontsize=9) for row in range(n_near)]
    stage = Stage(figure, [asked, near, *tags, *rows, *labels])

    def draw(question: str) -> Stage:
        given, found = answer(question)
        found = list(found)[:n_near]
        spots = [places[row].tolist() for _, row, _ in found]
        asked.set_data(places[list(given), 0].tolist(), places[list(given), 1].tolist())
        near.set_data([x for x, _ in spots], [y for _, y in spots])
        for index in range(n_near):
            word, _, cosine = found[index] if index < len(found) else ("", 0, 0.0)
            x, y = spots[index] if index < len(found) else (0.0, 0.0)
            hidden = any(abs(x - a) < 0.04 * span[0] and abs(y - b) < 0.04 * span[1] for a, b in spots[:index])
            tags[index].set(text=f"  {index + 1}" if word and not hidden else "", position=(x, y))
            rows[index].set_width(max(cosine, 0.0))
            labels[index].set_text(f"{index + 1}  {word}  {cosine:.2f}" if word else "")
        return stage

    return draw


def score_dots_figure(scores: Mapping[str, Mapping[str, float]], xlabel: str) -> "Figure":
    """Draw several scores of the same things on one line each, a colour and a shape for each way of scoring.

    Args:
        scores: Thing → way of scoring → share, 0 to 1.
        xlabel: What the shares are of.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.2, 0.42 * len(scores) + 1.5), layout="constrained")
    axes = figure.subplots()
    for row, shares in enumerate(scores.values()):
        axes.plot([min(shares.values()), max(shares.values())], [row, row], "-", color="#DDDDDD", linewidth=3, zorder=1)
        for place, (way, share) in enumerate(shares.items()):
            axes.plot(share, row, MARKERS[place % 6], color=PALETTE[place % 6], markersize=8, zorder=2,
                      label=way if row == 0 else None)  # fmt: skip
    axes.set_yticks(range(len(scores)), list(scores))
    axes.set(xlim=(-0.03, 1.03), ylim=(len(scores) - 0.5, -0.5), xlabel=xlabel)
    figure.legend(loc="outside upper center", ncols=3)
    return figure
