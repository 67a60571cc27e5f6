"""Steps downhill: numbers a person can check, torch as the judge over a hundred steps, and what must never change."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import tensor

from course_lib.neuron import adam_step, clip_by_length, decay_weight, momentum_step

ZERO = torch.zeros(1)


def test_by_hand_momentum_keeps_a_share_and_adds_the_gradient():
    weight, velocity = momentum_step(tensor([5.0]), tensor([1.0]), tensor([4.0]), 0.1, momentum=0.5)
    assert (weight.item(), velocity.item()) == (pytest.approx(4.7), 3.0)
    ahead, same = momentum_step(tensor([5.0]), tensor([1.0]), tensor([4.0]), 0.1, momentum=0.5, nesterov=True)
    assert (ahead.item(), same.item()) == (pytest.approx(4.75), 3.0)  # moves by 1 + 0.5 × 3


def test_by_hand_adam_second_step():
    weight, mean, square = adam_step(ZERO, tensor([4.0]), tensor([1.0]), tensor([2.0]), 2, 0.1, (0.5, 0.75), 0.0)
    assert (mean.item(), square.item()) == (2.5, 5.5)
    assert weight.item() == pytest.approx(-0.1 * (2.5 / 0.75) / math.sqrt(5.5 / 0.4375))


def test_by_hand_decay_and_length():
    assert decay_weight(tensor([10.0]), 0.1, 0.2).item() == pytest.approx(9.8)
    (first, second), length = clip_by_length([tensor([[3.0]]), tensor([4.0])], 2.5)
    assert (first.item(), second.item(), length) == (1.5, 2.0, 5.0)


@pytest.mark.parametrize("limit", [0.1, 1.0, 1000.0])
def test_length_limit_matches_torch(limit):
    generator = torch.Generator().manual_seed(3)
    gradients = [torch.randn(4, 3, generator=generator), torch.randn(5, generator=generator)]
    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    theirs = torch.nn.utils.clip_grad_norm_(parameters, limit)
    ours, length = clip_by_length(gradients, limit)
    assert length == pytest.approx(theirs.item(), rel=1e-6)
    for mine, parameter in zip(ours, parameters, strict=True):
        torch.testing.assert_close(mine, parameter.grad, rtol=0, atol=1e-6)


def test_slopes_through_a_plain_step_match_torch():
    """A step is itself a calculation: how the new weight depends on the old one and on the gradient."""
    weight, gradient = (torch.randn(3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    moved, _ = momentum_step(weight, gradient, torch.zeros_like(weight), 0.1, momentum=0)
    theirs = weight.clone()
    theirs.grad = gradient
    torch.optim.SGD([theirs], lr=0.1, differentiable=True).step()  # its velocity is cut off from the graph
    ours = torch.autograd.grad(moved.square().sum(), [weight, gradient])
    for mine, other in zip(ours, torch.autograd.grad(theirs.square().sum(), [weight, gradient]), strict=True):
        torch.testing.assert_close(mine, other)


def test_slopes_through_an_adam_step_match_torch():
    weight, gradient = (torch.randn(3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    zero = torch.zeros_like(weight)
    moved = adam_step(weight, gradient, zero, zero, 1, 0.1, epsilon=0.1)[0]
    theirs = weight.clone()
    theirs.grad = gradient
    torch.optim.Adam([theirs], lr=0.1, eps=0.1, differentiable=True).step()
    ours = torch.autograd.grad(moved.square().sum(), [weight, gradient])
    for mine, other in zip(ours, torch.autograd.grad(theirs.square().sum(), [weight, gradient]), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)  # torch corrects its means in float32


sizes = st.floats(1e-3, 1e3)


@settings(max_examples=50, deadline=None)
@given(sizes, st.floats(1e-4, 10), st.integers(1, 30))
def test_adam_does_not_care_how_large_gradients_are(size, rate, n_steps):
    """Measured in its own usual size, a steady gradient is 1: each step is one learning rate long."""
    weight, mean, square = ZERO, ZERO, ZERO
    for step in range(1, n_steps + 1):
        weight, mean, square = adam_step(weight, tensor([size]), mean, square, step, rate, epsilon=0)
    assert weight.item() == pytest.approx(-rate * n_steps, rel=1e-3)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=6), st.floats(1e-3, 1e3))
def test_a_length_limit_shortens_and_never_turns(numbers, limit):
    gradient = tensor(numbers, dtype=torch.float64)
    (clipped,), length = clip_by_length([gradient], limit)
    assert length == pytest.approx(gradient.norm().item())
    assert clipped.norm().item() <= limit * (1 + 1e-9)
    if length <= limit:
        assert torch.equal(clipped, gradient)
    else:
        torch.testing.assert_close(clipped * length, gradient * limit)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.99), st.integers(1, 40))
def test_momentum_of_a_steady_gradient_adds_up_to_a_geometric_sum(momentum, n_steps):
    velocity = ZERO.double()
    for _ in range(n_steps):
        _, velocity = momentum_step(ZERO.double(), torch.ones(1).double(), velocity, 0.1, momentum)
    assert velocity.item() == pytest.approx((1 - momentum**n_steps) / (1 - momentum))


def test_each_trial_may_have_its_own_rate():
    rates = tensor([[0.0], [0.1], [0.2]])
    start = torch.ones(3, 2)
    assert momentum_step(start, start, start * 0, rates)[0][:, 0].tolist() == pytest.approx([1.0, 0.9, 0.8])
    assert adam_step(start, start, start * 0, start * 0, 1, rates)[0][:, 0].tolist() == pytest.approx([1.0, 0.9, 0.8])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: momentum_step(ZERO, ZERO, ZERO, -0.1), "learning_rate is -0.1"),
        (lambda: momentum_step(ZERO, ZERO, ZERO, math.nan), "learning_rate is nan"),
        (lambda: momentum_step(ZERO, ZERO, ZERO, tensor([0.1, -1.0])), "learning_rate is"),
        (lambda: momentum_step(ZERO, ZERO, ZERO, 0.1, momentum=1.0), r"momentum is 1.0: .* below 1"),
        (lambda: momentum_step(ZERO, tensor([math.nan]), ZERO, 0.1), "not finite: .* learning rate too high"),
        (lambda: adam_step(ZERO, tensor([math.inf]), ZERO, ZERO, 1, 0.1), "not finite"),
        (lambda: adam_step(ZERO, ZERO, ZERO, ZERO, 0, 0.1), "the first is 1"),
        (lambda: adam_step(ZERO, ZERO, ZERO, ZERO, 1, 0.1, betas=(0.9, 1.0)), r"betas\[1\] is 1.0"),
        (lambda: adam_step(ZERO, ZERO, ZERO, ZERO, 1, 0.1, epsilon=-1.0), "epsilon is -1.0"),
        (lambda: decay_weight(ZERO, 0.1, -0.5), "weight_decay is -0.5"),
        (lambda: clip_by_length([], 1.0), "no gradients"),
        (lambda: clip_by_length([ZERO], 0.0), "limit is 0.0"),
        (lambda: clip_by_length([ZERO], math.nan), "limit is nan"),
        (lambda: clip_by_length([tensor([math.nan])], 1.0), "length is nan: .* blown up"),
    ],
)
def test_bad_input_is_told_in_a_line(call, says):
    with pytest.raises(ValueError, match=says):
        call()
