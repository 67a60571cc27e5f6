"""Heads that are silenced write nothing, or their mean; the others and the model afterwards are as they were."""

import pytest
import torch

from course_lib.inspection import capture, head_means, without_heads
from course_lib.transformer import GPT, GPTConfig

IDS = torch.tensor([[1, 5, 2, 7], [3, 3, 0, 9]])


@pytest.fixture
def model() -> GPT:
    torch.manual_seed(0)
    config = GPTConfig(vocab_size=11, context_length=16, n_layers=2, n_heads=4, d_model=16, zero_init_projections=False)
    return GPT(config)


def test_a_silent_head_is_a_head_whose_columns_of_o_proj_are_zero(model):
    with without_heads(model, [(1, 2)]):
        found = model(IDS)
    with torch.no_grad():
        model.blocks[1].attention.o_proj.weight[:, 8:12] = 0.0  # d_head is 4
    torch.testing.assert_close(found, model(IDS))


def test_all_heads_of_a_layer_silent_is_no_attention_there(model):
    with without_heads(model, [(0, head) for head in range(4)]), capture(model, ["blocks.0.attention"]) as seen:
        model(IDS)
    assert (seen["blocks.0.attention"] == 0).all()


def test_means_stand_in(model):
    means = head_means(model, IDS)
    assert means.shape == (2, 4, 4)
    everyone = [(0, head) for head in range(4)]
    with without_heads(model, everyone, means), capture(model, ["blocks.0.attention"]) as seen:
        model(IDS)
    written = seen["blocks.0.attention"]
    torch.testing.assert_close(written, written[:1, :1].expand_as(written))
    with capture(model, ["blocks.0.attention"]) as seen:
        model(IDS)
    torch.testing.assert_close(written[0, 0], seen["blocks.0.attention"].mean(dim=(0, 1)))


def test_the_model_is_left_as_it_was(model):
    before = model(IDS)
    with pytest.raises(RuntimeError, match="stop"), without_heads(model, [(0, 1)]):
        raise RuntimeError("stop")
    head_means(model, IDS)
    assert not any(module._forward_pre_hooks for module in model.modules())
    torch.testing.assert_close(model(IDS), before)


@pytest.mark.parametrize("head", [(2, 0), (0, 4), (-1, 0)])
def test_a_head_that_is_not_there_is_named(model, head):
    with pytest.raises(ValueError, match="there is no head"), without_heads(model, [head]):
        pass
