"""Beam search: by hand, against transformers, against trying everything, and cheaper than it."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM

from course_lib.common.errors import CourseError
from course_lib.inference import Beam, Sampler, beam_search, generate, longer_beams
from course_lib.transformer import GPT, GPTConfig
from course_lib.weights import build, convert_huggingface

N_TOKENS = 13


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A small Llama of transformers', and the same weights in ours."""
    torch.manual_seed(0)
    sizes = {"vocab_size": N_TOKENS, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 32}
    ends = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
    theirs = LlamaForCausalLM(LlamaConfig(**sizes, **heads, **ends, initializer_range=0.7)).eval()
    folder = tmp_path_factory.mktemp("llama")
    theirs.save_pretrained(folder)
    return theirs, build(*convert_huggingface(folder)).eval()


def log_prob(model, prompt, new):
    ids = torch.tensor([[*prompt, *new]])
    with torch.no_grad():
        scores = model(ids)[0].log_softmax(-1)
    return sum(scores[len(prompt) + place - 1, token].item() for place, token in enumerate(new))


def test_a_step_by_hand():
    beams = [Beam((0,), torch.tensor(0.6).log().item()), Beam((1,), torch.tensor(0.4).log().item())]
    step = longer_beams(beams, torch.tensor([[0.5, 0.3, 0.2], [0.9, 0.05, 0.05]]).log(), 3)
    assert [(beam.token_ids, parent) for beam, parent in step] == [((1, 0), 1), ((0, 0), 0), ((0, 1), 0)]
    assert [round(torch.tensor(beam.log_prob).exp().item(), 3) for beam, _ in step] == [0.36, 0.3, 0.18]
    assert len(longer_beams(beams, torch.zeros(2, 3), 99)) == 6


@settings(max_examples=12, deadline=None)
@given(first=st.integers(0, N_TOKENS - 1), second=st.integers(0, N_TOKENS - 1), n_beams=st.integers(2, 5),
       n_new=st.integers(1, 6), stop=st.sampled_from([None, 0, 5]))  # fmt: skip
def test_transformers_finds_the_same(both, first, second, n_beams, n_new, stop):
    theirs, ours = both
    prompt = torch.tensor([[first, second]])
    found = theirs.generate(
        prompt, attention_mask=torch.ones_like(prompt), num_beams=n_beams, num_return_sequences=n_beams,
        do_sample=False, max_new_tokens=n_new, length_penalty=0.0, early_stopping=False, eos_token_id=stop,
        pad_token_id=12, return_dict_in_generate=True, output_scores=True,
    )  # fmt: skip
    mine = beam_search(ours, [first, second], n_beams=n_beams, max_new_tokens=n_new,
                       stop_token_ids=() if stop is None else (stop,))  # fmt: skip
    scores = found.sequences_scores.tolist()
    assert [beam.log_prob for beam in mine] == pytest.approx(scores[: len(mine)], abs=1e-4)
    for beam, row in zip(mine, found.sequences[:, 2:].tolist(), strict=False):
        assert list(beam.token_ids) == row[: len(beam.token_ids)]


def test_wide_enough_it_finds_the_best_of_all(both):
    _, model = both
    prompt, n_new = [3, 1], 2
    best = max(itertools.product(range(N_TOKENS), repeat=n_new), key=lambda new: log_prob(model, prompt, new))
    (first, *_) = beam_search(model, prompt, n_beams=N_TOKENS, max_new_tokens=n_new)
    assert first.token_ids == best
    assert first.log_prob == pytest.approx(log_prob(model, prompt, best), abs=1e-4)


def test_one_beam_is_the_greedy_choice(both):
    _, model = both
    (beam,) = beam_search(model, [2, 7], n_beams=1, max_new_tokens=6)
    assert [list(beam.token_ids)] == generate(model, [[2, 7]], max_new_tokens=6, sampler=Sampler(temperature=0))


def test_what_it_finds_is_at_least_as_probable_as_the_greedy_text(both):
    _, model = both
    for start in range(N_TOKENS):
        (greedy,) = generate(model, [[start]], max_new_tokens=4, sampler=Sampler(temperature=0))
        beams = beam_search(model, [start], n_beams=64, max_new_tokens=4)
        assert beams[0].log_prob >= log_prob(model, [start], greedy) - 1e-5
        assert [beam.log_prob for beam in beams] == sorted((beam.log_prob for beam in beams), reverse=True)


def test_a_full_context_ends_it():
    model = GPT(GPTConfig(vocab_size=9, context_length=4, n_layers=1, n_heads=1, d_model=2)).eval()
    assert {len(beam.token_ids) for beam in beam_search(model, [1, 2, 3], n_beams=3, max_new_tokens=50)} == {2}


def test_nonsense_is_refused_in_a_line():
    model = GPT(GPTConfig(vocab_size=9, context_length=4, n_layers=1, n_heads=1, d_model=2)).eval()
    with pytest.raises(ValueError, match="n_beams=0"):
        beam_search(model, [1], n_beams=0, max_new_tokens=3)
    with pytest.raises(CourseError, match="the prompt is empty"):
        beam_search(model, [], n_beams=2, max_new_tokens=3)
