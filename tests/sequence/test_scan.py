"""The two ways of computing a linear recurrence agree, gradients included, and one of them is short."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.sequence import linear_recurrence, longest_chain, parallel_scan


def test_by_hand():
    decay = torch.tensor([[0.5], [2.0], [0.0]])
    inputs = torch.tensor([[3.0], [1.0], [4.0]])
    for states in (linear_recurrence(decay, inputs), parallel_scan(decay, inputs)):
        assert states.flatten().tolist() == [3.0, 7.0, 4.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 20), st.integers(1, 3), st.integers(1, 3), st.integers(0, 10_000))
def test_rounds_side_by_side_give_the_same_states_and_gradients(n_tokens, n_sequences, n_units, seed):
    torch.manual_seed(seed)
    given_ = [torch.randn(n_sequences, n_tokens, n_units, dtype=torch.float64) for _ in range(2)]
    pull = torch.randn(n_sequences, n_tokens, n_units, dtype=torch.float64)
    gradients = []
    for compute in (linear_recurrence, parallel_scan):
        decay, inputs = (each.clone().requires_grad_() for each in given_)
        states = compute(decay, inputs)
        gradients.append((states.detach(), *torch.autograd.grad((states * pull).sum(), (decay, inputs))))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)


def test_the_gradient_is_right_by_nudging():
    torch.manual_seed(0)
    decay, inputs = (torch.randn(5, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(parallel_scan, (decay, inputs))


def test_a_state_ignores_later_inputs():
    torch.manual_seed(0)
    decay, inputs = torch.rand(8, 2), torch.randn(8, 2)
    changed = inputs.clone()
    changed[5:] += 1
    torch.testing.assert_close(parallel_scan(decay, inputs)[:5], parallel_scan(decay, changed)[:5])


def test_doubling_the_tokens_doubles_one_chain_and_lengthens_the_other_by_one_round():
    def chains(compute):
        tables = [torch.rand(n_tokens, 1, requires_grad=True) for n_tokens in (16, 32, 64, 128)]
        return [longest_chain(compute(table, table)) for table in tables]

    slow, fast = chains(linear_recurrence), chains(parallel_scan)
    assert slow[3] - slow[2] == 2 * (slow[2] - slow[1])
    assert fast[3] - fast[2] == fast[2] - fast[1] < slow[1] - slow[0]


def test_tables_that_do_not_belong_together_are_refused():
    for compute in (linear_recurrence, parallel_scan):
        bare = inspect.unwrap(compute)  # as outside of tests
        with pytest.raises(ValueError, match=r"decay \(2, 1\) and inputs \(3, 1\)"):
            bare(torch.zeros(2, 1), torch.zeros(3, 1))
        with pytest.raises(ValueError, match="1 token or more"):
            compute(torch.zeros(0, 1), torch.zeros(0, 1))
        with pytest.raises(ValueError, match="NaN"):
            compute(torch.ones(2, 1), torch.full((2, 1), float("nan")))
