"""The feed-forward layer: each token thinks by itself about what attention brought it."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.transformer.config import GPTConfig


def squared_relu(features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch feature"]:
    """Zero below zero, the square above.

    Example:
        >>> import torch
        >>> squared_relu(torch.tensor([-2.0, 0.0, 3.0])).tolist()
        [0.0, 0.0, 9.0]

    Source: So et al. 2021 (Primer), section 3, arXiv 2109.08668.
    """
    return F.relu(features).square()


class FeedForward(nn.Module):
    """Widen, bend, narrow: `down(gelu(up x))`, or with a gate `down(silu(gate x) · up x)`.

    Args:
        config: `d_model`, `d_ff`, `bias` and the kind: `gelu` (GPT-2's tanh form), `squared_relu` or `swiglu`.

    Source: Vaswani et al. 2017, equation 2, arXiv 1706.03762; SwiGLU: Shazeer 2020, equation 6, arXiv 2002.05202.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.kind = config.feed_forward
        self.up_proj = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        if self.kind == "swiglu":
            self.gate_proj = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.down_proj = nn.Linear(config.d_ff, config.d_model, bias=config.bias)

    def forward(self, residual: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """What each token adds to itself, ready to be added to the residual stream."""
        if self.kind == "swiglu":
            return self.down_proj(F.silu(self.gate_proj(residual)) * self.up_proj(residual))
        inner = self.up_proj(residual)
        return self.down_proj(F.gelu(inner, approximate="tanh") if self.kind == "gelu" else squared_relu(inner))
