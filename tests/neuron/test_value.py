"""A calculation of Values has the numbers and the slopes that hand, torch and nudging give."""

import math
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.neuron import Value, check_gradients


def test_by_hand_product_and_sum():
    weight, feature, bias = Value(2.0), Value(-3.0), Value(1.0)
    score = weight * feature + bias
    score.backward()
    assert score.number == -5.0
    assert (weight.gradient, feature.gradient, bias.gradient) == (-3.0, 2.0, 1.0)


def test_by_hand_squared_error_of_a_neuron_at_zero():
    """Score 0, output 1/2, target 1: slope 2 (1/2 − 1) × 1/4 × feature."""
    weights, bias = [Value(0.0), Value(0.0)], Value(0.0)
    error = (weights[0] * 1.0 + weights[1] * -2.0 + bias).sigmoid() - 1
    (error**2).backward()
    assert [weight.gradient for weight in weights] == [-0.25, 0.5]
    assert bias.gradient == -0.25


def test_gradients_add_up_over_paths_and_over_calls():
    x = Value(3.0)
    result = x * x + x
    result.backward()
    assert x.gradient == 7.0
    result.backward()
    assert x.gradient == 14.0


def test_a_shared_middle_is_walked_once():
    """y feeds two paths: (y + y) × y = 2 y², slope 4 y, and y = 3 x."""
    x = Value(2.0)
    y = x * 3.0
    ((y + y) * y).backward()
    assert y.gradient == 24.0
    assert x.gradient == 72.0


def test_a_long_sum_does_not_exhaust_the_stack():
    x = Value(1.0)
    total = Value(0.0)
    for _ in range(20_000):
        total = total + x
    total.backward()
    assert x.gradient == 20_000.0


@pytest.mark.parametrize(
    ("left", "right"),
    [(lambda x: 2 - x, lambda x: 2 + -x), (lambda x: 2 / x, lambda x: 2 * x**-1), (lambda x: 2 + x, lambda x: x + 2.0)],
)
def test_plain_numbers_may_stand_on_the_left(left, right):
    assert check_gradients(left, [0.7]).backward == pytest.approx(check_gradients(right, [0.7]).backward, abs=1e-15)


@pytest.mark.parametrize(
    ("calculate", "says"),
    [
        (lambda: Value(0.0) ** -1, "divided by zero"),
        (lambda: Value(1.0) / 0.0, "divided by zero"),
        (lambda: Value(-2.0) ** 0.5, "not a real number"),
        (lambda: Value(2.0) ** Value(2.0), "fixed powers"),
        (lambda: Value(-1.0).log(), "only positive numbers"),
        (lambda: Value(710.0).exp(), "larger than any float"),
    ],
)
def test_what_has_no_value_or_no_slope_says_so(calculate, says):
    with pytest.raises(CourseError, match=says):
        calculate()


@pytest.mark.parametrize("score", [-1000.0, -40.0, 0.0, 40.0, 1000.0])
def test_sigmoid_never_overflows(score):
    output = Value(score).sigmoid()
    assert output.number == pytest.approx(torch.tensor(score, dtype=torch.float64).sigmoid().item(), rel=1e-12)
    assert math.isfinite(output.slopes[0])


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5])
def test_powers_match_torch_at_and_near_zero(exponent):
    points = [0.5, 2.0, *([0.0, -1.5] if exponent in (0, 1, 2, 3) else [])]
    for point in points:
        check = check_gradients(lambda x: x**exponent, [point])
        assert check.torch_difference < 1e-12


# Random calculations: each step makes a new number from earlier ones; the result adds up all of them.

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "sub", "mul", "div", "pow", "neg", "exp", "log", "tanh", "relu", "sigmoid"]),
        st.integers(0, 1000),
        st.integers(0, 1000),
    ),
    min_size=1,
    max_size=15,
)


def apply_step(name, left, right):
    """One step, kept where neither the numbers nor the slopes explode (tanh bounds them, +2 avoids zero)."""
    return {
        "add": lambda: left + right,
        "sub": lambda: left - right,
        "mul": lambda: left * right.tanh(),
        "div": lambda: left / (right.sigmoid() + 0.5),
        "pow": lambda: left.tanh() ** 3 + (left.tanh() + 2.0) ** -1.5,
        "neg": lambda: -left,
        "exp": lambda: left.tanh().exp(),
        "log": lambda: (left * left + 1.0).log(),
        "tanh": left.tanh,
        "relu": left.relu,
        "sigmoid": left.sigmoid,
    }[name]()


def run(recipe, leaves):
    """Carry out a recipe on Values or on torch tensors."""
    numbers = list(leaves)
    for name, left, right in recipe:
        numbers.append(apply_step(name, numbers[left % len(numbers)], numbers[right % len(numbers)]))
    total = numbers[0]
    for number in numbers[1:]:
        total = total + number
    return total


@settings(max_examples=150, deadline=None)
@given(steps, st.lists(st.floats(-2, 2), min_size=1, max_size=4))
def test_random_calculations_match_torch(recipe, numbers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check = check_gradients(lambda *leaves: run(recipe, leaves), numbers)
    ours = run(recipe, [Value(number) for number in numbers]).number
    theirs = run(recipe, [torch.tensor(number, dtype=torch.float64) for number in numbers]).item()
    assert abs(ours - theirs) <= 1e-12 * max(1.0, abs(theirs))
    assert check.torch_difference <= 1e-12


@settings(max_examples=50, deadline=None)
@given(steps, st.lists(st.floats(-2, 2), min_size=2, max_size=3), st.floats(-3, 3))
def test_slopes_are_linear_in_the_result(recipe, numbers, factor):
    """The slopes of `factor × result` are `factor` times those of `result`."""
    once = [Value(number) for number in numbers]
    scaled = [Value(number) for number in numbers]
    run(recipe, once).backward()
    (run(recipe, scaled) * factor).backward()
    for a, b in zip(once, scaled, strict=True):
        assert b.gradient == pytest.approx(factor * a.gradient, rel=1e-9, abs=1e-9)
