"""Preferences by hand, and a choice that never sees what it is tested on."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.inspection import held_out, preference, where_is


def test_a_preference_by_hand():
    pattern = torch.tensor([[1.0, 0, 0], [0.5, 0.5, 0], [0.2, 0.3, 0.5]])
    assert preference(pattern, 2, here=[1, 2], there=[0]).item() == pytest.approx(0.6)
    both = preference(torch.stack((pattern, pattern.roll(1, dims=-1))), 2, [0], [1])
    assert both.tolist() == pytest.approx([-0.1, 0.3])
    with pytest.raises(ValueError, match="a place here"):
        preference(pattern, 2, [], [0])


def test_a_run_is_found_where_it_stands_first():
    assert where_is([1, 2, 3, 2, 3], [2, 3]) == [1, 2]
    for run in ([3, 1], []):
        with pytest.raises(ValueError, match="do not occur"):
            where_is([1, 2, 3], run)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_choice_among_noise_is_worth_no_more_than_coins_elsewhere(seed):
    margins = torch.randn(200, 2, 5, 9, generator=torch.Generator().manual_seed(seed))
    halves = torch.arange(200) % 2
    tested, chosen = held_out(margins, halves)
    in_sample = (margins[halves == 0][:, *chosen[0]] > 0).float().mean()
    assert in_sample > 0.55  # the best of 90
    assert 0.3 < (tested > 0).float().mean() < 0.7


def test_what_is_tested_plays_no_part_in_the_choice():
    margins = torch.randn(20, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    halves = torch.arange(20) % 2
    chosen = held_out(margins, halves)[1]
    margins[halves == 1] = -margins[halves == 1]
    assert held_out(margins, halves)[1][0] == chosen[0]
    assert held_out(margins, halves)[1][1] != chosen[1]
    with pytest.raises(ValueError, match="has no case"):
        held_out(margins, torch.zeros(20, dtype=torch.int64))
