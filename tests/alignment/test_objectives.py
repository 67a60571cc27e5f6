"""The formulas of PPO against the papers', written out term by term in float64, gradients too."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from course_lib.alignment import (
    approximate_kl,
    entropy,
    explained_variance,
    gae,
    kl_penalised_rewards,
    masked_mean,
    policy_loss,
    value_loss,
    whiten,
)

LENGTHS = [5, 1, 3]
IS_TOKEN = torch.tensor([[token < n for token in range(5)] for n in LENGTHS])
PLACES = [(row, token) for row, n in enumerate(LENGTHS) for token in range(n)]


def drawn(seed: int, scale: float = 1.0) -> Tensor:
    """Numbers at the tokens, and nonsense at the padding, which must not matter."""
    values = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * scale
    return torch.where(IS_TOKEN, values, 1e3)


def same(found: Tensor, wanted: Tensor | float) -> None:
    torch.testing.assert_close(found, torch.as_tensor(wanted, dtype=torch.float64), rtol=1e-12, atol=1e-12)


def test_rewards_are_ziegler_equation_2() -> None:
    scores, log_probs, reference = torch.tensor([1.0, -2.0, 0.5]).double(), drawn(0), drawn(1)
    found = kl_penalised_rewards(scores, log_probs, reference, IS_TOKEN, 0.1)
    wanted = torch.zeros(3, 5, dtype=torch.float64)
    for row, token in PLACES:
        wanted[row, token] = -0.1 * (log_probs[row, token] - reference[row, token])
        if token == LENGTHS[row] - 1:
            wanted[row, token] += scores[row]
    same(found, wanted)


@pytest.mark.parametrize(("discount", "trace"), [(1.0, 0.95), (0.9, 0.5), (1.0, 1.0), (1.0, 0.0)])
def test_advantages_are_schulman_equation_16(discount: float, trace: float) -> None:
    rewards, values = drawn(2), drawn(3)
    wanted = torch.zeros(3, 5, dtype=torch.float64)
    for row, n in enumerate(LENGTHS):
        value = [*values[row, :n].tolist(), 0.0]
        surprise = [rewards[row, t].item() + discount * value[t + 1] - value[t] for t in range(n)]
        for t in range(n):
            wanted[row, t] = sum((discount * trace) ** k * surprise[t + k] for k in range(n - t))
    same(gae(rewards, values, IS_TOKEN, discount, trace), wanted)


def test_with_trace_1_advantage_is_what_came_less_what_was_expected() -> None:
    rewards, values = drawn(4), drawn(5)
    found = gae(rewards, values, IS_TOKEN, trace=1.0)
    for row, token in PLACES:
        assert found[row, token].item() == pytest.approx(
            rewards[row, token : LENGTHS[row]].sum().item() - values[row, token].item()
        )


def test_whitening_by_hand() -> None:
    found = whiten(torch.tensor([[1.0, 2.0, 3.0, 100.0]]), torch.tensor([[True, True, True, False]]))
    assert found[0].tolist() == pytest.approx([-math.sqrt(1.5), 0, math.sqrt(1.5), 0])


def naive_policy_loss(log_probs: Tensor, old: Tensor, advantages: Tensor, clip: float) -> Tensor:
    terms = []
    for place in PLACES:
        ratio = (log_probs[place] - old[place]).exp()
        clipped = 1 - clip if ratio < 1 - clip else 1 + clip if ratio > 1 + clip else ratio
        terms.append(-min(ratio * advantages[place], clipped * advantages[place]))
    return sum(terms) / len(terms)


def test_policy_loss_is_schulman_equation_7_gradients_too() -> None:
    old, advantages, clip = drawn(6), drawn(7), 0.2
    ours = (old + torch.where(IS_TOKEN, drawn(8, 0.3), 0.0)).requires_grad_()
    naive = ours.detach().clone().requires_grad_()
    found = policy_loss(ours, old, advantages, IS_TOKEN, clip)
    wanted = naive_policy_loss(naive, old, advantages, clip)
    same(found.loss, wanted)
    found.loss.backward()
    wanted.backward()
    same(ours.grad, naive.grad)
    ratios = [(ours[place] - old[place]).exp().item() for place in PLACES]
    assert 0 < found.clip_share.item() < 1
    assert found.clip_share.item() == pytest.approx(sum(abs(r - 1) > clip for r in ratios) / len(ratios))
    assert found.approximate_kl.item() == pytest.approx(sum(r - 1 - math.log(r) for r in ratios) / len(ratios))


def test_at_the_start_the_gradient_is_reinforce() -> None:
    """With all ratios 1 PPO's gradient is that of the mean of advantage times log-probability."""
    old, advantages = drawn(6), drawn(7)
    log_probs = old.clone().requires_grad_()
    policy_loss(log_probs, old, advantages, IS_TOKEN).loss.backward()
    same(log_probs.grad, torch.where(IS_TOKEN, -advantages / len(PLACES), 0.0))


