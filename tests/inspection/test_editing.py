"""An edit answers its key as wanted, is of rank one, and is the smallest that is."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.inspection import capture, inner_covariance, rank_one_update
from course_lib.transformer import GPT, GPTConfig


def random(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in shapes]


def test_by_hand():
    # W doubles; the key (1, 1) gave (2, 2) and shall give (2, 4): half of the missing 2 comes from each of its parts
    update = rank_one_update(2 * torch.eye(2), torch.tensor([1.0, 1.0]), torch.tensor([2.0, 4.0]))
    assert update.tolist() == [[0.0, 0.0], [1.0, 1.0]]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), d_in=st.integers(1, 7), d_out=st.integers(1, 7))
def test_the_key_gets_its_value_and_the_update_has_rank_one(seed, d_in, d_out):
    weight, key, value, keys = random(seed, (d_out, d_in), (d_in,), (d_out,), (20, d_in))
    update = rank_one_update(weight, key, value, keys.T @ keys / 20)
    torch.testing.assert_close((weight + update) @ key, value)
    assert torch.linalg.matrix_rank(update) == 1


def test_no_other_change_that_gives_the_value_moves_the_other_answers_less():
    weight, key, value, keys, other = random(3, (3, 4), (4,), (3,), (50, 4), (3, 4))
    covariance = keys.T @ keys / 50
    best = rank_one_update(weight, key, value, covariance)
    other -= torch.outer(other @ key, key) / (key @ key)  # leaves the key's answer as it is
    for amount in (-0.1, 0.01, 0.1):
        moved = (keys @ (best + amount * other).T).norm()
        assert moved > (keys @ best.T).norm()


def test_parity_with_the_constrained_problem_solved_as_equations():
    weight, key, value, keys = random(5, (2, 3), (3,), (2,), (30, 3))
    covariance = keys.T @ keys / 30
    # least squares with one constraint: [2C k; kᵀ 0] [uᵀ; λᵀ] = [0; (v − W k)ᵀ]
    block = torch.zeros(4, 4, dtype=torch.float64)
    block[:3, :3], block[:3, 3], block[3, :3] = 2 * covariance, key, key
    right = torch.zeros(4, 2, dtype=torch.float64)
    right[3] = value - weight @ key
    expected = torch.linalg.solve(block, right)[:3].T
    torch.testing.assert_close(rank_one_update(weight, key, value, covariance), expected)


def test_the_covariance_is_of_what_the_layer_reads():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=11, context_length=16, n_layers=2, n_heads=2, d_model=8, feed_forward="gelu"))
    name, token_ids = "blocks.1.feed_forward.down_proj", torch.tensor([[1, 2, 3], [4, 5, 6]])
    with capture(model, ["blocks.1.feed_forward.up_proj"]) as seen:
        model(token_ids)
    keys = torch.nn.functional.gelu(seen["blocks.1.feed_forward.up_proj"], approximate="tanh").flatten(0, 1)
    found = inner_covariance(model, name, token_ids, ridge=1e-9)
    torch.testing.assert_close(found, keys.T @ keys / 6, atol=1e-7, rtol=1e-4)
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_an_edited_matrix_changes_what_a_model_says():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=11, context_length=16, n_layers=1, n_heads=2, d_model=8, feed_forward="gelu"))
    layer, seen = model.blocks[0].feed_forward.down_proj, []
    handle = layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0, -1]))
    token_ids = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        model(token_ids)
        handle.remove()
        loudest = model.head.weight.norm(dim=-1).argmax()  # no other entry is nearer to it than itself
        layer.weight += rank_one_update(layer.weight, seen[0], 100 * model.head.weight[loudest])
        assert model(token_ids)[0, -1].argmax() == loudest


def test_mistakes_are_told_in_a_line():
    with pytest.raises(ValueError, match="key is all zeros"):
        rank_one_update(torch.eye(2), torch.zeros(2), torch.ones(2))
    with pytest.raises(ValueError, match="cannot be inverted"):
        rank_one_update(torch.eye(2), torch.ones(2), torch.ones(2), torch.zeros(2, 2))
    with pytest.raises(ValueError, match="ridge is 0"):
        inner_covariance(torch.nn.Identity(), "", torch.tensor([[1]]), ridge=0)
    with pytest.raises(ValueError, match="no sub-module 'nowhere'"):
        inner_covariance(torch.nn.Identity(), "nowhere", torch.tensor([[1]]))
