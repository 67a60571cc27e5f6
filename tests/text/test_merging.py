"""Merging by itself: by hand, against counting anew each time, on any words, and refused where it makes no sense."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.text import TextError, learn_merges, merge_word, replace_pair
from course_lib.text.merging import LONG_WORD

WORDS = st.dictionaries(
    st.lists(st.integers(0, 3), min_size=1, max_size=12).map(tuple), st.integers(1, 5), min_size=1, max_size=8
)


def count_anew(words, n_merges, first_new_id):
    """The published algorithm, word for word: count all pairs, merge the best, repeat."""
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                counts[pair] += times
        if not counts:
            break
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        new_id = first_new_id + len(merges)
        merges.append(best)
        merged = Counter()
        for word, times in words.items():
            merged[tuple(replace_pair(word, best, new_id))] += times
        words = merged
    return merges


def test_a_merge_goes_from_left_to_right_and_uses_an_id_once():
    assert replace_pair([7, 7, 7, 8], (7, 7), 9) == [9, 7, 8]
    assert replace_pair([1, 2, 1, 2], (1, 2), 9) == [9, 9]
    assert replace_pair([], (1, 2), 9) == []


@settings(max_examples=100, deadline=None)
@given(WORDS, st.integers(0, 12))
def test_merges_are_those_of_counting_anew(words, n_merges):
    assert learn_merges(words, n_merges, first_new_id=4) == count_anew(words, n_merges, first_new_id=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 3), max_size=LONG_WORD * 2), WORDS)
def test_a_merged_word_spells_what_it_was(symbols, words):
    merges = learn_merges(words, 10, first_new_id=4)
    spelled = [[symbol] for symbol in range(4)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    merged = merge_word(symbols, {pair: rank for rank, pair in enumerate(merges)}, range(4, 4 + len(merges)))
    assert [symbol for token in merged for symbol in spelled[token]] == symbols


def test_the_order_of_learning_decides():
    ranks = {(1, 2): 0, (0, 1): 1}
    assert merge_word([0, 1, 2], ranks, [3, 4]) == [0, 3]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: learn_merges({(0, 1): 1}, -1, first_new_id=2), "-1 merges"),
        (lambda: learn_merges({(0, 1): -3}, 1, first_new_id=2), "occur -3 times"),
        (lambda: learn_merges({(0, 2): 1}, 1, first_new_id=2), "first_new_id is 2"),
        (lambda: learn_merges({(-1, 0): 1}, 1, first_new_id=2), "0 or more"),
        (lambda: merge_word([0, 1], {(0, 1): 0}, []), "1 merges have 0 new ids"),
    ],
)
def test_what_cannot_be_merged_is_refused(call, says):
    with pytest.raises(ValueError, match=says) as error:
        call()
    assert isinstance(error.value, TextError)


def test_no_words_give_no_merges():
    assert learn_merges({}, 5, first_new_id=4) == []
    assert learn_merges({(): 2, (1,): 3}, 5, first_new_id=4) == []
