"""The number format of a run: weights stay in float32, products run in what the hardware multiplies fastest."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

import torch
from torch import Tensor

from course_lib.common.device import training_dtype
from course_lib.common.errors import CourseError

Precision = Literal["auto", "float32", "bfloat16", "float16"]
"""A format by name, or `auto`: bfloat16 on AMX and newer GPUs, float16 with scaling on a T4, float32 elsewhere."""


class Arithmetic:
    """Runs products in a short format, and in float16 scales the loss so that small gradients survive.

    A float16 step whose gradients overflow is skipped and the scale halved; after 2,000 good steps it doubles. Other
    formats need no scale: their steps pass through unchanged.

    Args:
        precision: A format's name, or `auto` for the hardware's best.
        device: Where the model lives.
        scale: The factor to begin with, from an earlier run.

    Example:
        >>> Arithmetic("bfloat16", torch.device("cpu")).dtype
        torch.bfloat16

    Source: Micikevicius et al., §3.2, arXiv:1710.03740.
    """

    def __init__(self, precision: Precision, device: torch.device, scale: float | None = None) -> None:
        self.device = device
        self.dtype = training_dtype(device) if precision == "auto" else getattr(torch, precision)
        enabled = self.dtype == torch.float16
        self._scaler = torch.amp.GradScaler(device.type, init_scale=scale or 2.0**16, enabled=enabled)

    @property
    def scale(self) -> float | None:
        """The factor on the loss, or None where the format needs none."""
        return self._scaler.get_scale() if self._scaler.is_enabled() else None

    def autocast(self) -> AbstractContextManager:
        """Within it matrix products run in the short format; sums, norms and softmax stay in float32."""
        return nullcontext() if self.dtype == torch.float32 else torch.autocast(self.device.type, dtype=self.dtype)

    def backward(self, loss: Tensor) -> None:
        """Add the (scaled) gradients of a loss."""
        self._scaler.scale(loss).backward()

    def unscale(self, optimizer: Any) -> None:
        """Bring the gradients back to their true size, before they are clipped."""
        self._scaler.unscale_(optimizer)

    def step(self, optimizer: Any) -> None:
        """Move the weights, unless float16 gradients overflowed.

        Raises:
            CourseError: The scale fell below 1: every step overflows, so the fault is not the format's.
        """
        self._scaler.step(optimizer)
        self._scaler.update()
        if self.scale is not None and self.scale < 1:
            raise CourseError("float16 gradients overflow at every scale: lower the learning rate, or train in float32")
