"""Normalisation: bring every token's vector to the same size, so that deep stacks stay in range."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.transformer.config import GPTConfig


class LayerNorm(nn.Module):
    """Subtract the mean, divide by the standard deviation, then scale and shift each feature.

    Args:
        size: Features of a vector.
        eps: Added to the variance.
        bias: Whether there is a shift.

    Example:
        >>> LayerNorm(2, eps=1e-12)(torch.tensor([1.0, 3.0])).tolist()
        [-1.0, 1.0]

    Source: Ba, Kiros & Hinton 2016, equation 4, arXiv 1607.06450.
    """

    def __init__(self, size: int, eps: float = 1e-5, bias: bool = True) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(size))
        self.bias = nn.Parameter(torch.zeros(size)) if bias else None

    def forward(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch feature"]:
        """Normalise over the last axis."""
        return F.layer_norm(features, self.weight.shape, self.weight, self.bias, self.eps)


class RMSNorm(nn.Module):
    """Divide by the root of the mean square, then scale each feature: LayerNorm without the mean and the shift.

    Args:
        size: Features of a vector.
        eps: Added to the mean square.

    Example:
        The mean square of 1 and 7 is 25, its root 5.

        >>> RMSNorm(2, eps=1e-12)(torch.tensor([1.0, 7.0])).tolist()
        [0.2..., 1.39...]

    Source: Zhang & Sennrich 2019, equation 4, arXiv 1910.07467.
    """

    def __init__(self, size: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch feature"]:
        """Normalise over the last axis."""
        return F.rms_norm(features, self.weight.shape, self.weight, self.eps)


def make_norm(config: GPTConfig, size: int) -> nn.Module:
    """Make the normalisation that a configuration asks for.

    Args:
        config: Names the kind, its eps and whether LayerNorm has a bias.
        size: Features of the vectors to normalise.

    Returns:
        A module from `*batch feature` to the same shape.
    """
    if config.norm == "rms_norm":
        return RMSNorm(size, config.norm_eps)
    return LayerNorm(size, config.norm_eps, config.bias)
