"""What ships is what the recipes, parents and text make today; anything else is found."""

import shutil
from dataclasses import replace

import pytest

from course_lib.lineage import STAGES, stale_stages
from course_lib.lineage.freshness import orphans, why_stale
from course_lib.lineage.load import SHIPPED
from tests.lineage.small import CORPUS, RECIPE, RECIPES, SMALL


@pytest.fixture
def stages():
    """The stages of the small lineage."""
    small = {"tokenizer": replace(STAGES["tokenizer"], recipe=CORPUS), "base": replace(STAGES["base"], recipe=RECIPE)}
    return small | {"child": replace(STAGES["base"], name="child", parent="base")}


def test_what_ships_is_fresh():
    assert stale_stages(SHIPPED) == {}


def test_a_fresh_lineage_has_nothing_stale_but_what_is_not_made(trained, stages):
    assert stale_stages(trained, stages) == {"child": "child.safetensors is not there"}


def test_another_recipe_is_noticed(trained, stages):
    stages["base"] = replace(stages["base"], recipe=replace(RECIPE, n_tokens=1000))
    found = stale_stages(trained, stages)
    assert found == {"base": "base.safetensors was made by another recipe", "child": "its parent base is stale"}


def test_another_parent_is_noticed(trained, stages):
    with (trained / "tokenizer.json").open("a") as file:
        file.write("\n")
    assert stale_stages(trained, stages)["base"] == "base.safetensors was made from another tokenizer"


def test_another_text_is_noticed(trained, stages, monkeypatch):
    monkeypatch.setattr("course_lib.lineage.base.opening_hash", lambda recipe, seed: "other")
    assert stale_stages(trained, stages)["base"] == "base.safetensors was trained on another text"


def test_missing_and_damaged_files_are_noticed(trained, stages):
    (trained / "base.report.json").unlink()
    assert stale_stages(trained, stages)["base"] == "base.report.json is not there"
    (trained / "base.safetensors").write_bytes(b"")
    assert "damaged" in stale_stages(trained, stages)["base"]
    (trained / "tokenizer.json").unlink()
    assert stale_stages(trained, stages)["base"] == "its parent tokenizer is stale"


def test_a_whole_family_is_fresh(grown):
    assert stale_stages(grown, SMALL) == {}


CHANGES = {"chat": {"doubt": 0.9}, "reward": {"beta": 1.0}, "rlhf": {"judge": "utility"}}


@pytest.mark.parametrize("name", CHANGES)
def test_another_recipe_of_a_later_stage_is_noticed(grown, name):
    changed = replace(SMALL[name], recipe=replace(RECIPES[name], **CHANGES[name]))
    found = stale_stages(grown, SMALL | {name: changed})
    assert found.pop(name) == f"{name}.safetensors was made by another recipe"
    assert set(found) == set(list(SMALL)[list(SMALL).index(name) + 1 :])


def test_a_setting_deep_in_a_recipe_is_noticed(grown):
    recipe = RECIPES["rlhf"]
    changed = replace(SMALL["rlhf"], recipe=replace(recipe, ppo=replace(recipe.ppo, kl_weight=0.5)))
    assert stale_stages(grown, SMALL | {"rlhf": changed}) == {"rlhf": "rlhf.safetensors was made by another recipe"}


@pytest.mark.parametrize("name", CHANGES)
def test_another_world_is_noticed_by_every_later_stage(grown, name, monkeypatch):
    monkeypatch.setattr("course_lib.world.world.GENERATOR_VERSION", 0)
    assert why_stale(SMALL[name], grown, SMALL) == f"{name}.safetensors was trained on another text"


@pytest.mark.parametrize(
    ("name", "changed"),
    [("chat", "course_lib.world.preferences._UNKNOWN_REPLIES"), ("reward", "course_lib.world.preferences._RUDE")],
)
def test_other_words_are_noticed(grown, name, changed, monkeypatch):
    monkeypatch.setattr(changed, ("Who knows? {}",))
    assert why_stale(SMALL[name], grown, SMALL) == f"{name}.safetensors was trained on another text"


def test_other_questions_are_noticed(grown, monkeypatch):
    monkeypatch.setattr("course_lib.lineage.rlhf.MIX", {"known": 1, "stranger": 1})
    assert why_stale(SMALL["rlhf"], grown, SMALL) == "rlhf.safetensors was trained on another text"


@pytest.mark.parametrize(("name", "parent"), [("chat", "base"), ("reward", "chat"), ("rlhf", "reward")])
def test_another_parent_of_a_later_stage_is_noticed(grown, name, parent):
    """Any other file in the parent's place will do."""
    other = "chat" if parent == "base" else "base"
    shutil.copy(grown / f"{other}.safetensors", grown / f"{parent}.safetensors")
    assert why_stale(SMALL[name], grown, SMALL) == f"{name}.safetensors was made from another {parent}"
    assert name in orphans(grown, SMALL)
    (grown / f"{parent}.safetensors").unlink()
    assert why_stale(SMALL[name], grown, SMALL) == f"its parent {parent}.safetensors is not there"


def test_a_damaged_child_is_an_orphan_too(grown):
    assert orphans(grown, SMALL) == {}
    (grown / "chat.safetensors").write_bytes(b"")
    assert "damaged" in orphans(grown, SMALL)["chat"]


def test_the_text_is_named_by_its_facts_and_pages(monkeypatch):
    from course_lib.lineage.corpus import opening_hash

    names = {opening_hash(CORPUS, 0), opening_hash(CORPUS, 1), opening_hash(replace(CORPUS, world_seed=1), 0)}
    assert len(names) == 3
    assert opening_hash(CORPUS, 0) == opening_hash(CORPUS, 0)
    monkeypatch.setattr("course_lib.world.prose.SHARES", {"portrait": 1})
    assert opening_hash(replace(CORPUS, question_share=0.0), 0) not in names
