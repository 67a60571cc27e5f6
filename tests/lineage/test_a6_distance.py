"""The experiment on distance: the mark alone says the answer, its models are of one size, and all of them learn."""

import pytest
import torch

from course_lib.lineage.experiments.a6_distance import (
    KINDS,
    N_ITEMS,
    Recall,
    far_against_near,
    make_examples,
    make_layer,
    measure,
    share_right,
)


def test_the_first_token_alone_is_marked_and_names_the_answer():
    token_ids, answers = make_examples(200, distance=5, generator=torch.Generator().manual_seed(0))
    assert token_ids.shape == (200, 6)
    assert (token_ids[:, 0] - N_ITEMS).equal(answers)
    assert int(token_ids[:, 1:].max()) < N_ITEMS
    assert set(answers.tolist()) == set(range(N_ITEMS))


def test_all_kinds_have_nearly_equal_parameters():
    sizes = [sum(weights.numel() for weights in Recall(kind).parameters()) for kind in KINDS]
    assert max(sizes) / min(sizes) < 1.02


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind is 'gru': choose from rnn"):
        make_layer("gru")


def test_attention_sees_nothing_later():
    layer, _ = make_layer("attention")
    features = torch.randn(1, 6, 32)
    changed = features.clone()
    changed[:, 4:] += 1
    torch.testing.assert_close(layer(features)[0][:, :4], layer(changed)[0][:, :4])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_learns_from_a_few_steps_back(kind):
    found = measure(0, kind=kind, distance=2, n_steps=100)
    assert found["accuracy"] > 0.9
    assert 0 < found["steps_to_90"] <= 100


def test_blind_models_guess_and_the_reach_of_recurrence_shrinks():
    torch.manual_seed(0)
    examples = make_examples(400, 3, torch.Generator().manual_seed(1))
    assert share_right(Recall("rnn"), examples) < 0.3
    near, far = (far_against_near(Recall("rnn"), make_examples(4, distance, torch.Generator().manual_seed(2))[0])
                 for distance in (3, 12))  # fmt: skip
    assert far < near / 10
