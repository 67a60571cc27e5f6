"""Over-fitting is made on purpose, and each cure changes what it says."""

import pytest
import torch

from course_lib.lineage.experiments import experiment, overfitting


def test_use_a_network_memorises_its_readings():
    _, looks = overfitting.learn(0, n_steps=400)
    first, last = looks[0], looks[-1]
    lowest = min(look["validation"] for look in looks)
    assert last["learned"] < 0.05 < first["learned"]
    assert last["validation"] > 2 * lowest
    assert [look["step"] for look in looks] == list(range(0, 401, overfitting.LOOK_EVERY))


def test_a_run_can_be_repeated():
    assert overfitting.learn(3, n_steps=40)[1] == overfitting.learn(3, n_steps=40)[1]


def test_a_curve_in_use_has_all_its_neurons():
    curve = overfitting.Curve(dropout=0.5)
    hours = torch.linspace(0, 25, 7)
    assert not torch.equal(curve(hours), curve(hours))
    assert overfitting.error(curve, hours, hours) == overfitting.error(curve, hours, hours)
    assert curve.training


@pytest.mark.parametrize(("cure", "strength"), [("none", 0.0), ("dropout", 0.3), ("decay", 3.0), ("more data", 40.0)])
def test_each_cure_changes_the_run(cure, strength):
    found = overfitting.measure(0, cure=cure, strength=strength, n_steps=60)
    bare = overfitting.measure(0, cure="none", strength=0.0, n_steps=60)
    assert (found == bare) == (cure == "none")


def test_early_stopping_takes_the_lowest_validation():
    stopped = overfitting.measure(0, cure="early stopping", strength=0.0, n_steps=200)
    assert stopped["validation"] <= overfitting.measure(0, cure="none", strength=0.0, n_steps=200)["validation"]
    assert stopped["step"] < 200


def test_the_smallest_rung():
    assert {row["cure"] for row in experiment("overfitting").run(0, "small")} == {"none", "dropout"}
