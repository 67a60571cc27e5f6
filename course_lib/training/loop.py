"""The training loop as a generator: each step yields a frozen report; plotting, stopping and saving stay outside.

    for report in train(model, batches, optimizer, config):
        print(report.step, report.loss)

Pre-training, fine-tuning and preference learning share it and differ in `loss`.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.training.gradients import LossFunction, accumulate_gradients, clip_gradients
from course_lib.training.loss import next_token_loss
from course_lib.training.memory import keep_freed_memory
from course_lib.training.metrics import evaluate_loss, smooth
from course_lib.training.precision import Arithmetic, Precision
from course_lib.training.schedule import ScheduleConfig, learning_rate_at

N_STEPS_TO_JUDGE = 10
"""Losses that a running mean needs before a rise above its lowest point means that a run is lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainConfig:
    """How long a run is and how each of its steps is taken."""

    schedule: ScheduleConfig
    """Number of steps and shape of the learning rate."""
    accumulation: int = 1
    """Batches whose gradients are added up for one step: the large batch that memory has no room for."""
    gradient_clip: float | None = 1.0
    """Largest length of the whole gradient; a longer one is shortened to it. None: never."""
    evaluate_every: int = 0
    """Steps between evaluations on the validation batches; 0 evaluates after the last step alone."""
    precision: Precision = "auto"
    """Format of the matrix products; weights and optimizer stay in float32."""
    compile: bool = False
    """Whether `torch.compile` fuses the model: half a minute at first, then faster steps."""
    divergence_nats: float = 2.0
    """The run stops when the smoothed loss has risen by this much above its lowest."""

    def __post_init__(self) -> None:
        if self.accumulation < 1:
            raise ValueError(f"accumulation is {self.accumulation}: a step needs at least 1 batch")
        if self.gradient_clip is not None and self.gradient_clip <= 0:
            raise ValueError(f"gradient_clip is {self.gradient_clip}: it must be above 0 (None switches it off)")
        if self.evaluate_every < 0:
            raise ValueError(f"evaluate_every is {self.evaluate_every}: it must be 0 or more steps")
        if self.divergence_nats <= 0:
            raise ValueError(f"divergence_nats is {self.divergence_nats}: it must be above 0 (inf never stops)")


@dataclass(frozen=True, kw_only=True, slots=True)
class StepReport:
    """What one step did; the last one is also where a run goes on from (`resume=`)."""

    step: int
    """Steps taken so far, this one included."""
    loss: float
    """Mean loss of this step's batch, before the step, in nats per token."""
    smoothed_loss: float
    """Running mean of the loss over about the last 50 steps."""
    lowest_loss: float
    """The lowest smoothed loss since it averages ten steps; until then the present one: one easy batch says nothing."""
    learning_rate: float
    """Rate of the first parameter group at this step."""
    gradient_norm: float
    """Length of the whole gradient before clipping."""
    tokens_seen: int
    """Tokens scored so far (for other losses: terms)."""
    seconds: float
    """Time spent in steps so far; evaluation and the caller's own work are not counted."""
    validation_loss: float | None = None
    """Mean loss on the validation batches after this step, where it was measured."""
    loss_scale: float | None = None
    """Factor on the loss in float16."""

    def headline(self) -> dict[str, str]:
        """What a progress bar shows."""
        return {"loss": f"{self.smoothed_loss:.3f}", "scored_per_s": f"{self.tokens_seen / self.seconds:,.0f}"}


