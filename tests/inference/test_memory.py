"""Bytes from a configuration: by hand, equal to the tensors' own sizes, linear in tokens, and a published model."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.inference import KVCache, cache_bytes, weight_bytes
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY, SMOLLM2_135M, GPTConfig

LLAMA_70B = GPTConfig(
    vocab_size=128_256,
    context_length=131_072,
    n_layers=80,
    n_heads=64,
    n_kv_heads=8,
    d_model=8_192,
    d_ff=28_672,
    tied_head=False,
)


@pytest.mark.parametrize("config", [GPT_TINY, LLAMA_TINY, replace(LLAMA_TINY, tied_head=False, qk_norm=True)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_weights_take_what_their_tensors_take(config, dtype):
    model = GPT(config).to(dtype)
    assert weight_bytes(config, bits=8 * dtype.itemsize) == sum(weight.nbytes for weight in model.parameters())


@settings(max_examples=50, deadline=None)
@given(
    n_layers=st.integers(1, 5),
    n_kv_heads=st.integers(1, 4),
    group=st.integers(1, 4),
    half_d_head=st.integers(1, 5),
    n_tokens=st.integers(1, 40),
    batch_size=st.integers(1, 4),
    dtype=st.sampled_from([torch.float32, torch.bfloat16, torch.float8_e4m3fn, torch.int8]),
)
def test_a_cache_takes_what_its_tensors_take(n_layers, n_kv_heads, group, half_d_head, n_tokens, batch_size, dtype):
    config = GPTConfig(
        vocab_size=9,
        context_length=64,
        n_layers=n_layers,
        n_heads=n_kv_heads * group,
        n_kv_heads=n_kv_heads,
        d_head=2 * half_d_head,
        d_model=12,
    )
    cache = KVCache(config, batch_size, n_tokens, dtype, "meta")
    assert cache_bytes(config, n_tokens, batch_size, 8 * dtype.itemsize) == cache.n_bytes


@settings(deadline=None)
@given(n_tokens=st.integers(0, 10**6), batch_size=st.integers(0, 100), times=st.integers(0, 9))
def test_a_cache_grows_linearly(n_tokens, batch_size, times):
    once = cache_bytes(SMOLLM2_135M, n_tokens, batch_size)
    assert cache_bytes(SMOLLM2_135M, times * n_tokens, batch_size) == times * once
    assert cache_bytes(SMOLLM2_135M, n_tokens, times * batch_size) == times * once


def test_a_published_model():
    assert weight_bytes(LLAMA_70B) == 2 * 70_553_706_496  # the model card's parameters, two bytes each
    assert cache_bytes(LLAMA_70B, 2048) == 640 * 2**20  # as llama.cpp reports it for Llama 3 70B in 16 bits
    assert cache_bytes(LLAMA_70B, 131_072) == 40 * 2**30
    assert cache_bytes(replace(LLAMA_70B, n_kv_heads=64), 131_072, bits=8) == 160 * 2**30


def test_half_bytes_are_rounded_up():
    config = GPTConfig(vocab_size=1, context_length=1, n_layers=1, n_heads=1, d_model=2, d_ff=1, norm="rms_norm")
    assert weight_bytes(config, bits=4) == -(-weight_bytes(config, bits=8) // 2)
    assert cache_bytes(config, 1, bits=1) == 1


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"n_tokens": -1}, "n_tokens=-1: it counts something"),
        ({"n_tokens": 1, "batch_size": -2}, "batch_size=-2: it counts something"),
        ({"n_tokens": 1, "bits": 0}, "bits=0: a number has 1 to 64 bits; is the value in bytes?"),
    ],
)
def test_what_cannot_be_is_one_line(asked, says):
    with pytest.raises(ValueError, match=says):
        cache_bytes(SMOLLM2_135M, **asked)
    with pytest.raises(ValueError, match="bits=65"):
        weight_bytes(SMOLLM2_135M, bits=65)
