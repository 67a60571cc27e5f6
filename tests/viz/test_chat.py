"""A chat box: words appear as they come, what is forgotten is seen, and whatever goes wrong is told in a line."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.viz.chat import Talk, chat_box, conversation_html, side_by_side_html, status_html

WORDS = st.text(min_size=1, max_size=40)


class Reader(HTMLParser):
    """What a reader sees, tag by tag."""

    def __init__(self, html):
        super().__init__()
        self.seen, self.tags = "", []
        self.feed(html)

    def handle_data(self, data):
        self.seen += data

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def echo(turns):
    """Says the last words back, in two pieces."""
    yield "You said "
    yield turns[-1][1]


def parts(box):
    page, line, buttons, status = box.children
    return page, line, {button.description: button for button in buttons.children}, status


def test_a_conversation_by_hand():
    reader = Reader(conversation_html([("user", "Who is <Ada>?"), ("assistant", "I don't\nknow.")], "chat & co"))
    assert re.sub(r" +", " ", reader.seen) == "you Who is <Ada>?chat & co I don't\nknow."
    assert reader.tags[0][1]["role"] == "log"
    assert reader.tags[0][1]["aria-label"] == "conversation with chat & co"


@given(texts=st.lists(WORDS, max_size=5), name=WORDS)
def test_whatever_is_said_stays_text(texts, name):
    turns = [(("user", "assistant")[place % 2], text) for place, text in enumerate(texts)]
    reader = Reader(conversation_html(turns, name))
    assert {tag for tag, _ in reader.tags} <= {"div", "b"}
    assert reader.tags[0][1]["aria-label"] == f"conversation with {name}"
    for text in texts:
        assert text.replace("\r\n", "\n") in reader.seen.replace("\r\n", "\n")


def test_what_is_no_longer_read_stands_back_above_a_line_that_says_so():
    turns = [("user", "one"), ("assistant", "two"), ("user", "three")]
    html = conversation_html(turns, "chat", n_forgotten=2)
    assert html.count("opacity") == 2
    assert html.index("two") < html.index("chat reads from here on") < html.index("three")
    assert "opacity" not in conversation_html(turns, "chat")


def test_side_by_side_every_assistant_has_a_heading_and_its_own_words():
    html = side_by_side_html({"chat": [("assistant", "A")], "rlhf": [("assistant", "B")]}, n_forgotten={"rlhf": 1})
    reader = Reader(html)
    assert [attributes["aria-label"] for _, attributes in reader.tags if "aria-label" in attributes] == [
        "conversation with chat",
        "conversation with rlhf",
    ]
    assert html.index("A</div>") < html.index("rlhf reads from here on") < len(html)


def test_a_screen_reader_hears_a_reply_that_others_see_already():
    seen_and_heard = status_html("too <long>", "chat: hello")
    assert "too &lt;long&gt;" in seen_and_heard
    assert re.search(r"clip-path[^>]*>chat: hello", seen_and_heard)


def test_enter_asks_and_the_reply_comes_piece_by_piece(monkeypatch):
    monkeypatch.setattr("course_lib.viz.chat.SECONDS_BETWEEN_PICTURES", -1.0)
    page, line, _, status = parts(chat_box(echo, name="chat"))
    pages = []
    page.observe(lambda change: pages.append(Reader(change["new"]).seen), names="value")
    line.value = " hello "  # what the page does at Enter
    assert [re.sub(r" +", " ", each) for each in pages] == ["you hellochat You said ", "you hellochat You said hello"]
    assert line.value == ""
    assert "chat: You said hello" in status.value
    line.value = "hello"
    assert page.value.count("You said hello") == 2


def test_nothing_is_asked_with_an_empty_line():
    page, line, buttons, _ = parts(chat_box(echo))
    before = page.value
    buttons["ask"].click()
    line.value = "  "
    assert page.value == before


def test_earlier_turns_are_handed_over_and_a_new_conversation_has_none():
    heard = []

    def listen(turns):
        heard.append(turns)
        yield "Yes."

    page, line, buttons, _ = parts(chat_box(listen, start="one"))
    assert "Yes." in page.value
    line.value = "two"
    assert heard[1] == (("user", "one"), ("assistant", "Yes."), ("user", "two"))
    buttons["new conversation"].click()
    assert "one" not in page.value
    line.value = "three"
    assert heard[2] == (("user", "three"),)


def test_two_assistants_answer_the_same_question_each_in_its_own_conversation():
    box = chat_box({"low": echo, "loud": lambda turns: (piece.upper() for piece in echo(turns))})
    page, line, _, status = parts(box)
    line.value = "hello"
    line.value = "again"
    assert page.value.count('role="log"') == 2
    assert page.value.count("You said hello") == page.value.count("YOU SAID HELLO") == 1
    assert "low: You said again loud: YOU SAID AGAIN" in status.value


def test_forgotten_turns_are_seen():
    box = chat_box({"chat": echo}, n_forgotten={"chat": lambda turns: max(0, len(turns) - 1)})
    page, line, _, _ = parts(box)
    line.value = "one"
    assert "reads from here on" not in page.value
    line.value = "two"
    assert "chat reads from here on" in page.value


def break_off(turns):
    yield "Well"
    raise KeyboardInterrupt


def refuse(turns):
    raise CourseError("the conversation has 200 tokens, the model reads at most 128")
    yield ""


@pytest.mark.parametrize(
    ("reply", "says", "kept"),
    [(break_off, "stopped", [("user", "go"), ("assistant", "Well")]), (refuse, "200 tokens", []),
     (lambda turns: iter(()), "there was no reply", [])],
)  # fmt: skip
def test_what_goes_wrong_is_told_in_a_line_and_the_conversation_goes_on(reply, says, kept):
    talk = Talk({"chat": reply})
    assert says in talk.ask("go", show=lambda: None)
    assert talk.turns["chat"] == kept
    talk.replies["chat"] = echo
    assert talk.ask("on", show=lambda: None) == ""
    assert talk.turns["chat"][-1] == ("assistant", "You said on")


def test_stopping_one_stops_the_others():
    talk = Talk({"first": break_off, "second": echo})
    assert talk.ask("go", show=lambda: None) == "first: stopped"
    assert talk.turns["second"] == []


def test_only_the_refusing_one_is_named():
    talk = Talk({"short": refuse, "long": echo})
    assert talk.ask("go", show=lambda: None).startswith("short: the conversation has 200 tokens")
    assert talk.turns["long"][-1] == ("assistant", "You said go")