def train(
    model: nn.Module,
    batches: Iterable[Any],
    optimizer: Any,
    config: TrainConfig,
    loss: LossFunction = next_token_loss,
    *,
    validation: Iterable[Any] | None = None,
    resume: StepReport | None = None,
) -> Iterator[StepReport]:
    """Train a model, one yielded report a step.

    Args:
        model: Changed in place. It may be used, evaluated or saved whenever the generator waits.
        batches: Training batches; taken from the start again when they run out.
        optimizer: From `make_optimizer`, or any torch optimizer. Its rates are the peaks that the schedule multiplies.
        config: Length, schedule and manner of the steps.
        loss: Scores the model on a batch.
        validation: Fixed batches, gone through from the start at each evaluation.
        resume: The last report of an interrupted run, as `load_checkpoint` returns it.

    Yields:
        A report after every step.

    Raises:
        CourseError: The loss or the gradient is not a number, or the loss has risen for good. The weights are those
            before the step that failed.

    Example:
        >>> from course_lib.training import Loss, OptimizerConfig, make_optimizer
        >>> model = nn.Linear(1, 1, bias=False)
        >>> to_three = lambda model, batch: Loss((model(batch) - 3).square().sum(), len(batch))
        >>> optimizer = make_optimizer(model, OptimizerConfig(head_learning_rate=0.3))
        >>> config = TrainConfig(schedule=ScheduleConfig(n_steps=100), precision="float32")
        >>> reports = list(train(model, [torch.ones(1, 1)], optimizer, config, to_three))
        >>> len(reports), round(model.weight.item(), 1)
        (100, 3.0)
    """
    device = next(model.parameters()).device
    arithmetic = Arithmetic(config.precision, device, resume.loss_scale if resume else None)
    if device.type == "cpu":
        keep_freed_memory()
    network = torch.compile(model) if config.compile else model
    supply = _endless(batches)
    report = resume
    for step in range(resume.step if resume else 0, config.schedule.n_steps):
        started = time.perf_counter()
        model.train()
        learning_rate = _set_learning_rates(optimizer, learning_rate_at(step, config.schedule))
        optimizer.zero_grad()
        scored = accumulate_gradients(network, supply, config.accumulation, loss, arithmetic)
        arithmetic.unscale(optimizer)
        length = clip_gradients(model, config.gradient_clip)
        mean, norm = torch.stack([scored.mean.float(), length.float()]).tolist()
        _check(step + 1, mean, norm, report, config, arithmetic)
        arithmetic.step(optimizer)
        seconds = time.perf_counter() - started
        report = _carry_on(report, mean, norm, scored.count, seconds, learning_rate, arithmetic.scale)
        if validation is not None and _is_due(report.step, config):
            measured = evaluate_loss(network, validation, loss, precision=config.precision)
            report = replace(report, validation_loss=measured)
        yield report


def _is_due(step: int, config: TrainConfig) -> bool:
    """Whether to evaluate after this step: every so many, and after the last."""
    return step == config.schedule.n_steps or (config.evaluate_every > 0 and step % config.evaluate_every == 0)


def _carry_on(
    before: StepReport | None,
    loss: float,
    gradient_norm: float,
    n_tokens: int,
    seconds: float,
    learning_rate: float,
    loss_scale: float | None,
) -> StepReport:
    """The next report: what this step measured, and what is counted from the beginning of the run."""
    step = before.step + 1 if before else 1
    smoothed = smooth(before.smoothed_loss if before else None, loss, step)
    return StepReport(
        step=step,
        loss=loss,
        smoothed_loss=smoothed,
        lowest_loss=min(smoothed, before.lowest_loss) if before and step > N_STEPS_TO_JUDGE else smoothed,
        learning_rate=learning_rate,
        gradient_norm=gradient_norm,
        tokens_seen=n_tokens + (before.tokens_seen if before else 0),
        seconds=seconds + (before.seconds if before else 0.0),
        loss_scale=loss_scale,
    )


def _endless(batches: Iterable[Any]) -> Iterator[Any]:
    """The batches, from the start again whenever they run out."""
    while True:
        empty = True
        for batch in batches:
            empty = False
            yield batch
        if empty:
            raise CourseError("there are no training batches: is the text shorter than one context?")


def _set_learning_rates(optimizer: Any, multiplier: float) -> float:
    """Give every group its peak rate times the schedule's factor; return the first group's."""
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("initial_lr", group["lr"]) * multiplier
    return optimizer.param_groups[0]["lr"]


def _check(
    step: int, loss: float, norm: float, before: StepReport | None, config: TrainConfig, arithmetic: Arithmetic
) -> None:
    """Stop a run that is lost, in one line that says why."""
    if loss != loss and before is None:
        raise CourseError(f"step {step}: the loss is nan at once: are all targets masked, or weights not numbers?")
    blame = "the learning rate is likely too high"
    if not abs(loss) < float("inf"):
        earlier = f"it was {before.loss:.3f} before" if before else "at the first step"
        raise CourseError(f"step {step}: the loss is {loss} ({earlier}): {blame}")
    if not norm < float("inf") and arithmetic.scale is None:
        raise CourseError(f"step {step}: the gradient is {norm} at a loss of {loss:.3f}: {blame}")
    if before is not None and before.smoothed_loss > before.lowest_loss + config.divergence_nats:
        raise CourseError(
            f"step {step}: the loss has diverged to {loss:.3f} from {before.lowest_loss:.3f}: lower the learning rate"
            f" or lengthen the warm-up (now {config.schedule.n_warmup_steps} steps)"
        )
