"""The number format of the arithmetic: weights stay in float32, products run in what the hardware multiplies fastest."""

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import torch

from course_lib.common.device import training_dtype
from course_lib.common.errors import CourseError

Precision = Literal["auto", "float32", "bfloat16", "float16"]
"""A format by name, or `auto`: bfloat16 on AMX and newer GPUs, float16 with scaling on a T4, float32 elsewhere."""


def precision_dtype(precision: Precision, device: torch.device) -> torch.dtype:
    """The format in which matrix products of a training step run.

    Args:
        precision: A format's name, or `auto` for the hardware's best.
        device: Where the model lives.

    Returns:
        A torch dtype.

    Example:
        >>> precision_dtype("float32", torch.device("cpu"))
        torch.float32
    """
    return training_dtype(device) if precision == "auto" else getattr(torch, precision)


def autocast(device: torch.device, dtype: torch.dtype) -> AbstractContextManager:
    """Run matrix products in `dtype` and keep sums, norms and softmax in float32; nothing to do for float32."""
    return nullcontext() if dtype == torch.float32 else torch.autocast(device.type, dtype=dtype)


class LossScaler:
    """Multiplies the loss before a float16 backward pass so that small gradients survive; leaves other formats alone.

    A step whose gradients overflow is skipped and the scale halved; after 2,000 good steps it doubles.

    Source: Micikevicius et al., §3.2, arXiv:1710.03740.
    """

    def __init__(self, device: torch.device, dtype: torch.dtype, scale: float | None = None) -> None:
        enabled = dtype == torch.float16
        self._scaler = torch.amp.GradScaler(device.type, init_scale=scale or 2.0**16, enabled=enabled)

    @property
    def scale(self) -> float | None:
        """The factor in use, or None where no scaling is needed."""
        return self._scaler.get_scale() if self._scaler.is_enabled() else None

    def backward(self, loss: torch.Tensor) -> None:
        """Add the (scaled) gradients of a loss."""
        self._scaler.scale(loss).backward()

    def unscale(self, optimizer: object) -> None:
        """Bring the gradients back to their true size, before they are clipped."""
        self._scaler.unscale_(optimizer)

    def step(self, optimizer: object, step: int) -> None:
        """Move the weights unless the gradients overflowed.

        Raises:
            CourseError: The scale fell below 1: every step overflows, so the model itself is broken.
        """
        self._scaler.step(optimizer)
        self._scaler.update()
        if self.scale is not None and self.scale < 1:
            raise CourseError(
                f"step {step}: float16 gradients overflow at every loss scale: lower the learning rate, or train in "
                "float32"
            )
