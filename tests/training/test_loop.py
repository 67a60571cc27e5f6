"""The loop: accumulation equals the large batch, what it reports, and how it stops."""

import dataclasses
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.training import (
    Loss,
    OptimizerConfig,
    ScheduleConfig,
    StepReport,
    TrainConfig,
    evaluate_loss,
    learning_rate_at,
    make_optimizer,
    next_token_loss,
    train,
)
from course_lib.training.loss import IGNORE
from course_lib.transformer import GPT, GPTConfig

SHAPE = GPTConfig(vocab_size=17, context_length=8, n_layers=2, n_heads=2, d_model=16, qk_norm=True)


def random_batch(n_sequences: int, seed: int, n_masked: int = 0) -> SimpleNamespace:
    generator = torch.Generator().manual_seed(seed)
    token_ids = torch.randint(17, (n_sequences, 8), generator=generator)
    targets = torch.randint(17, (n_sequences, 8), generator=generator)
    targets.view(-1)[:n_masked] = IGNORE
    return SimpleNamespace(token_ids=token_ids, targets=targets)


def tiny_gpt(seed: int = 0) -> GPT:
    torch.manual_seed(seed)
    return GPT(SHAPE)


def config(n_steps: int, **changes: object) -> TrainConfig:
    settings = {"schedule": ScheduleConfig(n_steps=n_steps, kind="constant"), "precision": "float32"}
    return TrainConfig(**(settings | changes))


def run(model: nn.Module, batches: list, settings: TrainConfig, **changes: object) -> list:
    return list(train(model, batches, make_optimizer(model, OptimizerConfig()), settings, **changes))


@pytest.mark.parametrize("n_masked", [(0, 0, 0), (5, 20, 0), (16, 3, 1)])
def test_accumulation_is_the_large_batch(n_masked: tuple[int, ...]) -> None:
    """Also where the batches hold unequal numbers of scored tokens, or one holds none at all."""
    parts = [random_batch(2, seed, min(masked, 16)) for seed, masked in enumerate(n_masked)]
    whole = SimpleNamespace(
        token_ids=torch.cat([part.token_ids for part in parts]), targets=torch.cat([part.targets for part in parts])
    )
    gradients, reports = [], []
    for batches, accumulation in (([whole], 1), (parts, 3)):
        model = tiny_gpt()
        reports += run(model, batches, config(1, accumulation=accumulation, gradient_clip=None))
        gradients.append([parameter.grad.clone() for parameter in model.parameters()])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0, atol=1e-6)
    assert reports[0].loss == pytest.approx(reports[1].loss, abs=1e-6)
    assert reports[0].tokens_seen == reports[1].tokens_seen == 48 - sum(min(masked, 16) for masked in n_masked)


def test_learns_one_batch_by_heart() -> None:
    reports = run(tiny_gpt(), [random_batch(2, 0)], config(150))
    assert reports[0].loss == pytest.approx(math.log(17), abs=0.3)
    assert reports[-1].loss < 0.1
    assert [report.step for report in reports] == list(range(1, 151))
    assert reports[-1].tokens_seen == 150 * 16
    assert 0 < reports[0].seconds < reports[-1].seconds


def test_a_report_is_frozen() -> None:
    (report,) = run(tiny_gpt(), [random_batch(1, 0)], config(1))
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.loss = 0.0


def test_rates_follow_the_schedule_and_keep_their_ratio() -> None:
    model = tiny_gpt()
    optimizer = make_optimizer(model, OptimizerConfig())
    schedule = ScheduleConfig(n_steps=6, n_warmup_steps=2)
    for report in train(model, [random_batch(1, 0)], optimizer, config(6, schedule=schedule)):
        multiplier = learning_rate_at(report.step - 1, schedule)
        assert report.learning_rate == pytest.approx(0.01 * multiplier)
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(
            [group["initial_lr"] * multiplier for group in optimizer.param_groups]
        )


def test_gradient_is_clipped() -> None:
    model = tiny_gpt()
    (report,) = run(model, [random_batch(1, 0)], config(1, gradient_clip=0.01))
    norm = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm().item()
    assert report.gradient_norm > 0.1
    assert norm == pytest.approx(0.01, rel=1e-3)


