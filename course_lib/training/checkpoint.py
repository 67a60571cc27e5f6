"""Everything a run needs to go on as if nothing had happened: weights, moments, place in the data, random states."""

import dataclasses
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy
import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.training.loop import StepReport, TrainConfig

HEADER = b"LLMs Under the Hood, training checkpoint 1, sha256 "
"""The first line of the file, before the checksum of everything after the line."""


@runtime_checkable
class Resumable(Protocol):
    """Anything whose state can be saved: an optimizer, or the training batches with their place in the data."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


def save_checkpoint(
    path: Path | str,
    model: nn.Module,
    optimizer: Resumable,
    batches: Resumable,
    report: StepReport,
    config: TrainConfig | None = None,
) -> None:
    """Save a run between two steps; the file is either the old one or the new one, never half of each.

    Args:
        path: The file to write.
        model: Its weights, and its configuration if it has one.
        optimizer: Its moments.
        batches: Their place in the data.
        report: The last report that the loop yielded.
        config: How the run is trained, so that resuming it otherwise is noticed.

    Raises:
        OSError: The file cannot be written (no room, no permission); an older checkpoint is left as it was.
    """
    contents = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "batches": batches.state_dict(),
        "report": dataclasses.asdict(report),
        "model_config": _plain(getattr(model, "config", None)),
        "train_config": _plain(config),
        "optimizer_config": _plain(getattr(optimizer, "config", None)),
        "random": _random_states(),
    }
    buffer = io.BytesIO()
    torch.save(contents, buffer)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(HEADER + hashlib.sha256(buffer.getbuffer()).hexdigest().encode() + b"\n")
        file.write(buffer.getbuffer())


def load_checkpoint(
    path: Path | str,
    model: nn.Module,
    optimizer: Resumable,
    batches: Resumable,
    config: TrainConfig | None = None,
) -> StepReport:
    """Bring a run back to where it was saved; on a processor it then goes on bit for bit as if never stopped.

    Args:
        path: A file that `save_checkpoint` wrote.
        model: Built as for the first run; gets the weights.
        optimizer: Made as for the first run; gets the moments.
        batches: Made as for the first run; moved to their place.
        config: How the run will be trained; with the optimizer's settings, it must be as it was. None accepts any.

    Returns:
        The last report; give it to `train(..., resume=report)`.

    Raises:
        CourseError: There is no such file, it is damaged, or it belongs to another model or another run.
    """
    contents = _read(Path(path))
    _compare(path, "model", contents["model_config"], _plain(getattr(model, "config", None)))
    if config is not None:
        _compare(path, "run", contents["train_config"], _plain(config))
        _compare(path, "run", contents.get("optimizer_config"), _plain(getattr(optimizer, "config", None)))
    try:
        model.load_state_dict(contents["model"])
        optimizer.load_state_dict(contents["optimizer"])
        batches.load_state_dict(contents["batches"])
    except (RuntimeError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:160]
        raise CourseError(f"{path} belongs to another model, optimizer or data set: {reason}") from error
    _restore_random_states(contents["random"])
    return StepReport(**contents["report"])


def _read(path: Path) -> dict[str, Any]:
    """The contents of a checkpoint whose checksum is right."""
    if not path.is_file():
        raise CourseError(f"there is no checkpoint at {path}: train first, or check the name")
    header, _, body = path.read_bytes().partition(b"\n")
    if not header.startswith(HEADER):
        raise CourseError(f"{path} is not a training checkpoint, or its beginning is lost: delete it and train again")
    if header[len(HEADER) :].decode(errors="replace") != hashlib.sha256(body).hexdigest():
        raise CourseError(f"{path} is damaged (its checksum is wrong): delete it and train again")
    return torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)


def _plain(config: Any) -> dict[str, Any] | None:
    """A configuration as JSON would keep it."""
    return json.loads(json.dumps(dataclasses.asdict(config))) if dataclasses.is_dataclass(config) else None


def _compare(path: Path | str, what: str, saved: dict[str, Any] | None, wanted: dict[str, Any] | None) -> None:
    """Name the first setting in which the saved and the wanted configuration differ."""
    if saved is None or wanted is None:
        return
    saved, wanted = _flat(saved), _flat(wanted)
    for name in sorted(saved.keys() | wanted.keys()):
        if saved.get(name) != wanted.get(name):
            raise CourseError(
                f"{path} is of a {what} with {name} {saved.get(name)}, this {what} has {wanted.get(name)}: "
                "use the settings it was started with, or start anew"
            )


def _flat(config: dict[str, Any]) -> dict[str, Any]:
    """Settings by dotted name."""
    flat: dict[str, Any] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": item for key, item in _flat(value).items()}
        else:
            flat[name] = value
    return flat


def _random_states() -> dict[str, Any]:
    """The random states of Python, numpy and torch, as plain values."""
    name, keys, position, has_gauss, gauss = numpy.random.get_state()  # noqa: NPY002  (the global state is what counts)
    return {
        "python": random.getstate(),
        "numpy": (name, keys.tolist(), position, has_gauss, gauss),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def _restore_random_states(states: dict[str, Any]) -> None:
    """Set the random states; a GPU's only where the same number of GPUs is here."""
    random.setstate(states["python"])
    name, keys, *rest = states["numpy"]
    numpy.random.set_state((name, numpy.array(keys, dtype=numpy.uint32), *rest))  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    if states["cuda"] and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
