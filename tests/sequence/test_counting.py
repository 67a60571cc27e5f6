"""N-grams: counts that a person can check, rows that are distributions, and a table that learns to predict."""

import math
from collections import Counter
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.sequence import NGramModel, count_ngrams, next_token_examples, perplexity, surprises

TEXTS = [[1, 2, 2], [2, 1], [1]]
sequences = st.lists(st.lists(st.integers(1, 4), max_size=7), min_size=1, max_size=6)


def test_pairs_by_hand():
    counts = count_ngrams(*next_token_examples(TEXTS, context_length=1), vocab_size=3)
    #       then the end  1  2
    assert counts.tolist() == [[0, 2, 1], [2, 0, 1], [1, 1, 1]]


def test_single_tokens_and_triples_by_hand():
    singles = count_ngrams(*next_token_examples(TEXTS, context_length=0), vocab_size=3)
    assert singles.tolist() == [3, 3, 3]
    triples = count_ngrams(*next_token_examples(TEXTS, context_length=2), vocab_size=3)
    assert triples.shape == (3, 3, 3)
    assert triples[0, 0].tolist() == [0, 2, 1]  # how the three begin
    assert triples[1, 2].tolist() == [0, 0, 1]
    assert triples.sum() == 9


@settings(max_examples=25, deadline=None)
@given(sequences, st.integers(0, 3))
def test_parity_with_a_dictionary_of_counts(texts, context_length):
    contexts, targets = next_token_examples(texts, context_length)
    counts = count_ngrams(contexts, targets, vocab_size=5)
    expected = Counter((*context, target) for context, target in zip(contexts.tolist(), targets.tolist(), strict=True))
    assert counts.sum() == len(targets)
    assert {tuple(place): int(counts[tuple(place)]) for place in counts.nonzero().tolist()} == dict(expected)


def test_probabilities_by_hand():
    counts = torch.tensor([[0.0, 2.0, 1.0], [2.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    rows = torch.tensor([[0], [1], [2]])
    plain = NGramModel(counts)(rows).exp()
    assert torch.allclose(plain, torch.tensor([[0, 2 / 3, 1 / 3], [2 / 3, 0, 1 / 3], [1 / 3, 1 / 3, 1 / 3]]))
    smoothed = NGramModel(counts, alpha=0.5)(rows).exp()
    assert torch.allclose(smoothed[0], torch.tensor([0.5, 2.5, 1.5]) / 4.5)
    assert torch.allclose(smoothed[2], torch.tensor([1 / 3] * 3))


def test_without_smoothing_what_was_never_seen_is_impossible():
    assert NGramModel(torch.tensor([0.0, 1.0]))(torch.zeros(1, 0, dtype=torch.long)).tolist() == [[-math.inf, 0.0]]


@settings(max_examples=25, deadline=None)
@given(sequences, st.integers(0, 2), st.floats(0, 50))
def test_every_row_is_a_distribution(texts, context_length, alpha):
    contexts, targets = next_token_examples(texts, context_length)
    model = NGramModel(count_ngrams(contexts, targets, vocab_size=6), alpha)
    everything = (
        torch.tensor(list(product(range(6), repeat=context_length))).reshape(6**context_length, context_length).long()
    )
    assert torch.allclose(model(everything).exp().sum(dim=1), torch.ones(6**context_length), atol=1e-5)


def test_parity_with_the_best_that_gradient_descent_finds():
    """Counting is the answer to minimising the loss: torch's optimiser ends at the same table."""
    contexts, targets = next_token_examples(TEXTS, context_length=1)
    scores = torch.zeros(3, 3, requires_grad=True)
    optimizer = torch.optim.LBFGS([scores], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(scores[contexts[:, 0]], targets)
        loss.backward()
        return loss

    optimizer.step(closure)
    counted = NGramModel(count_ngrams(contexts, targets, vocab_size=3))(torch.arange(3)[:, None]).exp()
    assert torch.allclose(scores.softmax(dim=-1), counted, atol=1e-3)


def test_use_a_longer_context_predicts_a_rhythm_better():
    texts = [[1, 1, 2] * 10 for _ in range(5)]
    measured = []
    for context_length in (0, 1, 2):
        examples = next_token_examples(texts, context_length)
        measured.append(perplexity(surprises(NGramModel(count_ngrams(*examples, vocab_size=3)), *examples)))
    assert measured[0] > measured[1] > measured[2]
    assert measured[2] < 1.2


def test_large_smoothing_leads_to_equal_shares():
    counts = count_ngrams(*next_token_examples(TEXTS, context_length=1), vocab_size=3)
    assert torch.allclose(
        NGramModel(counts, alpha=1e7)(torch.tensor([[0]])).exp(), torch.full((1, 3), 1 / 3), atol=1e-5
    )


def test_the_callers_counts_stay_as_they_were():
    counts = torch.tensor([[0.0, 0.0], [1.0, 2.0]])
    NGramModel(counts, alpha=1.0)(torch.tensor([[0], [1]]))
    assert counts.tolist() == [[0, 0], [1, 2]]


NONE = (torch.zeros(0, 1, dtype=torch.long), torch.zeros(0, dtype=torch.long))


@pytest.mark.parametrize(
    ("contexts", "targets", "vocab_size", "message"),
    [
        (*NONE, 3, "nothing to count"),
        (torch.tensor([[3]]), torch.tensor([0]), 3, "contexts hold the token id 3"),
        (torch.tensor([[0]]), torch.tensor([-1]), 3, "targets hold the token id -1"),
        (torch.zeros(1, 6, dtype=torch.long), torch.tensor([0]), 27, "shorten the context"),
    ],
)
def test_what_cannot_be_counted_is_refused(contexts, targets, vocab_size, message):
    with pytest.raises(ValueError, match=message):
        count_ngrams(contexts, targets, vocab_size)


@pytest.mark.parametrize(
    ("counts", "alpha", "message"),
    [
        (torch.ones(2, 3), 0.0, "all axes must be as long"),
        (torch.tensor(1.0), 0.0, "all axes must be as long"),
        (torch.tensor([1.0, -1.0]), 0.0, "negative, infinite or NaN"),
        (torch.tensor([1.0, math.nan]), 0.0, "negative, infinite or NaN"),
        (torch.tensor([1.0, math.inf]), 0.0, "negative, infinite or NaN"),
        (torch.ones(2), -0.1, "alpha is -0.1"),
        (torch.ones(2), math.nan, "alpha is nan"),
        (torch.ones(2), math.inf, "alpha is inf"),
    ],
)
def test_tables_that_are_none_are_refused(counts, alpha, message):
    with pytest.raises(ValueError, match=message):
        NGramModel(counts, alpha)


def test_contexts_that_do_not_fit_are_refused():
    model = NGramModel(torch.ones(3, 3))
    with pytest.raises(ValueError, match="contexts have 2 tokens, the table was counted with 1"):
        model(torch.tensor([[0, 1]]))
    with pytest.raises(ValueError, match="contexts hold the token id 3"):
        model(torch.tensor([[3]]))
