"""How the learning rate rises and falls over a run: warm-up, then a cosine or a plateau with a decay."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleConfig:
    """The length of a run and the shape of its learning rate."""

    n_steps: int
    """Optimizer steps in the whole run."""
    kind: Literal["constant", "cosine", "warmup_stable_decay"] = "warmup_stable_decay"
    """What follows the warm-up. The plateau lets one run be decayed at several lengths; the cosine is GPT-3's."""
    n_warmup_steps: int = 0
    """Steps over which the rate rises in a straight line from near 0."""
    decay_share: float = 0.5
    """Share of all steps in which `warmup_stable_decay` falls in a straight line, at the end."""
    final_share: float = 0.0
    """The rate at the end, as a share of the peak."""

    def __post_init__(self) -> None:
        if self.n_steps < 1:
            raise ValueError(f"n_steps is {self.n_steps}: a run needs at least 1 step")
        if not 0 <= self.n_warmup_steps <= self.n_steps:
            raise ValueError(
                f"n_warmup_steps is {self.n_warmup_steps}: it must be between 0 and n_steps {self.n_steps}"
            )
        for name in ("decay_share", "final_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it is a share, between 0 and 1")


def learning_rate_at(step: int, config: ScheduleConfig) -> float:
    """The factor that multiplies every learning rate at a step.

    Args:
        step: The step about to be taken, counted from 0.
        config: The shape.

    Returns:
        A number between 0 and 1. The decay aims at `final_share` one step after the last, so that no step is wasted
        at a rate of 0.

    Example:
        >>> shape = ScheduleConfig(n_steps=8, n_warmup_steps=2, decay_share=0.5)
        >>> [learning_rate_at(step, shape) for step in range(8)]
        [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25]

    Source: cosine: Loshchilov & Hutter, equation 5, arXiv:1608.03983; warm-up-stable-decay: Hu et al., §4,
    arXiv:2404.06395.
    """
    if step < config.n_warmup_steps:
        return (step + 1) / config.n_warmup_steps
    if config.kind == "constant":
        return 1.0
    if config.kind == "cosine":
        start, remaining = config.n_warmup_steps, config.n_steps - config.n_warmup_steps
    else:
        remaining = min(round(config.decay_share * config.n_steps), config.n_steps - config.n_warmup_steps)
        start = config.n_steps - remaining
    progress = min(max(step - start, 0) / max(remaining, 1), 1.0)
    height = 0.5 * (1 + math.cos(math.pi * progress)) if config.kind == "cosine" else 1 - progress
    return config.final_share + (1 - config.final_share) * height
