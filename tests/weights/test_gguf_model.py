"""A GGUF file as a model: transformers' logits, and every trap on the way to them sprung on purpose."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.transformer import GPT, Parts, apply_rotary, rotary_tables, scaled_dot_product
from course_lib.weights import build, convert_gguf, read_gguf, to_rotary_order, undo_rotary_order
from tests.weights.synthetic import (
    TOKEN_IDS,
    gguf_settings,
    gguf_tensors,
    permute_like_llama_cpp,
    their_llama,
    their_logits,
    their_qwen3,
    write_gguf,
    write_model,
)


@pytest.fixture(scope="module", params=["llama", "llama, untied", "qwen3", "qwen3, untied"])
def theirs(request):
    family, _, untied = request.param.partition(", ")
    return {"llama": their_llama, "qwen3": their_qwen3}[family](tie_word_embeddings=not untied)


@pytest.fixture(scope="module")
def llama():
    return their_llama()


@torch.no_grad()
def logits(config, state) -> torch.Tensor:
    return build(config, state)(TOKEN_IDS)


def test_logits_are_those_of_transformers(theirs, tmp_path):
    config, state = convert_gguf(read_gguf(write_model(tmp_path / "model.gguf", theirs)))
    assert (config.n_heads, config.n_kv_heads, config.tied_head) == (4, 2, theirs.config.tie_word_embeddings)
    torch.testing.assert_close(logits(config, state), their_logits(theirs), atol=2e-5, rtol=1e-5)


def test_a_packed_file_is_near_and_its_head_is_the_packed_embedding(llama, tmp_path):
    tensors = gguf_tensors(llama)
    kinds = {name: "Q8_0" for name, values in tensors.items() if values.ndim == 2}
    config, state = convert_gguf(read_gguf(write_model(tmp_path / "packed.gguf", llama, kinds=kinds)))
    model = build(config, state)
    error = (model(TOKEN_IDS) - their_logits(llama)).abs().mean() / their_logits(llama).std()
    assert 0 < error < 0.05
    assert model.head.weight is model.token_embedding.weight


def test_what_each_trap_would_cost(llama, tmp_path):
    """Right is right to 2e-5; each mistake moves the logits by far more, so the test of parity would see it."""
    config, state = convert_gguf(read_gguf(write_model(tmp_path / "model.gguf", llama)))
    right = logits(config, state)

    def distance(config=config, **changed) -> float:
        return (logits(config, state | changed) - right).abs().max().item()

    q, k, v, o = (f"blocks.0.attention.{letter}_proj.weight" for letter in "qkvo")
    assert distance() == 0
    assert distance(**{q: to_rotary_order(state[q], 4)}) > 1e-2, "queries left as the converter ordered them"
    assert distance(**{k: to_rotary_order(state[k], 2)}) > 1e-2, "keys left as the converter ordered them"
    wrongly = undo_rotary_order(to_rotary_order(state[k], 2), 4)
    assert distance(**{k: wrongly}) > 1e-2, "keys put back by the count of query heads"
    assert distance(**{v: undo_rotary_order(state[v], 2)}) > 1e-2, "values put back although they were never moved"
    assert distance(**{o: undo_rotary_order(state[o], 4)}) > 1e-2, "the projection too"
    assert distance(replace(config, rope_theta=10_000.0)) > 1e-2, "theta assumed instead of read"
    assert distance(replace(config, norm_eps=1e-5)) > 1e-3, "eps assumed instead of read"


@settings(max_examples=40, deadline=None)
@given(n_heads=st.integers(1, 5), n_pairs=st.integers(1, 5), d_model=st.integers(1, 4))
def test_the_order_is_llama_cpps_and_can_be_undone(n_heads, n_pairs, d_model):
    weight = torch.arange(n_heads * 2 * n_pairs * d_model).float().reshape(-1, d_model)
    moved = to_rotary_order(weight, n_heads)
    assert np.array_equal(moved, permute_like_llama_cpp(weight.numpy(), n_heads))
    assert torch.equal(undo_rotary_order(moved, n_heads), weight)
    assert torch.equal(undo_rotary_order(moved[:, 0], n_heads), weight[:, 0])


def test_pairs_of_neighbours_turned_are_halves_turned():
    """What the order is for: turning neighbours of a re-ordered head is turning the halves of the head."""
    head = torch.randn(5, 8)
    cos, sin = rotary_tables(torch.arange(5), 8)
    moved = to_rotary_order(head.T, n_heads=1).T
    even, odd = moved[:, ::2], moved[:, 1::2]
    turned = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1).flatten(-2)
    torch.testing.assert_close(undo_rotary_order(turned.T, n_heads=1).T, apply_rotary(head, cos, sin))


def test_rotary_tables_stay_in_float32_whatever_the_weights_are(llama, tmp_path):
    config, state = convert_gguf(read_gguf(write_model(tmp_path / "model.gguf", llama)))
    wide, narrow = (build(config, state, dtype=dtype) for dtype in (torch.float32, torch.bfloat16))
    positions = torch.arange(64)[None]
    for ours, exact in zip(narrow.context(positions).rotary, wide.context(positions).rotary, strict=True):
        assert ours.dtype == torch.float32
        assert torch.equal(ours, exact)
    assert narrow(TOKEN_IDS).dtype == torch.bfloat16


def write_changed(tmp_path, llama, *, tensors=None, without=(), architecture="llama", **changes):
    """The small Llama's file with other tensors or settings; a setting of None is left out."""
    kept = {name: values for name, values in (gguf_tensors(llama) | (tensors or {})).items() if name not in without}
    told = {name: value for name, value in (gguf_settings(llama) | changes).items() if value is not None}
    return write_gguf(tmp_path / "odd.gguf", told, kept, architecture=architecture)


