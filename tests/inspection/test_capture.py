"""What is captured is what the model computed, and the model is as it was afterwards."""

import pytest
import torch
from einops import rearrange

from course_lib.inspection import attention_patterns, capture
from course_lib.transformer import GPT, GPTConfig

CONFIG = GPTConfig(vocab_size=11, context_length=16, n_layers=2, n_heads=4, n_kv_heads=2, d_model=16)


@pytest.fixture
def model() -> GPT:
    torch.manual_seed(0)
    return GPT(CONFIG)


def test_patterns_are_shares_of_the_past(model):
    patterns = attention_patterns(model, [1, 5, 2, 7, 3])
    assert patterns.shape == (2, 4, 5, 5)
    torch.testing.assert_close(patterns.sum(dim=-1), torch.ones(2, 4, 5))
    assert (patterns.triu(1) == 0).all()


def test_patterns_explain_what_the_fused_kernel_gathered(model):
    token_ids = torch.tensor([[1, 5, 2, 7, 3]])
    names = ["blocks.0.attention.v_proj", "blocks.0.attention"]
    with capture(model, names) as seen:
        model(token_ids)
    value = rearrange(seen["blocks.0.attention.v_proj"], "1 key (kv_head d_head) -> kv_head key d_head", kv_head=2)
    pattern = attention_patterns(model, token_ids[0].tolist())[0]
    heard = pattern @ value.repeat_interleave(2, dim=0)
    expected = model.blocks[0].attention.o_proj(rearrange(heard, "head query d_head -> query (head d_head)"))
    torch.testing.assert_close(expected, seen["blocks.0.attention"][0], atol=1e-6, rtol=1e-5)


def test_the_model_is_left_as_it_was(model):
    model.train()
    before = model(torch.tensor([[1, 2]]))
    attention_patterns(model, [1, 2])
    assert model.training
    assert all(block.attention.is_fused for block in model.blocks)
    assert not any(module._forward_hooks for module in model.modules())
    torch.testing.assert_close(model(torch.tensor([[1, 2]])), before)


def test_an_unknown_name_is_named(model):
    with pytest.raises(ValueError, match=r"no sub-module 'blocks.9'"), capture(model, ["blocks.9"]):
        pass
