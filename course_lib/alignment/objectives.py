"""The formulas of proximal policy optimisation for text: pure functions on tensors, a row a reply, a column a token.

`is_token` says where a row has a token; what stands elsewhere never counts.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def masked_mean(values: Float[Tensor, "batch token"], is_token: Bool[Tensor, "batch token"]) -> Float[Tensor, ""]:
    """The mean over all tokens, each counting the same.

    Example:
        >>> masked_mean(torch.tensor([[1.0, 3.0, 9.0]]), torch.tensor([[True, True, False]])).item()
        2.0
    """
    return torch.where(is_token, values, 0.0).sum() / is_token.sum().clamp(min=1)


def whiten(
    values: Float[Tensor, "batch token"], is_token: Bool[Tensor, "batch token"], epsilon: float = 1e-8
) -> Float[Tensor, "batch token"]:
    """Shift and scale values so that over all tokens their mean is 0 and their standard deviation 1.

    Args:
        values: One a token.
        is_token: Where tokens are.
        epsilon: Added to the variance.

    Returns:
        The same, standardised; 0 elsewhere.

    Example:
        >>> whiten(torch.tensor([[1.0, 3.0, 9.0]]), torch.tensor([[True, True, False]])).tolist()
        [[-1.0, 1.0, 0.0]]

    Source: Ziegler et al. 2019, arXiv 1909.08593; the implementation detail is nr 23 of Huang et al. 2024, 2403.17031.
    """
    mean = masked_mean(values, is_token)
    variance = masked_mean((values - mean).square(), is_token)
    return torch.where(is_token, (values - mean) * torch.rsqrt(variance + epsilon), 0.0)


def entropy(logits: Float[Tensor, "*batch vocab"]) -> Float[Tensor, "*batch"]:
    """How undecided a distribution is: −Σ p log p, in nats.

    Example:
        >>> entropy(torch.zeros(4)).exp().item()                # four tokens, equally likely
        4.0

    Source: Shannon 1948, section 6.
    """
    log_probs = logits.log_softmax(dim=-1)
    return -(log_probs.exp() * log_probs).sum(dim=-1)


def kl_penalised_rewards(
    scores: Float[Tensor, "batch"],
    log_probs: Float[Tensor, "batch token"],
    reference_log_probs: Float[Tensor, "batch token"],
    is_token: Bool[Tensor, "batch token"],
    kl_weight: float,
) -> Float[Tensor, "batch token"]:
    """What every token earns: the judge's score at the last one, and at each a price for leaving the reference.

    Args:
        scores: The judge's, one a reply.
        log_probs: Of each token, by the policy that wrote it.
        reference_log_probs: By the model that it started from.
        is_token: Where tokens are; every reply has one at least.
        kl_weight: Price of a nat, in units of the score.

    Returns:
        Rewards: −kl_weight (log π − log π_ref), plus the score at a reply's last token; 0 elsewhere.

    Example:
        The second token became a nat likelier than it was.

        >>> ones = torch.ones(1, 2)
        >>> kl_penalised_rewards(
        ...     torch.tensor([5.0]), -ones, torch.tensor([[-1.0, -2.0]]), ones.bool(), kl_weight=0.5
        ... ).tolist()
        [[0.0, 4.5]]

    Source: Ziegler et al. 2019, equation 2, arXiv 1909.08593; Ouyang et al. 2022, equation 2, arXiv 2203.02155.
    """
    n_after = is_token.flip(-1).cumsum(dim=-1).flip(-1)  # tokens from here on, this one included
    is_last = is_token & (n_after == 1)
    penalty = torch.where(is_token, kl_weight * (log_probs - reference_log_probs), 0.0)
    return torch.where(is_last, scores[:, None], 0.0) - penalty


def gae(
    rewards: Float[Tensor, "batch token"],
    values: Float[Tensor, "batch token"],
    is_token: Bool[Tensor, "batch token"],
    discount: float = 1.0,
    trace: float = 0.95,
) -> Float[Tensor, "batch token"]:
    """How much better each token turned out than the critic expected: generalised advantage estimation.

    A_t = Σ_k (γλ)^k δ_{t+k}, where δ_t = r_t + γ V_{t+1} − V_t, and the value after the last token is 0.

    Args:
        rewards: What each token earned.
        values: What the critic expected before each token, of it and all that follow.
        is_token: Where tokens are: in each row from the first column on, without gaps.
        discount: γ, what a reward one token later is worth.
        trace: λ. 1 trusts what happened (no bias, much noise), 0 the critic's guess one token later (the reverse).

    Returns:
        Advantages; 0 elsewhere. Added to `values`, they are what the critic should have said.

    Example:
        Nothing was expected, 1 was earned at the end: with λ = 0.5 half of it reaches the token before.

        >>> gae(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 2), torch.ones(1, 2).bool(), trace=0.5).tolist()
        [[0.5, 1.0]]

    Source: Schulman et al. 2015, equation 16, arXiv 1506.02438.
    """
    rewards, values = (torch.where(is_token, each, 0.0) for each in (rewards, values))
    next_value = next_advantage = torch.zeros_like(values[:, 0])
    advantages = []
    for token in range(values.shape[1] - 1, -1, -1):
        surprise = rewards[:, token] + discount * next_value - values[:, token]
        next_advantage = surprise + discount * trace * next_advantage
        next_value = values[:, token]
        advantages.append(next_advantage)
    return torch.where(is_token, torch.stack(advantages[::-1], dim=1), 0.0)


def approximate_kl(
    log_probs: Float[Tensor, "batch token"],
    old_log_probs: Float[Tensor, "batch token"],
    is_token: Bool[Tensor, "batch token"],
) -> Float[Tensor, ""]:
    """How far a policy moved from the one that wrote these tokens, a token: mean of r − 1 − log r, r = π / π_old.

    Its expectation is KL(π_old ‖ π), as that of −log r is, but no term is negative and it varies less (Schulman's k3).

    Args:
        log_probs: Of each token, now.
        old_log_probs: When it was written.
        is_token: Where tokens are.

    Returns:
        Nats a token, at least 0.

    Example:
        >>> approximate_kl(torch.zeros(1, 1), torch.zeros(1, 1), torch.ones(1, 1).bool()).item()
        0.0

    Source: Schulman 2020, "Approximating KL divergence".
    """
    log_ratio = torch.where(is_token, log_probs - old_log_probs, 0.0)
    return masked_mean(log_ratio.expm1() - log_ratio, is_token)


class PolicyLoss(NamedTuple):
    """What the policy is trained by, and two signs of how far it has moved."""

    loss: Tensor
    """A scalar that carries the gradient."""
    clip_share: Tensor
    """Share of tokens whose ratio lies outside the clip's range."""
    approximate_kl: Tensor
    """How far the policy has moved from the one that wrote the replies, in nats a token."""


def policy_loss(
    log_probs: Float[Tensor, "batch token"],
    old_log_probs: Float[Tensor, "batch token"],
    advantages: Float[Tensor, "batch token"],
    is_token: Bool[Tensor, "batch token"],
    clip: float = 0.2,
) -> PolicyLoss:
    """Make good tokens likelier and bad ones less so, but gain nothing from moving a probability by more than `clip`.

    The mean over tokens of −min(r A, clip(r, 1−ε, 1+ε) A), with r = π / π_old.

    Args:
        log_probs: Of each token, now; they carry the gradient.
        old_log_probs: When it was written.
        advantages: How much better each turned out than expected.
        is_token: Where tokens are.
        clip: ε, as a share.

    Returns:
        Loss, share outside the range, distance moved.

    Example:
        A good token is already 1.5 times as likely as it was: no more is gained beyond 1.2.

        >>> now = torch.tensor([[1.5]]).log()
        >>> round(policy_loss(now, torch.zeros(1, 1), torch.ones(1, 1), torch.ones(1, 1).bool()).loss.item(), 4)
        -1.2

    Source: Schulman et al. 2017, equation 7, arXiv 1707.06347.
    """
    log_ratio = torch.where(is_token, log_probs - old_log_probs, 0.0)
    ratio = log_ratio.exp()
    gained = torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)
    outside = ((ratio - 1).abs() > clip).to(ratio.dtype)
    moved = approximate_kl(log_probs.detach(), old_log_probs, is_token)
    return PolicyLoss(-masked_mean(gained, is_token), masked_mean(outside, is_token).detach(), moved)


