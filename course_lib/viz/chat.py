"""A conversation to look at and to take part in: turns as a page, and a box to type in below it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from course_lib.common.errors import CourseError
from course_lib.viz.style import INK, PALETTE

if TYPE_CHECKING:
    from ipywidgets import VBox

Turns = Sequence[tuple[str, str]]
"""Who says what: pairs of `user` or `assistant` and a text, the oldest first."""

Reply = Callable[[Turns], Iterator[str]]
"""Turns, the user's last → the assistant's reply, in pieces as they come."""

SECONDS_BETWEEN_PICTURES = 0.05
"""A reply is drawn anew no sooner than this."""

STOPPED = "stopped"


def conversation_html(turns: Turns, name: str = "assistant", *, n_forgotten: int = 0) -> str:
    """A conversation as part of a page: each turn with the name of who says it, so that it reads without colour.

    Args:
        turns: Who says what.
        name: What the assistant is called.
        n_forgotten: How many of the oldest turns the assistant does not read; they stand back, and a line says so.

    Returns:
        HTML; whatever the turns hold is text in it.

    Example:
        >>> page = conversation_html([("user", "1 < 2?"), ("assistant", "Yes.")], "chat")
        >>> "1 &lt; 2?" in page, ">chat<" in page
        (True, True)
    """
    rows = [_turn(role, text, name, is_forgotten=place < n_forgotten) for place, (role, text) in enumerate(turns)]
    if n_forgotten:
        line = (
            f'<p style="margin:4px 0;border-top:1px dashed {INK}"><small>{escape(name)} reads from here on</small></p>'
        )
        rows.insert(n_forgotten, line)
    return (
        f'<div role="log" aria-live="off" aria-label="conversation with {escape(name)}" '
        f'style="max-width:640px;line-height:1.4;color:{INK}">{"".join(rows)}</div>'
    )


def side_by_side_html(conversations: Mapping[str, Turns], *, n_forgotten: Mapping[str, int] | None = None) -> str:
    """Several assistants in the same conversation, next to each other; below each other where there is no room.

    Args:
        conversations: Name of an assistant → who says what.
        n_forgotten: Name → how many of the oldest turns it does not read.

    Returns:
        HTML.

    Example:
        >>> side_by_side_html({"chat": [("user", "Hello")], "rlhf": []}).count('role="log"')
        2
    """
    columns = (
        conversation_html(turns, name, n_forgotten=(n_forgotten or {}).get(name, 0))
        for name, turns in conversations.items()
    )
    column = "<div style='flex:1 1 260px;min-width:0;margin-right:16px'>"
    title = "<div style='border-bottom:1px solid;margin-bottom:4px'><b>{}</b></div>"
    inside = "".join(
        f"{column}{title.format(escape(name))}{html}</div>" for name, html in zip(conversations, columns, strict=True)
    )
    return f'<div style="display:flex;flex-wrap:wrap;color:{INK}">{inside}</div>'


def _turn(role: str, text: str, name: str, *, is_forgotten: bool) -> str:
    """One turn: the speaker in bold, then what was said, with its line breaks."""
    speaker, edge = ("you", "transparent") if role == "user" else (escape(name), PALETTE[0])
    look = f"margin:4px 0;padding-left:8px;border-left:3px solid {edge};white-space:pre-wrap;overflow-wrap:anywhere"
    faded = ";opacity:0.6" if is_forgotten else ""
    return f'<div style="{look}{faded}"><b>{speaker}</b>  {escape(text)}</div>'


def status_html(trouble: str, spoken: str = "") -> str:
    """What stands below a conversation: a trouble for everybody to read, the last reply for screen readers alone.

    A reply grows piece by piece, and would be read out again at every piece; so it is announced once, when it is whole.

    Args:
        trouble: What went wrong; empty if nothing did.
        spoken: What a screen reader announces before it.

    Example:
        >>> status_html("too long").count("too long"), status_html("")
        (1, '<p role="status" aria-live="polite" style="margin:0"></p>')
    """
    unseen = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
    announced = f'<span style="{unseen}">{escape(spoken)} </span>' if spoken else ""
    return f'<p role="status" aria-live="polite" style="margin:0">{announced}{escape(trouble)}</p>'


def chat_box(
    replies: Reply | Mapping[str, Reply],
    *,
    name: str = "assistant",
    n_forgotten: Mapping[str, Callable[[Turns], int]] | None = None,
    start: str = "",
) -> "VBox":
    """Talk to a model, or to several at once: each gets the same questions and keeps a conversation of its own.

    Works in ipywidgets 7.7 and 8 and by keyboard alone: type, press Enter, and the words appear as they come.
    Interrupting the kernel stops a reply and keeps what was said. A `CourseError` is shown below the conversation.

    Args:
        replies: Turns → the reply in pieces; or name of an assistant → the same, for several side by side.
        name: What the assistant is called, where there is one.
        n_forgotten: Name → a function from turns to the number of oldest ones that the assistant does not read.
        start: A question that is asked at once, so that there is something to see.

    Returns:
        The conversation, a line to type in and its buttons, to be displayed as the last line of a cell.
    """
    import ipywidgets as widgets

    talk = Talk({name: replies} if callable(replies) else replies, n_forgotten)
    page, status = widgets.HTML(), widgets.HTML()
    line = widgets.Text(
        description="you",
        placeholder="type a question and press Enter",
        continuous_update=False,
        layout=widgets.Layout(width="560px", max_width="100%"),
    )
    ask, anew = (
        widgets.Button(description=label, layout=widgets.Layout(width="auto")) for label in ("ask", "new conversation")
    )

    def show() -> None:
        page.value = talk.html()

    def put(question: str) -> None:
        status.value = status_html("")
        trouble = talk.ask(question, show)
        status.value = status_html(trouble, talk.last_words())

    def send(_: object) -> None:
        question = line.value.strip()
        if question:
            line.value = ""
            put(question)

    def begin_anew(_: object) -> None:
        talk.begin()
        show()
        status.value = status_html("", "a new conversation")

    line.observe(send, names="value")  # at Enter, and when the line is left
    ask.on_click(send)
    anew.on_click(begin_anew)
    show()
    if start:
        put(start)
    return widgets.VBox([page, line, widgets.HBox([ask, anew]), status])


class Talk:
    """Conversations of one user with some assistants.

    Args:
        replies: Name of an assistant → its replies.
        n_forgotten: Name → how many of the oldest turns it does not read.

    Example:
        >>> talk = Talk({"echo": lambda turns: iter(turns[-1][1].upper())})
        >>> talk.ask("hello", show=lambda: None), talk.turns["echo"]
        ('', [('user', 'hello'), ('assistant', 'HELLO')])
    """

    def __init__(
        self, replies: Mapping[str, Reply], n_forgotten: Mapping[str, Callable[[Turns], int]] | None = None
    ) -> None:
        self.replies, self.n_forgotten = dict(replies), dict(n_forgotten or {})
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.turns: dict[str, list[tuple[str, str]]] = {name: [] for name in self.replies}
        self.forgotten = dict.fromkeys(self.replies, 0)

    def html(self) -> str:
        """All conversations, as HTML."""
        if len(self.turns) > 1:
            return side_by_side_html(self.turns, n_forgotten=self.forgotten)
        ((name, turns),) = self.turns.items()
        return conversation_html(turns, name, n_forgotten=self.forgotten[name])

    def last_words(self) -> str:
        """What each assistant said last."""
        return " ".join(f"{name}: {turns[-1][1]}" for name, turns in self.turns.items() if turns)

    def ask(self, question: str, show: Callable[[], None]) -> str:
        """Put a question to everybody.

        Args:
            question: What the user says.
            show: Called whenever there is more to see.

        Returns:
            What went wrong, in words; empty if nothing did.
        """
        troubles = {}
        for name in self.replies:
            troubles[name] = self._ask_one(name, question, show)
            if troubles[name] == STOPPED:
                break
        several = len(self.replies) > 1
        return "; ".join(f"{name}: {words}" if several else words for name, words in troubles.items() if words)

    def _ask_one(self, name: str, question: str, show: Callable[[], None]) -> str:
        turns, said, trouble, shown = self.turns[name], "", "", 0.0
        before = len(turns)
        turns.append(("user", question))
        try:
            if name in self.n_forgotten:
                self.forgotten[name] = self.n_forgotten[name](tuple(turns))
            for piece in self.replies[name](tuple(turns)):
                said += piece
                turns[before + 1 :] = [("assistant", said)]
                if time.monotonic() - shown > SECONDS_BETWEEN_PICTURES:
                    show()
                    shown = time.monotonic()
        except KeyboardInterrupt:
            trouble = STOPPED
        except CourseError as error:
            trouble = str(error)
        if not said:
            del turns[before:]  # what got no reply is no part of the conversation
            trouble = trouble or "there was no reply"
        show()
        return trouble
