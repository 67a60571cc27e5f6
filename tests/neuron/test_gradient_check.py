"""The three ways to find a slope agree where they should, and the check sees where they do not."""

import math

import pytest

from course_lib.neuron import Value, check_gradients, slope_by_nudging


def test_by_hand():
    assert slope_by_nudging(lambda x, y: x * y + 3 * x, [2.0, 5.0]) == pytest.approx([8.0, 2.0], abs=1e-9)


def test_all_three_agree_on_a_small_network():
    def loss(w1, w2, b, v):
        hidden = (w1 * 0.5 + w2 * -1.5 + b).tanh()
        return ((hidden * v).sigmoid() - 1.0) ** 2

    check = check_gradients(loss, [0.3, -0.7, 0.1, 1.2])
    assert check.torch_difference < 1e-14
    assert check.nudging_difference < 1e-8


def test_a_wrong_slope_is_seen(monkeypatch):
    """If tanh forgot its square, both outside ways would say so."""
    monkeypatch.setattr(Value, "tanh", lambda x: Value(math.tanh(x.number), (x,), (1.0,), "tanh"))
    check = check_gradients(lambda x: x.tanh(), [0.8])
    assert check.torch_difference > 0.4
    assert check.nudging_difference > 0.4


def test_a_number_that_does_not_matter_has_slope_zero():
    check = check_gradients(lambda x, unused: x * 2.0, [1.0, 5.0])
    assert check.backward == [2.0, 0.0]
    assert check.torch == [2.0, 0.0]


def test_nudging_shrinks_with_the_square_of_the_nudge():
    def error(nudge):
        return abs(slope_by_nudging(lambda x: x**3, [1.0], nudge)[0] - 3.0)

    assert error(1e-2) / error(1e-3) == pytest.approx(100, rel=0.01)
