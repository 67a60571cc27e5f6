"""Places: waves that are added to a token's vector, or an angle by which queries and keys are turned (rotary)."""

import torch
from einops import rearrange
from jaxtyping import Float, Num
from torch import Tensor


def sinusoidal_table(n_positions: int, d_model: int, theta: float = 10_000.0) -> Float[Tensor, "token d_model"]:
    """A vector for each place, made of waves: what the first transformer added to its token vectors.

    Features come in pairs, the sine and the cosine of one angle. Pair `i` of place `p` has the angle
    `p * theta ** (-2 i / d_model)`: the first pair is a fast wave, the last a slow one.

    Args:
        n_positions: Places, counted from 0.
        d_model: Width of a vector, in features; even.
        theta: The base of the wavelengths.

    Returns:
        The table, float32, between -1 and 1.

    Raises:
        ValueError: A size is below 1, `d_model` is odd, or `theta` is not above 0.

    Example:
        >>> sinusoidal_table(1, 4)                                        # at place 0 every angle is 0
        tensor([[0., 1., 0., 1.]])

    Source: Vaswani et al. 2017, section 3.5, arXiv 1706.03762.
    """
    if n_positions < 1 or d_model < 1 or d_model % 2:
        raise ValueError(f"n_positions {n_positions}, d_model {d_model}: both must be 1 or more, and d_model even")
    if not theta > 0:
        raise ValueError(f"theta is {theta}: the base of the wavelengths must be above 0 (10,000 is usual)")
    speeds = theta ** -(torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    angles = torch.arange(n_positions, dtype=torch.float64)[:, None] * speeds
    return rearrange([angles.sin(), angles.cos()], "wave token pair -> token (pair wave)").float()


def interpolated_places(n_tokens: int, trained_length: int) -> Float[Tensor, "token"]:
    """Places for a text longer than any in training, squeezed into the places that training has seen.

    Args:
        n_tokens: Tokens in the text.
        trained_length: The longest text in training, in tokens; a text that is no longer keeps its places.

    Returns:
        A place for each token, below `trained_length`: fractions, as rotary positions allow.

    Raises:
        ValueError: A number is below 1.

    Example:
        >>> interpolated_places(4, trained_length=2).tolist()             # twice as long: half a step for each token
        [0.0, 0.5, 1.0, 1.5]

    Source: Chen et al. 2023, equation 3, arXiv 2306.15595.
    """
    if n_tokens < 1 or trained_length < 1:
        raise ValueError(f"n_tokens {n_tokens}, trained_length {trained_length}: both must be 1 or more")
    return torch.arange(n_tokens) * min(1.0, trained_length / n_tokens)


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
