"""A lineage so small that a model takes a second, made once and copied for each test."""

import shutil

import pytest
import torch

from course_lib.lineage import train_stage
from course_lib.lineage.base import train_tokenizer
from tests.lineage.small import CORPUS, RECIPE, no_bar


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


def quick(model, tokenizer, world):
    """A report card that takes no time."""
    return {"asked": True}


@pytest.fixture
def quick_card(monkeypatch):
    """Report cards that take no time."""
    monkeypatch.setattr("course_lib.evaluation.report_card", quick)


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
