"""A model by name: the shipped one or the learner's own; what is missing or damaged is told in one line."""

import sys

import pytest
import torch

from course_lib.common.errors import CourseError
from course_lib.lineage import load, models_folder
from course_lib.lineage.base import train_tokenizer
from course_lib.lineage.load import SHIPPED
from tests.lineage.small import CORPUS


def test_whose_models_are_in_use(monkeypatch):
    monkeypatch.delenv("COURSE_MODELS", raising=False)
    assert models_folder() == SHIPPED
    monkeypatch.setenv("COURSE_MODELS", "mine")
    assert models_folder().parts[-1] == "checkpoints"
    assert models_folder() != SHIPPED
    monkeypatch.setenv("COURSE_MODELS", "yours")
    with pytest.raises(CourseError, match="COURSE_MODELS is 'yours': choose shipped or mine"):
        models_folder()


def test_the_learners_own_is_loaded_when_asked_for(trained, monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "mine")
    monkeypatch.setattr(sys.modules["course_lib.lineage.load"], "MY", trained.parent)
    (trained.parent / "checkpoints").symlink_to(trained, target_is_directory=True)
    model, tokenizer, _ = load("base")
    ids = torch.tensor([tokenizer.encode("Where does")])
    assert model(ids).shape == (1, ids.shape[1], tokenizer.vocab_size)


def test_what_is_not_there_is_told_with_what_is(trained, tmp_path):
    with pytest.raises(CourseError, match=r"no model 'chat' in .*; there are: base; .*train chat"):
        load("chat", folder=trained)
    with pytest.raises(CourseError, match=r"there are: none yet; train it with"):
        load("base", folder=tmp_path / "nowhere")


DAMAGE = {"cut short": lambda data: data[:5000], "empty": lambda data: b"", "altered": lambda data: data[:-4] + b"oops"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_one_line(trained, damage):
    path = trained / "base.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CourseError, match="damaged") as caught:
        load("base", folder=trained)
    assert "\n" not in str(caught.value)


def test_a_model_and_another_tokenizer_do_not_go_together(trained):
    train_tokenizer(CORPUS, vocab_size=600).save(trained / "tokenizer.json")
    with pytest.raises(CourseError, match="vocabulary of 700"):
        load("base", folder=trained)
    train_tokenizer(CORPUS, vocab_size=700).save(trained / "tokenizer.json")
    load("base", folder=trained)
    with (trained / "tokenizer.json").open("a") as file:
        file.write("\n")
    with pytest.raises(CourseError, match="another tokenizer"):
        load("base", folder=trained)