def value_loss(
    values: Float[Tensor, "batch token"],
    old_values: Float[Tensor, "batch token"],
    returns: Float[Tensor, "batch token"],
    is_token: Bool[Tensor, "batch token"],
    clip: float = 0.2,
) -> Float[Tensor, ""]:
    """How wrong the critic is, where leaving its old guess by more than `clip` gains nothing.

    Half the mean over tokens of max((V − R)², (V_clipped − R)²), where V_clipped is V kept within `clip` of V_old.

    Args:
        values: The critic's guesses, now; they carry the gradient.
        old_values: Its guesses when the replies were written.
        returns: What it should have said: advantages plus old values.
        is_token: Where tokens are.
        clip: In units of the reward.

    Returns:
        A scalar.

    Example:
        >>> value_loss(torch.ones(1, 1), torch.ones(1, 1), torch.full((1, 1), 3.0), torch.ones(1, 1).bool()).item()
        2.0

    Source: the code of Schulman et al. 2017 (baselines, ppo2); Huang et al. 2024, arXiv 2403.17031.
    """
    kept_near = torch.minimum(torch.maximum(values, old_values - clip), old_values + clip)
    errors = torch.maximum((values - returns).square(), (kept_near - returns).square())
    return 0.5 * masked_mean(errors, is_token)


def explained_variance(
    values: Float[Tensor, "batch token"], returns: Float[Tensor, "batch token"], is_token: Bool[Tensor, "batch token"]
) -> Float[Tensor, ""]:
    """The share of the returns' variance that the critic foresaw: 1 − Var(R − V) / Var(R).

    Args:
        values: The critic's guesses.
        returns: What came.
        is_token: Where tokens are.

    Returns:
        1 for a critic that is right, 0 for one that says a constant, less for one that is worse than that; not a
        number where all returns are the same.

    Example:
        >>> guesses, came = torch.tensor([[1.0, 2.0]]), torch.tensor([[11.0, 12.0]])
        >>> explained_variance(guesses, came, torch.ones(1, 2).bool()).item()       # the level does not count
        1.0
    """

    def variance(each: Tensor) -> Tensor:
        return masked_mean((each - masked_mean(each, is_token)).square(), is_token)

    return 1 - variance(returns - values) / variance(returns)
