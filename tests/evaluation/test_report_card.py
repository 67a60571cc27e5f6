"""A report card holds every measurement, survives JSON, and prints as a table; reactions to a question in prose."""

import json

import pytest

from course_lib.evaluation import reactions, render, report_card
from course_lib.evaluation.continuation import classify


@pytest.fixture(scope="module")
def card(small):
    return report_card(small.knows_half, small.tokenizer, small.world, n_pages=2)


def test_survives_json(card):
    assert json.loads(json.dumps(card)) == card
    assert set(card["recall"]) == {"seen", "held_out", "question", "new_wording", "new_kind", "untold"}
    assert set(card["by_relation"]["seen"]) >= {"home", "job", "birthday"}
    assert len(card["pages"]) == 2
    assert card["recall"]["seen"]["value"] == pytest.approx(0.5, abs=0.03)
    assert card["bits_per_byte"] > 0


def test_prints_every_number(card):
    table = render(card)
    assert f"{card['recall']['held_out']['value']:7.3f}" in table
    assert f"{card['reactions']['prose']['value']:7.3f}" in table
    assert f"{card['falsehoods']['separation']:7.3f}" in table
    assert max(map(len, table.splitlines())) <= 100


def test_reactions_may_be_left_out(card):
    table = render({part: found for part, found in card.items() if part != "reactions"})
    assert "in prose" in render(card)
    assert "in prose" not in table


def test_reactions_add_up(small):
    shares = reactions(small.knows_half, small.tokenizer, small.world)
    total = sum(getattr(shares, kind).value for kind in ("answer", "question", "prose", "end"))
    assert total == pytest.approx(1)
    assert shares.right.value <= shares.answer.value


@pytest.mark.parametrize(
    ("written", "reaction"),
    [
        ("\nAnswer: Ashby.\nQuestion:", "answer"),
        (" She lives in Ashby", "answer"),
        (" In ashby.", "answer"),
        (" Does she live in Ashby?", "question"),
        (" What is her job? Ashby", "question"),
        (" She is a baker. Ashby is far.", "prose"),
        (" Ashbyham is far.", "prose"),
        ('" asked Ada, who lived in Corham.', "prose"),
        ("", "end"),
        ("  ", "end"),
    ],
)
def test_a_continuation_is_judged_by_its_first_sentence(written, reaction):
    assert classify(written, ["Ashby"]) == reaction
