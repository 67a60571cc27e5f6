"""The gauge follows the tide, up to the wind."""

import math

import pytest
import torch

from course_lib.common.errors import CourseError
from course_lib.neuron import read_gauge, tide


def test_by_hand_moon_and_sun():
    assert tide(torch.tensor(0.0)).item() == pytest.approx(1.6)
    assert tide(torch.tensor(6.0)).item() == pytest.approx(1.2 * math.cos(2 * math.pi * 6 / 12.42) - 0.4)


def test_readings_are_the_tide_and_the_wind():
    hours, metres = read_gauge(4000, seed=1, wind=0.3)
    wind = metres - tide(hours)
    assert wind.std().item() == pytest.approx(0.3, abs=0.02)
    assert wind.mean().item() == pytest.approx(0, abs=0.02)
    assert hours.min() >= 0
    assert hours.max() <= 25
    assert torch.equal(hours, hours.sort().values)


def test_a_day_can_be_repeated_and_another_differs(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "7")
    assert torch.equal(read_gauge(5)[1], read_gauge(5, seed=7)[1])
    assert not torch.equal(read_gauge(5)[1], read_gauge(5, seed=8)[1])


@pytest.mark.parametrize(("n_readings", "wind", "says"), [(0, 0.3, "at least once"), (5, -1, "wind is -1")])
def test_bad_input_is_told_in_a_line(n_readings, wind, says):
    with pytest.raises(CourseError, match=says):
        read_gauge(n_readings, wind=wind)
