"""Scores of heads: by hand, between 0 and 1, at chance for a head that knows nothing, and high where they should be."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.inspection import (
    KINDS,
    duplicate_token_score,
    even_pattern,
    first_token_score,
    head_scores,
    induction_score,
    previous_token_score,
    repeated_tokens,
    share_on,
)
from course_lib.transformer import GPT, GPTConfig

IDS = torch.tensor([7, 3, 7, 3])
PATTERN = torch.tensor([[1.0, 0, 0, 0], [0.4, 0.6, 0, 0], [0.1, 0.2, 0.7, 0], [0.3, 0.25, 0.4, 0.05]])


def looks_at(places: list[int]) -> torch.Tensor:
    """The pattern of a head that gives everything to one place a row."""
    return torch.eye(len(places))[places]


def test_scores_by_hand():
    assert previous_token_score(PATTERN).item() == pytest.approx((0.4 + 0.2 + 0.4) / 3)
    assert first_token_score(PATTERN).item() == pytest.approx((0.1 + 0.3) / 2)
    assert duplicate_token_score(PATTERN, IDS).item() == pytest.approx((0.1 + 0.25) / 2)
    assert induction_score(PATTERN, IDS).item() == pytest.approx((0.2 + 0.4) / 2)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("previous token", [0, 0, 1, 2, 3, 4]),
        ("first token", [0, 0, 0, 0, 0, 0]),
        ("same token", [0, 1, 2, 0, 1, 2]),
        ("induction", [0, 0, 0, 1, 2, 3]),
    ],
)
def test_a_head_made_for_one_kind_scores_one_there_and_lower_elsewhere(kind, places):
    ids = torch.tensor([5, 2, 8, 5, 2, 8])
    scores = {name: score(looks_at(places), ids).item() for name, score in KINDS.items()}
    assert scores.pop(kind) == pytest.approx(1)
    assert max(scores.values()) < 0.5


@settings(max_examples=25, deadline=None)
@given(n_tokens=st.integers(3, 12), seed=st.integers(0, 10_000))
def test_scores_are_shares_whatever_the_pattern(n_tokens, seed):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(2, 2 * n_tokens, 2 * n_tokens, generator=generator)
    allowed = torch.ones(2 * n_tokens, 2 * n_tokens).tril().bool()
    pattern = scores.masked_fill(~allowed, float("-inf")).softmax(dim=-1)
    ids = repeated_tokens(1, n_tokens, 100, generator)[0]
    for score in KINDS.values():
        found = score(pattern, ids)
        assert found.shape == (2,)
        assert ((found >= 0) & (found <= 1 + 1e-6)).all()
    together = duplicate_token_score(pattern, ids) + induction_score(pattern, ids)
    assert (together <= 1 + 1e-6).all()  # different keys: their shares add up to one at most


@settings(max_examples=25, deadline=None)
@given(n_tokens=st.integers(1, 30))
def test_chance_is_an_even_share(n_tokens):
    pattern = even_pattern(n_tokens)
    torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(n_tokens))
    assert (pattern.triu(1) == 0).all()
    if n_tokens > 1:
        by_hand = sum(1 / (place + 1) for place in range(1, n_tokens)) / (n_tokens - 1)
        assert previous_token_score(pattern).item() == pytest.approx(by_hand, rel=1e-5)


def test_a_fresh_model_scores_near_chance():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=50, context_length=40, n_layers=2, n_heads=2, d_model=16))
    ids = repeated_tokens(3, 12, 50, torch.Generator().manual_seed(0))
    for kind, scores in head_scores(model, ids).items():
        chance = KINDS[kind](even_pattern(24), ids[0]).item()
        assert scores.shape == (2, 2)
        assert (scores - chance).abs().max() < 0.05


def test_what_does_not_fit_is_named():
    with pytest.raises((ValueError, TypeError), match=r"do not fit|bool\[3,3\]"):  # types are checked first in tests
        share_on(PATTERN, torch.ones(3, 3).bool())
    with pytest.raises(ValueError, match="no key is wanted"):
        duplicate_token_score(PATTERN, torch.arange(4))
    with pytest.raises(ValueError, match="no key is wanted"):
        previous_token_score(torch.ones(1, 1))
    with pytest.raises(ValueError, match="not a number"):
        previous_token_score(PATTERN * float("nan"))
    with pytest.raises(ValueError, match="at least one token"):
        even_pattern(0)
    with pytest.raises(ValueError, match="cannot be drawn"):
        repeated_tokens(1, 5, 4, torch.Generator())
