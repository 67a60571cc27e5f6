"""`chat`: words as they come, a conversation that survives whatever is typed or pressed, and one answer for scripts."""

import io
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from rich.console import Console

from course_lib import __main__ as command_line
from course_lib.commands.chat import Session
from course_lib.common.errors import CourseError


@dataclass
class Echo:
    """Says the last words back; forgets all but the last `n_read` turns; stops short where it is told to."""

    name: str = "chat"
    says: str = "says it back"
    reads_all: bool = True
    n_read: int = 9
    breaks_at: int | None = None

    def __post_init__(self):
        self.model = SimpleNamespace(config=SimpleNamespace(context_length=128))
        self.heard = []

    def n_forgotten(self, turns):
        if len(turns[-1][1]) > 50:
            raise CourseError("the conversation has 200 tokens, the model reads at most 128")
        return max(0, len(turns) - self.n_read)

    def __call__(self, turns):
        self.heard.append(list(turns))
        for place, piece in enumerate(("You said ", turns[-1][1], ".")):
            if place == self.breaks_at:
                raise KeyboardInterrupt
            yield piece


def nobody(name):
    raise CourseError(f"there is no model {name!r}")


def talk(partner, *lines, find=nobody):
    """Type lines (or raise what is an exception), and read what is on the screen at the end."""
    screen = io.StringIO()
    session = Session(partner, find, Console(file=screen, width=100, highlight=False))
    left = list(lines)

    def read(prompt):
        assert prompt == "you> "
        line = left.pop(0) if left else EOFError()
        if isinstance(line, BaseException):
            raise line
        return line

    session.run(read)
    assert left == []
    return session, screen.getvalue()


def test_a_conversation_keeps_its_turns_until_a_new_one_begins():
    echo = Echo()
    session, screen = talk(echo, "one", " two ", "", "/new", "[bold]three[/]")
    assert "chat> You said one." in screen
    assert "chat: says it back" in screen
    assert echo.heard[1] == [("user", "one"), ("assistant", "You said one."), ("user", "two")]
    assert echo.heard[2] == [("user", "[bold]three[/]")]
    assert "You said [bold]three[/]." in screen
    assert session.turns[-1] == ("assistant", "You said [bold]three[/].")


def test_words_are_shown_as_they_come():
    screen = io.StringIO()
    session = Session(Echo(), nobody, Console(file=screen, width=100))
    seen = []
    echo = session.partner
    echo.__class__ = type("Slow", (Echo,), {"__call__": lambda self, turns: watch(Echo.__call__(self, turns))})

    def watch(pieces):
        for piece in pieces:
            seen.append(screen.getvalue())
            yield piece

    session.heed("hello")
    assert seen == ["chat> ", "chat> You said ", "chat> You said hello"]


@pytest.mark.parametrize(("breaks_at", "kept"), [(0, []), (2, [("user", "one"), ("assistant", "You said one")])])
def test_ctrl_c_stops_a_reply_and_keeps_what_was_said(breaks_at, kept):
    session, screen = talk(Echo(breaks_at=breaks_at), "one")
    assert "(stopped)" in screen
    assert session.turns == kept


def test_ctrl_c_at_the_prompt_says_how_to_end_and_goes_on():
    session, screen = talk(Echo(), KeyboardInterrupt(), "one")
    assert "Ctrl-D ends the conversation." in screen
    assert len(session.turns) == 2


def test_a_question_that_is_too_long_is_one_line_and_changes_nothing():
    session, screen = talk(Echo(), "one", "x" * 60, "two")
    assert "\nthe conversation has 200 tokens, the model reads at most 128\n" in screen
    assert [text for role, text in session.turns if role == "user"] == ["one", "two"]


def test_the_oldest_turns_are_dropped_when_the_context_is_full_and_that_is_said():
    session, screen = talk(Echo(n_read=3), "one", "two", "three")
    assert "(With 128 tokens chat can read no more: it forgets the oldest question and reply.)" in screen
    assert session.partner.heard[2][0] == ("user", "two")
    assert len(session.turns) == 4


def test_one_who_reads_single_questions_forgets_without_a_word_each_time():
    session, screen = talk(Echo(reads_all=False, n_read=1), "one", "two")
    assert "forgets" not in screen
    assert len(session.turns) == 4


def test_an_unknown_command_is_told_those_there_are():
    _, screen = talk(Echo(), "/foo bar", "/help")
    assert "There is no /foo; there are /new, /compare and /help." in screen
    assert screen.count("begins a new conversation") == 2


def test_a_question_is_compared_side_by_side():
    found = {"base": Echo(name="base"), "rlhf": Echo(name="rlhf")}
    echo = Echo()
    session, screen = talk(echo, "/compare", "one", "/compare", "/compare two [b]", find=found.__getitem__)
    assert "Ask something first" in screen
    assert screen.count("You said one.") == 4  # once in the conversation, three times compared
    assert "oneYou said one." in screen  # base goes on with the question
    assert screen.count("You said two [b].") == 3
    assert all(name in screen for name in ("base", "chat", "rlhf"))
    assert found["base"].heard == found["rlhf"].heard == [[("user", "one")], [("user", "two [b]")]]
    assert len(session.turns) == 2


def test_who_is_not_there_to_compare_is_told_in_its_place():
    _, screen = talk(Echo(), "/compare one")
    assert "You said one." in screen
    assert "(there is no model 'base')" in " ".join(screen.split())


def test_one_question_prints_the_reply_alone(monkeypatch, capsys):
    asked = []

    def partner(name, *, temperature, seed):
        asked.append((name, temperature, seed))
        return Echo(name=name)

    monkeypatch.setenv("COURSE_SEED", "5")
    monkeypatch.setattr("course_lib.lineage.partners.partner", partner)
    assert command_line.main(["chat", "rlhf", "--question", "one", "--temperature", "0.5"]) == 0
    assert capsys.readouterr().out == "You said one.\n"
    assert asked == [("rlhf", 0.5, 5)]


@pytest.mark.parametrize(("words", "says"), [
    (["chat", "reward", "--question", "x"], "nobody of the name 'reward' can talk: scores replies"),
    (["chat", "--question", "x", "--temperature", "-1"], "temperature=-1.0"),
])  # fmt: skip
def test_what_cannot_be_is_one_line(words, says, capsys):
    assert command_line.main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {says}")
    assert told.count("\n") == 1
