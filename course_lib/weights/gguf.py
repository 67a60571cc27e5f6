"""The GGUF file: one file that holds a model's configuration, its tokenizer, and its weights in compressed blocks.

A GGUF file is a row of little-endian numbers and strings: the word `GGUF` and a version; how many tensors and settings
follow; the settings, each a name, a type and a value; a table of the tensors (name, dimensions, type, place); and then
the tensors. The header is read here, since the `gguf` package takes seconds over a vocabulary; the blocks are that
package's business.

Source: the specification in llama.cpp's repository (ggml/docs/gguf.md).
"""

import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.common.errors import CourseError

VERSIONS = (2, 3)
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Type of a setting → how `struct` writes it."""
STRING, ARRAY = 8, 9
ALIGNMENT = 32


@dataclass(frozen=True, slots=True)
class GGUFTensor:
    """One tensor of a file: where it lies, and how it is packed."""

    name: str
    """Its name in the file, such as `blk.0.attn_q.weight`."""
    shape: tuple[int, ...]
    """Rows first, as torch has it; the file lists its dimensions the other way round."""
    kind: str
    """How numbers are packed: `F32`, `F16`, `Q8_0`, `Q4_1`, …"""
    raw: np.ndarray
    """Its bytes, read-only and not yet read from the disk; a row of the array is a row of the tensor."""

    def values(self) -> Float[Tensor, "..."]:
        """Its numbers in float32, unpacked into memory of their own.

        Raises:
            CourseError: The `gguf` package cannot unpack this kind.
        """
        kind = gguf.GGMLQuantizationType[self.kind]
        try:
            numbers = gguf.dequantize(self.raw, kind)
        except NotImplementedError:
            raise CourseError(
                f"{self.name} is packed as {self.kind}, which the gguf package cannot unpack: take another file of "
                "the model, such as its Q8_0"
            ) from None
        return torch.from_numpy(np.array(numbers, np.float32).reshape(self.shape))


@dataclass(frozen=True, slots=True)
class GGUFFile:
    """What a file holds; tensors are read when they are asked for."""

    path: Path
    """The file."""
    metadata: dict[str, Any]
    """Its settings, in the order of the file: architecture, sizes, tokenizer, licence."""
    tensors: dict[str, GGUFTensor]
    """Its tensors by name."""


class _Cursor:
    """A place in the file that moves on as it reads, and knows where the file ends."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self.path, self.data, self.place = path, data, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def take(self, n_bytes: int) -> bytes:
        piece = self.data[self.place : self.place + n_bytes]
        if len(piece) < n_bytes:
            raise CourseError(f"{self.path} is cut short: its header goes on after its {len(self.data):,} bytes")
        self.place += n_bytes
        return piece

    def string(self) -> str:
        (n_bytes,) = self.numbers("Q")
        return self.take(n_bytes).decode("utf-8")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind != ARRAY:
            return self.numbers(SCALARS[kind])[0]
        item, n_items = self.numbers("IQ")
        if item in SCALARS:
            if n_items * struct.calcsize("<" + SCALARS[item]) > len(self.data):
                self.take(len(self.data) + 1)
            return list(self.numbers(f"{n_items}{SCALARS[item]}"))
        return [self.value(item) for _ in range(n_items)]


def read_gguf(path: Path | str) -> GGUFFile:
    """Open a GGUF file: read its header and map its tensors.

    Args:
        path: The file.

    Returns:
        Its settings, and its tensors, not yet read.

    Raises:
        CourseError: There is no such file, it is no GGUF file, of another version, damaged, or cut short.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if start == b"GGUF" else None
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}") from None
    if data is None:
        raise CourseError(f"{path} is not a GGUF file: it begins with {start!r} instead of b'GGUF'")
    cursor = _Cursor(path, data)
    try:
        return _read(cursor)
    except (LookupError, ValueError, OverflowError, RecursionError) as error:
        raise CourseError(f"{path} is damaged: its header makes no sense at byte {cursor.place:,} ({error})") from None


def _read(cursor: _Cursor) -> GGUFFile:
    _, version, n_tensors, n_settings = cursor.numbers("4sIQQ")
    if version not in VERSIONS:
        raise CourseError(
            f"{cursor.path} is GGUF version {version}: this course reads {' and '.join(map(str, VERSIONS))}"
        )
    metadata: dict[str, Any] = {}
    for _ in range(n_settings):
        name = cursor.string()
        (kind,) = cursor.numbers("I")
        metadata[name] = cursor.value(kind)
    table = [_read_entry(cursor) for _ in range(n_tensors)]
    alignment = metadata.get("general.alignment", ALIGNMENT)
    start = -(-cursor.place // alignment) * alignment
    tensors = {name: _map_tensor(cursor, name, shape, kind, start + place) for name, shape, kind, place in table}
    return GGUFFile(cursor.path, metadata, tensors)


def _read_entry(cursor: _Cursor) -> tuple[str, tuple[int, ...], int, int]:
    """A line of the table of tensors: name, shape, kind, and place behind the header."""
    name = cursor.string()
    (n_dimensions,) = cursor.numbers("I")
    dimensions = cursor.numbers(f"{n_dimensions}Q") if n_dimensions <= 4 else cursor.take(len(cursor.data) + 1)
    kind, place = cursor.numbers("IQ")
    return name, tuple(reversed(dimensions)), kind, place


def _map_tensor(cursor: _Cursor, name: str, shape: tuple[int, ...], number: int, start: int) -> GGUFTensor:
    """The tensor's bytes as an array over the mapped file."""
    kind = gguf.GGMLQuantizationType(number)
    n_numbers, n_bytes = gguf.GGML_QUANT_SIZES[kind]
    end = start + prod(shape) // n_numbers * n_bytes
    if shape[-1] % n_numbers:
        raise ValueError(f"{name} has rows of {shape[-1]} numbers, {kind.name} packs {n_numbers} together")
    if end > len(cursor.data):
        raise CourseError(
            f"{cursor.path} is cut short: {name} ends at byte {end:,}, the file at {len(cursor.data):,}; fetch it again"
        )
    rows = np.frombuffer(cursor.data, np.uint8, end - start, start).reshape(*shape[:-1], -1)
    return GGUFTensor(name, shape, kind.name, rows)
