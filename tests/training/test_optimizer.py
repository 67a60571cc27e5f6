"""Roles, rates and decay by role, and several optimizers as one."""

import pytest
import torch
from torch import nn

from course_lib.training import OptimizerConfig, make_optimizer, parameter_role
from course_lib.transformer import GPT, GPTConfig

SHAPE = GPTConfig(vocab_size=11, context_length=8, n_layers=2, n_heads=2, d_model=8, norm="layer_norm", bias=True,
                  positions="learned")  # fmt: skip


def test_roles_of_a_gpt() -> None:
    roles = {name: parameter_role(name, parameter) for name, parameter in GPT(SHAPE).named_parameters()}
    assert roles["token_embedding.weight"] == roles["position_embedding.weight"] == "embedding"
    assert roles["blocks.1.attention.o_proj.weight"] == roles["blocks.0.feed_forward.up_proj.weight"] == "matrix"
    assert roles["blocks.0.attention_norm.weight"] == roles["final_norm.bias"] == "vector"
    assert parameter_role("head.weight", torch.zeros(11, 8)) == "head"
    assert parameter_role("blocks.0.experts", torch.zeros(2, 8, 8)) == "head"


@pytest.mark.parametrize("kind", ["muon", "adamw"])
@pytest.mark.parametrize("tied", [True, False])
def test_each_parameter_is_moved_once_by_its_role(kind: str, tied: bool) -> None:
    model = GPT(GPTConfig(vocab_size=11, context_length=8, n_layers=2, n_heads=2, d_model=8, tied_head=tied))
    config = OptimizerConfig(kind=kind, matrix_learning_rate=0.01, matrix_weight_decay=0.1, head_learning_rate=0.004)
    optimizer = make_optimizer(model, config)
    moved = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    assert sorted(moved) == sorted(id(parameter) for parameter in model.parameters())
    groups = {group["role"]: group for group in optimizer.param_groups}
    assert groups["matrix"]["weight_decay"] == 0.1
    assert groups["vector"]["weight_decay"] == groups["embedding"]["weight_decay"] == 0
    assert ("head" in groups) is not tied
    assert list(optimizer.optimizers) == (["muon", "adamw"] if kind == "muon" else ["adamw"])
    assert optimizer.param_groups[0]["role"] == "matrix" or kind == "adamw"


def test_frozen_parameters_are_left_out() -> None:
    model = nn.Linear(3, 2)
    model.weight.requires_grad_(False)
    assert [group["role"] for group in make_optimizer(model, OptimizerConfig()).param_groups] == ["vector"]
    with pytest.raises(ValueError, match="no trainable parameter"):
        make_optimizer(model.requires_grad_(False), OptimizerConfig())


def test_adamw_of_all_roles_is_torchs() -> None:
    ours = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    theirs = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
    theirs.load_state_dict(ours.state_dict())
    settings = OptimizerConfig(kind="adamw", vector_learning_rate=3e-3, head_learning_rate=3e-3)
    our_optimizer = make_optimizer(ours, settings)
    their_optimizer = torch.optim.AdamW(theirs.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.0)
    inputs = torch.randn(5, 4)
    for _ in range(3):
        for model, optimizer in ((ours, our_optimizer), (theirs, their_optimizer)):
            optimizer.zero_grad()
            model(inputs).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(list(ours.parameters()), list(theirs.parameters()))


def test_state_goes_round() -> None:
    model = GPT(SHAPE)
    first, second = (make_optimizer(model, OptimizerConfig()) for _ in range(2))
    model(torch.tensor([[1, 2, 3]])).sum().backward()
    first.step()
    second.load_state_dict(first.state_dict())
    assert torch.equal(
        second.optimizers["muon"].state_dict()["state"][0]["momentum_buffer"],
        first.optimizers["muon"].state_dict()["state"][0]["momentum_buffer"],
    )
    with pytest.raises(ValueError, match="the state is that of"):
        make_optimizer(model, OptimizerConfig(kind="adamw")).load_state_dict(first.state_dict())
    assert second.param_groups[0] is second.optimizers["muon"].param_groups[0]


@pytest.mark.parametrize("wrong", [{"matrix_learning_rate": -1.0}, {"matrix_weight_decay": -0.1}, {"momentum": 1.0}])
def test_impossible_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        OptimizerConfig(**wrong)
