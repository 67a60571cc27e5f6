"""Checkpoints: a run killed without warning ends bit for bit like one that was left alone; bad files say so."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.training import (
    OptimizerConfig,
    ScheduleConfig,
    TrainConfig,
    load_checkpoint,
    make_optimizer,
    save_checkpoint,
    train,
)
from course_lib.transformer import GPT, GPTConfig

RUN = '''
import random, sys, time
from types import SimpleNamespace
import numpy, torch
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig
from course_lib.training import load_checkpoint, make_optimizer, save_checkpoint, train
from course_lib.transformer import GPT, GPTConfig


class Batches:
    """Random batches that know how many were taken, and lean on every global random state."""

    taken = 0

    def __iter__(self):
        while True:
            generator = torch.Generator().manual_seed(self.taken)
            token_ids = torch.randint(13, (2, 9), generator=generator)
            token_ids[0, 0] = random.randrange(13)
            token_ids[1, 0] = int(numpy.random.randint(13))
            self.taken += 1
            yield SimpleNamespace(token_ids=token_ids[:, :-1], targets=token_ids[:, 1:])

    def state_dict(self):
        return {"taken": self.taken}

    def load_state_dict(self, state):
        self.taken = state["taken"]


def main(checkpoint, final, resume, slow):
    torch.manual_seed(0), random.seed(0), numpy.random.seed(0)
    model = GPT(GPTConfig(vocab_size=13, context_length=8, n_layers=2, n_heads=2, d_model=8, dropout=0.1))
    optimizer, batches = make_optimizer(model, OptimizerConfig(matrix_weight_decay=0.1)), Batches()
    config = TrainConfig(schedule=ScheduleConfig(n_steps=24, n_warmup_steps=4), accumulation=2, precision=PRECISION)
    start = load_checkpoint(checkpoint, model, optimizer, batches, config) if resume else None
    for report in train(model, batches, optimizer, config, resume=start):
        if report.step % 3 == 0:
            save_checkpoint(checkpoint, model, optimizer, batches, report, config)
            print(report.step, flush=True)
        if slow:
            time.sleep(0.05)
    last = dict(loss=report.loss, smoothed=report.smoothed_loss, tokens=report.tokens_seen)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "last": last}, final)
'''


def start_run(folder: Path, name: str, precision: str, resume: bool, slow: bool) -> subprocess.Popen:
    call = f"main({str(folder / f'{name}.ckpt')!r}, {str(folder / f'{name}.pt')!r}, {resume}, {slow})"
    source = RUN.replace("PRECISION", repr(precision)) + call
    return subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no kill -9")
@pytest.mark.parametrize("precision", ["float32", pytest.param("bfloat16", marks=pytest.mark.slow)])
def test_killed_and_resumed_is_bitwise_equal(tmp_path: Path, precision: str) -> None:
    whole = start_run(tmp_path, "whole", precision, resume=False, slow=False)
    killed = start_run(tmp_path, "resumed", precision, resume=False, slow=True)
    for line in killed.stdout:
        if int(line) >= 9:
            killed.send_signal(signal.SIGKILL)
            break
    assert killed.wait() == -signal.SIGKILL
    killed.stdout.close()
    assert not (tmp_path / "resumed.pt").exists()
    for process in (whole, start_run(tmp_path, "resumed", precision, resume=True, slow=False)):
        process.communicate()
        assert process.returncode == 0
    resumed, whole = (torch.load(tmp_path / f"{name}.pt") for name in ("resumed", "whole"))
    assert resumed["last"] == whole["last"]
    torch.testing.assert_close(resumed["model"], whole["model"], rtol=0, atol=0)
    for name, state in whole["optimizer"].items():
        torch.testing.assert_close(resumed["optimizer"][name]["state"], state["state"], rtol=0, atol=0)


class Counter:
    """Batches whose whole state is a number."""

    def __init__(self) -> None:
        self.taken = 0

    def state_dict(self) -> dict:
        return {"taken": self.taken}

    def load_state_dict(self, state: dict) -> None:
        self.taken = state["taken"]


def parts(d_model: int = 8) -> tuple:
    model = GPT(GPTConfig(vocab_size=13, context_length=8, n_layers=1, n_heads=2, d_model=d_model))
    return model, make_optimizer(model, OptimizerConfig()), Counter()


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    model, optimizer, counter = parts()
    config = TrainConfig(schedule=ScheduleConfig(n_steps=2), precision="float32")
    tokens = torch.tensor([[1, 2, 3]])
    (*_, report) = train(model, [SimpleNamespace(token_ids=tokens, targets=tokens)], optimizer, config)
    save_checkpoint(tmp_path / "run.ckpt", model, optimizer, counter, report, config)
    return tmp_path / "run.ckpt"


def test_round_trip(saved: Path) -> None:
    model, optimizer, counter = parts()
    report = load_checkpoint(saved, model, optimizer, counter)
    assert report.step == 2
    save_checkpoint(saved.with_name("again.ckpt"), model, optimizer, counter, report)
    again = parts()
    assert load_checkpoint(saved.with_name("again.ckpt"), *again) == report
    torch.testing.assert_close(again[0].state_dict(), model.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize("damage", ["one bit", "cut", "empty", "another file"])
def test_damage_is_noticed(saved: Path, damage: str) -> None:
    contents = bytearray(saved.read_bytes())
    contents[len(contents) // 2] ^= 1
    broken = {"one bit": contents, "cut": contents[: len(contents) // 2], "empty": b"", "another file": b"hello\n"}
    saved.write_bytes(broken[damage])
    with pytest.raises(CourseError, match=r"run\.ckpt is (damaged|not a training checkpoint).*train again$"):
        load_checkpoint(saved, *parts())


def test_another_shape_or_run_is_refused(saved: Path) -> None:
    with pytest.raises(CourseError, match=r"model with d_ff 32, this model has 64"):
        load_checkpoint(saved, *parts(d_model=16))
    with pytest.raises(CourseError, match=r"run with schedule\.n_steps 2, this run has 3"):
        load_checkpoint(saved, *parts(), TrainConfig(schedule=ScheduleConfig(n_steps=3), precision="float32"))
    model, _, counter = parts()
    slower = make_optimizer(model, OptimizerConfig(matrix_learning_rate=0.001))
    settings = TrainConfig(schedule=ScheduleConfig(n_steps=2), precision="float32")
    with pytest.raises(CourseError, match=r"run with matrix_learning_rate 0\.01, this run has 0\.001"):
        load_checkpoint(saved, model, slower, counter, settings)
    with pytest.raises(CourseError, match="there is no checkpoint"):
        load_checkpoint(saved.with_name("none.ckpt"), *parts())
    model, _, counter = parts()
    with pytest.raises(CourseError, match="belongs to another model, optimizer"):
        load_checkpoint(saved, model, make_optimizer(model, OptimizerConfig(kind="adamw")), counter)
    with pytest.raises(CourseError, match="belongs to another model"):
        load_checkpoint(saved, nn.Linear(2, 2), make_optimizer(nn.Linear(2, 2), OptimizerConfig()), counter)


def test_a_full_disk_leaves_the_old_checkpoint(saved: Path) -> None:
    resource = pytest.importorskip("resource", reason="only Unix limits file sizes")
    model, optimizer, counter = parts()
    report = load_checkpoint(saved, model, optimizer, counter)
    before, limits = saved.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save_checkpoint(saved, model, optimizer, counter, report)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert saved.read_bytes() == before
    assert [file.name for file in saved.parent.iterdir()] == ["run.ckpt"]
