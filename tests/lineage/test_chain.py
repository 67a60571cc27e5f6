"""From base to chat, reward and RLHF: an interrupt loses nothing, parents fit, and mistakes are told in a line."""

import json
import signal
import sys
from dataclasses import replace

import pytest

from course_lib.common.errors import CourseError
from course_lib.lineage import load, train_stage
from course_lib.lineage.load import Family
from course_lib.lineage.making import bring_parents
from course_lib.training import file_hash
from tests.lineage.small import RECIPES, no_bar

LATER = ("chat", "reward", "rlhf")


def remove(folder, *names):
    for name in names:
        (folder / f"{name}.safetensors").unlink()
        (folder / f"{name}.report.json").unlink()


def ship(monkeypatch, folder):
    """Let the models in a folder be those that ship."""
    monkeypatch.setattr(sys.modules["course_lib.lineage.load"], "SHIPPED", folder)


def interrupt_at(step, seen):
    """Watch steps go by, and press Ctrl-C at one."""

    def press(reports, n_steps):
        for report in reports:
            seen.append(report.step)
            if report.step == step:
                signal.raise_signal(signal.SIGINT)
            yield report

    return press


def test_every_stage_leaves_a_model_and_a_report_that_name_each_other(family):
    parents = {"base": "tokenizer", "chat": "base", "reward": "chat", "rlhf": "reward"}
    assert {path.name for path in family.iterdir()} == {
        "tokenizer.json",
        *(f"{name}.{kind}" for name in parents for kind in ("safetensors", "report.json")),
    }
    for name, parent in parents.items():
        report = json.loads((family / f"{name}.report.json").read_text())
        assert (report["stage"], report["parent"], report["seed"]) == (name, parent, 0)
        suffix = "json" if parent == "tokenizer" else "safetensors"
        assert report["parent_sha256"] == file_hash(family / f"{parent}.{suffix}")
        assert report["tokenizer_sha256"] == file_hash(family / "tokenizer.json")
        assert report["card"]


@pytest.mark.parametrize(("name", "step", "last"), [("chat", 3, 8), ("reward", 4, 6), ("rlhf", 3, 5), ("rlhf", 5, 5)])
def test_ctrl_c_saves_and_the_same_call_goes_on_bit_for_bit(family, grown, name, step, last):
    """Byte for byte what another run with the same seed made, which nobody interrupted."""
    remove(grown, *LATER[LATER.index(name) :])
    seen = []
    with pytest.raises(KeyboardInterrupt):
        train_stage(name, out=grown, recipe=RECIPES[name], watch=interrupt_at(step, seen))
    assert seen == list(range(1, step + 1))
    assert (grown / f"{name}.partial").exists()
    assert not (grown / f"{name}.safetensors").exists()
    train_stage(name, out=grown, recipe=RECIPES[name], watch=interrupt_at(None, seen))
    assert seen == list(range(1, last + 1))
    assert (grown / f"{name}.safetensors").read_bytes() == (family / f"{name}.safetensors").read_bytes()
    assert not list(grown.glob("*.partial*"))


def test_another_seed_makes_another_model(family, grown):
    train_stage("chat", out=grown, recipe=RECIPES["chat"], seed=1, watch=no_bar)
    assert load("chat", folder=grown)[2]["seed"] == 1
    assert (grown / "chat.safetensors").read_bytes() != (family / "chat.safetensors").read_bytes()


@pytest.mark.parametrize("name", LATER)
def test_a_broken_partial_is_one_line(grown, name):
    (grown / f"{name}.partial").write_bytes(b"damaged")
    with pytest.raises(CourseError, match=rf"{name}\.partial") as caught:
        train_stage(name, out=grown, recipe=RECIPES[name], watch=no_bar)
    assert "\n" not in str(caught.value)
    assert (grown / f"{name}.safetensors").exists()


@pytest.fixture
def interrupted(grown):
    """A folder in which the chat model was interrupted at its second step."""
    with pytest.raises(KeyboardInterrupt):
        train_stage("chat", out=grown, recipe=RECIPES["chat"], watch=interrupt_at(2, []))
    return grown


def test_an_interrupted_run_is_not_gone_on_with_as_another(interrupted):
    with pytest.raises(CourseError, match=r"chat\.partial is of a run with seed 0, this one has 3: .* --fresh"):
        train_stage("chat", out=interrupted, recipe=RECIPES["chat"], seed=3, watch=no_bar)
    other = replace(RECIPES["chat"], doubt=0.5)
    with pytest.raises(CourseError, match=r"a run with recipe\.doubt 0\.\d+, this one has 0\.5"):
        train_stage("chat", out=interrupted, recipe=other, watch=no_bar)
    seen = []
    train_stage("chat", out=interrupted, recipe=other, resume=False, watch=interrupt_at(None, seen))
    assert seen[0] == 1


def test_a_run_whose_parent_is_no_more_is_begun_anew(interrupted):
    train_stage("base", out=interrupted, recipe=RECIPES["base"], seed=1, watch=no_bar)
    seen = []
    train_stage("chat", out=interrupted, recipe=RECIPES["chat"], watch=interrupt_at(None, seen))
    assert seen == list(range(1, 9))


def test_parents_that_ship_are_brought(family, tmp_path, monkeypatch):
    ship(monkeypatch, family)
    (tmp_path / "mine").mkdir()
    assert Family(tmp_path / "mine").file("chat") == family / "chat.safetensors"
    brought = bring_parents("reward", tmp_path / "mine")
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {
        "tokenizer.json", "base.safetensors", "chat.safetensors", "reward.safetensors"
    }  # fmt: skip
    assert brought.file("base") == tmp_path / "mine" / "base.safetensors"


def test_a_shipped_child_of_another_parent_is_not_mixed_in(family, grown, monkeypatch):
    ship(monkeypatch, family)
    train_stage("base", out=grown, recipe=RECIPES["base"], seed=1, watch=no_bar)
    remove(grown, *LATER)
    before = sorted(grown.iterdir())
    with pytest.raises(CourseError, match=r"chat\.safetensors was made from another base than .*: train chat again"):
        train_stage("reward", out=grown, recipe=RECIPES["reward"], watch=no_bar)
    assert sorted(grown.iterdir()) == before


def test_a_parent_that_is_nowhere_is_told_with_what_to_do(trained, tmp_path, monkeypatch):
    ship(monkeypatch, tmp_path / "nothing")
    with pytest.raises(CourseError, match=r"no model 'chat' in .*trained; there are: base; .*course\.py train chat"):
        train_stage("reward", out=trained, recipe=RECIPES["reward"], watch=no_bar)


def test_what_is_no_language_model_is_told_in_a_line(family):
    with pytest.raises(CourseError, match=r"reward\.safetensors writes nothing") as caught:
        load("reward", folder=family)
    assert "\n" not in str(caught.value)
