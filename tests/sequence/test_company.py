"""Neighbours, and how often each word is kept or drawn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError
from torch import tensor

from course_lib.sequence import company_counts, keep_probability, neighbour_pairs, noise_distribution, shuffled

texts = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30)


def as_text(places):
    """Word numbers, and pages that end wherever a place says so."""
    word_ids = tensor([word for word, _ in places])
    return word_ids, tensor([ends for _, ends in places]).long().cumsum(0)


def by_hand(word_ids, page_numbers, window):
    """Two loops, as in the paper."""
    pairs, n = [], len(word_ids)
    for centre in range(n):
        for place in range(max(0, centre - window), min(n, centre + window + 1)):
            if place != centre and page_numbers[place] == page_numbers[centre]:
                pairs.append((int(word_ids[centre]), int(word_ids[place])))
    return sorted(pairs)


@settings(max_examples=50, deadline=None)
@given(texts, st.integers(1, 6))
def test_pairs_are_those_of_two_loops(places, window):
    word_ids, page_numbers = as_text(places)
    centres, neighbours = neighbour_pairs(word_ids, page_numbers, window)
    expected = by_hand(word_ids, page_numbers, window)
    assert sorted(zip(centres.tolist(), neighbours.tolist(), strict=True)) == expected
    table = company_counts(word_ids, page_numbers, n_words=6, window=window)
    assert table.equal(table.T)
    assert int(table.sum()) == len(expected)


@given(texts)
@settings(max_examples=30, deadline=None)
def test_a_drawn_reach_only_leaves_pairs_out(places):
    word_ids, page_numbers = as_text(places)
    drawn = neighbour_pairs(word_ids, page_numbers, 3, torch.Generator().manual_seed(0))
    assert set(zip(*map(torch.Tensor.tolist, drawn), strict=True)) <= set(by_hand(word_ids, page_numbers, 3))
    nearest = by_hand(word_ids, page_numbers, 1)
    assert len(nearest) <= len(drawn[0]) <= len(by_hand(word_ids, page_numbers, 3))


def test_near_neighbours_count_more():
    word_ids = torch.arange(4000)
    centres, neighbours = neighbour_pairs(word_ids, word_ids * 0, 4, torch.Generator().manual_seed(0))
    distance = (centres - neighbours).abs()
    shares = [(distance == d).float().mean().item() for d in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.02)  # reach ≥ d: 4, 3, 2, 1 of 4 times


def test_common_words_are_kept_less_and_drawn_less_than_in_proportion():
    counts = tensor([6400.0, 900.0, 100.0])
    keep = keep_probability(counts, threshold=0.01)
    assert keep.tolist() == pytest.approx(
        [(0.01 / (6400 / 7400)) ** 0.5, (0.01 / (900 / 7400)) ** 0.5, 0.01**0.5 * 74**0.5]
    )
    noise = noise_distribution(counts)
    assert noise.sum().item() == pytest.approx(1)
    assert (noise[0] / noise[2]).item() == pytest.approx(64**0.75)
    assert noise_distribution(counts, power=0).tolist() == pytest.approx([1 / 3] * 3)


def test_shuffling_keeps_the_words():
    word_ids = torch.arange(50)
    mixed = shuffled(word_ids, torch.Generator().manual_seed(1))
    assert not mixed.equal(word_ids)
    assert mixed.sort().values.equal(word_ids)


@pytest.mark.parametrize("counts", [tensor([]), tensor([1.0, 0.0]), tensor([1.0, -2.0]), tensor([float("nan")])])
def test_counts_must_be_positive(counts):
    for function in (keep_probability, noise_distribution):
        with pytest.raises(ValueError, match="a positive number for each word"):
            function(counts)


def test_other_mistakes_are_named():
    one = tensor([1.0])
    for threshold in (0.0, -1.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="threshold is"):
            keep_probability(one, threshold)
    for power in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="power is"):
            noise_distribution(one, power)
    row = tensor([0, 1])
    with pytest.raises(ValueError, match="window is 0"):
        neighbour_pairs(row, row, 0)
    with pytest.raises((ValueError, TypeCheckError), match=r"2 words but 1|page_numbers"):
        neighbour_pairs(row, row[:1], 1)
    with pytest.raises(ValueError, match="n_words is 1"):
        company_counts(row, row * 0, n_words=1, window=1)
