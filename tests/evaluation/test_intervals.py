"""Bootstrap intervals: by hand, against the normal formula, and what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.evaluation import bootstrap_interval


def test_agrees_with_the_normal_formula_on_a_large_sample():
    values = np.random.default_rng(1).random(2000) < 0.3
    interval = bootstrap_interval(values.astype(float))
    half_width = 1.96 * (values.mean() * (1 - values.mean()) / len(values)) ** 0.5
    assert interval.high - interval.value == pytest.approx(half_width, rel=0.1)
    assert interval.value - interval.low == pytest.approx(half_width, rel=0.1)


def test_answers_about_one_person_are_one_observation():
    right = [1.0] * 400 + [0.0] * 400
    people = [index // 8 for index in range(800)]
    alone, together = bootstrap_interval(right), bootstrap_interval(right, groups=people)
    assert together.n == 100
    assert alone.n == 800
    ratio = (together.high - together.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(8**0.5, rel=0.15)


def test_groups_may_be_of_different_size_and_named():
    interval = bootstrap_interval([1.0, 1.0, 1.0, 0.0], groups=["Ada", "Ada", "Ada", "Bo"])
    assert interval.value == 0.75
    assert interval.n == 2
    assert interval.low == 0.0
    assert interval.high == 1.0


@pytest.mark.parametrize("n", [1, 10, 300])
def test_a_perfect_score_is_not_certainty(n):
    best, worst = bootstrap_interval([1.0] * n), bootstrap_interval([0.0] * n)
    assert best.low**n == pytest.approx(0.05)  # were the truth at the low end, 5 % of samples would be perfect
    assert best.high == best.value == 1.0
    assert worst.high == pytest.approx(1 - best.low)


def test_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        interval = bootstrap_interval((generator.random(100) < 0.6).astype(float), n_resamples=300)
        covered += interval.low <= 0.6 <= interval.high
    assert 0.88 <= covered / 200 <= 1.0


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_the_same_sample_gives_the_same_interval_around_its_mean(values):
    interval = bootstrap_interval(values, n_resamples=50)
    assert interval == bootstrap_interval(values, n_resamples=50)
    assert min(values) - 1e-9 <= interval.low <= interval.high <= max(values) + 1e-9 or set(values) <= {0.0, 1.0}


def test_nothing_measured_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval([])
    with pytest.raises(ValueError, match="1 groups for 2 values"):
        bootstrap_interval([1.0, 0.0], groups=["a"])
