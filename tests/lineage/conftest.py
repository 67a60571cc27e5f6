"""A lineage so small that a model takes a second, made once and copied for each test."""

import shutil

import pytest
import torch

from course_lib.lineage import train_stage
from course_lib.lineage.base import train_tokenizer
from course_lib.world import World
from tests.lineage.small import CORPUS, RECIPE, RECIPES, no_bar


@pytest.fixture(autouse=True, scope="session")
def alone(tmp_path_factory):
    """One thread and a cache of one's own."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def lineage(alone, tmp_path_factory):
    """A folder with a small tokenizer and a small base model."""
    folder = tmp_path_factory.mktemp("lineage")
    train_tokenizer(CORPUS, vocab_size=700).save(folder / "tokenizer.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("course_lib.evaluation.report_card", quick)
        train_stage("base", out=folder, recipe=RECIPE, watch=no_bar)
    return folder


@pytest.fixture(scope="session")
def family(lineage, tmp_path_factory):
    """A folder with a small tokenizer and a small model of every stage, examined on a handful of people."""
    folder = shutil.copytree(lineage, tmp_path_factory.mktemp("family") / "models")
    with pytest.MonkeyPatch.context() as patch:
        examine_quickly(patch)
        for name in ("chat", "reward", "rlhf"):
            train_stage(name, out=folder, recipe=RECIPES[name], watch=no_bar)
    return folder


def examine_quickly(patch):
    """Let exams ask about ten people, and replies be short."""
    patch.setattr("course_lib.alignment.assessment.MAX_REPLY_TOKENS", 4)
    patch.setattr("course_lib.evaluation.report_card", quick)
    patch.setattr("course_lib.lineage.making.N_EXAM_PAIRS", 12)
    patch.setattr("course_lib.lineage.making.the_world", lambda seed: World.generate(seed, n_people=10, n_strangers=8))


def quick(model, tokenizer, world):
    """A report card that takes no time."""
    return {"asked": True}


@pytest.fixture
def quick_card(monkeypatch):
    """Report cards that take no time."""
    monkeypatch.setattr("course_lib.evaluation.report_card", quick)


@pytest.fixture
def grown(family, tmp_path, monkeypatch):
    """A copy of the whole family, to spoil."""
    examine_quickly(monkeypatch)
    return shutil.copytree(family, tmp_path / "grown")


@pytest.fixture
def trained(lineage, tmp_path, quick_card):
    """A copy of the lineage, to spoil."""
    return shutil.copytree(lineage, tmp_path / "trained")


@pytest.fixture
def folder(lineage, tmp_path, quick_card):
    """A folder with the tokenizer alone, to train in."""
    (tmp_path / "folder").mkdir()
    shutil.copy(lineage / "tokenizer.json", tmp_path / "folder")
    return tmp_path / "folder"
