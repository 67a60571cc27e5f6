"""What vectors are asked: neighbours, sums with several scores, a map."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import tensor
from torch.nn import functional as F

from course_lib.sequence import (
    Lexicon,
    ask_words,
    directions,
    nearest,
    neighbours_alike,
    principal_plane,
    score_analogies,
)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(st.integers(2, 8), st.integers(1, 6), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_cosines_are_torchs_and_length_plays_no_part(n_words, d_model, seed):
    vectors = draw(n_words, d_model, seed=seed)
    cosines, numbers = nearest(vectors, vectors[0], n_nearest=n_words)
    expected = F.cosine_similarity(vectors[0][None], vectors)
    torch.testing.assert_close(cosines, expected[numbers])
    assert numbers[0] == 0 or n_words > 1
    stretched = vectors * torch.arange(1, n_words + 1)[:, None]
    torch.testing.assert_close(directions(stretched), directions(vectors))


def test_who_is_left_out_is_not_near():
    table = tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])
    assert nearest(table, table[0], 2)[1].tolist() == [0, 1]
    assert nearest(table, table[0], 3, left_out=[0])[1].tolist() == [1, 2, 3]


def test_kin_is_found_among_all_words():
    table = tensor([[1.0, 0.0], [1.0, 0.2], [1.0, 0.1], [0.0, 1.0]])
    assert neighbours_alike(table, tensor([0, 0, 0, 1])).tolist() == [True, True, True, False]
    assert neighbours_alike(table, tensor([0, 0, -1, 1])).tolist() == [False, False, False]  # the third is nearer


def king_and_queen():
    """Four royals and four peers: rank, sex and a number of their own; the offset is small beside the rest."""
    rank, sex, own = (
        torch.eye(10)[:4].repeat_interleave(2, 0),
        torch.eye(10)[4],
        torch.eye(10)[5:9].repeat_interleave(2, 0),
    )
    return rank + own + torch.tensor([-1.0, 1.0] * 4)[:, None] * 0.2 * sex


def test_a_given_word_wins_unless_it_may_not():
    vectors, pairs = king_and_queen(), tensor([[0, 1], [2, 3], [4, 5], [6, 7]])
    score = score_analogies(vectors, pairs)
    assert (score.n, score.given_left_out, score.only_answers) == (12, 1.0, 1.0)
    assert score.no_sum == score.no_sum_only_answers == 1.0  # the third word's nearest is its partner without any sum
    noisy = vectors + 0.25 * draw(*vectors.shape, seed=3)
    worse = score_analogies(noisy, pairs)
    assert worse.all_words + worse.a_given_word <= 1
    assert worse.all_words < worse.given_left_out


def test_scores_are_those_of_loops():
    vectors, pairs = draw(12, 4, seed=5), tensor([[0, 1], [2, 3], [4, 5]])
    rows = F.normalize(vectors, dim=-1).double()
    hits = {
        "all_words": 0,
        "given_left_out": 0,
        "only_answers": 0,
        "no_sum": 0,
        "no_sum_only_answers": 0,
        "a_given_word": 0,
    }
    for a, b in pairs.tolist():
        for c, right in pairs.tolist():
            if (a, b) == (c, right):
                continue
            near = {
                word: float(F.cosine_similarity(rows[b] - rows[a] + rows[c], rows[word], dim=0)) for word in range(12)
            }
            alone = {word: float(rows[c] @ rows[word]) for word in range(12)}
            others = [word for word in range(12) if word not in (a, b, c)]
            answers = [word for word in (1, 3, 5) if word not in (a, b, c)]
            best = max(near, key=near.get)
            hits["all_words"] += best == right
            hits["a_given_word"] += best in (a, b, c)
            hits["given_left_out"] += max(others, key=near.get) == right
            hits["only_answers"] += max(answers, key=near.get) == right
            hits["no_sum"] += max(others, key=alone.get) == right
            hits["no_sum_only_answers"] += max(answers, key=alone.get) == right
    score = score_analogies(vectors, pairs)
    assert {name: round(getattr(score, name) * 6) for name in hits} == hits


@given(st.integers(3, 20), st.integers(2, 6), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_the_map_keeps_what_the_two_largest_eigenvalues_say(n_words, d_model, seed):
    vectors = draw(n_words, d_model, seed=seed)
    places, kept = principal_plane(vectors)
    spread = np.sort(np.linalg.eigvalsh(np.cov(vectors.double().numpy().T)))[::-1]
    assert kept == pytest.approx(spread[:2].sum() / spread.sum(), abs=1e-4)
    assert places.mean(dim=0).tolist() == pytest.approx([0, 0], abs=1e-4)
    assert places.var(dim=0).tolist() == pytest.approx(spread[:2].tolist(), rel=1e-3, abs=1e-5)


def test_other_words_are_placed_by_the_axes_of_those_that_fit():
    vectors = draw(10, 4)
    places, kept = principal_plane(vectors, fit=vectors[:6])
    alone, kept_alone = principal_plane(vectors[:6])
    torch.testing.assert_close(places[:6], alone)
    assert kept == kept_alone


def test_a_question_is_a_word_or_a_sum():
    lexicon = Lexicon.of(["north north north north east east east west west south"], min_count=1)
    vectors = tensor([[0.0, 2.0], [3.0, 0.0], [-1.0, 0.0], [0.0, -1.0]])
    assert ask_words("North", lexicon, vectors, 1)[0] == [0]
    given, ((word, number, cosine), *_) = ask_words("east − North", lexicon, vectors, 2)
    assert (given, word, number) == ([1, 0], "south", 3)
    assert cosine == pytest.approx(0.5**0.5)
    for question, message in (("", "there is no word"), ("up", "the word 'up' is not among"), ("3 + 4", "no word in")):
        with pytest.raises(ValueError, match=message):
            ask_words(question, lexicon, vectors)


def test_mistakes_are_named():
    table = torch.eye(3)
    with pytest.raises(ValueError, match="row 1 is all zeros"):
        directions(tensor([[1.0], [0.0]]))
    with pytest.raises(ValueError, match="a NaN or an infinity"):
        directions(tensor([[float("nan")]]))
    with pytest.raises(ValueError, match="n_nearest is 3: 3 words less 1"):
        nearest(table, table[0], 3, left_out=[1])
    with pytest.raises(ValueError, match="word number 7 is left out"):
        nearest(table, table[0], 1, left_out=[7])
    with pytest.raises(ValueError, match="row 0 is all zeros"):
        nearest(table, 0 * table[0], 1)
    with pytest.raises(ValueError, match="no word has a kind"):
        neighbours_alike(table, tensor([-1, -1, -1]))
    with pytest.raises(ValueError, match="1 pairs make no analogy"):
        score_analogies(table, tensor([[0, 1]]))
    with pytest.raises(ValueError, match="there are 3 words"):
        score_analogies(table, tensor([[0, 1], [2, 9]]))
    with pytest.raises(ValueError, match="needs 3 words"):
        principal_plane(table[:2])
    with pytest.raises(ValueError, match="all vectors are the same"):
        principal_plane(torch.ones(4, 3))
