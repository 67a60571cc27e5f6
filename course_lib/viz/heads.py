"""Pictures of heads: maps of what each looks at, one against several, preferences that flip, the cost of a loss."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import DASHES, INK, MARKERS, PALETTE, QUIET

if TYPE_CHECKING:
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
        axes.plot([count] * len(shares[count]), shares[count], "o", color=PALETTE[0], alpha=0.5, linestyle="none")
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
    axes.set(xlabel="how far the preference moves with the flip (share of attention)", ylim=(len(margins) - 0.5, -0.5))
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
            left.annotate(str(head), (x, y), xytext=(4, 3), textcoords="offset points", fontsize=7, color=QUIET)
    left.set(
        xlabel="loss rises by (nats a token)", ylabel="facts still known", ylim=(recalls.min().item() - 0.05, 1.02)
    )
    left.set_title("one head gone (its number beside it)")
    left.legend(fontsize=8)
    counts = range(1, len(summed) + 1)
    right.plot(counts, together, MARKERS[0], linestyle=DASHES[0], color=PALETTE[0], label="all of them gone at once")
    right.plot(counts, summed, MARKERS[1], linestyle=DASHES[1], color=PALETTE[1], label="single costs added up")
    right.set(xlabel="heads gone, the cheapest first", ylabel="loss rises by (nats a token)")
    right.legend()
    return figure
