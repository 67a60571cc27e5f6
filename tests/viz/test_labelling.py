"""A box for labels: each choice is kept at once, a pair that cannot be kept stays, texts stay texts."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.viz.labelling import Compared, Labelling, label_box, pair_html

PAIRS = [Compared("Who?", "Ada.", "Bob.", "Ada"), Compared("Where?", "Here.", "There.")]


class Reader(HTMLParser):
    """What a reader sees, tag by tag."""

    def __init__(self, html):
        super().__init__()
        self.seen, self.tags = "", set()
        self.feed(html)

    def handle_data(self, data):
        self.seen += data

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)


@pytest.fixture
def kept():
    return []


@pytest.fixture
def box(kept):
    return label_box(PAIRS, lambda pair, is_first: kept.append((pair.prompt, is_first)))


def parts(box):
    page, buttons, status = box.children
    return page, {button.description: button for button in buttons.children}, status


def test_a_pair_by_hand():
    reader = Reader(pair_html(PAIRS[0]))
    assert reader.seen == "you  Who?on record: Adathe first  Ada.the second  Bob."
    assert "on record" not in Reader(pair_html(PAIRS[1])).seen


@given(texts=st.lists(st.text(min_size=1, max_size=40), min_size=4, max_size=4))
def test_whatever_is_compared_stays_text(texts):
    reader = Reader(pair_html(Compared(*texts)))
    assert reader.tags <= {"div", "b", "br", "small"}


def test_each_choice_is_kept_at_once(box, kept):
    page, buttons, status = parts(box)
    assert "pair 1 of 2" in page.value
    buttons["the second is better"].click()
    assert kept == [("Who?", False)]
    assert "pair 2 of 2" in page.value
    assert "kept; pair 2" in status.value
    buttons["the first is better"].click()
    assert kept == [("Who?", False), ("Where?", True)]
    assert "2 of 2 pairs have your label" in page.value
    assert all(button.disabled for button in buttons.values())


def test_what_nobody_can_say_is_not_kept(box, kept):
    _, buttons, status = parts(box)
    buttons["cannot say"].click()
    assert kept == []
    assert "skipped; pair 2" in status.value


def test_a_label_that_cannot_be_kept_leaves_the_pair():
    def full(pair, is_first):
        raise CourseError("the disk is <full>")

    page, buttons, status = parts(label_box(PAIRS, full))
    buttons["the first is better"].click()
    assert "pair 1 of 2" in page.value
    assert "the disk is &lt;full&gt;" in status.value


def test_without_pairs_there_is_nothing_to_press():
    page, buttons, _ = parts(label_box([], lambda pair, is_first: None))
    assert "0 of 0" in page.value
    assert all(button.disabled for button in buttons.values())
    assert Labelling([], lambda pair, is_first: None).choose(is_first=True) == "there is no pair left"
