"""Sequences cut into examples: nothing lost, nothing seen that comes later."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.sequence import next_token_examples
from course_lib.sequence.examples import check_ids


def test_two_short_sequences_by_hand():
    contexts, targets = next_token_examples([[3], [1, 2]], context_length=1)
    assert contexts.tolist() == [[0], [3], [0], [1], [2]]
    assert targets.tolist() == [3, 0, 1, 2, 0]


def test_without_context_there_are_only_targets():
    contexts, targets = next_token_examples([[4, 4]], context_length=0)
    assert contexts.shape == (3, 0)
    assert targets.tolist() == [4, 4, 0]


def test_an_empty_sequence_is_one_that_ends_at_once():
    contexts, targets = next_token_examples([[]], context_length=2)
    assert (contexts.tolist(), targets.tolist()) == ([[0, 0]], [0])


def test_the_boundary_can_be_another_token():
    contexts, targets = next_token_examples([[0, 1]], context_length=1, boundary=2)
    assert (contexts.tolist(), targets.tolist()) == ([[2], [0], [1]], [0, 1, 2])


sequences = st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=5)


@settings(max_examples=50, deadline=None)
@given(sequences, st.integers(0, 4))
def test_targets_are_the_text_and_each_context_is_what_came_before(texts, context_length):
    contexts, targets = next_token_examples(texts, context_length)
    assert targets.tolist() == [token_id for text in texts for token_id in [*text, 0]]
    row = 0
    for text in texts:
        for place in range(len(text) + 1):
            before = [0] * context_length + text[:place]
            assert contexts[row].tolist() == before[len(before) - context_length :]
            row += 1


@pytest.mark.parametrize(
    ("texts", "context_length", "message"),
    [([], 1, "no sequences"), ([[1]], -1, "fewer than 0"), ([[1, 0]], 1, "boundary"), ([[1], [-2]], 1, "-2 stands")],
)
def test_bad_input_is_refused(texts, context_length, message):
    with pytest.raises(ValueError, match=message):
        next_token_examples(texts, context_length)


@pytest.mark.parametrize("token_id", [-1, 3])
def test_ids_outside_the_vocabulary_are_named(token_id):
    check_ids(torch.zeros(0, dtype=torch.long), 3, "targets")
    with pytest.raises(ValueError, match=f"targets hold the token id {token_id}: ids go from 0 to 2"):
        check_ids(torch.tensor([1, token_id]), 3, "targets")
