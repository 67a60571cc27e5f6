"""A block adds to the residual stream, twice; with projections at zero it is the identity."""

from dataclasses import replace

import torch

from course_lib.transformer import GPT, LLAMA_TINY, AttentionContext, Block, Parts

SMALL = replace(LLAMA_TINY, d_model=16, n_heads=2, n_kv_heads=1, n_layers=1)


def test_its_two_lines():
    block, residual, context = Block(SMALL, Parts()), torch.randn(2, 4, 16), AttentionContext()
    middle = residual + block.attention(block.attention_norm(residual), context)
    expected = middle + block.feed_forward(block.feed_forward_norm(middle))
    assert torch.equal(block(residual, context), expected)


def test_zero_projections_make_it_the_identity():
    (block,) = GPT(replace(SMALL, zero_init_projections=True)).blocks
    residual = torch.randn(2, 4, 16)
    assert torch.equal(block(residual, AttentionContext()), residual)


def test_dropout_is_for_training_alone():
    block, residual = Block(replace(SMALL, dropout=0.5), Parts()), torch.randn(2, 4, 16)
    assert not torch.equal(block(residual, AttentionContext()), block(residual, AttentionContext()))
    block.eval()
    assert torch.equal(block(residual, AttentionContext()), block(residual, AttentionContext()))
