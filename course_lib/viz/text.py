"""Pictures of tokens: where a text is cut, and what each piece is."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from course_lib.common.errors import CourseError
from course_lib.viz.style import INK, PALETTE, QUIET
from course_lib.viz.vocabularies import bill_html

if TYPE_CHECKING:
    from ipywidgets import VBox
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Encode = Callable[[str], Sequence[tuple[int, bytes]]]
"""Text → its tokens: id and bytes of each."""


def readable(token: bytes) -> str:
    """A token for the eye: a space shows as ·, a line's end as ↵, a byte that is no character alone as its number.

    Example:
        >>> readable(b" cat"), readable("é".encode()[:1])
        ('·cat', 'C3')
    """
    try:
        text = token.decode("utf-8")
    except UnicodeDecodeError:
        return token.hex(" ").upper()
    return text.replace(" ", "·").replace("\n", "↵").replace("\t", "→")


def draw_tokens(axes: "Axes", rows: Mapping[str, Sequence[bytes]]) -> None:
    """Draw the same text cut in several ways, one row each: a box per token, and how many there are.

    Args:
        axes: Where to draw; its frame is removed.
        rows: Label → the tokens' bytes. In a fixed-width font a byte takes the same room in every row.

    Raises:
        ValueError: There is no token to draw.
    """
    from matplotlib.patches import FancyBboxPatch

    if not any(rows.values()):
        raise ValueError("there is no token to draw: the text is empty")
    for level, (label, tokens) in enumerate(rows.items()):
        left = 0.0
        for place, token in enumerate(tokens):
            width = len(readable(token))
            box = FancyBboxPatch(
                (left + 0.06, -level - 0.32), width - 0.12, 0.64, boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=PALETTE[place % 2 * 4], alpha=0.18, edgecolor="none",
            )  # fmt: skip
            axes.add_patch(box)
            centre = left + width / 2
            axes.text(centre, -level, readable(token), ha="center", va="center", family="monospace", fontsize=8)
            axes.plot([left + width] * 2, [-level - 0.4, -level + 0.4], color=INK, linewidth=0.9, linestyle="-")
            left += width
        axes.text(-1, -level, label, ha="right", va="center")
        axes.text(left + 1, -level, f"{len(tokens)} tokens", va="center", color=QUIET)
    width = max(sum(len(readable(token)) for token in tokens) for tokens in rows.values())
    axes.set(xlim=(-1, width + 8), ylim=(-len(rows) + 0.4, 0.6))
    axes.axis("off")


def tokens_figure(rows: Mapping[str, Sequence[bytes]]) -> "Figure":
    """`draw_tokens` as a figure of its own, as wide as the text needs.

    Args:
        rows: Label → the tokens' bytes.

    Returns:
        The figure.

    Raises:
        ValueError: There is no token to draw.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9.5, 0.42 * len(rows) + 0.2), layout="constrained")
    draw_tokens(axes, rows)
    return figure


def token_html(tokens: Sequence[tuple[int, bytes]]) -> str:
    """Tokens as boxes in a page, each with its id beneath, told apart by their borders as well as by colour.

    Args:
        tokens: Id and bytes of each.

    Example:
        >>> token_html([(7, b"<a")]).count("&lt;a")
        1
    """
    boxes = []
    for place, (token_id, token) in enumerate(tokens):
        colour = PALETTE[place % 2 * 4]
        boxes.append(
            f'<span style="display:inline-block;border:1px solid {INK};background:{colour}2e;border-radius:3px;'
            f'margin:1px;padding:0 2px;text-align:center;font-family:monospace;color:{INK}">{escape(readable(token))}'
            f'<br><small style="color:#555">{token_id}</small></span>'
        )
    return "".join(boxes)


def summary(text: str, n_tokens: int, price: float | int) -> str:
    """What a text measures in every unit, and what it costs.

    Args:
        text: The text.
        n_tokens: How many tokens it was cut into.
        price: Money for a million tokens.

    Example:
        >>> summary("naïve", n_tokens=2, price=1.5)
        '2 tokens · 5 characters · 6 bytes · 3.0 bytes a token · a million such texts cost 3.00'
    """
    n_bytes = len(text.encode("utf-8", "surrogatepass"))
    rate = f" · {n_bytes / n_tokens:.1f} bytes a token" if n_tokens else ""
    return (
        f"{n_tokens} tokens · {len(text)} characters · {n_bytes} bytes{rate} · "
        f"a million such texts cost {n_tokens * price:,.2f}"
    )


def token_explorer(vocabularies: Mapping[str, Encode], text: str, price: float | int = 1.0) -> "VBox":
    """Type a text, choose a vocabulary, and see the tokens, their ids, and the bill in every vocabulary.

    Works in ipywidgets 7.7 and 8 and by keyboard alone; what it shows is text, which a screen reader reads out.

    Args:
        vocabularies: Name → a function from text to tokens.
        text: What stands there at first.
        price: Money for a million tokens at first.

    Returns:
        The controls and the tokens, to be displayed as the last line of a cell.

    Raises:
        ValueError: There is no vocabulary.
    """
    import ipywidgets as widgets

    if not vocabularies:
        raise ValueError("there is no vocabulary to choose from")
    wide = widgets.Layout(width="640px", max_width="100%")
    area = widgets.Textarea(value=text, description="text", layout=wide)
    names = list(vocabularies)
    narrow = widgets.Layout(width="320px")
    choice = widgets.Dropdown(options=names, value=names[-1], description="vocabulary", layout=narrow)
    cost = widgets.BoundedFloatText(value=price, min=0, max=1000, step=0.1, description="price/million")
    picture = widgets.HTML()

    def redraw(_: object = None) -> None:
        found = {name: _encode(encode, area.value) for name, encode in vocabularies.items()}
        counts = {name: None if isinstance(tokens, str) else len(tokens) for name, tokens in found.items()}
        tokens, words, boxes = found[choice.value], "", ""
        if isinstance(tokens, str):
            words = escape(tokens)
        else:
            words, boxes = summary(area.value, len(tokens), cost.value), token_html(tokens[:600])
        bill = bill_html(counts, len(area.value.encode("utf-8", "surrogatepass")), cost.value)
        picture.value = f'<div style="line-height:1.3">{boxes}</div><p role="status">{words}</p>{bill}'

    for control in (area, choice, cost):
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([area, widgets.HBox([choice, cost]), picture])


def _encode(encode: Encode, text: str) -> Sequence[tuple[int, bytes]] | str:
    """The tokens of a text, or in a line why there are none."""
    try:
        return encode(text)
    except (CourseError, ValueError) as error:
        return str(error)
