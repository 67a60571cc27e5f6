"""The cache: what it stores, who moves it, how much memory it takes, and that reading in pieces changes nothing."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.inference import KVCache
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY, SMOLLM2_135M, Cache

LLAMA_SMALL = replace(LLAMA_TINY, vocab_size=29, context_length=24, d_model=32, n_layers=2, qk_norm=True)
GPT_SMALL = replace(GPT_TINY, vocab_size=29, context_length=24, d_model=32, n_layers=2)


@pytest.fixture(params=["llama", "gpt", "naive"], scope="module")
def model(request):
    torch.manual_seed(0)
    config = {"llama": LLAMA_SMALL, "gpt": GPT_SMALL, "naive": replace(LLAMA_SMALL, attention="naive")}[request.param]
    model = GPT(config).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    return model


def test_it_is_what_attention_asks_for():
    assert isinstance(KVCache(LLAMA_SMALL, 1), Cache)


def test_update_stores_and_does_not_advance():
    cache = KVCache(LLAMA_SMALL, batch_size=1, max_length=4)
    first, second = torch.randn(2, 1, 2, 2, 8)
    for layer_index in (0, 1):
        keys, values = cache.update(layer_index, first, -first)
        assert torch.equal(keys, first)
        assert torch.equal(values, -first)
    assert cache.length == 0
    cache.advance(2)
    keys, _ = cache.update(1, second, second)
    assert torch.equal(keys, torch.cat((first, second), dim=2))


def test_a_full_cache_is_one_line():
    cache = KVCache(LLAMA_SMALL, batch_size=1, max_length=4)
    with pytest.raises(CourseError, match="would hold 5 tokens, its room is 4: make it with a larger max_length"):
        cache.update(0, torch.zeros(1, 2, 5, 8), torch.zeros(1, 2, 5, 8))


def test_memory_of_a_published_model():
    cache = KVCache(SMOLLM2_135M, batch_size=1, max_length=1000, dtype=torch.bfloat16, device="meta")
    assert cache.n_bytes == 2 * 30 * 3 * 64 * 1000 * 2  # keys and values, layers, heads, features, tokens, bytes


@settings(max_examples=15, deadline=None)
@given(pieces=st.lists(st.integers(1, 8), min_size=1, max_size=3))
def test_reading_in_pieces_changes_nothing(model, pieces):
    token_ids = torch.randint(0, 29, (2, sum(pieces)), generator=torch.Generator().manual_seed(sum(pieces)))
    cache, logits = KVCache(model.config, 2), []
    for piece in token_ids.split(pieces, dim=1):
        logits.append(model(piece, cache=cache))
        cache.advance(piece.shape[1])
    torch.testing.assert_close(torch.cat(logits, dim=1), model(token_ids), atol=1e-5, rtol=1e-5)


def test_reading_in_pieces_with_padding_changes_nothing(model):
    token_ids = torch.randint(0, 29, (3, 10))
    attention_mask = (torch.arange(10) >= torch.tensor([[0], [3], [5]])).long()
    cache, logits = KVCache(model.config, 3), []
    for end in (6, 9, 10):
        logits.append(model(token_ids[:, cache.length : end], cache=cache, attention_mask=attention_mask[:, :end]))
        cache.advance(end - cache.length)
    whole = model(token_ids, attention_mask=attention_mask)
    is_token = attention_mask.bool()
    torch.testing.assert_close(torch.cat(logits, dim=1)[is_token], whole[is_token], atol=1e-5, rtol=1e-5)


def test_a_forward_pass_over_the_context_is_one_line(model):
    cache = KVCache(model.config, 1, max_length=40)
    cache.advance(24)
    with pytest.raises(CourseError, match="the sequence has 25 tokens, the model reads at most 24"):
        model(torch.zeros(1, 1, dtype=torch.long), cache=cache)