SQUARE = np.zeros((64, 64), np.float32)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"without": ["blk.1.attn_k.weight"]}, "lacks blk.1.attn_k.weight: is it whole"),
        ({"without": ["token_embd.weight"]}, "lacks token_embd.weight"),
        ({"without": [f"blk.1.ffn_{each}.weight" for each in ("up", "down", "gate", "norm")]}, r"and 1 more: is it"),
        ({"tensors": {"blk.0.attn_q.bias": np.zeros(64, np.float32)}}, "has blk.0.attn_q.bias, for which this archi"),
        ({"tensors": {"blk.2.attn_q.weight": SQUARE}}, "has blk.2.attn_q.weight, for which"),
        ({"tensors": {"blk.0.attn_q_norm.weight": np.zeros(16, np.float32)}}, "has blk.0.attn_q_norm.weight"),
        ({"tensors": {"blk.0.attn_k.weight": SQUARE}}, r"blk.0.attn_k.weight has shape \(64, 64\), .* \(32, 64\)"),
        ({"attention.head_count_kv": 4}, r"blk.0.attn_k.weight has shape \(32, 64\), .*k_proj.weight \(64, 64\)"),
        ({"embedding_length": None}, "does not say its llama.embedding_length: is its header whole"),
        ({"attention.layer_norm_rms_epsilon": None}, "does not say its llama.attention.layer_norm_rms_epsilon"),
        ({"architecture": "mamba"}, "architecture 'mamba': this course's GPT reads llama and qwen3"),
        ({"rope.scaling.type": "yarn"}, "has rotary positions scaled by 'yarn': this course's GPT has not"),
        ({"rope.scale_linear": 4.0}, "has rotary positions scaled linearly"),
        ({"tensors": {"rope_freqs.weight": np.ones(8, np.float32)}}, "scaled pair by pair"),
        ({"rope.dimension_count": 8}, "has heads of 16 features that do not all turn"),
        ({"attention.value_length": 8}, "has values of another width than keys"),
        ({"expert_count": 8}, "has experts"),
        ({"attention.head_count_kv": [2, 1]}, "has heads that differ from layer to layer"),
        ({"attention.sliding_window": 32}, "has attention through a sliding window"),
    ],
)
def test_what_does_not_fit_is_named_in_one_line(llama, tmp_path, change, says):
    file = read_gguf(write_changed(tmp_path, llama, **change))
    with pytest.raises(CourseError, match=says) as error:
        convert_gguf(file)
    assert "\n" not in str(error.value)


def test_defaults_of_llama_cpp_where_a_file_says_nothing(llama, tmp_path):
    nothing = {"rope.freq_base": None, "attention.key_length": None, "attention.value_length": None}
    config, _ = convert_gguf(read_gguf(write_changed(tmp_path, llama, **nothing, **{"rope.dimension_count": None})))
    assert (config.rope_theta, config.d_head) == (10_000.0, 16)


def test_building_leaves_the_random_state_alone_and_takes_your_parts(llama, tmp_path):
    config, state = convert_gguf(read_gguf(write_model(tmp_path / "model.gguf", llama)))
    before, calls = torch.get_rng_state(), []

    def mine(query, key, value, mask):
        calls.append(query.shape)
        return scaled_dot_product(query, key, value, mask)

    model = build(config, state)
    assert torch.equal(torch.get_rng_state(), before)
    yours = build(config, state, parts=Parts(scaled_dot_product=mine))
    torch.testing.assert_close(yours(TOKEN_IDS), model(TOKEN_IDS), atol=2e-5, rtol=1e-5)
    assert len(calls) == config.n_layers
    assert isinstance(model, GPT)
    assert not model.training
    assert all(weight.requires_grad and not weight.is_meta for weight in model.parameters())
