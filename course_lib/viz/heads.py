"""Pictures of heads: how vectors are cut, what each looks at, one to explore, several, flips, the cost of a loss."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.viz.attention import draw_pattern
from course_lib.viz.stage import Stage
from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def head_maps_figure(maps: Mapping[str, Float[Tensor, "layer head"]], chance: Mapping[str, float]) -> "Figure":
    """Draw a map of all heads for each kind of score: a row for each layer, a column for each head.

    Args:
        maps: Kind → score of every head, between 0 and 1.
        chance: Kind → what a head that shares evenly would score; it stands in the title.

    Returns:
        The figure; small maps have their numbers written in.

    Raises:
        ValueError: There is no map.
    """
    from matplotlib.figure import Figure

    if not maps:
        raise ValueError("there is no map to draw")
    n_layers, n_heads = next(iter(maps.values())).shape
    figure = Figure(figsize=(2.3 * len(maps) + 0.8, min(5.2, 0.22 * n_layers + 1.9)), layout="constrained")
    row = figure.subplots(1, len(maps), squeeze=False, sharey=True)[0]
    for axes, (kind, scores) in zip(row, maps.items(), strict=True):
        image = axes.imshow(scores.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
        axes.set(title=f"{kind}\n(chance {chance[kind]:.2f})", xlabel="head", xticks=range(n_heads))
        axes.set_yticks(range(0, n_layers, 1 if n_layers <= 8 else 5))
        axes.grid(visible=False)
        for place, score in enumerate(scores.flatten().tolist() if n_layers * n_heads <= 32 else ()):
            layer, head = divmod(place, n_heads)
            colour = "white" if score > 0.55 else "black"
            axes.text(head, layer, f"{score:.2f}", ha="center", va="center", fontsize=7, color=colour)
    row[0].set_ylabel("layer")
    figure.colorbar(image, ax=row, shrink=0.8, ticks=(0, 0.5, 1)).set_label("mean share")
    return figure


def pieces_figure(
    vectors: Float[Tensor, "token d_model"], cuts: Mapping[str, Float[Tensor, "head token d_head"]]
) -> "Figure":
    """Draw tokens' vectors, number by number, and what each head is given of them by one cut or another.

    Args:
        vectors: A row for each token; no number occurs twice.
        cuts: Name of the cut → its pieces, made of the same numbers.

    Returns:
        The figure: each number is in its token's colour wherever it stands.

    Raises:
        ValueError: A number occurs twice, or a piece holds a number of no vector.
    """
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    owner = {number: token for token, row in enumerate(vectors.tolist()) for number in row}
    if len(owner) < vectors.numel() or any(not set(cut.flatten().tolist()) <= set(owner) for cut in cuts.values()):
        raise ValueError("every number must belong to one token, and every piece be made of these numbers")
    tables = [("the vectors", "features", vectors)]
    tables += [(name if not head else "", f"head {head}", piece) for name, cut in cuts.items()
               for head, piece in enumerate(cut)]  # fmt: skip
    colours = ListedColormap([(colour, 0.35) for colour in PALETTE[: len(vectors)]])
    figure = Figure(figsize=(8.4, 0.45 * len(vectors) + 0.9), layout="constrained")
    widths = [table.shape[1] for _title, _name, table in tables]
    for axes, (title, name, table) in zip(figure.subplots(1, len(tables), width_ratios=widths), tables, strict=True):
        axes.imshow([[owner[number] for number in row] for row in table.tolist()], cmap=colours, vmin=0,
                    vmax=max(len(vectors) - 1, 1), aspect="auto")  # fmt: skip
        for row, numbers in enumerate(table.tolist()):
            for column, number in enumerate(numbers):
                axes.text(column, row, f"{number:g}", ha="center", va="center", fontsize=10)
        axes.set(title=title, xlabel=name, xticks=[], yticks=range(len(table)))
        axes.tick_params(length=0)
        axes.grid(visible=False)
    figure.axes[0].set_ylabel("token")
    for axes in figure.axes[1:]:
        axes.set_ylabel("row")
    return figure


def head_stage(pattern: Float[Tensor, "query key"], tokens: Sequence[str], query: int, name: str) -> Stage:
    """Arcs from one token to those it looks at, beside the head's whole pattern; what a sentence fixes is drawn once.

    Args:
        pattern: The head's shares; no token looks at a later one.
        tokens: The tokens' text.
        query: Which token's arcs to draw.
        name: What the head is called, for the title.

    Returns:
        The picture; the next call with the same tokens draws on the same stage.

    Raises:
        ValueError: The pattern has another size, or there is no such token.
    """
    n_tokens = len(tokens)
    if pattern.shape != (n_tokens, n_tokens) or not 0 <= query < n_tokens:
        raise ValueError(f"a pattern of {tuple(pattern.shape)} and token {query}: there are {n_tokens} tokens")
    stage, centres, widths = _head_stage(tuple(tokens))
    title, image, row, frame, *rest = stage.moving
    title.set_text(f"{name}: what “{tokens[query]}” looks at")
    image.set_data(pattern.detach().masked_fill(~torch.ones_like(pattern, dtype=torch.bool).tril(), torch.nan).numpy())
    row.set_y(query - 0.5)
    frame.set(x=centres[query] - widths[query] / 2, width=widths[query])
    way = torch.linspace(0, 1, 25)
    for key, share in enumerate(pattern[query].tolist()):
        arc, label = rest[key], rest[n_tokens + key]
        far = centres[key] - centres[query]
        height = 0.05 + 0.85 * (abs(far) / (centres[-1] - centres[0] or 1)) ** 0.5
        loop = 0.012 * (2 * torch.pi * way).sin() if key == query else 0.0
        across = centres[query] + far * way + loop
        arc.set_data(across.tolist(), (0.12 + height * 4 * way * (1 - way) * 0.94).tolist())
        arc.set_linewidth(0.5 + 6 * share)
        arc.set_visible(share >= 0.02)
        label.set_text(f"{share:.2f}")
    return stage


@lru_cache(maxsize=4)
def _head_stage(tokens: tuple[str, ...]) -> tuple[Stage, list[float], list[float]]:
    """The still parts for a sentence, and where its tokens stand between 0 and 1, and how wide."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    short = [token if len(token) <= 10 else f"{token[:9]}…" for token in tokens]
    figure = Figure(figsize=(8.4, 3.3))
    left, right = figure.add_axes((0.01, 0.03, 0.55, 0.85)), figure.add_axes((0.66, 0.24, 0.25, 0.64))
    centres, widths, size = _token_row(left, short)
    frame = Rectangle((0, -0.015), 1, 0.11, fill=False, edgecolor=INK, linewidth=1.2)
    left.add_patch(frame)
    places = range(len(tokens))
    arcs = [left.plot([], [], color=PALETTE[0], linestyle="-", alpha=0.75)[0] for _ in places]
    shares = [
        left.text(each, -0.06, "", ha="center", va="center", fontsize=max(6, size - 2), color=QUIET) for each in centres
    ]
    title = figure.text(0.01, 0.94, "", fontsize=11, parse_math=False)
    empty = torch.full((len(tokens), len(tokens)), torch.nan)
    draw_pattern(right, empty, ["" for _ in places], numbers=False, allowed=torch.ones_like(empty).tril().bool())
    right.set_xticks(places, short, parse_math=False, rotation=45, ha="right", rotation_mode="anchor")
    right.set_yticks(places, short, parse_math=False)
    right.tick_params(labelsize=6.5, length=2)
    right.set_title("everyone's shares")
    row = Rectangle((-0.5, -0.5), len(tokens), 1, fill=False, edgecolor=INK, linewidth=1.2)
    right.add_patch(row)
    bar = figure.colorbar(right.images[0], cax=figure.add_axes((0.925, 0.3, 0.015, 0.5)), ticks=(0, 0.5, 1))
    bar.set_label("share", fontsize=8)
    return Stage(figure, [title, right.images[0], row, frame, *arcs, *shares]), centres, widths


