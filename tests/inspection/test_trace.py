"""A trace tells what the model did: its shapes, its sums against torch's own counter, its values."""

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from course_lib.inspection import trace
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY, count_parameters

TOKEN_IDS = [3, 1, 4, 1, 5, 9, 2]


@pytest.fixture(params=[GPT_TINY, LLAMA_TINY], ids=["gpt2", "llama"])
def model(request) -> GPT:
    torch.manual_seed(0)
    return GPT(request.param)


def test_every_block_keeps_the_shape(model):
    steps = {step.name: step for step in trace(model, TOKEN_IDS)}
    for layer in range(model.config.n_layers):
        assert steps[f"blocks.{layer}"].shape == (7, 128)
    assert steps["head"].shape == (7, 512)
    assert steps["head"].n_bytes == 7 * 512 * 4


def test_flops_agree_with_torchs_counter(model):
    model = GPT(replace(model.config, attention="naive"))  # torch does not count its fused kernel on a CPU
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.tensor([TOKEN_IDS]))
    assert sum(step.n_flops for step in trace(model, TOKEN_IDS)) == counter.get_total_flops()


def test_parameters_add_up_to_the_model(model):
    own = sum(step.n_parameters for step in trace(model, TOKEN_IDS) if step.name != "head")  # the head is tied
    assert own == count_parameters(model.config)


def test_values_are_the_models_and_the_model_is_left_as_it_was(model):
    model.train()
    steps = trace(model, TOKEN_IDS)
    torch.testing.assert_close(steps[-1].values, model(torch.tensor([TOKEN_IDS]))[0])
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
