"""The experiment on places: its schemes differ in places alone, its measures are blind where they should be."""

import pytest
import torch

from course_lib.lineage.experiments import p2_positions as experiment
from course_lib.transformer import sinusoidal_table


@pytest.fixture
def seeded():
    torch.manual_seed(0)


def test_waves_are_a_frozen_table(seeded):
    model = experiment.build("sinusoidal")
    table = model.position_embedding.weight
    assert not table.requires_grad
    torch.testing.assert_close(table.data, experiment.SINUSOIDAL_SCALE * sinusoidal_table(*table.shape))


def test_what_is_read_was_not_trained_on():
    ids, windows = experiment.text()
    assert windows.shape[1] == experiment.LONGEST + 1
    trained = {tuple(row) for row in torch.from_numpy(ids.astype("int64")).unfold(0, 48, 1).tolist()}
    assert not [row for row in windows[:20, :48].tolist() if tuple(row) in trained]


def test_unknown_schemes_and_fixes_are_refused():
    with pytest.raises(ValueError, match="positions is 'alibi': choose from sinusoidal"):
        experiment.build("alibi")
    with pytest.raises(ValueError, match="fix is 'prayer': choose from as it is"):
        experiment.measure(0, positions="none", n_layers=1, length=64, n_steps=1, fix="prayer")


def test_one_layer_without_places_is_a_bag_of_words_and_two_are_not(seeded):
    assert abs(experiment.order_cost(experiment.build("none", n_layers=1))) < 1e-5
    assert abs(experiment.order_cost(experiment.build("none", n_layers=2))) < 1e-2
    assert experiment.order_cost(experiment.build("none", n_layers=2)) != 0


def test_learned_places_can_be_read_off_and_a_fresh_embedding_has_none(seeded):
    model = experiment.build("learned")
    model.position_embedding.weight.data *= 100
    assert experiment.place_error(model) < 2
    assert experiment.place_error(experiment.build("none", n_layers=1)) > 2


def test_squeezed_places_are_handed_to_the_model():
    assert experiment.places_of(512, squeezed=False) is None
    assert experiment.places_of(512, squeezed=True)[0, :3].tolist() == [0, 0.125, 0.25]
    assert experiment.places_of(64, squeezed=True)[0, -1] == 63


def test_the_smallest_rung_mends_a_copy(monkeypatch):
    monkeypatch.setattr(experiment, "text", small_text(experiment.text()))
    plain, windowed, mended = experiment.EXPERIMENT.run(0, "small")
    assert plain["place_error_untrained"] == mended["place_error_untrained"]
    assert len({row["far"] for row in (plain, windowed, mended)}) == 3
    assert plain["in_range"] == pytest.approx(windowed["in_range"], abs=1e-5)
    assert all(1 < row[f"from_{low}"] < 8 for row in (plain, mended) for low in experiment.EDGES[:-1])
    again = experiment.measure(0, positions="rotary", n_layers=2, length=64, n_steps=10)
    assert again["far"] == plain["far"], "a fix changes a copy, not the model that it began from"


def small_text(text):
    ids, windows = text
    return lambda: (ids, windows[:8])
