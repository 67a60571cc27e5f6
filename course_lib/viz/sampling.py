"""Pictures of a choice: what a sampler makes of a distribution, where filters cut it, loops, beams, and trade-offs."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def sampler_figure(
    before: Float[Tensor, "vocab"],
    after: Float[Tensor, "vocab"],
    decode: Callable[[list[int]], str],
    n_shown: int = 12,
    title: str = "",
) -> Stage:
    """Draw the model's own distribution beside the one that is drawn from.

    Args:
        before: The model's probabilities.
        after: The sampler's; 0 for a token that cannot come.
        decode: Ids to text.
        n_shown: How many tokens get a row; all others share the last one.
        title: Above the picture.

    Returns:
        The picture: outlined bars are the model's, full bars the sampler's; a token that cannot come is marked. The
        same `before` gives the same stage, so that a slider moves only bars and numbers.
    """
    shown = before.topk(min(n_shown, len(before))).indices
    names = (*(repr(decode([token_id])) for token_id in shown.tolist()), f"the other {len(before) - len(shown):,}")
    model = (*before[shown].tolist(), 1 - before[shown].sum().item())
    drawn = [*after[shown].tolist(), 1 - after[shown].sum().item()]
    n_left = int((after > 0).sum() - (after[shown] > 0).sum())
    stage, bars, numbers = _sampler_stage(names, model, title)
    for place, (one, other, bar, number) in enumerate(zip(model, drawn, bars, numbers, strict=True)):
        is_last = place == len(names) - 1
        never = n_left == 0 if is_last else other == 0
        told = "never" if never else f"{other:.3f}" + (f"  ({n_left:,} of them)" if is_last else "")
        bar.set_width(other)
        number.set(x=max(one, other) + 0.012, text=told)
    return stage


@lru_cache(maxsize=4)
def _sampler_stage(names: tuple[str, ...], model: tuple[float, ...], title: str) -> tuple[Stage, list, list]:
    """The model's bars and all words, drawn once; the sampler's bars and the numbers, still to be set."""
    from matplotlib.figure import Figure

    height = 0.27 * len(names) + 1.0
    figure = Figure(figsize=(7.2, height))  # a layout that is computed would take longer than the drawing
    axes = figure.add_axes((0.22, 0.5 / height, 0.75, 0.27 * len(names) / height))
    places = range(len(names))
    bars = axes.barh(places, 0.0, color=PALETTE[0], height=0.62, label="drawn from")
    outlines = axes.barh(
        places, model, facecolor="none", edgecolor=INK, height=0.82, linewidth=1.0, label="the model's"
    )
    numbers = [axes.text(0.0, place, "", va="center", fontsize=8) for place in places]
    axes.set_yticks(places, names, family="monospace", fontsize=8, parse_math=False)
    axes.set_title(title, parse_math=False)
    axes.set(xlim=(0, 1.16), xlabel="probability of being next")
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, fontsize=8)
    return Stage(figure, [*bars, *outlines, *numbers]), list(bars), numbers


def cuts_figure(
    rows: Mapping[str, Float[Tensor, "vocab"]], cuts: Mapping[str, Mapping[str, int]], n_ranks: int = 1000
) -> "Figure":
    """Draw distributions from the likeliest token down, and where each filter cuts them.

    Args:
        rows: Title of a panel → probabilities.
        cuts: Title of a panel → filter's name → how many tokens it keeps.
        n_ranks: How far down to draw.

    Returns:
        The figure; both axes count in powers of ten.

    Raises:
        ValueError: There is nothing to draw.
    """
    from matplotlib.figure import Figure

    if not rows:
        raise ValueError("there is no distribution to draw")
    figure = Figure(figsize=(4.4 * len(rows) + 0.2, 3.5), layout="constrained")
    panels = figure.subplots(1, len(rows), sharey=True, squeeze=False)[0]
    for axes, (title, probabilities) in zip(panels, rows.items(), strict=True):
        ordered = probabilities.sort(descending=True).values[:n_ranks]
        axes.plot(range(1, len(ordered) + 1), ordered.tolist(), color=INK, linestyle="-")
        for index, (name, n_kept) in enumerate(cuts[title].items()):
            axes.axvline(n_kept + 0.5, color=PALETTE[index], linestyle=DASHES[index])
            axes.text(1.07 * n_kept + 0.6, 1.5e-7, f"{name} keeps {n_kept:,}", rotation=90, va="bottom", fontsize=8)
        axes.set(xscale="log", yscale="log", xlabel="rank of the token", title=title, ylim=(1e-7, 1.5))
    panels[0].set_ylabel("probability")
    return figure


def chosen_figure(tokens: Sequence[str], probabilities: Sequence[float], repeated_from: int | None = None) -> "Figure":
    """Draw how probable each token of a text was when it was chosen.

    Args:
        tokens: Text of each token.
        probabilities: Of each, when its turn came.
        repeated_from: Place from which the text repeats itself; None: it does not.

    Returns:
        The figure: a bar for each token, with the token below it; repeated ones are hatched.

    Raises:
        ValueError: There is no token, or not one probability for each.
    """
    from matplotlib.figure import Figure

    if not tokens or len(tokens) != len(probabilities):
        raise ValueError(
            f"{len(tokens)} tokens and {len(probabilities)} probabilities: give one for each, at least one"
        )
    figure = Figure(figsize=(max(4.0, 0.19 * len(tokens) + 1.0), 3.0), layout="constrained")
    axes = figure.subplots()
    start = len(tokens) if repeated_from is None else repeated_from
    places = range(len(tokens))
    for part, colour, hatch, label in (
        (places[:start], PALETTE[0], "", "new"),
        (places[start:], PALETTE[1], "///", "said before"),
    ):
        if part:
            axes.bar(part, [probabilities[i] for i in part], color=colour, hatch=hatch, edgecolor="white", label=label)
    axes.set_xticks(places, [repr(token)[1:-1].replace(" ", "·") for token in tokens], rotation=90, fontsize=7)
    axes.set(ylim=(0, 1.05), ylabel="probability when chosen", xlim=(-0.7, len(tokens) - 0.3))
    axes.grid(axis="x", visible=False)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return figure


def tree_figure(probabilities: Mapping[str, float], chosen: Mapping[str, Sequence[str]]) -> "Figure":
    """Draw two steps of a search as a tree: beginnings, and how each goes on.

    Args:
        probabilities: Words so far, separated by blanks → probability of the last one after the others.
        chosen: Name of a way of choosing → the words that it ends with, as in `{"greedy": ["the cat"]}`.

    Returns:
        The figure: at each end the product of its probabilities and who chooses it.

    Raises:
        ValueError: There is no beginning.
    """
    from matplotlib.figure import Figure

    beginnings = [words for words in probabilities if " " not in words]
    if not beginnings:
        raise ValueError("there is no beginning: give at least one word without a blank")
    ends = [words for first in beginnings for words in probabilities if words.startswith(f"{first} ")]
    figure = Figure(figsize=(7.4, 0.5 * len(ends) + 0.6), layout="constrained")
    axes = figure.subplots()
    heights = {words: -place for place, words in enumerate(ends)}
    for first in beginnings:
        heights[first] = sum(heights[words] for words in ends if words.startswith(f"{first} ")) / sum(
            words.startswith(f"{first} ") for words in ends
        )
    root = sum(heights[first] for first in beginnings) / len(beginnings)
    best = {words: index for index, all_of in enumerate(chosen.values()) for words in all_of}
    for words, share in probabilities.items():
        parent, _, last = words.rpartition(" ")
        depth, from_height = (2, heights[parent]) if parent else (1, root)
        colour = next((PALETTE[i] for each, i in best.items() if each == words or each.startswith(f"{words} ")), QUIET)
        axes.plot([depth - 1 + 0.16, depth - 0.16], [from_height, heights[words]], color=colour, linestyle="-")
        middle = (from_height + heights[words]) / 2
        axes.text(depth - 0.5, middle, f"{share:.2f}", ha="center", va="center", fontsize=8,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
        axes.text(depth, heights[words], last, ha="center", va="center", family="monospace")
    axes.text(0, root, "(start)", ha="center", va="center", color=QUIET)
    for words in ends:
        total = probabilities[words.split(" ")[0]] * probabilities[words]
        who = ", ".join(name for name, all_of in chosen.items() if words in all_of)
        axes.text(2.25, heights[words], f"{total:.2f}   {who}", va="center", color=INK if who else QUIET)
    axes.set(xlim=(-0.3, 3.3), ylim=(-len(ends) + 0.4, 0.6))
    axes.axis("off")
    return figure


def temperature_figure(
    panels: Mapping[str, Mapping[str, Mapping[float, Sequence[float]]]], recommended: tuple[float, float] | None = None
) -> "Figure":
    """Draw shares against temperature, one panel beside the other.

    Args:
        panels: Title → curve's name → temperature → the share under each seed.
        recommended: Range of temperatures to shade.

    Returns:
        The figure: lines through means, a thin bar from the lowest to the highest seed.

    Raises:
        ValueError: There is nothing to draw.
    """
    from matplotlib.figure import Figure

    if not panels or not all(
        shares for curves in panels.values() for curve in curves.values() for shares in curve.values()
    ):
        raise ValueError("there is no share to draw")
    figure = Figure(figsize=(4.3 * len(panels) + 0.4, 3.7), layout="constrained")
    for axes, (title, curves) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        if recommended:
            axes.axvspan(*recommended, color="#EEEEEE", zorder=0, label="recommended")
        for index, (name, curve) in enumerate(curves.items()):
            means = [sum(shares) / len(shares) for shares in curve.values()]
            look = {"color": PALETTE[index], "marker": MARKERS[index], "linestyle": DASHES[index]}
            axes.plot(list(curve), means, label=name, **look)
            lows, highs = ([end(shares) for shares in curve.values()] for end in (min, max))
            axes.vlines(list(curve), lows, highs, color=PALETTE[index], linewidth=1.0)
        axes.set(xlabel="temperature", ylabel="share", ylim=(-0.02, 1.04), title=title)
        axes.legend(fontsize=8, loc="best")
    return figure
