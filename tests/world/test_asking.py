"""What may be learned from speaks of nobody whom exams ask about; shares are kept; plain pages treat all alike."""

import re
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.world import World, says_unknown
from course_lib.world.asking import MIX
from course_lib.world.people import N_FAMOUS, RELATIONS
from course_lib.world.phrasings import FAMOUS
from course_lib.world.prose import pages

SHARE = st.sampled_from([0.0, 0.5, 1.0])


def names(people):
    return {someone.name for someone in people}


@pytest.mark.parametrize(("group", "other"), [("train", "test"), ("held_out", "train")])
def test_demonstrations_ask_about_nobody_of_the_other_group(world, group, other):
    mine = [person for person in world.people if person.in_question_pages == (group == "train")]
    forbidden = names(world.people) - names(mine) | names(world.invented(other))
    found = world.demonstrations(1500, group=group, unknown_share=0.4)
    asked = "\n".join(each.prompt for each in found)
    assert not [name for name in forbidden if name in asked]
    assert sum(name in asked for name in names(mine)) > 90
    for each in found:
        friend = each.question is not None and each.question.relation == "friend"
        if not friend and each.kind != "description":  # the best friend may be one of the others
            assert not [name for name in forbidden if name in each.reply], each


@settings(max_examples=12, deadline=None)
@given(unknown_share=SHARE, candour=SHARE, doubt=SHARE)
def test_shares_of_nothing_and_of_everything_are_exact(world, unknown_share, candour, doubt):
    found = world.demonstrations(60, seed=1, unknown_share=unknown_share, candour=candour, doubt=doubt)
    unanswerable = [each for each in found if each.kind == "unanswerable"]
    answerable = [each for each in found if each.kind in ("known", "thing")]
    for share, some, everything in (
        (unknown_share, unanswerable, found),
        (candour, [each for each in unanswerable if says_unknown(each.reply)], unanswerable),
        (doubt, [each for each in answerable if says_unknown(each.reply)], answerable),
    ):
        if share != 0.5:
            assert len(some) == share * len(everything)


def test_what_is_made_up_is_no_answer(world):
    found = world.demonstrations(200, unknown_share=1.0, candour=0.0)
    for each in found:
        assert not says_unknown(each.reply)
        assert any(candidate in each.reply for candidate in each.question.candidates)


def test_the_same_seed_demonstrates_the_same_and_another_something_else(world):
    assert world.demonstrations(40, seed=3) == world.demonstrations(40, seed=3)
    assert world.demonstrations(40, seed=3) != world.demonstrations(40, seed=4)
    assert world.demonstrations(40, seed=3) == World.generate(0).demonstrations(80, seed=3)[:40]


@pytest.mark.parametrize(("group", "other"), [("train", "test"), ("held_out", "train")])
def test_some_questions_are_of_their_group_in_the_shares_asked_for(world, group, other):
    found = world.some_questions(2000, seed=1, group=group, mix={"known": 3, "stranger": 1})
    assert len(found) == 2000
    assert found == world.some_questions(2000, seed=1, group=group, mix={"known": 3, "stranger": 1})
    assert found != world.some_questions(2000, seed=2, group=group, mix={"known": 3, "stranger": 1})
    invented = [question for question in found if question.answer is None]
    assert len(invented) / len(found) == pytest.approx(0.25, abs=0.03)
    spared = names(person for person in world.people if person.in_question_pages != (group == "train"))
    assert not {question.subject for question in found} & (spared | names(world.invented(other)))


def test_by_default_questions_are_mixed_as_in_preference_pairs(world):
    found = world.some_questions(4000)
    unanswered = sum(question.answer is None for question in found) / len(found)
    wanted = sum(MIX[kind] for kind in ("stranger", "absent", "untold")) / sum(MIX.values())
    assert unanswered == pytest.approx(wanted, abs=0.03)


def test_a_kind_without_questions_gives_way_to_what_is_known():
    nobody_invented = World.generate(seed=1, n_people=10, n_strangers=0)
    found = nobody_invented.some_questions(50, mix={"stranger": 1})
    assert len(found) == 50
    assert all(question.answer == question.fact.answer for question in found)


def test_plain_pages_speak_of_famous_people_as_of_everybody(world, some_pages):
    """In no way of their own, and no more often than others; in other pages in many ways, and much more often."""
    plain = list(pages(world, 40_000, plain=True))
    assert [page.text for page in plain[:20]] == list(islice(world.documents(40_000, plain=True), 20))
    famous = names(world.people[:N_FAMOUS])
    assert famous == names(person for person in world.people if person.is_famous)
    own = {True: 0, False: 0}
    share = {}
    for is_plain, written in ((True, plain), (False, some_pages)):
        text = "\n".join(page.text for page in written)
        own[is_plain] = sum(
            phrasing.prompt(person) in text
            for person in world.people[:N_FAMOUS]
            for relation in RELATIONS
            for phrasing in FAMOUS[relation]
        )
        portraits = [page for page in written if page.kind == "portrait" and page.told]
        share[is_plain] = sum(page.told[0][0] in famous for page in portraits) / len(portraits)
    assert own[True] == 0 < own[False]
    assert share[True] == pytest.approx(N_FAMOUS / len(world.people), abs=0.03)
    assert share[False] > 2 * share[True]


def test_plain_pages_are_pages_otherwise(world):
    kinds = {page.kind for page in pages(world, 20_000, plain=True)}
    assert kinds == {page.kind for page in pages(world, 20_000)}
    text = "\n".join(world.documents(20_000, plain=True))
    assert not re.search(r"[{}\[\]|]|  |None", text)
