"""Pictures of next-letter models: a table of what follows what, a text letter by letter, and letters on a map."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.viz.style import INK, PALETTE, QUIET

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def follows_figure(table: Float[Tensor, "before after"], letters: Sequence[str]) -> "Figure":
    """Draw what follows what: a square for each pair, its area the share of its row; a small × where it is 0.

    Args:
        table: A row for each letter that stands before, its shares of what comes after.
        letters: What the rows and columns stand for.

    Returns:
        The figure.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6.6, 6.2), layout="constrained")
    before, after = (place.flatten() for place in torch.meshgrid(*[torch.arange(len(letters))] * 2, indexing="ij"))
    axes.scatter(
        after.numpy(), before.numpy(), s=180 * table.flatten().numpy(), marker="s", color=PALETTE[0], linewidth=0
    )
    never = table.flatten() == 0
    axes.plot(after[never].numpy(), before[never].numpy(), "x", color=QUIET, markersize=3, markeredgewidth=0.7)
    for ticks in (axes.set_xticks, axes.set_yticks):
        ticks(range(len(letters)), letters, family="monospace")
    axes.set(xlabel="the letter that follows", ylabel="the letter before")
    axes.set(xlim=(-0.7, len(letters) - 0.3), ylim=(len(letters) - 0.3, -0.7), aspect="equal")
    return figure


def one_in(probability: float) -> str:
    """A small probability as people say it.

    Args:
        probability: Between 0 and 1.

    Example:
        >>> one_in(0.25), one_in(1 / 48_300), one_in(2e-7), one_in(1e-13), one_in(0.0)
        ('1 in 4', '1 in 48,000', '1 in 5.0 million', '1 in 10^13', 'never')
    """
    if probability <= 0:
        return "never"
    number = 1 / probability
    if number < 9.95:
        return f"1 in {number:.2g}"
    if number < 1e6:
        digits = max(0, math.floor(math.log10(number)) - 1)
        return f"1 in {round(number, -digits):,.0f}"
    for size, word in ((1e6, "million"), (1e9, "billion")):
        if number < 999.5 * size:
            return f"1 in {number / size:.{1 if number < 99.5 * size else 0}f} {word}"
    return f"1 in 10^{math.log10(number):.0f}"


def spelling_figure(rows: Mapping[str, Sequence[float]], letters: Sequence[str]) -> "Figure":
    """Draw how likely each letter of a text was for several models, and how likely the whole.

    A square's number is the letter's probability; the darker, the more surprising. At the right is the product.

    Args:
        rows: Model → the probability it gave to each letter, with those before it known.
        letters: The text, its end mark included.

    Returns:
        The figure.
    """
    from matplotlib.figure import Figure

    height = 0.55 * len(rows) + 0.4
    figure = Figure(figsize=(9, height))
    axes = figure.subplots()
    figure.subplots_adjust(left=0.12, right=1, bottom=0.02, top=1 - 0.35 / height)
    shares = torch.tensor([list(row) for row in rows.values()], dtype=torch.float64)
    bits = (-shares.clamp(min=1e-4).log2()).clamp(max=10)
    axes.imshow(bits.numpy(), cmap="Blues", vmin=0, vmax=10, aspect="auto")
    small = 9 if len(letters) <= 12 else 7
    for place, row in enumerate(shares.tolist()):
        for at, share in enumerate(row):
            said = "0" if share == 0 else f"{share:.2f}".lstrip("0") if share >= 0.005 else "<.01"
            ink = "white" if bits[place, at] > 5.5 else INK
            axes.text(at, place, said, ha="center", va="center", fontsize=small, color=ink)
        axes.text(len(letters) - 0.35, place, one_in(math.prod(row)), va="center")
    axes.set_xticks(range(len(letters)), letters, family="monospace", fontsize=12)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xlim(-0.5, len(letters) * 1.22 + 0.6)
    return figure


def letter_map_figure(vectors: Float[Tensor, "letter feature"], letters: Sequence[str], marked: str) -> "Figure":
    """Draw letters on a map: their vectors, looked at from the side where they lie furthest apart.

    Args:
        vectors: One for each letter.
        letters: What they stand for.
        marked: Letters to draw as white on dark; the others are dark on white.

    Returns:
        The figure.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(5.6, 4.4), layout="constrained")
    places = plane(vectors)
    for letter, (x, y) in zip(letters, places.tolist(), strict=True):
        dark = letter in marked
        box = {"boxstyle": "circle", "facecolor": PALETTE[1] if dark else "white", "edgecolor": QUIET}
        axes.text(x, y, letter, ha="center", va="center", family="monospace", bbox=box, color="white" if dark else INK)
    axes.plot(*places.T.numpy(), linestyle="none")  # so that the limits follow the letters
    axes.margins(0.1)
    axes.set(xlabel="first direction", ylabel="second direction")
    return figure


def plane(vectors: Float[Tensor, "letter feature"]) -> Float[Tensor, "letter axis"]:
    """The two directions in which vectors differ most, and where each lies along them (principal components).

    Args:
        vectors: At least two, of at least two numbers each.

    Raises:
        ValueError: If there are fewer.

    Example:
        >>> flat = torch.tensor([[0.0, 0.0, 1.0], [4.0, 0.0, 1.0], [2.0, 1.0, 1.0], [2.0, -1.0, 1.0]])
        >>> plane(flat).abs().round().tolist()
        [[2.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    if min(vectors.shape) < 2:
        raise ValueError(f"the vectors have the shape {tuple(vectors.shape)}: at least two of two numbers are needed")
    centred = vectors - vectors.mean(dim=0)
    directions = torch.linalg.svd(centred, full_matrices=False).Vh[:2]
    turned = (
        directions * directions.gather(1, directions.abs().argmax(dim=1, keepdim=True)).sign()
    )  # one of two mirrors
    return centred @ turned.T
