"""Attention: by hand, in the open against fused and against torch, and what its mask and pattern promise."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from course_lib.transformer import (
    LLAMA_TINY,
    Attention,
    AttentionContext,
    Parts,
    attention_pattern,
    causal_mask,
    padded_mask,
    scaled_dot_product,
)

SMALL = replace(LLAMA_TINY, d_model=32, n_heads=4, n_kv_heads=2)


def test_by_hand():
    query = torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    key = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    value = torch.tensor([[10.0, 0.0], [0.0, 10.0]])
    pattern = attention_pattern(query, key)
    odds = torch.tensor(2.0 / 2**0.5).exp()  # scores √2 and 0
    torch.testing.assert_close(pattern, torch.tensor([[0.5, 0.5], [odds / (1 + odds), 1 / (1 + odds)]]))
    torch.testing.assert_close(scaled_dot_product(query, key, value), pattern @ value)


@pytest.mark.parametrize("is_masked", [False, True])
def test_torch_agrees_gradients_too(is_masked):
    tensors = [torch.randn(2, 3, 7, 4, requires_grad=True) for _ in range(3)]
    mask = causal_mask(7) if is_masked else None
    ours, theirs = scaled_dot_product(*tensors, mask), F.scaled_dot_product_attention(*tensors, attn_mask=mask)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)
    direction = torch.randn_like(ours)
    for mine, truth in zip(
        torch.autograd.grad(ours, tensors, direction), torch.autograd.grad(theirs, tensors, direction), strict=True
    ):
        torch.testing.assert_close(mine, truth, atol=1e-6, rtol=1e-5)


def test_multi_head_attention_of_torch_agrees():
    ours = Attention(replace(SMALL, n_kv_heads=4, positions="none", bias=True), Parts())
    theirs = torch.nn.MultiheadAttention(32, 4, batch_first=True)
    projections = (ours.q_proj, ours.k_proj, ours.v_proj)
    theirs.in_proj_weight.data = torch.cat([each.weight for each in projections]).detach()
    theirs.in_proj_bias.data = torch.cat([each.bias for each in projections]).detach()
    theirs.out_proj.load_state_dict(ours.o_proj.state_dict())
    residual = torch.randn(2, 6, 32)
    expected, _ = theirs(residual, residual, residual, attn_mask=~causal_mask(6), need_weights=False)
    torch.testing.assert_close(ours(residual, AttentionContext()), expected, atol=1e-6, rtol=1e-5)


def run(kind: str, mask=None):
    """Output and all gradients of one attention layer, the same weights for either kind."""
    torch.manual_seed(0)
    layer = Attention(replace(SMALL, attention=kind, qk_norm=True), Parts())
    residual = torch.randn(2, 6, 32, requires_grad=True)
    gathered = layer(residual, AttentionContext(mask=mask))
    weights = [residual, *layer.parameters()]
    return [gathered, *torch.autograd.grad(gathered.square().sum(), weights)]


@pytest.mark.parametrize("mask", [None, padded_mask(causal_mask(6), torch.arange(6) > torch.tensor([[1], [-1]]))])
def test_naive_equals_fused_gradients_too(mask):
    for naive, fused in zip(run("naive", mask), run("fused", mask), strict=True):
        torch.testing.assert_close(naive, fused, atol=1e-5, rtol=1e-4)


def test_a_hook_reads_the_pattern():
    layer, seen = Attention(replace(SMALL, attention="naive"), Parts()), []
    layer.attention_pattern.register_forward_hook(lambda module, inputs, pattern: seen.append(pattern))
    layer(torch.randn(2, 5, 32), AttentionContext())
    (pattern,) = seen
    assert pattern.shape == (2, 4, 5, 5)
    torch.testing.assert_close(pattern.sum(-1), torch.ones(2, 4, 5))
    assert pattern.triu(1).abs().max() == 0


def test_a_padded_query_is_finite_and_padding_is_never_seen():
    mask = padded_mask(causal_mask(4), torch.tensor([[False, False, True, True]]))
    pattern = attention_pattern(torch.randn(1, 2, 4, 8), torch.randn(1, 2, 4, 8), mask)
    assert pattern.isfinite().all()
    assert pattern[:, :, 2:, :2].abs().max() == 0


def test_equal_scores_share_equally():
    torch.testing.assert_close(
        attention_pattern(torch.zeros(3, 4), torch.randn(3, 4), causal_mask(3)),
        torch.tensor([[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]]),
    )
