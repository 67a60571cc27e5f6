"""Whom one can talk to: what each reads of a conversation, and that words come as the model writes them."""

from dataclasses import replace

import pytest
import torch

from course_lib.alignment import CHATML, COURSE_FORMAT, Turn, encode_chat, reply
from course_lib.common.errors import CourseError
from course_lib.inference import Sampler, generate
from course_lib.lineage.partners import Partner, partner, partner_names
from course_lib.text import BPETokenizer
from course_lib.transformer import GPT, GPTConfig

TALK = [("user", "one"), ("assistant", "two"), ("user", "three"), ("assistant", "four"), ("user", "five")]


@pytest.fixture
def smollm2():
    """A partner in ChatML who remembers, as small as can be."""
    tokenizer = BPETokenizer.train("", vocab_size=259, special_tokens=("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=259, context_length=200, n_layers=1, n_heads=2, d_model=16))
    return Partner(
        name="smollm2", says="x", model=model, tokenizer=tokenizer, chat_format=CHATML, max_new_tokens=12,
        reads_all=True, system="Be kind.",
    )  # fmt: skip


def test_there_is_somebody_of_each_name():
    assert partner_names() == ["base", "chat", "rlhf", "smollm2"]
    with pytest.raises(CourseError, match=r"'reward' can talk: scores replies .*; choose from base, chat, rlhf, smoll"):
        partner("reward")
    with pytest.raises(CourseError, match=r"^nobody of the name 'bass' can talk; choose from base"):
        partner("bass")


@pytest.mark.parametrize("name", ["chat", "rlhf"])
def test_a_chat_model_replies_as_it_does_elsewhere(family, name):
    found = partner(name, folder=family)
    pieces = list(found([("user", "Where does Ada live?")]))
    asked = [Turn("user", "Where does Ada live?")]
    whole = reply(found.model, found.tokenizer, asked, max_new_tokens=found.max_new_tokens)
    assert "".join(pieces) == whole.partition("<|")[0]


def test_what_was_taught_single_questions_reads_the_last_alone(family):
    found = partner("chat", folder=family)
    assert found.n_forgotten(TALK) == 4
    assert list(found(TALK)) == list(found(TALK[-1:]))


def test_base_goes_on_with_what_was_said_last(family):
    base = partner("base", folder=family)
    text = "Anna lives in"
    prompt = [base.tokenizer.special_tokens["<|endoftext|>"], *base.tokenizer.encode(text)]
    stops = list(base.tokenizer.special_tokens.values())
    sampler = Sampler(temperature=0)
    (new,) = generate(base.model, [prompt], max_new_tokens=60, sampler=sampler, stop_token_ids=stops)
    assert "".join(base([("user", text)])) == base.tokenizer.decode([each for each in new if each not in stops])


def test_the_same_seed_says_the_same_at_any_temperature(family):
    said = [
        "".join(partner("chat", temperature=1.0, seed=seed, folder=family)([("user", "Who?")])) for seed in (0, 0, 1)
    ]
    assert said[0] == said[1] != said[2]


def test_no_special_token_is_ever_said(family):
    found = partner("chat", temperature=3.0, folder=family)
    for _ in range(5):
        assert "<|" not in "".join(found([("user", "Who?")]))


def test_it_is_told_its_system_message_first(smollm2):
    told = [Turn("system", "Be kind."), *(Turn(*turn) for turn in TALK)]
    assert smollm2._encode(TALK) == encode_chat(told, smollm2.tokenizer, for_reply=True, chat_format=CHATML)


def test_the_oldest_turns_are_forgotten_one_exchange_at_a_time(smollm2):
    """With bytes as tokens, lengths can be counted: everything has 20 tokens around each turn or so."""
    assert smollm2.n_forgotten(TALK) == 0
    lengths = [len(smollm2._encode(TALK[start:])) for start in (0, 2, 4)]
    for room, forgotten in ((0, 0), (-1, 2), (lengths[1] - lengths[0], 2), (lengths[1] - lengths[0] - 1, 4)):
        config = replace(smollm2.model.config, context_length=lengths[0] + smollm2.max_new_tokens + room)
        short = replace(smollm2, model=GPT(config))
        assert short.n_forgotten(TALK) == forgotten
        assert len(list(short(TALK))) > 0


@pytest.mark.parametrize("chat_format", [COURSE_FORMAT, None])
def test_a_question_longer_than_the_context_is_one_line(family, chat_format):
    found = replace(partner("chat", folder=family), chat_format=chat_format)
    with pytest.raises(CourseError, match=r"^the conversation has \d+ tokens and 1 for the reply, [^\n]* at most 112"):
        found([*TALK, ("assistant", "six"), ("user", "Why? " * 80)])
