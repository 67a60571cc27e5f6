"""O4 by itself: which sentences fit, are good and new; that false ones are caught; a run."""

import re
from dataclasses import replace

import pytest

from course_lib.lineage.experiments.o4_temperature import EXPERIMENT, Judge, sampler_of
from course_lib.world import World

WORLD = World.generate(seed=0)


@pytest.fixture(scope="module")
def judge():
    return Judge(WORLD, WORLD.documents(120_000, seed=3, question_share=0.0))


def subject_of(sentence):
    return WORLD.person(" ".join(re.findall(r"\w+", sentence)[:2]))


def test_by_hand(judge):
    ada = next(person for person in WORLD.people if person.gender == "female")
    other = next(person for person in WORLD.people if person.home != ada.home)
    assert judge.judge(f"{ada.name} lives in {ada.home}.", ada).good
    false = judge.judge(f"{ada.name} lives in {other.home}.", ada)
    assert (false.fits, false.good) == (True, False)
    assert not judge.judge(f"{ada.name} lives in the {ada.home}.", ada).fits
    assert not judge.judge(f"{ada.name} lives on without an end", ada).fits
    assert not judge.judge("Nobody Known lives in Ashby.", ada).fits


def test_a_wrong_pronoun_is_no_good(judge):
    ada = next(person for person in WORLD.people if person.gender == "female")
    assert judge.judge(f"{ada.name} earns her living as a {ada.job}.", ada).good
    assert not judge.judge(f"{ada.name} earns his living as a {ada.job}.", ada).good


def test_what_stood_on_a_page_is_not_new(judge):
    sentence = min(judge.told)
    assert not judge.judge(sentence, subject_of(sentence)).new


def test_fresh_true_sentences_are_good_and_exchanged_names_are_caught(judge):
    fresh = sorted(Judge(WORLD, WORLD.documents(20_000, seed=4, question_share=0.0)).told)
    found = [judge.judge(sentence, subject_of(sentence)) for sentence in fresh]
    fitting = [each for each in found if each.fits]
    assert len(fitting) > 0.8 * len(found)
    assert sum(each.good for each in fitting) > 0.97 * len(fitting)

    facts = [sentence for sentence in fresh if re.search(r" (works as|lives in|plays the) ", sentence)]
    stranger = WORLD.people[0]
    swapped = [sentence.replace(subject_of(sentence).name, stranger.name) for sentence in facts]
    wrong = [judge.judge(each, stranger).good for each, old in zip(swapped, facts, strict=True) if each != old]
    assert sum(wrong) < 0.15 * len(wrong)


def test_a_word_that_tells_of_another_in_the_corpus_is_no_fact():
    ada, bob = WORLD.people[:2]
    judge = Judge(WORLD, [f"{ada.name} went to {bob.home}.", f"{bob.name} went to {bob.home}."])
    if ada.home != bob.home:
        assert judge.judge(f"{ada.name} went to {WORLD.people[2].home}.", ada).good


def test_samplers_by_name():
    assert sampler_of(1.5, "top_p").top_p == 0.9
    assert sampler_of(1.5, "none") == replace(sampler_of(1.5, "min_p"), min_p=None)


def test_a_run_of_the_smallest_rung():
    (row,) = EXPERIMENT.run(0, "small")
    assert row["new_good"] <= row["good"] <= row["fits"] <= 1
    assert row["different_good"] <= row["different"] <= 1
    assert row["fits"] > 0.5
