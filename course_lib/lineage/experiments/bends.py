"""Bends and norms: small models of equal size that differ in the feed-forward layer's bend, or in the norm, alone."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.lineage.experiments.a3_causal_mask import VOCAB_SIZE, world_ids
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import Batches
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, token_losses, train
from course_lib.transformer import GPT, FeedForward, GPTConfig, Parts, squared_relu

BENDS: dict[str, Callable[[Tensor], Tensor]] = {
    "none": lambda inner: inner,
    "relu": F.relu,
    "gelu": F.gelu,
    "squared relu": squared_relu,
}
"""Name → what happens to each inner number; `swiglu`, which has a third matrix, comes besides."""

CONTEXT_LENGTH, D_MODEL, D_FF = 32, 64, 256


class Bent(nn.Module):
    """Widen, bend, narrow, with a bend of your choice.

    Args:
        bend: From inner numbers to inner numbers.
        d_ff: Width inside.
    """

    def __init__(self, bend: Callable[[Tensor], Tensor], d_ff: int = D_FF) -> None:
        super().__init__()
        self.bend = bend
        self.up_proj = nn.Linear(D_MODEL, d_ff, bias=False)
        self.down_proj = nn.Linear(d_ff, D_MODEL, bias=False)

    def forward(self, residual: Tensor) -> Tensor:
        """What each token adds to itself."""
        return self.down_proj(self.bend(self.up_proj(residual)))


def make_model(bend: str, norm: str) -> GPT:
    """A small GPT; a gated layer is narrower by a third, since it has three matrices in the place of two.

    Raises:
        ValueError: There is no such bend.
    """
    if bend not in (*BENDS, "swiglu"):
        raise ValueError(f"bend is {bend!r}: choose from {', '.join(BENDS)}, swiglu")
    is_gated = bend == "swiglu"
    config = GPTConfig(
        vocab_size=VOCAB_SIZE,
        context_length=CONTEXT_LENGTH,
        n_layers=2,
        n_heads=4,
        d_model=D_MODEL,
        d_ff=round(D_FF * 2 / 3) if is_gated else D_FF,
        norm=norm,
        feed_forward="swiglu" if is_gated else "gelu",
    )
    return GPT(config, Parts(feed_forward=FeedForward if is_gated else lambda _: Bent(BENDS[bend])))


def measure(seed: int, *, bend: str, norm: str, n_steps: int) -> dict[str, float]:
    """Train one model on pages about the small world; models of one seed see the same pages in the same order.

    Returns:
        `loss` in held-out text, nats a token, and `n_parameters`.
    """
    ids = world_ids()
    split = len(ids) * 9 // 10
    batches = Batches(ids[:split], batch_size=8, context_length=CONTEXT_LENGTH, seed=seed)
    torch.manual_seed(seed)
    model = make_model(bend, norm)
    schedule = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    for _ in train(model, batches, make_optimizer(model, OptimizerConfig()), schedule):
        pass
    held_out = torch.from_numpy(ids[split:].astype(np.int64)).unfold(0, CONTEXT_LENGTH + 1, 32)
    with torch.no_grad():
        loss = token_losses(model(held_out[:, :-1]), held_out[:, 1:]).mean().item()
    return {"loss": loss, "n_parameters": sum(weights.numel() for weights in model.parameters())}


def _settings(n_steps: int) -> tuple[dict, ...]:
    pairs = [(bend, "rms_norm") for bend in (*BENDS, "swiglu")] + [("gelu", "layer_norm")]
    return tuple({"bend": bend, "norm": norm, "n_steps": n_steps} for bend, norm in pairs)


EXPERIMENT = Experiment(
    id="bends",
    question="At equal parameters, does it matter how a feed-forward layer bends, and which norm stands before it?",
    measure=measure,
    settings={"small": _settings(3), "full": _settings(120)},
    n_seeds={"small": 1, "full": 5},
)
