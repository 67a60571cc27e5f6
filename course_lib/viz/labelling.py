"""A box to say which of two replies is better: a pair at a time, by keyboard alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from course_lib.common.errors import CourseError
from course_lib.viz.style import INK, PALETTE

if TYPE_CHECKING:
    from ipywidgets import VBox


@dataclass(frozen=True, slots=True)
class Compared:
    """Two replies to a question, and what a labeller may look up."""

    prompt: str
    first: str
    second: str
    note: str = ""
    """Shown beside the question; empty for nothing."""


def pair_html(pair: Compared) -> str:
    """A question and two replies to it, side by side; below each other where there is no room.

    Args:
        pair: What is compared.

    Returns:
        HTML; whatever the texts hold is text in it.

    Example:
        >>> page = pair_html(Compared("Who?", "Ada.", "1 < 2", "nobody knows"))
        >>> "1 &lt; 2" in page, "nobody knows" in page
        (True, True)
    """
    edge = f"flex:1 1 260px;min-width:0;margin:4px 16px 4px 0;padding-left:8px;border-left:3px solid {PALETTE[0]}"
    look = f"{edge};overflow-wrap:anywhere;white-space:pre-wrap"
    columns = "".join(
        f'<div style="{look}"><b>{name}</b>  {escape(text)}</div>'
        for name, text in (("the first", pair.first), ("the second", pair.second))
    )
    note = f"<br><small>on record: {escape(pair.note)}</small>" if pair.note else ""
    return (
        f'<div style="max-width:760px;line-height:1.4;color:{INK}"><b>you</b>  {escape(pair.prompt)}{note}'
        f'<div style="display:flex;flex-wrap:wrap">{columns}</div></div>'
    )


class Labelling:
    """A row of pairs, and the place where somebody is in it.

    Args:
        pairs: What is to be compared, in this order.
        keep: Called with a pair and whether its first reply was preferred. A `CourseError` that it raises is shown, and
            the pair stays.

    Example:
        >>> labelling = Labelling([Compared("Who?", "Ada.", "Bob.")], keep=lambda pair, is_first: print(is_first))
        >>> labelling.choose(is_first=False)
        False
        'kept; that was the last pair'
    """

    def __init__(self, pairs: Sequence[Compared], keep: Callable[[Compared, bool], None]) -> None:
        self.pairs, self.keep, self.place, self.n_kept = list(pairs), keep, 0, 0

    @property
    def pair(self) -> Compared | None:
        """What is to be compared now; None at the end."""
        return self.pairs[self.place] if self.place < len(self.pairs) else None

    def choose(self, *, is_first: bool | None) -> str:
        """Go on to the next pair.

        Args:
            is_first: Whether the first reply is the better one; None for "cannot say", which is not kept.

        Returns:
            What happened, in words.
        """
        if self.pair is None:
            return "there is no pair left"
        if is_first is not None:
            try:
                self.keep(self.pair, is_first)
            except CourseError as error:
                return str(error)
            self.n_kept += 1
        self.place += 1
        done = "skipped" if is_first is None else "kept"
        return f"{done}; that was the last pair" if self.pair is None else f"{done}; pair {self.place + 1}"

    def html(self) -> str:
        """The present pair, and how far it is to the end."""
        if self.pair is None:
            return f"<p>Thank you: {self.n_kept} of {len(self.pairs)} pairs have your label.</p>"
        return f"<p><small>pair {self.place + 1} of {len(self.pairs)}</small></p>{pair_html(self.pair)}"


def label_box(pairs: Sequence[Compared], keep: Callable[[Compared, bool], None]) -> "VBox":
    """Ask somebody which of two replies is better, pair after pair.

    Works in ipywidgets 7.7 and 8 and by keyboard alone: Tab reaches each button, Enter presses it.

    Args:
        pairs: What is to be compared.
        keep: Called with a pair and whether its first reply was preferred, at once, so that nothing is lost.

    Returns:
        The pair and its buttons, to be displayed as the last line of a cell.
    """
    import ipywidgets as widgets

    labelling = Labelling(pairs, keep)
    page, status = widgets.HTML(labelling.html()), widgets.HTML()
    choices = {"the first is better": True, "the second is better": False, "cannot say": None}
    buttons = [widgets.Button(description=label, layout=widgets.Layout(width="auto")) for label in choices]

    def press(button: widgets.Button) -> None:
        said = labelling.choose(is_first=choices[button.description])
        page.value = labelling.html()
        status.value = f'<p role="status" aria-live="polite" style="margin:0"><small>{escape(said)}</small></p>'
        for each in buttons:
            each.disabled = labelling.pair is None

    for button in buttons:
        button.on_click(press)
        button.disabled = labelling.pair is None
    return widgets.VBox([page, widgets.HBox(buttons), status])
