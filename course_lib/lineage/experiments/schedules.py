"""N7 again, over the length of the run: when does it pay to let the learning rate fall?

The tide network learns from mini-batches of a thousand windy readings. All peak rates train side by side, each in its
own copy of the network; only the schedule and its peak differ.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.lineage.experiments.n7_schedule import SCHEDULES, shape
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.neuron import Adam, read_gauge, tide
from course_lib.neuron.tides import DAY_HOURS
from course_lib.training import learning_rate_at

RATES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
N_READINGS, BATCH_SIZE, N_UNITS = 1000, 16, 24


def levels(weights: list[Tensor], hours: Float[Tensor, "example"]) -> Float[Tensor, "trial example"]:
    """The water level that each network gives for each hour."""
    first, first_bias, second, second_bias, last, last_bias = weights
    middle = ((hours[:, None] / DAY_HOURS * 2 - 1) @ first + first_bias).tanh()
    return ((middle @ second + second_bias).tanh() @ last + last_bias)[..., 0]


def measure(seed: int, *, schedule: str, n_steps: int) -> dict[str, float]:
    """Train a network at every peak rate.

    Returns:
        `truth_0.0005` and so on: mean squared distance from the tide at the end, by peak rate.
    """
    generator = torch.Generator().manual_seed(seed)
    hours, metres = read_gauge(N_READINGS, seed=seed)
    wide, narrow = (1, N_UNITS), N_UNITS**-0.5
    sizes = [(wide, 4), (wide, 3), ((N_UNITS, N_UNITS), narrow), (wide, 0), ((N_UNITS, 1), narrow), ((1, 1), 0)]
    drawn = [size * torch.randn(kind, generator=generator) for kind, size in sizes]
    weights = [weight.repeat(len(RATES), 1, 1).requires_grad_() for weight in drawn]
    peaks, plan = torch.tensor(RATES)[:, None, None], shape(schedule, n_steps)
    optimizer = Adam(weights, 0.0)
    for step in range(n_steps):
        chosen = torch.randint(N_READINGS, (BATCH_SIZE,), generator=generator)
        errors = (levels(weights, hours[chosen]) - metres[chosen]).square().mean(dim=1)
        optimizer.learning_rate = peaks * learning_rate_at(step, plan)
        optimizer.step([part.nan_to_num().clamp(-1e3, 1e3) for part in torch.autograd.grad(errors.sum(), weights)])
    day = torch.linspace(0, DAY_HOURS, 251)
    with torch.no_grad():
        truths = (levels(weights, day) - tide(day)).square().mean(dim=1)
    return {f"truth_{rate}": truth for rate, truth in zip(RATES, truths.tolist(), strict=True)}


def _settings(lengths: tuple[int, ...]) -> tuple[dict, ...]:
    return tuple({"schedule": schedule, "n_steps": n_steps} for n_steps in lengths for schedule in SCHEDULES)


EXPERIMENT = Experiment(
    id="schedules",
    question="From which length of a run on does it pay to let the learning rate fall?",
    measure=measure,
    settings={"small": _settings((20,)), "full": _settings((125, 500, 2000))},
    n_seeds={"small": 1, "full": 5},
    version=2,
)
