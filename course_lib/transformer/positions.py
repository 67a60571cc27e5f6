"""Rotary positions: turn queries and keys by an angle that grows with their place, so that scores see distances."""

import torch
from jaxtyping import Float, Num
from torch import Tensor


def rotary_tables(
    positions: Num[Tensor, "*batch token"], d_head: int, theta: float = 10_000.0
) -> tuple[Float[Tensor, "*batch token half_d_head"], Float[Tensor, "*batch token half_d_head"]]:
    """Cosine and sine of the angle by which each pair of features turns at each position.

    Pair `i` turns by `theta ** (-2 i / d_head)` radians a token: the first pair fastest, the last slowest. The tables
    are float32 in every model, since bfloat16 cannot tell position 256 from 257.

    Args:
        positions: Places in the sequence, in tokens; fractions are allowed (position interpolation).
        d_head: Width of a head, in features.
        theta: The base of the wavelengths.

    Returns:
        Cosines and sines, float32.

    Example:
        >>> cos, sin = rotary_tables(torch.tensor([0, 1]), d_head=2)
        >>> cos[0].item(), sin[0].item(), round(sin[1].item(), 4)    # sin of 1 radian
        (1.0, 0.0, 0.8415)

    Source: Su et al. 2021, equation 15, arXiv 2104.09864.
    """
    exponents = torch.arange(0, d_head, 2, device=positions.device, dtype=torch.float32) / d_head
    angles = positions[..., None].float() * theta**-exponents
    return angles.cos(), angles.sin()


def apply_rotary(
    features: Float[Tensor, "*batch token d_head"],
    cos: Float[Tensor, "*#batch token half_d_head"],
    sin: Float[Tensor, "*#batch token half_d_head"],
) -> Float[Tensor, "*batch token d_head"]:
    """Turn each pair of features by its angle.

    Feature `i` of the first half is paired with feature `i` of the second half, as in Hugging Face's Llama. (The
    paper pairs neighbours; the two differ by a fixed order of the features alone.)

    Args:
        features: Queries or keys.
        cos: Cosines from `rotary_tables`.
        sin: Sines from `rotary_tables`.

    Returns:
        The turned features, in the dtype of `features`.

    Example:
        A quarter turn takes (1, 0) to (0, 1).

        >>> apply_rotary(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0]]), torch.tensor([[1.0]])).tolist()
        [[0.0, 1.0]]

    Source: Su et al. 2021, equation 34, arXiv 2104.09864.
    """
    first, second = features.chunk(2, dim=-1)
    turned = torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)
    return turned.to(features.dtype)
