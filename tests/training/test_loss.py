"""The loss: by hand, against torch's mean, and with masked places."""

import math
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.training import Loss, next_token_loss, token_losses
from course_lib.training.loss import IGNORE


def test_surprise_by_hand() -> None:
    logits = torch.tensor([[[0.0, math.log(3.0)]]])  # probabilities 1/4 and 3/4
    assert token_losses(logits, torch.tensor([[0]])).item() == pytest.approx(math.log(4))
    assert token_losses(logits, torch.tensor([[1]])).item() == pytest.approx(math.log(4 / 3))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(2, 9), st.integers(0, 2**31))
def test_mean_and_gradient_are_those_of_the_formula(batch: int, token: int, vocab: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(batch, token, vocab, generator=generator, dtype=torch.float64).requires_grad_()
    targets = torch.randint(vocab, (batch, token), generator=generator)
    one_hot = nn.functional.one_hot(targets, vocab)
    (gradient,) = torch.autograd.grad(token_losses(logits, targets).sum(), logits)
    torch.testing.assert_close(gradient, logits.softmax(-1) - one_hot, rtol=1e-5, atol=1e-6)
    by_formula = -(logits.log_softmax(-1) * one_hot).sum(-1)
    torch.testing.assert_close(token_losses(logits, targets).double(), by_formula, rtol=1e-5, atol=1e-6)


def test_masked_places_count_nothing() -> None:
    model = nn.Embedding(5, 5)
    token_ids = torch.randint(5, (2, 3))
    targets = torch.randint(5, (2, 3))
    masked = targets.clone()
    masked[0] = IGNORE
    whole = next_token_loss(model, SimpleNamespace(token_ids=token_ids[1:], targets=targets[1:]))
    part = next_token_loss(model, SimpleNamespace(token_ids=token_ids, targets=masked))
    assert part.count == whole.count == 3
    torch.testing.assert_close(part.mean, whole.mean)


def test_nothing_scored_is_not_a_number() -> None:
    assert Loss(torch.tensor(0.0), 0).mean.isnan()
