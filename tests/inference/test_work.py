"""FLOPs from a configuration: equal to torch's counter, with a cache and without, and additive."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from course_lib.inference import KVCache, forward_work
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY, GPTConfig

CONFIGS = {
    "llama": replace(LLAMA_TINY, d_model=24, n_layers=2, n_heads=4, n_kv_heads=2, attention="naive"),
    "gpt": replace(GPT_TINY, d_model=24, n_layers=2, attention="naive"),
    "wide heads": replace(LLAMA_TINY, d_model=24, n_layers=3, n_kv_heads=1, d_head=10, attention="naive"),
}


@settings(max_examples=10, deadline=None)
@given(name=st.sampled_from(sorted(CONFIGS)), n_past=st.integers(1, 9), n_new=st.integers(1, 9), last=st.booleans())
def test_torch_counts_the_same(name, n_past, n_new, last):
    # with a single key, einsum multiplies element by element, which torch does not count
    model = GPT(CONFIGS[name]).eval()
    cache = KVCache(model.config, 1, n_past + n_new)
    cache.advance(n_past)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model(torch.zeros(1, n_new, dtype=torch.long), cache=cache, last_only=last)
    work = forward_work(model.config, n_new, n_past, n_scored=1 if last else None)
    assert counter.get_total_flops() == work.total


@settings(deadline=None)
@given(first=st.integers(0, 50), second=st.integers(0, 50))
def test_reading_in_two_pieces_saves_the_pairs_that_the_mask_hides(first, second):
    config = CONFIGS["llama"]
    whole = forward_work(config, first + second)
    pieces = forward_work(config, first), forward_work(config, second, n_past=first)
    assert sum(piece.weights for piece in pieces) == whole.weights
    hidden = 4 * config.n_layers * config.n_heads * config.d_head * first * second
    assert sum(piece.pairs for piece in pieces) == whole.pairs - hidden


def test_two_operations_a_weight():
    config = GPTConfig(vocab_size=50, context_length=8, n_layers=3, n_heads=2, d_model=16, tied_head=False)
    model = GPT(config)
    used = sum(weight.numel() for name, weight in model.named_parameters() if weight.dim() == 2)
    assert forward_work(config, 1).weights == 2 * (used - model.token_embedding.weight.numel())


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"n_new": -1}, "n_new=-1: it counts tokens"),
        ({"n_new": 1, "n_past": -1}, "n_past=-1: it counts tokens"),
        ({"n_new": 1, "n_scored": 2}, "n_scored=2: only the 1 tokens read by this pass can be scored"),
    ],
)
def test_what_cannot_be_is_one_line(asked, says):
    with pytest.raises(ValueError, match=says):
        forward_work(CONFIGS["llama"], **asked)
