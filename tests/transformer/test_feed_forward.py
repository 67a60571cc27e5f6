"""The feed-forward layer: its three kinds against their formulas, and its blindness to other tokens."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from course_lib.transformer import LLAMA_TINY, FeedForward, squared_relu

SMALL = replace(LLAMA_TINY, d_model=8, n_heads=2, d_ff=12, bias=True)


def formula(layer: FeedForward, kind: str, residual):
    inner = residual @ layer.up_proj.weight.T + layer.up_proj.bias
    if kind == "gelu":
        bent = 0.5 * inner * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (inner + 0.044715 * inner**3)))
    elif kind == "squared_relu":
        bent = inner.clamp(min=0) ** 2
    else:
        gate = residual @ layer.gate_proj.weight.T + layer.gate_proj.bias
        bent = gate / (1 + torch.exp(-gate)) * inner
    return bent @ layer.down_proj.weight.T + layer.down_proj.bias


@pytest.mark.parametrize("kind", ["gelu", "squared_relu", "swiglu"])
def test_formula_and_gradient(kind):
    layer = FeedForward(replace(SMALL, feed_forward=kind)).double()
    residual = torch.randn(2, 3, 8, dtype=torch.float64, requires_grad=True)
    ours, truth = layer(residual), formula(layer, kind, residual)
    torch.testing.assert_close(ours, truth)
    weights = [residual, *layer.parameters()]
    for mine, theirs in zip(
        torch.autograd.grad(ours.square().sum(), weights),
        torch.autograd.grad(truth.square().sum(), weights),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs)


def test_torch_agrees_on_gelu():
    layer = FeedForward(replace(SMALL, feed_forward="gelu"))
    theirs = nn.Sequential(layer.up_proj, nn.GELU(approximate="tanh"), layer.down_proj)
    residual = torch.randn(4, 8)
    torch.testing.assert_close(layer(residual), theirs(residual))


def test_each_token_thinks_alone():
    layer, residual = FeedForward(SMALL), torch.randn(1, 5, 8)
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(layer(residual)[:, order], layer(residual[:, order]))


def test_squared_relu_by_hand():
    assert squared_relu(torch.tensor([-1.0, 2.0])).tolist() == [0.0, 4.0]
