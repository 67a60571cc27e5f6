"""The trials ask for two different places, heads share one budget, and an average cannot be taken apart."""

import torch

from course_lib.lineage.experiments.two_places import (
    D_MODEL,
    EXPERIMENT,
    N_PLACES,
    Reader,
    make_trials,
    split_heads,
)


def test_the_wanted_letters_lie_on_the_places_asked_for():
    letters, asked, wanted = make_trials(50, torch.Generator().manual_seed(0))
    assert (asked[:, 0] != asked[:, 1]).all()
    assert asked.max() < N_PLACES
    for row in range(50):
        assert wanted[row].tolist() == [letters[row, place].item() for place in asked[row].tolist()]


def test_the_number_of_parameters_does_not_depend_on_the_heads():
    counts = {sum(weights.numel() for weights in Reader(n_heads).parameters()) for n_heads in (1, 2, 32)}
    assert len(counts) == 1


def test_patterns_are_shares_of_all_tokens():
    letters, asked, _wanted = make_trials(3, torch.Generator().manual_seed(0))
    logits, pattern = Reader(4)(letters, asked)
    assert logits.shape == (3, 2, 8)
    assert pattern.shape == (3, 4, N_PLACES + 1, N_PLACES + 1)
    torch.testing.assert_close(pattern.sum(dim=-1), torch.ones(3, 4, N_PLACES + 1))


def test_splitting_gives_each_head_its_features():
    features = torch.arange(2 * D_MODEL).reshape(1, 2, D_MODEL).float()
    pieces = split_heads(features, 4)
    assert pieces[0, 1, 0].tolist() == list(range(8, 16))  # token 0, head 1


def test_a_run_measures_shares():
    (one, two) = EXPERIMENT.run(seed=0, rung="small")
    for row in (one, two):
        assert 0 <= row["both"] <= row["any_order"] <= 1
        assert row["both"] <= min(row["first"], row["second"])
