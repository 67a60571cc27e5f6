"""The world as a whole: enough facts, each known to be true, the same on every machine."""

import hashlib
from collections import Counter

import pytest

from course_lib.world import World, answers_match
from course_lib.world.facts import baseline

STORED_FACTS = "af6fa5bed402c0d8a236cb9ea92a1342105036a0661ece0f4666abe42941d282"
STORED_PAGES = "04387754003f3cd295b82c8137b886ee0da1016730a5307fca4631978bfe072a"


def test_there_are_enough_facts_and_they_are_distinct(world):
    assert len(world.facts) >= 1500
    assert len(set(world.facts)) == len(world.facts)
    assert len({(fact.subject, fact.relation) for fact in world.all_facts}) == len(world.all_facts)


def test_facts_are_the_peoples_own(world):
    person = world.people[7]
    assert world.person(person.name) is person
    told = {fact.relation: fact.answer for fact in world.all_facts if fact.subject == person.name}
    assert told["home"] == person.home
    assert told["friend"] == person.friend


def test_friendship_is_mutual(world):
    for person in world.people:
        assert world.person(person.friend).friend == person.name
        assert person.friend != person.name


def test_names_are_unique_and_no_answer_begins_another(world):
    everyone = [*world.people, *world.strangers]
    assert len({someone.name for someone in everyone}) == len(everyone)
    assert len({someone.first for someone in everyone}) == len(everyone)
    assert max(Counter(person.last for person in world.people).values()) <= 4
    for relation in world.baselines():
        answers = world.candidates(relation)
        clashes = [(a, b) for a in answers for b in answers if a != b and answers_match(b, a)]
        assert clashes == []


def test_half_of_the_people_are_asked_about(world):
    assert len(world.question_people) == len(world.people) // 2


def test_invented_groups_are_disjoint(world):
    train, test = world.invented("train"), world.invented("test")
    assert len(train) == len(test) == 200
    assert {someone.first for someone in train}.isdisjoint(someone.first for someone in test)


def test_the_same_seed_gives_the_same_world_on_every_machine(world):
    pages = "\x00".join(page for page, _ in zip(world.documents(), range(100), strict=False))
    assert world.hash() == STORED_FACTS
    assert hashlib.sha256(pages.encode()).hexdigest() == STORED_PAGES


def test_other_seeds_give_other_worlds_and_other_pages(world):
    assert World.generate(seed=1).hash() != world.hash()
    first, second = (next(world.documents(seed=seed)) for seed in (0, 1))
    assert first != second


def test_baselines_by_hand(world):
    by_hand = baseline(["Ashby", "Norby", "Ashby", "Yarrow"])
    assert (by_hand.chance, by_hand.majority, by_hand.commonest, by_hand.n_answers) == (1 / 3, 0.5, "Ashby", 3)
    homes = [fact.answer for fact in world.facts if fact.relation == "home"]
    assert world.baselines()["home"].majority == max(Counter(homes).values()) / len(homes)


@pytest.mark.parametrize(
    ("generated", "answer", "matches"),
    [
        (" Ashby.", "Ashby", True),
        (" ashby", "Ashby", True),
        ("Ashby\nQuestion:", "Ashby", True),
        (" Ashbyville", "Ashby", False),
        (" in Ashby", "Ashby", False),
        ("", "Ashby", False),
        (" 700.", "700", True),
        (" 7000", "700", False),
        (" Tom Reed, of course", "Tom Reed", True),
        (" Tom", "Tom Reed", False),
    ],
)
def test_answers_match_whole_words(generated, answer, matches):
    assert answers_match(generated, answer) is matches


@pytest.mark.parametrize(("n_people", "n_strangers"), [(7, 0), (8, 0), (1002, 0), (200, -1), (1000, 401)])
def test_impossible_sizes_are_refused(n_people, n_strangers):
    with pytest.raises(ValueError, match=r"n_(people|strangers) is"):
        World.generate(n_people=n_people, n_strangers=n_strangers)


@pytest.mark.parametrize("n_people", [10, 600])
def test_other_sizes_work(n_people):
    world = World.generate(seed=3, n_people=n_people)
    assert len(world.people) == n_people
    assert len(list(world.documents(2_000))) > 20
