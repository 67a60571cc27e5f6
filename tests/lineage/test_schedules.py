"""N7 and the lengths of its runs: schedules are what they are called, and their smallest rungs run."""

import math

import pytest

from course_lib.lineage.experiments import experiment, n7_schedule, schedules
from course_lib.training import learning_rate_at


def test_the_four_schedules_differ_as_their_names_say():
    starts = {name: learning_rate_at(0, n7_schedule.shape(name, 100)) for name in n7_schedule.SCHEDULES}
    ends = {name: learning_rate_at(99, n7_schedule.shape(name, 100)) for name in n7_schedule.SCHEDULES}
    assert starts == {"constant": 1.0, "warm-up": 0.1, "cosine": 1.0, "warm-up and cosine": 0.1}
    assert {name: end < 0.01 for name, end in ends.items()} == {name: "cosine" in name for name in ends}


def test_the_smallest_rung_trains_a_model_by_each_schedule():
    rows = experiment("N7").run(0, "small")
    assert [row["schedule"] for row in rows] == list(n7_schedule.SCHEDULES)
    assert all(2 < row["loss"] < 8 for row in rows)
    assert experiment("N7").run(0, "small") == rows


def test_peaks_train_side_by_side_without_touching_each_other(monkeypatch):
    every = schedules.measure(1, schedule="cosine", n_steps=30)
    assert set(every) == {f"truth_{rate}" for rate in schedules.RATES}
    monkeypatch.setattr(schedules, "RATES", (0.01,))
    alone = schedules.measure(1, schedule="cosine", n_steps=30)
    assert alone["truth_0.01"] == pytest.approx(every["truth_0.01"], rel=1e-3)


def test_use_a_longer_run_comes_closer_to_the_tide():
    short, longer = (schedules.measure(0, schedule="warm-up and cosine", n_steps=n)["truth_0.02"] for n in (10, 200))
    assert longer < short / 3
    assert math.isfinite(longer)
