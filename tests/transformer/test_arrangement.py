"""Arrangements: pre-norm is the library's block, both norms agree with torch's layer, by hand the rest."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.transformer import ARRANGEMENTS, GPT, AttentionContext, Block, GPTConfig, Parts, arranged, causal_mask

CONFIG = GPTConfig(
    vocab_size=11, context_length=16, n_layers=2, n_heads=2, d_model=8, d_ff=12, positions="none", norm="layer_norm",
    feed_forward="gelu", bias=True,
)  # fmt: skip


class Times(nn.Module):
    """A part that multiplies."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, residual, *_context):
        return residual * self.factor


@pytest.mark.parametrize(
    ("arrangement", "expected"),
    # attention doubles, the feed-forward layer triples, the norm halves; the stream is 4
    [("neither", 24), ("norm only", 6), ("residual only", 48), ("post-norm", 12), ("pre-norm", 20)],
)
def test_by_hand(arrangement, expected):
    parts = Parts(norm=lambda *_: Times(0.5), attention=lambda *_: Times(2.0), feed_forward=lambda _: Times(3.0))
    block = arranged(arrangement)(CONFIG, parts)
    assert block(torch.full((1, 1, 8), 4.0), AttentionContext())[0, 0, 0].item() == expected


def twins(one, other):
    torch.manual_seed(0)
    model = GPT(CONFIG, Parts(block=one))
    twin = GPT(CONFIG, Parts(block=other))
    twin.load_state_dict(model.state_dict())
    return model, twin


def test_pre_norm_is_the_block_of_the_library():
    model, twin = twins(arranged("pre-norm"), Block)
    token_ids = torch.tensor([[1, 4, 2]])
    torch.testing.assert_close(model(token_ids), twin(token_ids))


def torch_layer(block, norm_first):
    """torch's own layer with a block's weights."""
    layer = nn.TransformerEncoderLayer(
        8, 2, 12, dropout=0.0, activation=lambda inner: F.gelu(inner, approximate="tanh"), batch_first=True,
        norm_first=norm_first,
    )  # fmt: skip
    attention, feed_forward = block.attention, block.feed_forward
    three = (attention.q_proj, attention.k_proj, attention.v_proj)
    with torch.no_grad():
        layer.self_attn.in_proj_weight.copy_(torch.cat([each.weight for each in three]))
        layer.self_attn.in_proj_bias.copy_(torch.cat([each.bias for each in three]))
    pairs = (
        (layer.self_attn.out_proj, attention.o_proj), (layer.linear1, feed_forward.up_proj),
        (layer.linear2, feed_forward.down_proj), (layer.norm1, block.attention_norm),
        (layer.norm2, block.feed_forward_norm),
    )  # fmt: skip
    for mine, theirs in pairs:
        mine.load_state_dict(theirs.state_dict())
    return layer


@pytest.mark.parametrize(("arrangement", "norm_first"), [("pre-norm", True), ("post-norm", False)])
def test_parity_with_torch_and_gradients(arrangement, norm_first):
    torch.manual_seed(1)
    block = GPT(CONFIG, Parts(block=arranged(arrangement))).blocks[0]
    layer = torch_layer(block, norm_first)
    stream = torch.randn(2, 5, 8)
    mine, theirs = stream.clone().requires_grad_(), stream.clone().requires_grad_()
    found = block(mine, AttentionContext())
    expected = layer(theirs, src_mask=~causal_mask(5))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    weights = torch.randn_like(found)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(mine.grad, theirs.grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_arrangement_sees_nothing_later_and_has_the_same_weights(arrangement):
    torch.manual_seed(0)
    model = GPT(replace(CONFIG, norm="rms_norm", bias=False), Parts(block=arranged(arrangement)))
    usual = GPT(model.config)
    assert set(model.state_dict()) == set(usual.state_dict())
    one, other = model(torch.tensor([[1, 2, 3]])), model(torch.tensor([[1, 2, 9]]))
    torch.testing.assert_close(one[:, :2], other[:, :2])


def test_an_unknown_arrangement_is_refused():
    with pytest.raises(ValueError, match="arrangement is 'sideways': choose from neither"):
        arranged("sideways")