def _token_row(axes: "Axes", tokens: Sequence[str]) -> tuple[list[float], list[float], float]:
    """Write the tokens in a row, as large as fits; their places between 0 and 1, widths, and the size of type."""
    widths = [0.62 * max(len(token), 4) + 0.7 for token in tokens]
    whole = sum(widths)
    centres = [(sum(widths[:place]) + width / 2) / whole for place, width in enumerate(widths)]
    size = max(6.5, min(10.0, 400 / whole))
    for centre, token in zip(centres, tokens, strict=True):
        axes.text(centre, 0.04, token, ha="center", va="center", fontsize=size, parse_math=False)
    axes.set(xlim=(0, 1), ylim=(-0.12, 1.05))
    axes.axis("off")
    return centres, [width / whole for width in widths], size


def cut_figure(shares: Mapping[int, Sequence[float]], live: Mapping[int, float], guessing: float) -> "Figure":
    """Draw how often a task is solved against the number of heads that one width is cut into.

    Args:
        shares: Number of heads → share right, one for each seed.
        live: Number of heads → share right in this run; drawn as crosses.
        guessing: What a guess would get, drawn as a line.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes, counts = figure.subplots(), sorted(shares)
    means = [sum(shares[count]) / len(shares[count]) for count in counts]
    axes.plot(counts, means, color=PALETTE[0], label="mean over seeds")
    for count in counts:
        axes.plot([count] * len(shares[count]), shares[count], "o", color=PALETTE[0], alpha=0.5, linestyle="none",
                  label="a seed" if count == counts[0] else None)  # fmt: skip
    axes.plot(list(live), list(live.values()), "x", color=PALETTE[1], markersize=10, linestyle="none", label="this run")
    axes.axhline(guessing, color=QUIET, linestyle=":", label="one letter right, the other guessed")
    axes.set(xscale="log", xlabel="heads (each 32 / heads features wide)", ylabel="both letters right", ylim=(0, 1.05))
    axes.set_xticks(counts, [str(count) for count in counts])
    axes.set_xticks([], minor=True)
    axes.legend(loc="center", bbox_to_anchor=(0.5, 0.45))
    return figure


def flips_figure(margins: Mapping[str, Float[Tensor, "pair"]], groups: Sequence[str]) -> "Figure":
    """Draw how far preferences move when one word flips what "it" is: a dot a pair, right of zero where they follow.

    Args:
        margins: Where from → the preference in the first sentence less that in the second.
        groups: A word for each pair; each group has its own marker.

    Returns:
        The figure.

    Raises:
        ValueError: There are not as many groups as pairs.
    """
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(groups))
    figure = Figure(figsize=(7.4, 0.75 * len(margins) + 1.3), layout="constrained")
    axes = figure.subplots()
    for row, (_name, values) in enumerate(margins.items()):
        if len(values) != len(groups):
            raise ValueError(f"{len(values)} pairs and {len(groups)} groups: one group for each pair")
        for index, group in enumerate(names):
            dots = [value for value, own in zip(values.tolist(), groups, strict=True) if own == group]
            heights = [row + 0.22 * (index - 0.5) + 0.02 * (place % 5 - 2) for place in range(len(dots))]
            axes.plot(dots, heights, MARKERS[index], color=PALETTE[index], linestyle="none", markersize=5, alpha=0.7,
                      label=group if row == 0 else None)  # fmt: skip
    axes.axvline(0, color=INK, linewidth=0.8, linestyle="-")
    labels = [f"{name}\n{(values > 1e-4).sum().item()} of {len(values)} follow" for name, values in margins.items()]
    axes.set_yticks(range(len(margins)), labels)
    axes.set_xlabel("← against the flip      the preference moves (share of attention)      with it →")
    axes.set(ylim=(len(margins) - 0.5, -0.5))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="the word goes with a noun …")
    return figure


def losses_of_heads_figure(
    singles: Float[Tensor, "layer head"], recalls: Float[Tensor, "layer head"], summed: Sequence[float],
    together: Sequence[float],
) -> "Figure":  # fmt: skip
    """Draw what each head is worth alone, and what the cheapest ones are worth together.

    Args:
        singles: Loss without that head less the loss of the whole model, in nats a token.
        recalls: Share of facts known without it.
        summed: Removing more and more heads, the cheapest first: what their single costs add up to.
        together: What the loss really rises by.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.4, 3.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for layer in range(len(singles)):
        left.plot(singles[layer].tolist(), recalls[layer].tolist(), MARKERS[layer % 6], color=PALETTE[layer % 6],
                  linestyle="none", label=f"layer {layer}")  # fmt: skip
        for head, (x, y) in enumerate(zip(singles[layer].tolist(), recalls[layer].tolist(), strict=True)):
            if not _crowded(x, y, singles, recalls):
                left.annotate(str(head), (x, y), xytext=(4, 3), textcoords="offset points", fontsize=7, color=QUIET)
    left.set(
        xlabel="loss rises by (nats a token)", ylabel="facts still known", ylim=(recalls.min().item() - 0.05, 1.02)
    )
    left.set_title("one head gone (its number, where there is room)")
    left.legend(fontsize=8)
    counts = range(1, len(summed) + 1)
    right.plot(counts, together, MARKERS[0], linestyle=DASHES[0], color=PALETTE[0], label="all of them gone at once")
    right.plot(counts, summed, MARKERS[1], linestyle=DASHES[1], color=PALETTE[1], label="single costs added up")
    right.set(xlabel="heads gone, the cheapest first", ylabel="loss rises by (nats a token)")
    right.legend()
    return figure


def _crowded(x: float, y: float, singles: Float[Tensor, "layer head"], recalls: Float[Tensor, "layer head"]) -> bool:
    """Whether another dot lies so near that the number written beside this one would touch it."""
    across = (singles - x).abs() / (singles.max() - singles.min() + 1e-9)
    up = (recalls - y).abs() / (recalls.max() - recalls.min() + 1e-9)
    return int(((across < 0.05) & (up < 0.08)).sum()) > 1
