"""The berries follow their stated rule, as exactly as their taster."""

import pytest

from course_lib.common.errors import CourseError
from course_lib.neuron import pick_strawberries


def follows(berry):
    return (berry.redness - 10 * berry.firmness > 25) == berry.ripe


def test_an_exact_taster_follows_the_rule():
    assert all(follows(berry) for berry in pick_strawberries(300, seed=1, taster_error=0))


def test_the_default_taster_errs_near_the_line_only_sometimes():
    berries = pick_strawberries(2000, seed=1)
    share = sum(map(follows, berries)) / len(berries)
    assert 0.88 < share < 0.95
    far = [berry for berry in berries if abs(berry.redness - 10 * berry.firmness - 25) > 32]
    assert all(map(follows, far))  # four standard deviations away


def test_both_answers_are_common():
    ripe = sum(berry.ripe for berry in pick_strawberries(1000, seed=2)) / 1000
    assert 0.4 < ripe < 0.6


def test_a_seed_names_a_harvest(monkeypatch):
    assert pick_strawberries(20, seed=4) == pick_strawberries(20, seed=4)
    assert pick_strawberries(20, seed=4) != pick_strawberries(20, seed=5)
    monkeypatch.setenv("COURSE_SEED", "4")
    assert pick_strawberries(20) == pick_strawberries(20, seed=4)


def test_an_empty_basket_is_refused():
    with pytest.raises(CourseError, match="at least 1"):
        pick_strawberries(0)
