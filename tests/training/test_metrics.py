"""Metrics: the smoothed loss by its formula, flops by counting, speed by hand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from course_lib.training import (
    StepReport,
    model_flops_per_token,
    model_flops_utilization,
    peak_flops,
    smooth,
    tokens_per_second,
)
from course_lib.transformer import GPT, GPTConfig


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40), st.floats(0.1, 0.99))
def test_smoothing_is_the_weighted_mean_of_all_values(values: list[float], memory: float) -> None:
    smoothed = None
    for step, value in enumerate(values, start=1):
        smoothed = smooth(smoothed, value, step, memory)
    weights = [memory**age for age in range(len(values))][::-1]
    by_formula = sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
    assert smoothed == pytest.approx(by_formula, abs=1e-6)


@pytest.mark.parametrize("feed_forward", ["swiglu", "squared_relu"])
def test_flops_are_what_torch_counts(feed_forward: str) -> None:
    config = GPTConfig(vocab_size=32, context_length=16, n_layers=2, n_heads=4, n_kv_heads=2, d_model=16,
                       feed_forward=feed_forward, attention="naive")  # fmt: skip
    model = GPT(config)
    token_ids = torch.randint(32, (3, 16))
    with FlopCounterMode(display=False) as counter:
        model(token_ids).sum().backward()
    # the first layer's inputs are trained too, so the backward pass is exactly twice the forward pass
    assert counter.get_total_flops() == model_flops_per_token(config) * token_ids.numel()


def test_speed_and_utilization() -> None:
    def report(step: int, tokens: int, seconds: float) -> StepReport:
        return StepReport(step=step, loss=1.0, smoothed_loss=1.0, lowest_loss=1.0, learning_rate=0.1,
                          gradient_norm=1.0, tokens_seen=tokens, seconds=seconds)  # fmt: skip

    assert tokens_per_second(None, report(1, 300, 2.0)) == 150
    assert tokens_per_second(report(1, 300, 2.0), report(2, 500, 2.5)) == 400
    config = GPTConfig(vocab_size=32, context_length=16, n_layers=1, n_heads=2, d_model=16)
    assert model_flops_utilization(10.0, config, peak=100.0 * model_flops_per_token(config)) == pytest.approx(0.1)


def test_peak_is_measured() -> None:
    peak = peak_flops(torch.device("cpu"), torch.float32, width=128)
    assert 1e7 < peak < 1e15
