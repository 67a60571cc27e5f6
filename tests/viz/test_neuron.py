"""Pictures of a neuron: the line is where the score is 0, the tangent has the curve's slope, every draw is the same."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from course_lib.viz import boundary, boundary_and_loss, decision_surface, draw_boundary, draw_examples, loss_curve, png

number = st.floats(-5, 5)
FEATURES, LABELS = [(0.0, 1.0), (1.0, 0.0), (-1.0, -0.5)], [0, 1, 0]


def loss(weights, bias):
    outputs = [1 / (1 + math.exp(-(weights[0] * x + weights[1] * y + bias))) for x, y in FEATURES]
    return sum((output - label) ** 2 for output, label in zip(outputs, LABELS, strict=True)) / 3


@settings(max_examples=100, deadline=None)
@given(number, number, number, number, number)
def test_the_boundary_is_where_the_score_is_zero_and_the_arrow_climbs(first, second, bias, x, y):
    assume(math.hypot(first, second) > 0.01)
    start, end, up = boundary((first, second), bias, centre=(x, y), far=7.0)
    for point in (start, end):
        assert first * point[0] + second * point[1] + bias == pytest.approx(0, abs=1e-6)
    assert math.hypot(end[0] - start[0], end[1] - start[1]) == pytest.approx(14)
    assert first * up[0] + second * up[1] > 0
    assert math.hypot(*up) == pytest.approx(1)


def test_no_weights_no_line():
    assert boundary((0.0, 0.0), 1.0, (0, 0), 1) is None
    axes = Figure().subplots()
    draw_boundary(axes, (0.0, 0.0), 1.0)
    assert len(axes.lines) == 0


def test_the_tangent_by_hand():
    curve = loss_curve(lambda x: x**2, here=3.0, reach=4.0, n_points=5)
    assert curve.places == [-4, -2, 0, 2, 4]
    assert curve.losses == [16, 4, 0, 4, 16]
    assert curve.tangent_losses == pytest.approx([9 - 6, 9 + 6])


def test_examples_differ_in_more_than_colour():
    axes = Figure().subplots()
    draw_examples(axes, FEATURES, LABELS, ("no", "yes"))
    hollow, filled = axes.collections
    assert len(hollow.get_offsets()) == 2
    assert len(filled.get_offsets()) == 1
    assert len(hollow.get_facecolors()) == 0
    assert len(filled.get_facecolors()) == 1
    assert len(hollow.get_paths()[0].vertices) != len(filled.get_paths()[0].vertices)


def test_the_surface_has_the_outputs_own_heights():
    axes = Figure().subplots()
    axes.set(xlim=(0, 1), ylim=(0, 2))
    decision_surface(axes, lambda features: features[1] / 2, n_points=3)
    assert axes.images[0].get_array().tolist() == [[0, 0, 0], [0.5, 0.5, 0.5], [1, 1, 1]]


def test_the_same_numbers_give_the_same_picture_whatever_came_between():
    draw = boundary_and_loss(FEATURES, LABELS, loss, ("x (m)", "y (m)"))
    first = png(draw(1.0, -1.0, 0.5))
    other = png(draw(-2.0, 0.0, 0.5))
    undecided = png(draw(0.0, 0.0, 0.0))
    assert len({first, other, undecided}) == 3
    assert png(draw(1.0, -1.0, 0.5)) == first
    assert png(boundary_and_loss(FEATURES, LABELS, loss, ("x (m)", "y (m)"))(1.0, -1.0, 0.5)) == first
