"""What is asserted about people who do not exist, the probability of an answer, and how well confidence separates."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.evaluation import Answer, answer_probabilities, falsehoods, separation
from course_lib.evaluation.falsehoods import ask_about_strangers, claims


def test_a_model_that_keeps_silent_about_strangers_asserts_nothing(small):
    told = falsehoods(small.knows_all, small.tokenizer, small.world, n_people=6)
    assert told.claimed.value == told.confident.value == told.confidence_invented.value == 0
    assert told.claimed.n == 6
    assert told.claimed.high > 0
    assert told.confidence_known.value > 0.99
    assert told.separation > 0.99
    assert told.chance == 0


@pytest.mark.parametrize(("sureness", "confident"), [(20.0, 1.0), (2.0, 0.0)])
def test_a_model_that_says_the_same_of_everybody_cannot_be_told_by_its_confidence(small, oracle, sureness, confident):
    prompts = [a.prompt for a in ask_about_strangers(small.blank, small.tokenizer, small.world, n_people=6)]
    relations = [a.relation for a in ask_about_strangers(small.blank, small.tokenizer, small.world, n_people=6)]
    person = small.world.people[0]
    made_up = {prompt: f" {getattr(person, kind)}." for prompt, kind in zip(prompts, relations, strict=True)}
    model = oracle(small.book | made_up, sureness)
    told = falsehoods(model, small.tokenizer, small.world, n_people=6)
    assert told.claimed.value == 1
    assert told.confident.value == confident
    assert told.separation == pytest.approx(0.5, abs=0.15)


def test_nobody_asked_about_exists(small):
    real = {person.name for person in small.world.people}
    answers = ask_about_strangers(small.blank, small.tokenizer, small.world, n_people=6)
    assert len({answer.subject for answer in answers}) == 6
    assert len(answers) == 6 * 8
    assert not {answer.subject for answer in answers} & real
    assert all(answer.subject in answer.prompt for answer in answers)


def test_claims_are_answers_of_the_kind_asked_for(small):
    town, food = small.world.people[0].home, small.world.people[0].food
    said = dict.fromkeys(("prompt", "wanted", "subject"), "")
    answers = [Answer(said=f" {text}.", relation="home", **said) for text in (town, food, "a place by the sea")]
    assert claims(answers, small.world) == [town, None, None]


def test_the_probability_of_an_answer_is_the_product_over_its_tokens(small):
    person = small.world.people[0]
    prompts, answers = [f"{person.name} lives in", "Question:"], [person.home, f"Where does {person.name} live?"]
    found = answer_probabilities(small.blank, small.tokenizer, prompts, answers)
    end = small.tokenizer.special_tokens["<|endoftext|>"]
    for prompt, answer, value in zip(prompts, answers, found, strict=True):
        before, expected = [end, *small.tokenizer.encode(prompt)], 1.0
        for token_id in small.tokenizer.encode(f" {answer}"):
            expected *= small.blank(torch.tensor([before]))[0, -1].softmax(dim=-1)[token_id].item()
            before.append(token_id)
        assert value == pytest.approx(expected, rel=1e-4)


def test_the_probability_of_an_answer_by_hand(small, oracle):
    model = oracle({"Ada": " is"}, sureness=math.log(small.tokenizer.vocab_size - 1))  # one half, each time
    n_tokens = len(small.tokenizer.encode(" is"))
    assert answer_probabilities(model, small.tokenizer, ["Ada"], ["is"])[0] == pytest.approx(0.5**n_tokens)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_separation_is_turned_round_with_its_rows(higher, lower):
    assert separation(higher, lower) == pytest.approx(1 - separation(lower, higher), abs=1e-6)
