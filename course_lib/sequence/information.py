"""Entropy, cross-entropy, KL divergence: how uncertain a distribution is, and what it costs to believe another."""

import torch
from jaxtyping import Float
from torch import Tensor


def _check(distribution: Tensor, name: str) -> None:
    """Shares of a whole along the last axis, or a ValueError that says what they are instead."""
    if distribution.ndim == 0 or distribution.shape[-1] == 0:
        raise ValueError(f"{name} has no outcomes along its last axis")
    if not bool(torch.isfinite(distribution).all()) or bool((distribution < 0).any()):
        raise ValueError(f"{name} holds a probability that is negative, infinite or NaN")
    furthest = (distribution.sum(dim=-1) - 1).abs().max() if distribution.numel() else torch.tensor(0.0)
    if furthest > 1e-4:
        raise ValueError(f"{name} sums to something {furthest:.4f} away from 1: divide by the sum, along the last axis")


def entropy(distribution: Float[Tensor, "*batch outcome"]) -> Float[Tensor, "*batch"]:
    """Mean surprise of someone who knows the distribution: how uncertain it is.

    Args:
        distribution: Probabilities along the last axis.

    Returns:
        Nats: 0 for certainty, ln n for n equal shares. (Divided by ln 2: bits.)

    Raises:
        ValueError: If the last axis is empty, does not sum to 1, or holds a negative number or NaN.

    Example:
        >>> round(entropy(torch.tensor([0.5, 0.25, 0.25])).item() / torch.tensor(2.0).log().item(), 3)     # in bits
        1.5

    Source: Shannon, A Mathematical Theory of Communication (1948), section 6.
    """
    _check(distribution, "distribution")
    return -torch.xlogy(distribution, distribution).sum(dim=-1)


def cross_entropy(
    distribution: Float[Tensor, "*batch outcome"], believed: Float[Tensor, "*batch outcome"]
) -> Float[Tensor, "*batch"]:
    """Mean surprise of someone who believes one distribution where another is true.

    Args:
        distribution: What is true: probabilities along the last axis.
        believed: What is believed.

    Returns:
        Nats; infinite if something that happens is believed impossible.

    Raises:
        ValueError: If either is not a distribution along the last axis.

    Example:
        >>> coin, biased = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
        >>> round(cross_entropy(coin, biased).item(), 4)          # (ln 4 + ln 4/3) / 2
        0.837
    """
    _check(distribution, "distribution")
    _check(believed, "believed")
    return -torch.where(distribution > 0, distribution * believed.log(), 0.0).sum(dim=-1)


def kl_divergence(
    distribution: Float[Tensor, "*batch outcome"], believed: Float[Tensor, "*batch outcome"]
) -> Float[Tensor, "*batch"]:
    """What believing the wrong distribution costs: the surprise above the entropy, which nobody can avoid.

    Args:
        distribution: What is true: probabilities along the last axis.
        believed: What is believed. To exchange the two changes the result.

    Returns:
        Nats, 0 if both are the same; infinite if something that happens is believed impossible.

    Raises:
        ValueError: If either is not a distribution along the last axis.

    Example:
        >>> coin, biased = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
        >>> round(kl_divergence(coin, biased).item(), 4), round(kl_divergence(biased, coin).item(), 4)
        (0.1438, 0.1308)

    Source: Kullback and Leibler, On Information and Sufficiency (1951).
    """
    return cross_entropy(distribution, believed) - entropy(distribution)
