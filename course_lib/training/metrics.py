"""Reading a run: loss on fixed batches, smoothed loss, speed, the share of the hardware's peak put to use."""

import statistics
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from course_lib.common.device import best_device, training_dtype
from course_lib.common.errors import CourseError
from course_lib.training.gradients import LossFunction
from course_lib.training.loss import next_token_loss
from course_lib.training.precision import Arithmetic, Precision

if TYPE_CHECKING:
    from course_lib.training.loop import StepReport
    from course_lib.transformer import GPTConfig


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
        >>> from course_lib.training import Loss
        >>> model = nn.Linear(1, 1)
        >>> evaluate_loss(model, [(9.0, 1), (1.0, 3)], lambda model, pair: Loss(torch.tensor(pair[0]), pair[1]))
        2.5
    """
    was_training = model.training
    arithmetic = Arithmetic(precision, next(model.parameters()).device)
    model.eval()
    try:
        with arithmetic.autocast():
            losses = [loss(model, batch) for batch in batches]
    finally:
        model.train(was_training)
    count = sum(part.count for part in losses)
    if count == 0:
        raise CourseError("evaluation found nothing to score: there are no batches, or every target is masked")
    return sum(part.total.item() for part in losses) / count


def smooth(previous: float | None, value: float, step: int, memory: float = 0.98) -> float:
    """Carry on a running mean that forgets, without the pull towards 0 that it would have at the start.

    Args:
        previous: The smoothed value so far; None at the first step.
        value: The new observation.
        step: How many observations there are, this one included.
        memory: Share of the past that a step keeps; 0.98 averages over about the last 50.

    Returns:
        The new smoothed value.

    Example:
        >>> smooth(smooth(None, 4.0, 1, memory=0.5), 1.0, 2, memory=0.5)      # (0.5 · 4 + 1 · 1) / (0.5 + 1)
        2.0

    Source: the bias correction of Adam, Kingma & Ba, §3, arXiv:1412.6980.
    """
    if previous is None:
        return value
    past = memory * (1 - memory ** (step - 1))
    return (past * previous + (1 - memory) * value) / (1 - memory**step)


def tokens_per_second(earlier: "StepReport | None", later: "StepReport") -> float:
    """Training speed between two reports, evaluation and the caller's own work not counted.

    Args:
        earlier: A report, or None for the beginning of the run.
        later: A later one.

    Returns:
        Tokens per second.
    """
    tokens, seconds = (earlier.tokens_seen, earlier.seconds) if earlier else (0, 0.0)
    return (later.tokens_seen - tokens) / max(later.seconds - seconds, 1e-9)


def model_flops_per_token(config: "GPTConfig") -> int:
    """Useful arithmetic of a training step per token: forward once, backward twice, recomputation not counted.

    Args:
        config: The model's shape.

    Returns:
        Floating-point operations: six for every weight that multiplies (embeddings are looked up, the head is
        multiplied), and the two products of attention over the whole context.

    Example:
        >>> from course_lib.transformer import GPTConfig
        >>> shape = dict(vocab_size=7, context_length=3, n_layers=1, n_heads=1, d_model=2, d_ff=8)
        >>> model_flops_per_token(GPTConfig(**shape, feed_forward="gelu"))    # 6 · (4·2·2 + 2·2·8 + 7·2) + 12 · 3 · 2
        444

    Source: Chowdhery et al., appendix B, arXiv:2204.02311.
    """
    d_head = config.d_head or config.d_model // config.n_heads
    n_kv_heads = config.n_kv_heads or config.n_heads
    d_ff = config.d_ff or 4 * config.d_model
    attention = 2 * config.d_model * d_head * (config.n_heads + n_kv_heads)
    feed_forward = (3 if config.feed_forward == "swiglu" else 2) * config.d_model * d_ff
    weights = config.n_layers * (attention + feed_forward) + config.vocab_size * config.d_model
    return 6 * weights + 12 * config.n_layers * config.n_heads * d_head * config.context_length


def peak_flops(device: torch.device | None = None, dtype: torch.dtype | None = None, width: int = 1024) -> float:
    """Measure how fast this machine multiplies large matrices: the ceiling of any training step here.

    Args:
        device: Where; the best device if not given.
        dtype: Format; the one that training uses if not given.
        width: Rows and columns of the square matrices.

    Returns:
        Floating-point operations per second, the median of seven products.
    """
    device = device or best_device()
    left = torch.ones(width, width, device=device, dtype=dtype or training_dtype(device))
    rates = []
    for _ in range(9):
        started = time.perf_counter()
        corner = (left @ left)[0, 0].item()
        rates.append(2 * corner * width**2 / (time.perf_counter() - started))
    return statistics.median(rates[2:])


def model_flops_utilization(speed: float, config: "GPTConfig", peak: float) -> float:
    """The share of the hardware's peak that went into useful arithmetic (MFU).

    Args:
        speed: Tokens per second.
        config: The model's shape.
        peak: Floating-point operations per second at best, of the maker's sheet or of `peak_flops`.

    Returns:
        A share; 0.3 to 0.5 is good on a GPU, small models on a processor stay far below.

    Source: Chowdhery et al., §4.1, arXiv:2204.02311.
    """
    return speed * model_flops_per_token(config) / peak
