"""O1 by itself: what counts as repeated, as a loop; shares of openings; a run."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.lineage.experiments.o1_repetition import EXPERIMENT, OPENINGS, loop_period, measure, repeated_share


def test_repeated_by_hand():
    assert repeated_share([1, 2, 3, 4, 5]) == 0.0
    assert repeated_share([7] * 10) == pytest.approx(6 / 7)  # seven runs, all the same
    assert repeated_share([1, 2, 3]) == 0.0  # too short for a run


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 4))
def test_repeated_counts_runs(tokens, n):
    runs = Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    expected = 1 - len(runs) / runs.total() if runs else 0.0
    assert repeated_share(tokens, n) == pytest.approx(expected)


@given(st.lists(st.integers(0, 5), max_size=10), st.lists(st.integers(6, 9), min_size=1, max_size=6))
def test_a_phrase_said_three_times_at_the_end_is_a_loop(start, phrase):
    period = loop_period(start + phrase * 3)
    assert period > 0
    assert (phrase * 3)[-3 * period :] == (phrase * 3)[-period:] * 3


def test_no_loop_where_a_phrase_comes_twice_or_in_the_middle():
    assert loop_period([1, 2, 3, 1, 2, 3]) == 0
    assert loop_period([5, 5, 5, 1]) == 0
    assert loop_period([]) == 0


def test_openings_differ_and_suffice():
    assert len(set(OPENINGS)) == len(OPENINGS) == 40
    with pytest.raises(ValueError, match="too many"):
        measure(4, model="base", temperature=0.0, n_texts=41, n_tokens=2)


def test_a_run_of_the_smallest_rung():
    rows = EXPERIMENT.run(0, "small")
    assert [row["temperature"] for row in rows] == [0.0, 1.0]
    assert rows[0]["same"] == 1.0
    assert all(0 <= row["repeated"] <= 1 for row in rows)
