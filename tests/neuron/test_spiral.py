"""The arms of the spiral are one another turned by half a circle, wind as often as asked, and need more than a line."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.neuron import draw_spiral


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.5, 3.0), st.integers(2, 50))
def test_without_noise_every_point_lies_on_its_arm(seed, turns, n_points):
    features, labels = draw_spiral(n_points, seed=seed, turns=turns, noise=0)
    radius = features.norm(dim=-1)
    angle = 2 * math.pi * turns * (radius - 0.1) / 0.9 + math.pi * labels
    expected = radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
    torch.testing.assert_close(features, expected, rtol=0, atol=1e-4)
    assert labels.tolist() == [place % 2 for place in range(n_points)]


def test_a_seed_names_a_draw(monkeypatch):
    assert torch.equal(draw_spiral(20, seed=4).features, draw_spiral(20, seed=4).features)
    assert not torch.equal(draw_spiral(20, seed=4).features, draw_spiral(20, seed=5).features)
    monkeypatch.setenv("COURSE_SEED", "4")
    assert torch.equal(draw_spiral(20).features, draw_spiral(20, seed=4).features)


def test_no_straight_line_parts_it():
    """The best line by least squares is right about little more than half of the points."""
    features, labels = draw_spiral(2000, seed=0)
    columns = torch.cat([features, torch.ones(2000, 1)], dim=1)
    fitted = columns @ torch.linalg.lstsq(columns, labels[:, None]).solution
    assert ((fitted[:, 0] > 0.5) == labels.bool()).float().mean() < 0.75


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"n_points": 1}, "at least 2 points"),
        ({"turns": 0}, "above 0"),
        ({"turns": math.nan}, "above 0"),
        ({"noise": -0.1}, "0 or more"),
        ({"noise": math.inf}, "0 or more"),
    ],
)
def test_what_cannot_be_drawn_says_why(wrong, says):
    with pytest.raises(ValueError, match=says):
        draw_spiral(**{"n_points": 10, **wrong})