@pytest.mark.parametrize(
    ("ratio", "advantage", "moves"),
    [(1.5, 1, False), (1.5, -1, True), (0.5, 1, True), (0.5, -1, False), (1.1, 1, True)],
)
def test_the_clip_stops_gains_and_not_repairs(ratio: float, advantage: float, moves: bool) -> None:
    log_probs = torch.tensor([[ratio]]).log().requires_grad_()
    one = torch.ones(1, 1)
    policy_loss(log_probs, torch.zeros(1, 1), one * advantage, one.bool()).loss.backward()
    assert (log_probs.grad.item() != 0) == moves


def test_value_loss_by_its_terms_gradients_too() -> None:
    old, returns, clip = drawn(9), drawn(10), 0.3
    ours = (old + torch.where(IS_TOKEN, drawn(11, 0.4), 0.0)).requires_grad_()
    naive = ours.detach().clone().requires_grad_()
    terms = []
    for place in PLACES:
        near = old[place] + (naive[place] - old[place]).clamp(-clip, clip)
        terms.append(max((naive[place] - returns[place]) ** 2, (near - returns[place]) ** 2) / 2)
    wanted, found = sum(terms) / len(terms), value_loss(ours, old, returns, IS_TOKEN, clip)
    same(found, wanted)
    found.backward()
    wanted.backward()
    same(ours.grad, naive.grad)


def test_entropy_and_explained_variance_agree_with_torch() -> None:
    logits = torch.randn(4, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(12))
    same(entropy(logits), torch.distributions.Categorical(logits=logits).entropy())
    values, returns = drawn(13), drawn(14)
    flat = [torch.stack([each[place] for place in PLACES]) for each in (returns - values, returns)]
    same(explained_variance(values, returns, IS_TOKEN), 1 - flat[0].var() / flat[1].var())
    assert explained_variance(torch.zeros(3, 5).double(), returns, IS_TOKEN).item() == pytest.approx(0)


def test_what_stands_at_padding_never_counts() -> None:
    def everything(filler: float) -> list[Tensor]:
        a, b, c = (torch.where(IS_TOKEN, drawn(seed), filler).requires_grad_() for seed in (15, 16, 17))
        scores = torch.ones(3).double()
        rewards = kl_penalised_rewards(scores, a, b, IS_TOKEN, 0.1)
        losses = policy_loss(a, b.detach(), c, IS_TOKEN).loss + value_loss(a, b, c, IS_TOKEN)
        losses.backward()
        found = [rewards, gae(a, b, IS_TOKEN), whiten(a, IS_TOKEN), explained_variance(a, b, IS_TOKEN), losses, a.grad]
        return [*found, masked_mean(c, IS_TOKEN)]

    torch.testing.assert_close(everything(0.0), everything(88.0), rtol=0, atol=0)


@given(st.lists(st.tuples(st.floats(-20, 0), st.floats(-20, 0)), min_size=1, max_size=8))
def test_the_approximate_kl_is_never_negative(pairs: list[tuple[float, float]]) -> None:
    now, old = torch.tensor([pairs], dtype=torch.float64).unbind(-1)
    assert approximate_kl(now, old, torch.ones_like(now).bool()).item() >= 0


def test_the_approximate_kl_is_the_kl_on_average() -> None:
    old, new = (torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(s)) for s in (18, 19))
    old, new = old.log_softmax(-1), new.log_softmax(-1)
    terms = torch.stack(
        [approximate_kl(new[None, i : i + 1], old[None, i : i + 1], torch.ones(1, 1).bool()) for i in range(6)]
    )
    same((old.exp() * terms).sum(), (old.exp() * (old - new)).sum())
