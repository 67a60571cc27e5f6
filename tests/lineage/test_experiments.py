"""Experiments are resumable, keyed by configuration, and their shipped results belong to the recipes there are."""

import pytest

from course_lib.common.device import machine
from course_lib.common.errors import CourseError
from course_lib.common.paths import DATA
from course_lib.lineage.experiments import EXPERIMENTS, Experiment, experiment, read_results, run_experiment


class Coin:
    """A measurement that counts how often it was asked, and can be made to fail."""

    def __init__(self):
        self.calls, self.fail_at = [], None

    def __call__(self, seed, *, bias):
        if (seed, bias) == self.fail_at:
            raise KeyboardInterrupt
        self.calls.append((seed, bias))
        return {"heads": seed + bias}


@pytest.fixture
def coin():
    return Coin()


def recipe(coin, **changes):
    usual = {
        "id": "X9",
        "question": "Does the coin fall?",
        "measure": coin,
        "settings": {"small": ({"bias": 0.5},), "full": ({"bias": 0.5}, {"bias": 0.25})},
        "n_seeds": {"small": 1, "full": 2},
    }
    return Experiment(**usual | changes)


def test_every_row_tells_where_it_comes_from(coin, tmp_path):
    rows = list(run_experiment(recipe(coin), path=tmp_path / "X9.csv"))
    assert [(row["seed"], row["bias"], float(row["heads"])) for row in rows] == [
        (0, 0.5, 0.5),
        (0, 0.25, 0.25),
        (1, 0.5, 1.5),
        (1, 0.25, 1.25),
    ]
    (first, *_), stored = rows, read_results(tmp_path / "X9.csv")
    assert len(stored) == 4
    assert set(stored[0]) == {"seed", "configuration", "rung", "machine", "dtype", "seconds", "bias", "heads"}
    assert {row["dtype"] for row in stored} == {"float32"}
    assert first["configuration"] == recipe(coin).hash({"bias": 0.5}) != recipe(coin).hash({"bias": 0.25})


def test_a_run_in_the_machines_format_says_which(coin, tmp_path):
    row = next(run_experiment(recipe(coin, in_training_dtype=True), path=tmp_path / "X9.csv"))
    assert row["dtype"] == str(machine().training_dtype).removeprefix("torch.")


def test_an_interrupted_experiment_goes_on_where_it_stopped(coin, tmp_path):
    path = tmp_path / "X9.csv"
    coin.fail_at = (1, 0.5)
    with pytest.raises(KeyboardInterrupt):
        list(run_experiment(recipe(coin), path=path))
    coin.fail_at = None
    assert len(list(run_experiment(recipe(coin), path=path))) == 2
    assert coin.calls == [(0, 0.5), (0, 0.25), (1, 0.5), (1, 0.25)]
    assert len(read_results(path)) == 4
    assert list(run_experiment(recipe(coin), path=path)) == []


def test_results_of_another_configuration_do_not_count(coin, tmp_path):
    path = tmp_path / "X9.csv"
    list(run_experiment(recipe(coin), path=path))
    list(run_experiment(recipe(coin, version=2), path=path))
    assert len(coin.calls) == 8
    assert len(read_results(path)) == 4


def test_mistakes_are_told_in_a_line(coin, tmp_path):
    with pytest.raises(CourseError, match=r"no rung 'huge': choose from small, full"):
        recipe(coin).run(0, "huge")
    with pytest.raises(CourseError, match=r"no experiment 'Q99': choose from .*R1"):
        experiment("Q99")
    (tmp_path / "X9.csv").write_text("hello,you\n1,2\n")
    with pytest.raises(CourseError, match=r"lacks the columns"):
        list(run_experiment(recipe(coin), path=tmp_path / "X9.csv"))
    with pytest.raises(ValueError, match="rungs"):
        recipe(coin, n_seeds={"small": 1})


def test_shipped_results_belong_to_the_recipes_there_are():
    shipped = {path.stem: read_results(path) for path in (DATA / "results").glob("*.csv") if path.stem in EXPERIMENTS}
    for name, rows in shipped.items():
        recipe = EXPERIMENTS[name]
        known = {recipe.hash(setting) for settings in recipe.settings.values() for setting in settings}
        assert {row["configuration"] for row in rows} <= known, f"{name}.csv is stale: run the experiment again"
