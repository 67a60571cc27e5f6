"""Landscapes have the shape that their texts promise, and paths are those of arithmetic."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import tensor

from course_lib.neuron import SGD, Adam, descend, two_hollows, valley

place = st.floats(-3, 3)


@settings(max_examples=50, deadline=None)
@given(place, place, st.floats(1, 1000), st.floats(-180, 180))
def test_a_valley_is_a_bowl_stretched_and_turned(x, y, condition, degrees):
    angle = math.radians(degrees)
    turned = tensor([math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y])
    assert valley(turned, condition, degrees).item() == pytest.approx((x**2 + condition * y**2) / 2, rel=1e-3, abs=1e-3)


def test_curvatures_of_a_turned_valley_are_its_condition():
    curvatures = torch.linalg.eigvalsh(torch.autograd.functional.hessian(lambda at: valley(at, 25, 30), torch.ones(2)))
    assert curvatures.tolist() == pytest.approx([1, 25], rel=1e-4)


def test_the_hollows_lie_where_the_text_says():
    for x, lowest in ((-1.04, True), (0.96, True), (0.08, False)):
        at = tensor([x, 0.0], requires_grad=True)
        (gradient,) = torch.autograd.grad(two_hollows(at), [at])
        assert abs(gradient[0]) < 0.05
        hessian = torch.autograd.functional.hessian(two_hollows, at.detach())
        assert (hessian[0, 0] > 0) == lowest
    assert two_hollows(tensor([-1.04, 0.0])) < two_hollows(tensor([0.96, 0.0]))


@settings(max_examples=30, deadline=None)
@given(place, place, st.floats(0.001, 0.079), st.integers(0, 30))
def test_plain_descent_multiplies_each_distance_by_one_minus_rate_times_curvature(x, y, rate, n_steps):
    path = descend(valley, tensor([x, y]), lambda at: SGD(at, rate), n_steps)
    assert path.shape == (n_steps + 1, 2)
    assert path[-1, 0].item() == pytest.approx(x * (1 - rate) ** n_steps, abs=1e-4)
    assert path[-1, 1].item() == pytest.approx(y * (1 - 25 * rate) ** n_steps, abs=1e-4)


def test_a_path_that_flies_off_ends_early():
    path = descend(valley, torch.ones(2), lambda at: SGD(at, 0.5), 100)
    assert 2 < len(path) < 20
    assert path.abs().max() < 1e6


def test_use_momentum_crosses_the_ridge_where_plain_descent_stays():
    start = tensor([1.8, 1.0])
    plain = descend(two_hollows, start, lambda at: SGD(at, 0.02), 300)
    rolling = descend(two_hollows, start, lambda at: SGD(at, 0.02, momentum=0.9), 300)
    assert plain[-1, 0] > 0.9
    assert rolling[-1, 0] < -0.9


def test_use_adam_goes_at_one_rate_along_every_axis():
    first, second = descend(valley, tensor([3.0, 0.5]), lambda at: Adam(at, 0.1), 1)
    assert (first - second).tolist() == pytest.approx([0.1, 0.1], rel=1e-4)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: valley(torch.ones(2), condition=0.5), "condition is 0.5"),
        (lambda: valley(torch.ones(2), condition=math.nan), "condition is nan"),
        (lambda: descend(valley, torch.ones(2), lambda at: SGD(at, 0.1), -1), "n_steps is -1"),
        (lambda: descend(valley, tensor([math.nan, 0.0]), lambda at: SGD(at, 0.1), 1), "both numbers must be finite"),
    ],
)
def test_bad_input_is_told_in_a_line(call, says):
    with pytest.raises(ValueError, match=says):
        call()
