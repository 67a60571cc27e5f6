"""The experiment on places: nothing but order helps, its schemes differ in places alone, fixes change copies."""

import pytest
import torch

from course_lib.lineage.experiments import p2_positions as experiment
from course_lib.training.loss import IGNORE
from course_lib.transformer import sinusoidal_table


@pytest.fixture
def seeded():
    torch.manual_seed(0)


def test_the_answer_stands_three_back_and_the_first_places_are_not_asked():
    texts = experiment.make_texts(20, 30, torch.Generator().manual_seed(1))
    assert (texts.token_ids[:, 0] == experiment.N_ITEMS).all()
    assert texts.token_ids[:, 1:].max() < experiment.N_ITEMS
    assert (texts.targets[:, :4] == IGNORE).all()
    assert texts.targets[:, 4:].equal(texts.token_ids[:, 1:27])


def test_waves_are_a_frozen_table(seeded):
    model = experiment.build("sinusoidal")
    table = model.position_embedding.weight
    assert not table.requires_grad
    torch.testing.assert_close(table.data, experiment.SINUSOIDAL_SCALE * sinusoidal_table(*table.shape))


def test_unknown_schemes_and_fixes_are_refused():
    with pytest.raises(ValueError, match="positions is 'alibi': choose from sinusoidal"):
        experiment.build("alibi")
    with pytest.raises(ValueError, match="fix is 'prayer': choose from as it is"):
        experiment.measure(0, positions="none", n_layers=1, n_steps=1, fix="prayer")


def test_a_fresh_model_guesses(seeded):
    losses = experiment.loss_by_place(experiment.build("rotary"))
    assert losses[:4].eq(0).all()
    assert losses[4:].mean().item() == pytest.approx(2.83, abs=0.1)  # log 17, the start token included


def test_learned_places_can_be_read_off_and_without_any_they_are_vague_at_first(seeded):
    model = experiment.build("learned")
    model.position_embedding.weight.data *= 100
    assert min(experiment.place_errors(model)) < 2
    (error,) = experiment.place_errors(experiment.build("none", n_layers=1))
    assert 8 < error < 16


def test_squeezed_places_are_handed_to_the_model():
    assert experiment.places_of(512, squeezed=False) is None
    assert experiment.places_of(512, squeezed=True)[0, :3].tolist() == [0, 0.125, 0.25]
    assert experiment.places_of(64, squeezed=True)[0, -1] == 63


def test_the_smallest_rung_mends_a_copy():
    plain, windowed, mended = experiment.EXPERIMENT.run(0, "small")
    assert plain["place_error_untrained"] == mended["place_error_untrained"]
    assert len({row["far"] for row in (plain, windowed, mended)}) == 3
    assert plain["in_range"] == pytest.approx(windowed["in_range"], abs=1e-5)
    assert all(0 < row[f"from_{low}"] < 8 for row in (plain, mended) for low in experiment.EDGES[:-1])
    again = experiment.measure(0, positions="rotary", n_layers=2, n_steps=10)
    assert again["far"] == plain["far"], "a fix changes a copy, not the model that it began from"


def test_rotary_learns_what_one_layer_without_places_cannot(seeded):
    told, untold = experiment.build("rotary", n_layers=1), experiment.build("none", n_layers=1)
    for model in (told, untold):
        experiment.learn(model, 16, 60, seed=0)
    assert experiment.loss_by_place(told)[8:16].mean() < experiment.loss_by_place(untold)[8:16].mean() - 0.5
