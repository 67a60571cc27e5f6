"""The training loop as a generator: each step yields a frozen report; plotting, stopping and saving stay outside.

    for report in train(model, batches, optimizer, config):
        print(report.step, report.loss)

Pre-training, fine-tuning and preference learning share it and differ in `loss`.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.training.loss import Loss, next_token_loss
from course_lib.training.metrics import smooth
from course_lib.training.precision import LossScaler, Precision, autocast, precision_dtype
from course_lib.training.schedule import ScheduleConfig, learning_rate_at

LossFunction = Callable[[nn.Module, Any], Loss]
"""Scores a model on one batch."""


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
    """The lowest smoothed loss so far."""
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
        >>> from course_lib.training import OptimizerConfig, make_optimizer
        >>> model = nn.Linear(1, 1, bias=False)
        >>> to_three = lambda model, batch: Loss((model(batch) - 3).square().sum(), len(batch))
        >>> optimizer = make_optimizer(model, OptimizerConfig(head_learning_rate=0.3))
        >>> config = TrainConfig(schedule=ScheduleConfig(n_steps=100), precision="float32")
        >>> reports = list(train(model, [torch.ones(1, 1)], optimizer, config, to_three))
        >>> len(reports), round(model.weight.item(), 1)
        (100, 3.0)
    """
    device = next(model.parameters()).device
    dtype = precision_dtype(config.precision, device)
    network = torch.compile(model) if config.compile else model
    scaler = LossScaler(device, dtype, resume.loss_scale if resume else None)
    supply = _endless(batches)
    report = resume
    for step in range(resume.step if resume else 0, config.schedule.n_steps):
        started = time.perf_counter()
        model.train()
        learning_rate = _set_learning_rates(optimizer, learning_rate_at(step, config.schedule))
        part = _accumulate_gradients(network, supply, optimizer, config, loss, scaler, dtype)
        gradient_norm = _finish_gradients(model, optimizer, config, scaler)
        mean, norm = torch.stack([part.mean.detach().float(), gradient_norm.float()]).tolist()
        _check(step + 1, mean, norm, report, config, scaler)
        scaler.step(optimizer, step + 1)
        seconds = time.perf_counter() - started
        due = config.evaluate_every and (step + 1) % config.evaluate_every == 0
        measured = None
        if validation is not None and (due or step + 1 == config.schedule.n_steps):
            measured = evaluate_loss(network, validation, loss, precision=config.precision)
        smoothed = smooth(report.smoothed_loss if report else None, mean, step + 1)
        report = StepReport(
            step=step + 1,
            loss=mean,
            smoothed_loss=smoothed,
            lowest_loss=min(smoothed, report.lowest_loss) if report else smoothed,
            learning_rate=learning_rate,
            gradient_norm=norm,
            tokens_seen=part.count + (report.tokens_seen if report else 0),
            seconds=seconds + (report.seconds if report else 0.0),
            validation_loss=measured,
            loss_scale=scaler.scale,
        )
        yield report


@torch.no_grad()
def evaluate_loss(
    model: nn.Module, batches: Iterable[Any], loss: LossFunction = next_token_loss, *, precision: Precision = "float32"
) -> float:
    """Mean loss over fixed batches, every scored token counting the same, with dropout switched off.

    Args:
        model: Left in the mode that it was in.
        batches: Gone through once.
        loss: Scores the model on a batch.
        precision: Format of the matrix products.

    Returns:
        Nats per token.

    Raises:
        CourseError: The batches hold nothing to score.

    Example:
        >>> model = nn.Linear(1, 1)
        >>> evaluate_loss(model, [(9.0, 1), (1.0, 3)], lambda model, pair: Loss(torch.tensor(pair[0]), pair[1]))
        2.5
    """
    was_training = model.training
    device = next(model.parameters()).device
    dtype = precision_dtype(precision, device)
    model.eval()
    try:
        with autocast(device, dtype):
            losses = [loss(model, batch) for batch in batches]
    finally:
        model.train(was_training)
    count = sum(part.count for part in losses)
    if count == 0:
        raise CourseError("evaluation found nothing to score: there are no batches, or every target is masked")
    return sum(part.total.item() for part in losses) / count


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


def _accumulate_gradients(
    network: nn.Module,
    supply: Iterator[Any],
    optimizer: Any,
    config: TrainConfig,
    loss: LossFunction,
    scaler: LossScaler,
    dtype: torch.dtype,
) -> Loss:
    """Fill the gradients with those of the mean over all terms of the step's batches, however they are spread."""
    device = next(network.parameters()).device
    optimizer.zero_grad()
    totals: list[torch.Tensor] = []
    count = expected = 0
    for _ in range(config.accumulation):
        with autocast(device, dtype):
            part = loss(network, next(supply))
        expected = expected or part.count * config.accumulation
        scaler.backward(part.total / max(expected, 1))
        totals.append(part.total.detach())
        count += part.count
    if count not in (0, expected):
        for parameter in network.parameters():
            if parameter.grad is not None:
                parameter.grad.mul_(max(expected, 1) / count)
    return Loss(torch.stack(totals).sum(), count)


def _finish_gradients(model: nn.Module, optimizer: Any, config: TrainConfig, scaler: LossScaler) -> torch.Tensor:
    """Unscale and clip; return the length of the whole gradient before clipping."""
    scaler.unscale(optimizer)
    limit = float("inf") if config.gradient_clip is None else config.gradient_clip
    return nn.utils.clip_grad_norm_(model.parameters(), limit)


def _check(
    step: int, loss: float, norm: float, before: StepReport | None, config: TrainConfig, scaler: LossScaler
) -> None:
    """Stop a run that is lost, in one line that says why."""
    earlier = f"it was {before.loss:.3f} before" if before else "this is the first step"
    rate = config.schedule
    if loss != loss and before is None:
        raise CourseError(f"step {step}: the loss is nan at the first step: masked targets alone, or nan in the weights?")
    if not abs(loss) < float("inf"):
        raise CourseError(f"step {step}: the loss is {loss} ({earlier}): the learning rate is likely too high")
    if not norm < float("inf") and scaler.scale is None:
        raise CourseError(f"step {step}: the gradient is {norm} at loss {loss:.3f}: the learning rate is likely too high")
    if before is not None and before.smoothed_loss > before.lowest_loss + config.divergence_nats:
        raise CourseError(
            f"step {step}: the loss has diverged to {loss:.3f} from {before.lowest_loss:.3f}: lower the learning rate"
            f" or lengthen the warm-up (now {rate.n_warmup_steps} steps)"
        )