def test_evaluates_when_due_and_weighs_every_token_alike() -> None:
    model = tiny_gpt()
    validation = [random_batch(3, 5, n_masked=20), random_batch(1, 6)]
    reports = run(model, [random_batch(1, 0)], config(5, evaluate_every=2), validation=validation)
    assert [report.validation_loss is not None for report in reports] == [False, True, False, True, True]
    losses = [next_token_loss(model, batch) for batch in validation]
    by_hand = sum(part.total.item() for part in losses) / (4 + 8)
    assert reports[-1].validation_loss == pytest.approx(by_hand, abs=1e-5)


def test_evaluation_leaves_no_trace() -> None:
    model = nn.Sequential(nn.Embedding(17, 17), nn.Dropout(0.5))
    before = torch.get_rng_state()
    first, second = (evaluate_loss(model, [random_batch(2, 0)]) for _ in range(2))
    assert first == second
    assert model.training
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_trains_in_short_formats(precision: str) -> None:
    reports = run(nn.Embedding(17, 17), [random_batch(2, 0)], config(200, precision=precision))
    assert reports[-1].loss < reports[0].loss - 0.3
    assert (reports[-1].loss_scale is not None) == (precision == "float16")


def test_float16_skips_a_step_that_overflows_and_goes_on() -> None:
    weight = nn.Linear(1, 1, bias=False)
    optimizer = make_optimizer(weight, OptimizerConfig())

    def steep(model: nn.Module, batch: float) -> Loss:
        return Loss((model.weight * batch).sum(), 1)

    steps = train(weight, [1e35, 1.0], optimizer, config(2, precision="float16", divergence_nats=math.inf), steep)
    before = weight.weight.item()
    assert next(steps).loss_scale == 2.0**15
    assert weight.weight.item() == before
    assert next(steps).loss_scale == 2.0**15
    assert weight.weight.item() != before


def steps_of(losses: Sequence[float]) -> tuple[nn.Linear, Iterator[StepReport]]:
    """A model, and a run of it in which each step has the next of these losses."""
    model, left = nn.Linear(1, 1, bias=False), iter(losses)

    def told(model: nn.Module, batch: int) -> Loss:
        return Loss(model.weight.sum() * 0 + next(left), 1)

    return model, train(model, [0], make_optimizer(model, OptimizerConfig()), config(len(losses)), told)


def test_stops_at_nan_before_it_reaches_the_weights() -> None:
    model, steps = steps_of([1.0, 1.0, math.nan])
    with pytest.raises(CourseError, match=r"^step 3: the loss is nan \(it was 1\.000 before\): the learning rate"):
        list(steps)
    assert not model.weight.isnan().any()


def test_stops_when_the_loss_rises_for_good() -> None:
    _, steps = steps_of(range(100))
    with pytest.raises(CourseError, match=r"^step \d+: the loss has diverged to \d+\.000 from \d\.\d+: lower"):
        list(steps)


def test_one_easy_batch_at_the_start_is_no_divergence() -> None:
    _, steps = steps_of([3.0, *[8.0] * 29])
    assert len(list(steps)) == 30


def test_says_when_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(CourseError, match="no training batches"):
        run(tiny_gpt(), [], config(1))
    with pytest.raises(CourseError, match="are all targets masked"):
        run(tiny_gpt(), [random_batch(1, 0, n_masked=8)], config(1))
    with pytest.raises(CourseError, match="nothing to score"):
        evaluate_loss(tiny_gpt(), [])


@pytest.mark.parametrize(
    "wrong", [{"accumulation": 0}, {"gradient_clip": 0.0}, {"evaluate_every": -1}, {"divergence_nats": 0.0}]
)
def test_impossible_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        config(1, **wrong)


COMPARE = """
import torch
from types import SimpleNamespace
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, train
from course_lib.transformer import GPT, GPTConfig

batch = SimpleNamespace(token_ids=torch.arange(16).view(2, 8), targets=torch.arange(1, 17).view(2, 8))
runs = []
for compiled in (False, True):
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=17, context_length=8, n_layers=2, n_heads=2, d_model=16, qk_norm=True))
    config = TrainConfig(schedule=ScheduleConfig(n_steps=5), precision="float32", compile=compiled)
    reports = train(model, [batch], make_optimizer(model, OptimizerConfig()), config, validation=[batch])
    runs.append([report.loss for report in reports])
torch.testing.assert_close(*map(torch.tensor, runs), rtol=0, atol=1e-4)
"""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++") and not shutil.which("clang++"), reason="no compiler here")
def test_compiled_is_the_same_run() -> None:
    """In a process of its own: the compiler cannot see through the shape checks that tests switch on."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", COMPARE], check=True)
