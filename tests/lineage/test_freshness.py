"""What ships is what the recipes, parents and text make today; anything else is found."""

from dataclasses import replace

import pytest

from course_lib.lineage import STAGES, stale_stages
from course_lib.lineage.load import SHIPPED
from tests.lineage.small import CORPUS, RECIPE


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


def test_the_text_is_named_by_its_facts_and_pages(monkeypatch):
    from course_lib.lineage.corpus import opening_hash

    names = {opening_hash(CORPUS, 0), opening_hash(CORPUS, 1), opening_hash(replace(CORPUS, world_seed=1), 0)}
    assert len(names) == 3
    assert opening_hash(CORPUS, 0) == opening_hash(CORPUS, 0)
    monkeypatch.setattr("course_lib.world.prose.SHARES", {"portrait": 1})
    assert opening_hash(replace(CORPUS, question_share=0.0), 0) not in names
