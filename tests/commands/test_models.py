"""`train`: one table at the end, a line for each model that no longer fits, an interrupt that says how to go on."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from course_lib import __main__ as command_line
from course_lib.commands.models import headline_table, stale_lines

SHARE = {"value": 0.9, "low": 0.85, "high": 0.95}
REPORTS = {
    "tokenizer": {"stage": "tokenizer", "vocab_size": 2048, "is_kept": True},
    "reward": {"stage": "reward", "minutes": 4.25, "card": {"clear": SHARE, "right_over_wrong": SHARE}},
    "rlhf": {"stage": "rlhf", "minutes": 5.0, "is_kept": True, "card": {"win_rate": SHARE, "kl": 3.14159}},
}


def test_the_table_by_hand():
    screen = io.StringIO()
    Console(file=screen, width=120).print(headline_table(REPORTS.values()))
    heading, tokenizer, reward, *rest = screen.getvalue().splitlines()
    assert heading.split() == ["stage", "minutes", "measured", "95", "%", "interval", "of", "what"]
    assert tokenizer.split()[:3] == ["tokenizer", "(kept)", "2,048"]
    assert reward.split()[:7] == ["reward", "4.2", "90.0", "%", "85.0", "to", "95.0"]
    assert "right replies that it scores above wrong ones" in screen.getvalue()
    assert [line.split()[:3] for line in rest if line.startswith("rlhf")] == [["rlhf", "5.0", "(kept)"]]
    assert "3.142" in rest[-1]


@pytest.fixture
def stages(monkeypatch, tmp_path):
    """What the command asks for, without training anything."""
    calls = SimpleNamespace(all=[], one=[], raises=None)

    def train_all(**how):
        calls.all.append(how)
        if calls.raises:
            raise calls.raises
        return REPORTS

    def train_stage(name, **how):
        calls.one.append((name, how))
        return REPORTS["reward"]

    monkeypatch.setattr("course_lib.common.paths.MY", tmp_path)
    monkeypatch.setattr("course_lib.lineage.from_nothing.train_all", train_all)
    monkeypatch.setattr("course_lib.lineage.stages.train_stage", train_stage)
    monkeypatch.setattr("course_lib.lineage.freshness.orphans", lambda folder: {})
    monkeypatch.setenv("COURSE_SEED", "3")
    return calls


def test_train_all_prints_one_table(stages, capsys):
    assert command_line.main(["train", "all", "--minutes", "7"]) == 0
    assert stages.all == [{"seed": 3, "minutes": 7.0, "fresh": False}]
    told = capsys.readouterr().out
    assert all(name in told for name in REPORTS)
    assert "minutes in all, examinations included" in " ".join(told.split())


def test_one_stage_is_trained_alone(stages, capsys):
    assert command_line.main(["train", "reward", "--fresh"]) == 0
    assert stages.one == [("reward", {"seed": 3, "minutes": None, "resume": False})]
    assert "90.0 %" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "says"), [
    (["train", "all"], "interrupted and saved; the same command goes on from there"),
    (["train", "all", "--fresh"], "interrupted and saved; the same command without --fresh goes on from there"),
])  # fmt: skip
def test_an_interrupt_says_how_to_go_on(stages, words, says, capsys):
    stages.raises = KeyboardInterrupt()
    assert command_line.main(words) == 130
    assert capsys.readouterr().err == f"\n{says}\n"


def test_models_that_no_longer_fit_are_named_with_what_to_do(tmp_path, monkeypatch):
    found = {"chat": "chat.safetensors was made from another base", "rlhf": "rlhf.safetensors comes from chat"}
    monkeypatch.setattr("course_lib.lineage.freshness.orphans", lambda folder: found if folder == tmp_path else {})
    assert list(stale_lines(tmp_path)) == [
        "chat.safetensors was made from another base.",
        "rlhf.safetensors comes from chat.",
        "To make chat, rlhf fit again: python course.py train all",
    ]
    assert list(stale_lines(tmp_path / "other")) == []
