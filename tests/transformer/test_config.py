"""Configurations are checked when they are made, and say how many parameters follow from them."""

import json
import subprocess
import sys
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.transformer import GPT, GPT2, GPT_TINY, LLAMA_TINY, PRESETS, SMOLLM2_135M, GPTConfig, count_parameters

SMALL = {"vocab_size": 11, "context_length": 8, "n_layers": 2, "n_heads": 4, "d_model": 16}


def test_it_has_at_most_twenty_fields():
    assert len(fields(GPTConfig)) <= 20


def test_sizes_follow_from_the_others():
    config = GPTConfig(**SMALL)
    assert (config.n_kv_heads, config.d_head, config.d_ff) == (4, 4, 64)


def test_replace_works_out_derived_sizes_anew_and_keeps_chosen_ones():
    assert replace(GPTConfig(**SMALL), d_model=32, n_heads=2).d_head == 16
    assert replace(GPTConfig(**SMALL), d_model=32).d_ff == 128
    assert replace(GPTConfig(**SMALL, d_ff=40), d_model=32).d_ff == 40
    assert replace(GPTConfig(**SMALL, n_kv_heads=2), n_heads=8).n_kv_heads == 2


def test_it_survives_json():
    config = replace(LLAMA_TINY, qk_norm=True)
    assert GPTConfig(**json.loads(json.dumps(asdict(config)))) == config


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"d_model": 18}, "d_model=18 does not divide into n_heads=4"),
        ({"n_kv_heads": 3}, "n_kv_heads=3 does not divide n_heads=4"),
        ({"d_head": 3}, "d_head=3 is odd"),
        ({"n_layers": 0}, "n_layers=0: it must be 1 or more"),
        ({"dropout": 10.0}, "in per cent"),
        ({"norm_eps": 0.0}, "norm_eps=0.0: it must be above 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(wrong, says):
    with pytest.raises(ValueError, match=says.replace("(", r"\(")) as caught:
        GPTConfig(**{**SMALL, **wrong})
    assert "\n" not in str(caught.value)


def test_an_unknown_variant_is_refused_without_type_checks_too():
    code = "from dataclasses import replace; from course_lib.transformer import GPT2; replace(GPT2, norm='rms')"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ValueError: norm='rms': it must be one of layer_norm, rms_norm; a spelling mistake?" in process.stderr


def test_published_parameter_counts():
    assert count_parameters(GPT2) == 124_439_808
    assert count_parameters(SMOLLM2_135M) == 134_515_008


@pytest.mark.parametrize(
    ("n_layers", "n_heads", "d_model", "published"),
    [(24, 16, 1024, 354_823_168), (36, 20, 1280, 774_030_080), (48, 25, 1600, 1_557_611_200)],
)
def test_the_larger_gpt2s(n_layers, n_heads, d_model, published):
    assert count_parameters(replace(GPT2, n_layers=n_layers, n_heads=n_heads, d_model=d_model)) == published


def test_llama_3_8b():
    llama = replace(
        SMOLLM2_135M,
        vocab_size=128_256,
        n_layers=32,
        n_heads=32,
        n_kv_heads=8,
        d_model=4_096,
        d_ff=14_336,
        tied_head=False,
    )
    assert count_parameters(llama) == 8_030_261_248


configs = st.builds(
    lambda d_head, group, n_kv_heads, **choices: GPTConfig(
        vocab_size=13,
        context_length=6,
        n_layers=2,
        n_heads=group * n_kv_heads,
        n_kv_heads=n_kv_heads,
        d_head=2 * d_head,
        d_model=12,
        **choices,
    ),
    d_head=st.integers(1, 3),
    group=st.integers(1, 3),
    n_kv_heads=st.integers(1, 3),
    d_ff=st.none() | st.integers(1, 20),
    positions=st.sampled_from(["learned", "rotary", "none"]),
    norm=st.sampled_from(["layer_norm", "rms_norm"]),
    feed_forward=st.sampled_from(["gelu", "swiglu", "squared_relu"]),
    bias=st.booleans(),
    tied_head=st.booleans(),
    qk_norm=st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(config=configs)
def test_the_count_equals_the_built_model(config):
    assert count_parameters(config) == sum(weight.numel() for weight in GPT(config).parameters())


def test_presets_are_found_by_name():
    assert PRESETS["gpt_tiny"] is GPT_TINY
    assert all(count_parameters(config) > 0 for config in PRESETS.values())
