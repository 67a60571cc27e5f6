"""A model of the lineage by name: the one that ships, or the learner's own."""

import os
from pathlib import Path

import torch

from course_lib.common.errors import CourseError
from course_lib.common.paths import DATA, MY
from course_lib.text import BPETokenizer
from course_lib.training import file_hash, load_model
from course_lib.transformer import GPT

SHIPPED = DATA / "checkpoints"
"""The models that ship with the course."""


def models_folder() -> Path:
    """The folder of the models in use: the shipped ones, or with `COURSE_MODELS=mine` the learner's own.

    Raises:
        CourseError: The variable says something else.
    """
    whose = os.environ.get("COURSE_MODELS") or "shipped"
    if whose not in ("shipped", "mine"):
        raise CourseError(f"COURSE_MODELS is {whose!r}: choose shipped or mine")
    return SHIPPED if whose == "shipped" else MY / "checkpoints"


class Family:
    """The models that a new one can come from: those in a folder, else the shipped ones.

    Args:
        folder: Where to look first.

    Raises:
        CourseError: There is no tokenizer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, path = folder, find_tokenizer(folder)
        self.tokenizer, self.tokenizer_hash = BPETokenizer.load(path), file_hash(path)

    def file(self, name: str) -> Path:
        """Where a stage's file lies; `tokenizer` is one.

        Raises:
            CourseError: It is not there; the message says how to make it.
        """
        if name == "tokenizer":
            return find_tokenizer(self.folder)
        is_shipped = (SHIPPED / f"{name}.safetensors").is_file()
        is_here = (self.folder / f"{name}.safetensors").is_file()
        return find_model(name, SHIPPED if is_shipped and not is_here else self.folder)

    def load(self, name: str) -> GPT:
        """A stage's model, ready to go on from; arguments and errors as for `load`."""
        return load(name, folder=self.file(name).parent)[0]


def find_model(name: str, folder: Path) -> Path:
    """The file of a model in a folder.

    Raises:
        CourseError: It is not there; the message says what is, and what to do.
    """
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.safetensors"))) or "none yet"
        remedy = f"train it with `python course.py train {name}`" if folder != SHIPPED else "is the name right?"
        raise CourseError(f"there is no model {name!r} in {folder}; there are: {there}; {remedy}")
    return path


def find_tokenizer(folder: Path) -> Path:
    """The tokenizer of the models in a folder: its own, else the one that ships.

    Raises:
        CourseError: There is neither.
    """
    for path in (folder / "tokenizer.json", SHIPPED / "tokenizer.json"):
        if path.is_file():
            return path
    raise CourseError(f"there is no tokenizer in {folder}: make one with `python course.py train tokenizer`")


def load(name: str = "base", *, folder: Path | None = None) -> tuple[GPT, BPETokenizer, dict]:
    """Load a model of the lineage, ready to use.

    Args:
        name: Which stage: `base`, …
        folder: Where it lies; the folder of the models in use if not given (see `models_folder`).

    Returns:
        The model (float32, in evaluation mode), its tokenizer, and what its file says of it: seed, parent, data.

    Raises:
        CourseError: It is not there, it is damaged, it is no language model, or it was trained with another tokenizer.

    Example:
        >>> model, tokenizer, about = load("base")
        >>> about["stage"], about["parent"], model.config.vocab_size == tokenizer.vocab_size
        ('base', 'tokenizer', True)
    """
    folder = folder or models_folder()
    path = find_model(name, folder)
    shipped = load_model(path)
    tokenizer_path = find_tokenizer(folder)
    tokenizer = BPETokenizer.load(tokenizer_path)
    if tokenizer.vocab_size != shipped.config.vocab_size:
        raise CourseError(
            f"{path.name} has a vocabulary of {shipped.config.vocab_size}, {tokenizer_path} one of "
            f"{tokenizer.vocab_size}: they do not belong together; train {name} again"
        )
    model = GPT(shipped.config)
    try:
        model.load_state_dict({key: tensor.to(torch.float32) for key, tensor in shipped.state.items()})
    except RuntimeError:
        raise CourseError(f"{path.name} writes nothing: it is no language model; choose another stage") from None
    about = shipped.metadata
    if about.get("tokenizer_sha256") != file_hash(tokenizer_path):
        raise CourseError(f"{path.name} was trained with another tokenizer than {tokenizer_path}: train {name} again")
    return model.eval(), tokenizer, about
