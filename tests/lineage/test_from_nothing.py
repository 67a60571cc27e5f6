"""All stages in one call: what fits is kept, what does not is made anew, an interrupt loses nothing."""

import json
import signal
from dataclasses import replace

import pytest

from course_lib.common.errors import CourseError
from course_lib.lineage.freshness import orphans
from course_lib.lineage.from_nothing import shorten_all, train_all
from course_lib.lineage.stages import STAGES
from tests.lineage.small import RECIPES, SMALL, no_bar


@pytest.fixture
def made(monkeypatch):
    """The stages that are made, in order: name, recipe, whether an interrupted run may be gone on with."""
    from course_lib.lineage import from_nothing

    names, train = [], from_nothing.train_stage

    def note(name, **how):
        names.append((name, how["recipe"], how["resume"]))
        return train(name, **how)

    monkeypatch.setattr("course_lib.lineage.from_nothing.train_stage", note)
    return names


def test_from_nothing_to_everything_with_an_interrupt_between(family, grown, made, tmp_path, monkeypatch, capsys):
    """Byte for byte the family that was trained one stage after the other, the tokenizer too."""
    monkeypatch.setattr("course_lib.lineage.making.train_tokenizer", small_tokenizer)
    folder = tmp_path / "anew"

    def press(reports, n_steps):
        for report in reports:
            if made[-1][0] == "chat" and len(made) == 3 and report.step == 2:
                signal.raise_signal(signal.SIGINT)
            yield report

    with pytest.raises(KeyboardInterrupt):
        train_all(out=folder, stages=SMALL, watch=press)
    assert [name for name, *_ in made] == ["tokenizer", "base", "chat"]
    made.clear()
    reports = train_all(out=folder, stages=SMALL, watch=press)
    assert [name for name, *_ in made] == ["chat", "reward", "rlhf"]
    assert {name: report["is_kept"] for name, report in reports.items()} == {
        "tokenizer": True, "base": True, "chat": False, "reward": False, "rlhf": False
    }  # fmt: skip
    assert "base: is there already" in capsys.readouterr().out
    for name in SMALL:
        assert (folder / SMALL[name].file).read_bytes() == (family / SMALL[name].file).read_bytes()
    made.clear()
    again = train_all(out=folder, stages=SMALL, watch=no_bar)
    assert made == []
    assert again["rlhf"]["card"] == json.loads((folder / "rlhf.report.json").read_text())["card"]
    assert again["tokenizer"]["vocab_size"] == 700


def small_tokenizer(recipe):
    from course_lib.lineage.base import train_tokenizer

    return train_tokenizer(recipe, vocab_size=700)


def test_what_was_retrained_orphans_its_children_and_all_makes_them_anew(grown, made):
    assert orphans(grown) == {}
    train_all(out=grown, stages={name: SMALL[name] for name in ("tokenizer", "base")}, seed=1, watch=no_bar)
    assert orphans(grown) == {
        "chat": "chat.safetensors was made from another base",
        "reward": "reward.safetensors comes from chat.safetensors",
        "rlhf": "rlhf.safetensors comes from reward.safetensors",
    }
    assert [name for name, *_ in made] == ["base"]


@pytest.fixture
def pretend(made, monkeypatch):
    """Nothing is trained, only noted."""

    def note(name, **how):
        made.append((name, how["recipe"], how["resume"]))
        return {"stage": name}

    monkeypatch.setattr("course_lib.lineage.from_nothing.train_stage", note)
    return made


def test_another_seed_or_recipe_is_made_anew_with_all_that_comes_of_it(grown, pretend):
    train_all(out=grown, stages=SMALL, seed=1)
    assert [name for name, *_ in pretend] == ["base", "chat", "reward", "rlhf"]
    pretend.clear()
    train_all(out=grown, stages=SMALL | {"chat": replace(SMALL["chat"], recipe=replace(RECIPES["chat"], doubt=0.5))})
    assert pretend[0][0] == "chat"


def test_fresh_makes_everything_anew(grown, pretend):
    train_all(out=grown, stages=SMALL, fresh=True)
    assert [(name, resume) for name, _, resume in pretend] == [(name, False) for name in SMALL]


def test_minutes_are_divided_in_proportion_and_full_models_are_kept(grown, pretend):
    train_all(out=grown, stages=SMALL, minutes=0.1)
    assert pretend == []
    train_all(out=grown / "empty", stages=SMALL, minutes=1.0)
    total = sum(stage.minutes_here for stage in SMALL.values())
    recipes = {name: recipe for name, recipe, _ in pretend}
    assert recipes["chat"].n_steps == max(1, round(RECIPES["chat"].n_steps / total))
    assert recipes["base"].n_tokens == round(RECIPES["base"].n_tokens / total)
    assert recipes["tokenizer"] == RECIPES["tokenizer"]
    assert shorten_all(STAGES, 1e9) == STAGES
    with pytest.raises(CourseError, match="minutes"):
        train_all(out=grown, stages=SMALL, minutes=0.0)
