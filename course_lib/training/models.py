"""A finished model as one safetensors file that says what it is and where it comes from."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from course_lib import __version__
from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.transformer import GPTConfig

KEY = "llms_under_the_hood"
"""Where the file's header keeps the metadata, as JSON."""


class ShippedModel(NamedTuple):
    """What a model's file holds."""

    config: GPTConfig
    """The shape: `GPT(config)` builds it."""
    state: dict[str, Tensor]
    """The weights: `model.load_state_dict(state)` fills it."""
    metadata: dict[str, Any]
    """Seed, parent hash, data hash, tokens, library version: whatever the maker noted."""


def save_model(
    path: Path | str,
    model: nn.Module,
    metadata: dict[str, Any],
    dtype: torch.dtype = torch.bfloat16,
    *,
    exact: tuple[str, ...] = (),
) -> None:
    """Write a model's weights with its configuration and origin.

    Args:
        path: The `.safetensors` file to make.
        model: A `GPT`, or any module whose `config` is a `GPTConfig`. Tied weights are kept once.
        metadata: What JSON can hold: seed, parent hash, data hash, tokens. Configuration, library version and a
            checksum of the weights are added.
        dtype: Format of the weights; bfloat16 halves the file and costs nothing that evaluation notices.
        exact: Beginnings of the names of weights that keep their format.

    Raises:
        OSError: The file cannot be written; an older one is left as it was.
    """
    unique: dict[int, str] = {}
    tensors, tied = {}, {}
    for name, tensor in model.state_dict().items():
        first = unique.setdefault(tensor.data_ptr(), name)
        if first != name:
            tied[name] = first
        else:
            rounds = tensor.is_floating_point() and not name.startswith(exact)
            tensors[name] = (tensor.to(dtype) if rounds else tensor).cpu().contiguous().clone()
    about = dict(metadata)
    about |= {"config": dataclasses.asdict(model.config), "library_version": __version__, "tied": tied}
    about["weights_sha256"] = _weights_hash(tensors)
    with atomic_write(path) as temporary:
        try:
            save_file(tensors, temporary, metadata={KEY: json.dumps(about, sort_keys=True)})
        except SafetensorError as error:
            raise OSError(f"{path} could not be written: {error}") from error


def load_model(path: Path | str) -> ShippedModel:
    """Read a model's file and make sure that it is whole.

    Args:
        path: A file that `save_model` wrote.

    Returns:
        Configuration, weights (in the format of the file) and metadata.

    Raises:
        CourseError: There is no such file, it is damaged, or it is not one of this course's.
    """
    if not Path(path).is_file():
        raise CourseError(f"there is no model at {path}: train it first, or check the name")
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
    except (SafetensorError, OSError) as error:
        raise CourseError(f"{path} is damaged or not a safetensors file ({error}): fetch or train it again") from error
    if KEY not in header:
        raise CourseError(f"{path} is not a model of this course: the weights room reads other people's files")
    try:
        about = json.loads(header[KEY])
        config, tied, checksum = GPTConfig(**about.pop("config")), about.pop("tied"), about.pop("weights_sha256")
    except (ValueError, TypeError, KeyError) as error:
        raise CourseError(f"{path} is of another version of the course ({error}): fetch or train it again") from error
    if checksum != _weights_hash(tensors):
        raise CourseError(f"{path} is damaged (the checksum of its weights is wrong): fetch or train it again")
    return ShippedModel(config, tensors | {name: tensors[first] for name, first in tied.items()}, about)


def file_hash(path: Path | str) -> str:
    """The sha256 of a file: how a child names its parent, and a result its data.

    Args:
        path: Any file.

    Returns:
        64 hexadecimal digits.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _weights_hash(tensors: dict[str, Tensor]) -> str:
    """A checksum over names, shapes and bytes."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype} ".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b"")
    return digest.hexdigest()
