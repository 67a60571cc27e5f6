"""A run of the training loop from start to end: gone on with where it was interrupted, saved now and then."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from torch import nn

from course_lib.training import (
    StepReport,
    TrainConfig,
    catch_interrupt,
    load_checkpoint,
    next_token_loss,
    save_checkpoint,
    train,
)

SAVE_EVERY_SECONDS = 30.0
"""How often a run under way is saved."""

Watch = Callable[[Iterable[Any], int], Iterable[Any]]
"""Something that reports pass through on their way, with the number of steps in all: a progress bar, a live curve."""


def unwatched(reports: Iterable[Any], n_steps: int) -> Iterable[Any]:
    """Reports pass through unseen."""
    return reports


def run(
    model: nn.Module,
    batches: Any,
    optimizer: Any,
    config: TrainConfig,
    *,
    loss: Callable[[nn.Module, Any], Any] = next_token_loss,
    partial: Path | None = None,
    watch: Watch = unwatched,
) -> StepReport:
    """Train to the end of the schedule, from nothing or from where an interrupted run was saved.

    Args:
        model: Changed in place.
        batches: Can be saved and gone on with.
        optimizer: From `make_optimizer`.
        config: Length and manner of the steps.
        loss: Scores the model on a batch.
        partial: Where the run under way is kept; a run found there is gone on with. None keeps nothing.
        watch: Sees every report.

    Returns:
        The last report.

    Raises:
        CourseError: What is found at `partial` belongs to another run.
        KeyboardInterrupt: Ctrl-C, after the run was saved.
    """
    report = None
    if partial is not None and partial.exists():
        report = load_checkpoint(partial, model, optimizer, batches, config)
    steps = train(model, batches, optimizer, config, loss, resume=report)
    saved = time.monotonic()
    with catch_interrupt() as interrupted:
        for report in watch(steps, config.schedule.n_steps):
            is_due = time.monotonic() - saved > SAVE_EVERY_SECONDS
            if partial is not None and (is_due or interrupted()):
                save_checkpoint(partial, model, optimizer, batches, report, config)
                saved = time.monotonic()
            if interrupted():
                raise KeyboardInterrupt
    return report
