"""Stages train, go on after an interrupt bit for bit, and tell mistakes in a line."""

import json
import signal

import pytest
import torch

from course_lib.common.errors import CourseError
from course_lib.lineage import STAGES, BaseRecipe, load, train_stage
from course_lib.lineage.stages import progress_bar, shortened
from course_lib.training import load_model
from tests.lineage.small import CORPUS, RECIPE, no_bar


def test_a_stage_leaves_a_model_and_its_report(trained):
    assert {path.name for path in trained.iterdir()} == {"tokenizer.json", "base.safetensors", "base.report.json"}
    report = json.loads((trained / "base.report.json").read_text())
    model, tokenizer, about = load("base", folder=trained)
    assert report["card"] == {"asked": True}
    assert about["tokens"] == report["tokens"] == RECIPE.n_tokens
    assert about["seed"] == 0
    assert about["parent"] == "tokenizer"
    assert about["data"]["n_words"] == CORPUS.n_words
    assert model.config == RECIPE.model
    assert tokenizer.special_tokens["<|endoftext|>"] == 0
    assert not model.training
    assert next(model.parameters()).dtype == torch.float32


@pytest.mark.parametrize(("seed", "is_same"), [(0, True), (1, False)])
def test_the_same_seed_gives_the_same_model_and_another_another(trained, folder, seed, is_same):
    train_stage("base", out=folder, seed=seed, recipe=RECIPE, watch=no_bar)
    first, second = (load_model(place / "base.safetensors").state for place in (trained, folder))
    assert all(torch.equal(first[name], second[name]) for name in first) is is_same


def test_ctrl_c_saves_and_the_same_call_goes_on_bit_for_bit(trained, folder):
    steps = []

    def press(reports, n_steps):
        for report in reports:
            steps.append(report.step)
            if report.step == 4:
                signal.raise_signal(signal.SIGINT)
            yield report

    with pytest.raises(KeyboardInterrupt):
        train_stage("base", out=folder, recipe=RECIPE, watch=press)
    assert steps == [1, 2, 3, 4]
    assert (folder / "base.partial").exists()
    assert not (folder / "base.safetensors").exists()
    train_stage("base", out=folder, recipe=RECIPE, watch=press)
    assert steps == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert not (folder / "base.partial").exists()
    whole, resumed = (load_model(place / "base.safetensors").state for place in (trained, folder))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_starting_anew_forgets_the_interrupted_run(folder, quick_card):
    (folder / "base.partial").write_bytes(b"damaged")
    with pytest.raises(CourseError, match=r"base\.partial"):
        train_stage("base", out=folder, recipe=RECIPE, watch=no_bar)
    train_stage("base", out=folder, recipe=RECIPE, watch=no_bar, resume=False)
    assert (folder / "base.safetensors").exists()


def test_an_unknown_stage_is_one_line_that_names_the_stages(tmp_path):
    with pytest.raises(CourseError, match=r"^there is no stage 'bass': choose from tokenizer, base.*$"):
        train_stage("bass", out=tmp_path)


def test_minutes_shorten_a_run_and_never_lengthen_it():
    base = STAGES["base"]
    assert shortened(base, 1e-9).recipe.n_steps == 1
    assert shortened(base, 1e9).recipe == base.recipe
    assert shortened(base, base.minutes / 2).recipe.n_tokens <= base.recipe.n_tokens
    with pytest.raises(CourseError, match="minutes is 0"):
        shortened(base, 0.0)


def test_a_recipe_is_named_by_everything_in_it():
    assert BaseRecipe().hash() == BaseRecipe().hash()
    assert len({BaseRecipe().hash(), BaseRecipe(n_tokens=1).hash(), RECIPE.hash()}) == 3


def test_the_bar_passes_every_report_on(folder):
    seen = []

    def watch(reports, n_steps):
        for report in progress_bar(reports, n_steps):
            seen.append(report.step)
            yield report

    train_stage("base", out=folder, recipe=RECIPE, watch=watch)
    assert seen == list(range(1, 11))
