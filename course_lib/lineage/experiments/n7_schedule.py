"""N7: constant, warmed-up and falling learning rates, each tried at its own best rate.

A small GPT reads pages about the small world for a fixed number of steps, each time with AdamW, the same start and the
same batches. Only the schedule and its peak differ.
"""

import torch

from course_lib.lineage.experiments.a3_causal_mask import VOCAB_SIZE, world_ids
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import Batches
from course_lib.training import (
    OptimizerConfig,
    ScheduleConfig,
    TrainConfig,
    evaluate_loss,
    make_optimizer,
    train,
)
from course_lib.transformer import GPT, GPTConfig

CONTEXT_LENGTH, BATCH_SIZE, WARMUP_SHARE = 32, 8, 0.1

SCHEDULES = {
    "constant": ("constant", False),
    "warm-up": ("constant", True),
    "cosine": ("cosine", False),
    "warm-up and cosine": ("cosine", True),
}
"""Name → what follows the warm-up, and whether there is one."""

RATES = (0.004, 0.008, 0.016)


def shape(schedule: str, n_steps: int) -> ScheduleConfig:
    """The learning rate over a run; a warm-up takes a tenth of it."""
    kind, warm = SCHEDULES[schedule]
    return ScheduleConfig(n_steps=n_steps, kind=kind, n_warmup_steps=round(WARMUP_SHARE * n_steps) if warm else 0)


def measure(seed: int, *, schedule: str, rate: float, n_steps: int) -> dict[str, float]:
    """Train one model and score it on text that it has not seen.

    Returns:
        `loss`: mean surprise on held-out windows, in nats per token; infinite if the run went astray.
    """
    torch.manual_seed(seed)
    ids = world_ids()
    split = len(ids) * 9 // 10
    config = GPTConfig(vocab_size=VOCAB_SIZE, context_length=CONTEXT_LENGTH, n_layers=2, n_heads=2, d_model=32)
    model = GPT(config)
    rates = {f"{role}_learning_rate": rate for role in ("matrix", "embedding", "head", "vector")}
    optimizer = make_optimizer(model, OptimizerConfig(kind="adamw", **rates))
    plan = TrainConfig(schedule=shape(schedule, n_steps), precision="float32", divergence_nats=torch.inf)
    batches = Batches(ids[:split], batch_size=BATCH_SIZE, context_length=CONTEXT_LENGTH, seed=seed)
    for _ in train(model, batches, optimizer, plan):
        pass
    unread = Batches(ids[split:], batch_size=64, context_length=CONTEXT_LENGTH, seed=0)
    return {"loss": evaluate_loss(model, [unread.batch_at(number) for number in range(2)])}


def _settings(rates: tuple[float, ...], n_steps: int) -> tuple[dict, ...]:
    return tuple({"schedule": schedule, "rate": rate, "n_steps": n_steps} for schedule in SCHEDULES for rate in rates)


EXPERIMENT = Experiment(
    id="N7",
    question="Does a rate that warms up and then falls along a cosine train better than a constant one?",
    measure=measure,
    settings={"small": _settings((0.008,), 10), "full": _settings(RATES, 250)},
    n_seeds={"small": 1, "full": 5},
)
