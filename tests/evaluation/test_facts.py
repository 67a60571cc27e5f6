"""Recall is scored on what a model writes freely, fact by fact and person by person."""

import pytest

from course_lib.evaluation import Answer, ask, complete, fact_recall, recall_by_relation, score
from course_lib.world import World


@pytest.mark.parametrize("phrasing", ["seen", "held_out", "question", "new_wording", "new_kind"])
def test_a_model_that_knows_everything_is_right_and_one_that_knows_nothing_is_not(small, phrasing):
    best = fact_recall(small.knows_all, small.tokenizer, small.world, phrasing)
    assert best.value == best.high == 1
    assert best.low < 1
    assert best.chance < best.low
    assert fact_recall(small.blank, small.tokenizer, small.world, phrasing).value < 0.1


def test_who_knows_half_of_the_people_gets_half_and_an_interval_of_people(small):
    half = fact_recall(small.knows_half, small.tokenizer, small.world, "seen")
    names = {person.name for person in small.world.people}
    assert half.n_answers == sum(fact.subject in names for fact in small.world.facts)
    assert half.n == 10
    assert half.value == pytest.approx(0.5, abs=0.03)
    assert half.high - half.low > 0.5  # ten people, wholly known or not, tell little


def test_what_is_untold_cannot_be_known(small):
    untold = fact_recall(small.knows_all, small.tokenizer, small.world, "untold")
    assert untold.value == 0
    assert untold.n_answers == len(small.world.untold_facts)


def test_every_way_of_asking_asks_for_what_it_says(small):
    half = {person.name for person in small.world.people if person.in_question_pages}
    seen, held_out = (ask(small.blank, small.tokenizer, small.world, kind) for kind in ("seen", "held_out"))
    assert [a.wanted for a in seen] == [a.wanted for a in held_out]
    assert not {a.prompt for a in seen} & {a.prompt for a in held_out}
    questions = ask(small.blank, small.tokenizer, small.world, "question")
    assert all(a.prompt.startswith("Question: ") and a.prompt.endswith("\nAnswer:") for a in questions)
    assert not {a.subject for a in questions} & half
    assert {a.relation for a in ask(small.blank, small.tokenizer, small.world, "new_kind")} == {"birthday"}


def test_words_used_of_the_famous_alone_are_asked_about_the_others(small, oracle):
    world = World.generate(seed=0, n_people=26, n_strangers=0)
    one, other = [person.name for person in world.people if not person.is_famous]
    book = {prompt.text: f" {prompt.answer}." for prompt in world.prompts("famous")}
    assert all(one in start or other in start for start in book)
    knows_one = oracle({start: rest for start, rest in book.items() if one in start})
    found = fact_recall(knows_one, small.tokenizer, world, "famous")
    assert (found.n, found.n_answers) == (2, len(book))
    assert found.value == pytest.approx(0.5, abs=0.07)
    assert fact_recall(knows_one, small.tokenizer, world, "seen").value == 0
    assert ask(knows_one, small.tokenizer, small.world, "famous") == []  # in a small world everybody is famous


def test_all_phrasings_can_be_asked(small):
    answers = ask(small.blank, small.tokenizer, small.world, "held_out", per_fact=None)
    assert len(answers) == 3 * len(ask(small.blank, small.tokenizer, small.world, "held_out"))


def test_by_hand(small):
    person = small.world.people[0]
    said = [(person.home, person.home), (f"{person.home}, of course", person.home), ("nowhere", person.home)]
    answers = [
        Answer(prompt="", said=f" {text}", wanted=wanted, subject=person.name, relation="home") for text, wanted in said
    ]
    result = score(answers, small.world)
    assert result.value == pytest.approx(2 / 3)
    assert (result.n, result.n_answers) == (1, 3)
    baseline = small.world.baselines()["home"]
    assert result.chance == pytest.approx(baseline.chance)
    assert result.majority == float(baseline.commonest == person.home)
    assert recall_by_relation(answers) == {"home": pytest.approx(2 / 3)}


def test_completions_stop_at_the_end_of_the_page(small):
    start, rest = next(iter(small.book.items()))
    assert complete(small.knows_all, small.tokenizer, [start, "Nobody"], max_new_tokens=40) == [rest, ""]
