"""What a model is asked: its surprise, its perplexity, and what it writes."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.sequence import NGramModel, count_ngrams, next_token_examples, perplexity, sample, surprises


def fair_die(contexts):
    return torch.zeros(len(contexts), 6)


def test_a_fair_die_has_as_many_sides_as_its_perplexity():
    examples = next_token_examples([[1, 5, 2]], context_length=1)
    assert surprises(fair_die, *examples).tolist() == pytest.approx([math.log(6)] * 4)
    assert perplexity(surprises(fair_die, *examples)) == pytest.approx(6)


def test_perplexity_by_hand():
    assert perplexity(torch.zeros(3)) == 1
    assert perplexity(torch.tensor([math.log(2), math.log(8)])) == pytest.approx(
        4
    )  # not 5: the logarithms are averaged
    assert perplexity(torch.tensor([1.0, math.inf])) == math.inf


def test_parity_with_torchs_cross_entropy():
    generator = torch.Generator().manual_seed(0)
    scores, targets = torch.randn(50, 7, generator=generator), torch.randint(7, (50,), generator=generator)
    contexts = torch.arange(50)[:, None]
    ours = surprises(lambda rows: scores[rows[:, 0]], contexts, targets)
    assert torch.allclose(ours, F.cross_entropy(scores, targets, reduction="none"))
    assert perplexity(ours) == pytest.approx(F.cross_entropy(scores, targets).exp().item())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(-20, 20))
def test_scores_and_log_probabilities_are_judged_alike(seed, shift):
    generator = torch.Generator().manual_seed(seed)
    scores, targets = torch.randn(9, 4, generator=generator), torch.randint(4, (9,), generator=generator)
    contexts = torch.zeros(9, 1, dtype=torch.long)
    from_scores = surprises(lambda _: scores + shift, contexts, targets)
    assert torch.allclose(from_scores, surprises(lambda _: scores.log_softmax(dim=-1), contexts, targets), atol=1e-4)
    assert (from_scores >= 0).all()


def test_samples_come_in_the_shares_that_the_model_gives():
    shares = torch.tensor([0.5, 0.3, 0.2])
    drawn = sample(
        lambda contexts: shares.log().expand(len(contexts), 3),
        context_length=0,
        n_samples=20_000,
        generator=torch.Generator().manual_seed(0),
    )
    ended_at_once = sum(not text for text in drawn) / len(drawn)
    assert ended_at_once == pytest.approx(0.5, abs=0.03)
    firsts = [text[0] for text in drawn if text]
    assert firsts.count(1) / len(firsts) == pytest.approx(0.6, abs=0.03)


def test_samples_repeat_with_the_seed_and_never_hold_the_boundary():
    texts = [[1, 2, 3], [2, 2], [3, 1, 1, 2]]
    model = NGramModel(count_ngrams(*next_token_examples(texts, 2), vocab_size=4), alpha=0.1)
    first, again = (sample(model, 2, 50, generator=torch.Generator().manual_seed(7), max_length=6) for _ in range(2))
    assert first == again
    assert len(first) == 50
    assert all(len(text) <= 6 and 0 not in text for text in first)
    assert first != sample(model, 2, 50, generator=torch.Generator().manual_seed(8), max_length=6)


def test_use_an_unsmoothed_table_writes_only_pairs_that_it_has_read():
    texts = [[1, 2, 3], [2, 3, 1]]
    model = NGramModel(count_ngrams(*next_token_examples(texts, 1), vocab_size=4))
    seen = {(0, 1), (0, 2), (1, 2), (2, 3), (3, 0), (3, 1), (1, 0)}
    for text in sample(model, 1, 100, generator=torch.Generator().manual_seed(0)):
        assert set(zip([0, *text], text, strict=False)) <= seen


def test_what_cannot_be_asked_is_refused():
    contexts, targets = torch.zeros(1, 1, dtype=torch.long), torch.tensor([6])
    with pytest.raises(ValueError, match="targets hold the token id 6"):
        surprises(fair_die, contexts, targets)
    with pytest.raises(ValueError, match="no examples"):
        surprises(fair_die, contexts[:0], targets[:0])
    with pytest.raises(ValueError, match="the model gave NaN"):
        surprises(lambda rows: torch.full((len(rows), 3), math.nan), contexts, torch.tensor([0]))
    for bad, message in (
        (torch.zeros(0), "no surprise"),
        (torch.tensor([-1.0]), "negative"),
        (torch.tensor([math.nan]), "NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            perplexity(bad)


@pytest.mark.parametrize(
    ("context_length", "n_samples", "max_length", "message"),
    [(-1, 1, 1, "context_length is -1"), (1, 0, 1, "n_samples is 0"), (1, 1, 0, "max_length is 0")],
)
def test_nothing_to_draw_is_refused(context_length, n_samples, max_length, message):
    with pytest.raises(ValueError, match=message):
        sample(fair_die, context_length, n_samples, generator=torch.Generator(), max_length=max_length)
