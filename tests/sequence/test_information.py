"""Entropy, cross-entropy, KL divergence: by hand, against torch, and what they must satisfy."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.sequence import cross_entropy, entropy, kl_divergence

CERTAIN, COIN, BIASED = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])


def test_by_hand():
    assert entropy(CERTAIN).item() == 0
    assert entropy(COIN).item() == pytest.approx(math.log(2))
    assert cross_entropy(COIN, BIASED).item() == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)
    assert kl_divergence(CERTAIN, COIN).item() == pytest.approx(math.log(2))
    assert kl_divergence(COIN, CERTAIN).item() == math.inf
    assert kl_divergence(CERTAIN, CERTAIN).item() == 0


def distributions(seed: int, n_outcomes: int = 6, n_rows: int = 5) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return (2 * torch.randn(n_rows, n_outcomes, generator=generator, dtype=torch.float64)).softmax(dim=-1)


def test_parity_with_torch():
    one, other = distributions(0), distributions(1)
    assert torch.allclose(entropy(one), torch.distributions.Categorical(probs=one).entropy())
    assert torch.allclose(cross_entropy(one, other), F.cross_entropy(other.log(), one, reduction="none"))
    assert torch.allclose(kl_divergence(one, other), F.kl_div(other.log(), one, reduction="none").sum(dim=-1))


def test_gradients_are_those_of_torch():
    one = distributions(2)
    scores = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(3), requires_grad=True)
    (ours,) = torch.autograd.grad(cross_entropy(one, scores.softmax(dim=-1)).sum(), scores)
    (theirs,) = torch.autograd.grad(F.cross_entropy(scores, one, reduction="sum"), scores)
    assert torch.allclose(ours, theirs)
    assert torch.allclose(ours, scores.softmax(dim=-1) - one)  # predicted minus true


def test_the_gradient_at_an_impossible_outcome_is_finite():
    scores = torch.zeros(2, requires_grad=True)
    cross_entropy(CERTAIN, scores.softmax(dim=-1)).backward()
    assert torch.isfinite(scores.grad).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 12))
def test_no_belief_beats_the_truth(seed, other_seed, n_outcomes):
    one, other = distributions(seed, n_outcomes), distributions(other_seed, n_outcomes)
    assert (kl_divergence(one, other) >= -1e-12).all()
    assert torch.allclose(kl_divergence(one, one), torch.zeros(5, dtype=torch.float64), atol=1e-12)
    assert (entropy(one) <= math.log(n_outcomes) + 1e-12).all()
    assert torch.allclose(cross_entropy(one, other), entropy(one) + kl_divergence(one, other))


def test_use_minimising_the_divergence_finds_the_distribution():
    wanted, scores = torch.tensor([0.1, 0.2, 0.7]), torch.zeros(3, requires_grad=True)
    for _ in range(300):
        (slope,) = torch.autograd.grad(kl_divergence(wanted, scores.softmax(dim=-1)), scores)
        scores = (scores - slope).detach().requires_grad_()
    assert torch.allclose(scores.softmax(dim=-1), wanted, atol=1e-3)


BAD = [
    (torch.tensor([0.5, 0.6]), "away from 1"),
    (torch.tensor([1.5, -0.5]), "negative, infinite or NaN"),
    (torch.tensor([math.nan, 1.0]), "negative, infinite or NaN"),
    (torch.tensor(1.0), "no outcomes"),
    (torch.zeros(2, 0), "no outcomes"),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
def test_what_is_no_distribution_is_refused(bad, message):
    if bad.ndim:
        with pytest.raises(ValueError, match=f"distribution.*{message}"):
            entropy(bad)
        for measure in (cross_entropy, kl_divergence):
            with pytest.raises(ValueError, match=f"distribution.*{message}"):
                measure(bad, bad)
            if bad.shape == COIN.shape:
                with pytest.raises(ValueError, match=f"believed.*{message}"):
                    measure(COIN, bad)
