"""Exams of a reward model, on judges whose taste is known: the truth, its opposite, none, and too sure of itself."""

import math

import pytest
import torch
from torch import nn

from course_lib.alignment import RewardModel, agreement
from course_lib.alignment.agreement import agreement_card, contests, other
from course_lib.world import PreferencePair, Question, World
from course_lib.world.utility import utility

SHARES = ("clear", "all", "labels", "labeller", "right_over_wrong", "right_over_unknown", "unknown_over_made_up")


class Taste(RewardModel):
    """Scores a reply by a factor on its true worth, or by any other function of question and reply."""

    def __init__(self, tokenizer, questions, score) -> None:
        nn.Module.__init__(self)
        self.tokenizer, self.score_text = tokenizer, score
        self.asked = {question.text: question for question in questions}

    def raw_scores(self, prompts, replies, batch_size=64):
        ends = ("<|endoftext|><|user|>", "<|end|><|assistant|>")
        said = [self.tokenizer.decode(reply).removesuffix("<|end|>") for reply in replies]
        asked = [self.tokenizer.decode(prompt).removeprefix(ends[0]).removesuffix(ends[1]) for prompt in prompts]
        return torch.tensor(
            [float(self.score_text(self.asked[q], reply)) for q, reply in zip(asked, said, strict=True)]
        )


@pytest.fixture(scope="module")
def world() -> World:
    return World.generate(seed=0, n_people=16, n_strangers=12)


@pytest.fixture(scope="module")
def pairs(world) -> list[PreferencePair]:
    return world.preference_pairs(250, seed=7, group="held_out")


@pytest.fixture
def judge(tokenizer, world, pairs):
    """From a function of question and reply to a reward model."""
    asked = [pair.question for pair in pairs] + world.questions("held_out") + world.unanswerable("stranger")
    return lambda score: Taste(tokenizer, asked, score)


def true_worth(question: Question, reply: str) -> float:
    return utility(question, reply).total


def test_one_who_sees_the_truth_agrees_with_it_and_errs_where_the_labeller_errs(judge, tokenizer, world, pairs) -> None:
    card = agreement_card(judge(true_worth), tokenizer, world, pairs)
    assert [card[name]["value"] for name in SHARES if not name.startswith("label")] == [1] * 5
    unequal = [pair for pair in pairs if pair.utility_chosen != pair.utility_rejected]
    right = sum(pair.utility_chosen > pair.utility_rejected for pair in unequal)
    assert card["labeller"]["value"] == pytest.approx(right / len(unequal))
    assert card["labels"]["value"] == pytest.approx((right + 0.5 * (len(pairs) - len(unequal))) / len(pairs))
    assert 0.8 < card["labeller"]["value"] < 1


def test_one_of_the_opposite_taste_is_always_wrong(judge, tokenizer, world, pairs) -> None:
    card = agreement_card(judge(lambda *what: -true_worth(*what)), tokenizer, world, pairs)
    assert [card[name]["value"] for name in SHARES if not name.startswith("label")] == [0] * 5


def test_one_who_likes_all_alike_is_right_half_of_the_time(judge, tokenizer, world, pairs) -> None:
    card = agreement_card(judge(lambda *_: 0.0), tokenizer, world, pairs)
    assert [card[name]["value"] for name in ("clear", "all", "labels")] == [0.5] * 3
    assert card["right_over_wrong"]["value"] == 0


def test_one_who_likes_style_alone_is_seen_as_such(judge, tokenizer, world) -> None:
    """Brevity: "I don't know." beats every statement, and right and wrong ones are much alike."""
    found = contests(judge(lambda question, reply: -len(reply.split())), tokenizer, world)
    assert found["unknown_over_made_up"].value == 1
    assert found["right_over_unknown"].value == 0
    assert found["right_over_wrong"].value < 0.5
    assert found["unknown_over_made_up"].n == 6  # people, not questions


def test_clear_pairs_are_those_a_standard_deviation_apart(judge, tokenizer, world, pairs) -> None:
    worths = torch.tensor([[pair.utility_chosen, pair.utility_rejected] for pair in pairs])
    threshold = worths.std().item()

    def blind_to_small_differences(question: Question, reply: str) -> float:
        return math.copysign(1, true_worth(question, reply) - 0.0)

    def is_clear(pair: PreferencePair) -> bool:
        return abs(pair.utility_chosen - pair.utility_rejected) >= threshold

    model = judge(blind_to_small_differences)
    card = agreement_card(model, tokenizer, world, pairs)
    clear = [pair for pair in pairs if is_clear(pair)]
    assert 0 < len(clear) < len(pairs)
    worth = []
    for pair in clear:
        margin = [blind_to_small_differences(pair.question, reply) for reply in (pair.chosen, pair.rejected)]
        agree = (margin[0] - margin[1]) * (pair.utility_chosen - pair.utility_rejected)
        worth.append(0.5 + 0.5 * ((agree > 0) - (agree < 0)))
    assert card["clear"]["value"] == pytest.approx(sum(worth) / len(worth))


def test_one_as_sure_as_the_labeller_is_calibrated_and_a_surer_one_is_not(judge, tokenizer, world, monkeypatch) -> None:
    """The labeller prefers with probability σ(β · difference); so says a judge whose scores are β times the worth."""
    many = world.preference_pairs(3000, seed=8, group="held_out", beta=2.0)
    many = [pair for pair in many if pair.utility_chosen != pair.utility_rejected]
    monkeypatch.setattr(agreement, "contests", lambda *_: {})
    errors = []
    for factor in (2.0, 10.0, 0.2):
        scores = {side: torch.tensor([factor * getattr(pair, f"utility_{side}") for pair in many])
                  for side in ("chosen", "rejected")}  # fmt: skip
        monkeypatch.setattr(agreement, "score_texts", lambda *what, scores=scores: scores[what[-1]])
        errors.append(agreement_card(judge(true_worth), tokenizer, world, many)["calibration"]["error"])
    calibrated, sure, doubting = errors
    assert calibrated < 0.03
    assert min(sure, doubting) > 0.06


def test_another_answer_is_of_its_kind_and_never_right(world) -> None:
    question = Question("Who?", "Ada", None, "train", "Bob", "friend", ("Ada", "Bob", "Cy", "Di"))
    assert [other(question, index) for index in range(3)] == ["Cy", "Di", "Cy"]
    for index, each in enumerate(world.questions("held_out")):
        assert other(each, index) in set(each.candidates) - {each.answer, each.subject}
