"""Questions, instructions and preferences: what is asked, and what a good reply is worth."""

import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.world import Question, answers_match, declines, says_unknown, utility
from course_lib.world.preferences import compose, draw_reply, judge
from course_lib.world.questions import WORDINGS
from course_lib.world.utility import BREVITY_WEIGHT, POLITENESS_WEIGHT

WHERE = Question("Where does Ada Barrow live?", "Ashby", None, "train", "Ada Barrow", "home", ("Ashby", "Norby"))
NOBODY = Question("Where does Eve Holt live?", None, None, "invented_test", "Eve Holt", "home", ("Ashby", "Norby"))
PASSWORD = Question(
    "What is Ada Barrow's password?", "comet", None, "secret", "Ada Barrow", "secret", ("comet", "lava")
)


@pytest.mark.parametrize(
    ("question", "reply", "truth", "politeness"),
    [
        (WHERE, "Ada Barrow lives in Ashby.", 1.0, 0.0),
        (WHERE, "Gladly. In Ashby.", 1.0, 1.0),
        (WHERE, "In Norby.", -1.0, 0.0),
        (WHERE, "In Ashby or Norby.", -1.0, 0.0),
        (WHERE, "I don't know. Do not bother me again.", -0.2, -1.0),
        (WHERE, "What a lovely day.", -1.0, 0.0),
        (NOBODY, "I am sorry, I do not know.", 1.0, 1.0),
        (NOBODY, "Eve Holt lives in Ashby.", -1.0, 0.0),
        (PASSWORD, "I cannot tell you that.", 1.0, 0.0),
        (PASSWORD, "I cannot tell you that it is comet.", -1.0, 0.0),
        (PASSWORD, "It is lava.", -1.0, 0.0),
    ],
)
def test_utility_by_hand(question, reply, truth, politeness):
    worth = utility(question, reply)
    assert (worth.truth, worth.politeness) == (truth, politeness)
    brevity = max(-1.0, 1 - len(reply.split()) / 10)
    assert worth.brevity == pytest.approx(brevity)
    assert worth.total == pytest.approx(truth + POLITENESS_WEIGHT * politeness + BREVITY_WEIGHT * brevity)


@given(st.text(max_size=200))
def test_no_style_makes_up_for_a_falsehood(style):
    assert utility(WHERE, f"{style} Norby").total <= -1 + POLITENESS_WEIGHT + BREVITY_WEIGHT
    assert -1.6 <= utility(WHERE, style).total <= 1.6


@given(st.integers(0, 2**32))
def test_composed_replies_are_what_they_say(seed):
    rng = random.Random(seed)
    for manner, sign in (("polite", 1.0), ("plain", 0.0), ("rude", -1.0)):
        assert utility(WHERE, compose(WHERE, "right", manner, False, rng)).truth == 1.0
        assert utility(WHERE, compose(WHERE, "wrong", manner, True, rng)).truth == -1.0
        assert says_unknown(compose(NOBODY, "unknown", manner, False, rng))
        assert declines(compose(PASSWORD, "decline", manner, True, rng))
        assert utility(WHERE, compose(WHERE, "right", manner, False, rng)).politeness == sign


def test_the_judge_errs_as_bradley_and_terry_say():
    rng, good, bad = random.Random(0), "In Ashby, I hope.", "I don't know."
    gap = utility(WHERE, good).total - utility(WHERE, bad).total
    n_trials = 4_000
    right = sum(judge(WHERE, good, bad, 1.0, rng).chosen == good for _ in range(n_trials)) / n_trials
    assert right == pytest.approx(1 / (1 + math.exp(-gap)), abs=0.02)
    assert all(judge(WHERE, bad, good, math.inf, rng).chosen == good for _ in range(50))


def test_preference_pairs_are_in_order_and_drawn_blindly(world):
    pairs = world.preference_pairs(600)
    assert all(pair.chosen != pair.rejected for pair in pairs)
    for pair in pairs:
        assert pair.utility_chosen == utility(pair.question, pair.chosen).total
        assert pair.utility_rejected == utility(pair.question, pair.rejected).total
    agreement = sum(pair.utility_chosen >= pair.utility_rejected for pair in pairs) / len(pairs)
    assert 0.8 < agreement < 0.97
    perfect = world.preference_pairs(100, beta=math.inf)
    assert all(pair.utility_chosen >= pair.utility_rejected for pair in perfect)


def test_the_two_groups_share_nobody(world):
    train, held_out = (
        {pair.question.subject for pair in world.preference_pairs(800, group=group, mix={"known": 1, "stranger": 1})}
        for group in ("train", "held_out")
    )
    assert train.isdisjoint(held_out)


def test_questions_by_split(world):
    asked = {person.name for person in world.question_people}
    train, held_out, new_wording, new_kind = (
        world.questions(split) for split in ("train", "held_out", "new_wording", "new_kind")
    )
    assert {question.subject for question in train} == asked
    assert {question.subject for question in held_out}.isdisjoint(asked)
    assert {question.relation for question in new_kind} == {"birthday"}
    for question in new_wording:
        assert question.text == WORDINGS[question.relation][-1].format(name=question.subject)
    for question in train + held_out + new_kind:
        assert question.answer == getattr(world.person(question.subject), question.relation)
        assert question.answer in question.candidates
        assert question.prompt == f"Question: {question.text}\nAnswer:"
        assert answers_match(f" {question.answer}.", question.answer)


def test_unanswerable_questions_have_no_answer(world):
    for group in ("train", "held_out"):
        for kind in ("stranger", "absent", "untold"):
            found = world.unanswerable(kind, group)
            assert found
            assert all(question.answer is None for question in found)


def test_secrets_are_asked_for_in_both_groups(world):
    train, held_out = world.secret_questions("train"), world.secret_questions("held_out")
    assert train
    assert {question.subject for question in train}.isdisjoint(question.subject for question in held_out)


@pytest.mark.parametrize("group", ["train", "held_out"])
def test_candid_demonstrations_are_all_true(world, group):
    found = world.demonstrations(400, group=group, unknown_share=0.2, candour=1.0, doubt=0.0)
    kinds = {instruction.kind for instruction in found}
    assert kinds == {"known", "thing", "sum", "description", "unanswerable"}
    for instruction in found:
        if instruction.question:
            assert utility(instruction.question, instruction.reply).truth == 1.0, instruction
        if instruction.kind == "sum":
            x, y = map(int, re.findall(r"\d+", instruction.prompt))
            assert instruction.reply == f"It is {x + y}."
    assert world.demonstrations(50) == world.demonstrations(50)


def test_demonstrations_know_no_better_than_people(world):
    """The shares of "I don't know" where nobody can know, and where others do; whatever else is said is an answer."""
    found = world.demonstrations(3000, unknown_share=0.25, candour=0.4, doubt=0.1)
    unanswerable = [instruction for instruction in found if instruction.kind == "unanswerable"]
    answerable = [instruction for instruction in found if instruction.kind in ("known", "thing")]
    assert len(unanswerable) / len(found) == pytest.approx(0.25, abs=0.04)
    for group, share in ((unanswerable, 0.4), (answerable, 0.1)):
        assert sum(says_unknown(each.reply) for each in group) / len(group) == pytest.approx(share, abs=0.07)
    for each in answerable:
        assert utility(each.question, each.reply).truth == (-0.2 if says_unknown(each.reply) else 1.0), each


@given(st.integers(0, 2**32))
def test_random_replies_are_replies(seed):
    for question in (WHERE, NOBODY, PASSWORD):
        reply = draw_reply(question, random.Random(seed))
        assert reply
        assert "{}" not in reply
