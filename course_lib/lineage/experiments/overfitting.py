"""Over-fitting made and cured: a network learns the tide from twenty readings of a windy day.

Cures are measured against the tide itself: how far the curve is from the level without wind, over the whole day.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.lineage.experiments.recipe import Experiment
from course_lib.neuron import read_gauge, tide
from course_lib.neuron.tides import DAY_HOURS

N_READINGS, N_UNITS, N_STEPS, LOOK_EVERY = 20, 64, 800, 20


class Curve(nn.Module):
    """From the hour to the water level, by two layers of neurons; while it trains, some of them drop out."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(1, N_UNITS), nn.Linear(N_UNITS, N_UNITS)
        self.last = nn.Linear(N_UNITS, 1)
        self.drop = nn.Dropout(dropout)
        nn.init.normal_(self.first.weight, std=4.0)  # bends all over the day, steep enough for every reading
        nn.init.uniform_(self.first.bias, -4.0, 4.0)

    def forward(self, hours: Float[Tensor, "example"]) -> Float[Tensor, "example"]:
        """Metres, from hours."""
        middle = self.drop(self.first((hours[:, None] / DAY_HOURS - 0.5) * 2).tanh())
        return self.last(self.drop(self.second(middle).tanh()))[:, 0]


def error(curve: nn.Module, hours: Float[Tensor, "example"], metres: Float[Tensor, "example"]) -> float:
    """Mean squared error of a curve as it is used, with all its neurons."""
    curve.eval()
    with torch.no_grad():
        found = (curve(hours) - metres).square().mean().item()
    curve.train()
    return found


def learn(
    seed: int, *, n_readings: int = N_READINGS, dropout: float = 0.0, weight_decay: float = 0.0, n_steps: int = N_STEPS
) -> tuple[Curve, list[dict[str, float | int]]]:
    """Train one curve, looking every few steps.

    Args:
        seed: Of the day and of the first weights.
        n_readings: How many readings it learns from.
        dropout: Share of neurons that drop out at each step.
        weight_decay: Of AdamW.
        n_steps: Steps of AdamW at a rate of 0.005.

    Returns:
        The curve, and for each look `step`, `learned` (error on its readings), `validation` (on twenty others of the
        same day) and `truth` (against the tide).
    """
    torch.manual_seed(seed)
    hours, metres = read_gauge(n_readings, seed=seed)
    others = read_gauge(N_READINGS, seed=seed + 10_000)
    every_hour = torch.linspace(0, DAY_HOURS, 251)
    curve = Curve(dropout)
    optimizer, looks = torch.optim.AdamW(curve.parameters(), lr=0.005, weight_decay=weight_decay, fused=True), []
    for step in range(n_steps + 1):
        if step % LOOK_EVERY == 0:
            errors = {"learned": error(curve, hours, metres), "validation": error(curve, *others)}
            looks.append({"step": step, **errors, "truth": error(curve, every_hour, tide(every_hour))})
        optimizer.zero_grad()
        (curve(hours) - metres).square().mean().backward()
        optimizer.step()
    return curve, looks


def measure(seed: int, *, cure: str, strength: float, n_steps: int) -> dict[str, float | int]:
    """One cure, one day.

    Returns:
        `learned`, `validation` and `truth` at the end; for the cure `early stopping` where validation was lowest.
    """
    changes = {"dropout": {"dropout": strength}, "decay": {"weight_decay": strength}}
    changes["more data"] = {"n_readings": int(strength)}
    _, looks = learn(seed, n_steps=n_steps, **changes.get(cure, {}))
    return min(looks, key=lambda look: look["validation"]) if cure == "early stopping" else looks[-1]


CURES = (("none", (0.0,)), ("early stopping", (0.0,)), ("dropout", (0.02, 0.05, 0.1, 0.2)),
         ("decay", (0.1, 0.3, 1.0, 3.0)), ("more data", (40, 80, 200)))  # fmt: skip


def _settings(n_steps: int, cures: tuple = CURES) -> tuple[dict, ...]:
    return tuple(
        {"cure": cure, "strength": strength, "n_steps": n_steps} for cure, strengths in cures for strength in strengths
    )


EXPERIMENT = Experiment(
    id="overfitting",
    question="Which cures bring a network that learned the wind back to the tide?",
    measure=measure,
    settings={"small": _settings(50, (("none", (0.0,)), ("dropout", (0.1,)))), "full": _settings(N_STEPS)},
    n_seeds={"small": 1, "full": 10},
)
