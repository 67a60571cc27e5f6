"""From documents to training batches: one long row of token ids on disk, and windows of it in a repeatable order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int
from numpy.lib import format as npy
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.text.errors import TextError


@runtime_checkable
class Tokenizer(Protocol):
    """What packing needs of a tokenizer."""

    vocab_size: int
    special_tokens: dict[str, int]

    def encode(self, text: str) -> list[int]:
        """Text to token ids."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of text, and for every token the one that follows it."""

    token_ids: Int[Tensor, "batch token"]
    """What the model reads."""
    targets: Int[Tensor, "batch token"]
    """What it should predict: the same, one token later."""

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on a device."""
        return Batch(self.token_ids.to(device, non_blocking=True), self.targets.to(device, non_blocking=True))


def pack(documents: Iterable[str], tokenizer: Tokenizer, path: Path | str) -> np.ndarray:
    """Write documents as one row of token ids, with the end-of-text token before, between and after them.

    Args:
        documents: Texts, read one at a time, so that they need not fit in memory.
        tokenizer: Its first special token separates documents; without special tokens nothing does.
        path: The `.npy` file to write: 2 bytes a token if the vocabulary allows, else 4.

    Returns:
        The ids, memory-mapped (see `open_ids`).

    Example:
        >>> from course_lib.text.characters import CharacterTokenizer
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ids.npy"
        >>> pack(["ab", "b"], CharacterTokenizer("ab", special_tokens=("|",)), path).tolist()
        [0, 1, 2, 0, 2, 0]
    """
    dtype = np.dtype(np.uint16 if tokenizer.vocab_size <= 2**16 else np.uint32)
    end = list(tokenizer.special_tokens.values())[:1]
    header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": (0,)}
    n_tokens = len(end)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        npy.write_array_header_1_0(file, header)  # its size stays the same when the shape is known
        file.write(np.asarray(end, dtype).tobytes())
        for document in documents:
            ids = np.asarray(tokenizer.encode(document) + end, dtype)
            file.write(ids.tobytes())
            n_tokens += len(ids)
        file.seek(0)
        npy.write_array_header_1_0(file, {**header, "shape": (n_tokens,)})
    return open_ids(path)


def open_ids(path: Path | str) -> np.ndarray:
    """Open a packed file without reading it: the operating system fetches the pages that are used.

    Raises:
        CourseError: The file is missing, damaged or no row of ids.
    """
    try:
        ids = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise CourseError(f"there are no packed ids at {path}: run pack() first") from None
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} is not a file of packed ids: damaged or cut short ({error})") from None
    if ids.ndim != 1 or ids.dtype.kind != "u":
        raise CourseError(f"{path} holds {ids.dtype} of shape {ids.shape}: packed ids are one row of unsigned integers")
    return ids


class Batches:
    """Endless batches of windows, each token a target once an epoch, in an order that the seed alone decides.

    An epoch cuts the ids into windows from an offset of its own and shuffles them, so that cuts fall elsewhere each
    time. Batch number n is a function of the seed and n: resuming means setting `step`.

    Args:
        ids: A row of token ids: an array, a memory-mapped one, or the path of a packed file.
        batch_size: Windows in a batch.
        context_length: Tokens in a window.
        seed: Decides the order.

    Raises:
        TextError: The ids do not fill one batch, or a size is below 1.

    Example:
        >>> batches = Batches(range(100), batch_size=2, context_length=4, seed=0)
        >>> first = next(batches)
        >>> first.token_ids.shape, bool((first.targets == first.token_ids + 1).all())
        (torch.Size([2, 4]), True)
    """

    def __init__(self, ids: Any, batch_size: int, context_length: int, seed: int = 0):
        self.ids = open_ids(ids) if isinstance(ids, str | Path) else np.asarray(ids)
        self.batch_size, self.context_length, self.seed = batch_size, context_length, seed
        _check_sizes(batch_size, context_length)
        n_windows = (len(self.ids) - context_length) // context_length  # whole ones, at the largest offset too
        self.batches_per_epoch = n_windows // batch_size
        self.step = 0
        """Batches given so far."""
        self._epoch, self._starts = -1, np.empty(0, np.int64)
        if self.batches_per_epoch < 1:
            need = (batch_size + 1) * context_length
            raise TextError(
                f"{len(self.ids):,} token ids do not fill a batch of {batch_size} windows of {context_length}: "
                f"at least {need:,} are needed; use more text, or smaller windows"
            )

    def batch_at(self, step: int) -> Batch:
        """Batch number `step`, whatever was read before.

        Args:
            step: 0 for the first.

        Raises:
            TextError: The step is negative.
        """
        if step < 0:
            raise TextError(f"step is {step}: the first batch is number 0")
        epoch, place = divmod(step, self.batches_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._starts = epoch, self._order(epoch)
        starts = self._starts[place * self.batch_size : (place + 1) * self.batch_size]
        return _cut(self.ids, starts, self.context_length)

    def _order(self, epoch: int) -> np.ndarray:
        random = np.random.default_rng([self.seed, epoch])
        offset = random.integers(self.context_length)
        n_windows = (len(self.ids) - 1 - offset) // self.context_length
        return offset + random.permutation(n_windows) * self.context_length

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        batch = self.batch_at(self.step)
        self.step += 1
        return batch

    def state_dict(self) -> dict[str, int]:
        """What a checkpoint keeps, to go on with the same next batch."""
        return {
            "step": self.step,
            "seed": self.seed,
            "batch_size": self.batch_size,
            "context_length": self.context_length,
            "n_ids": len(self.ids),
        }

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            TextError: The state comes from other data, another size or another seed, or is incomplete.
        """
        mine = self.state_dict()
        if missing := mine.keys() - state.keys():
            raise TextError(f"cannot resume the data: the state lacks {', '.join(sorted(missing))}")
        for name in mine.keys() - {"step"}:
            if state[name] != mine[name]:
                raise TextError(f"cannot resume the data: {name} was {state[name]}, now it is {mine[name]}")
        self.step = state["step"]


def windows(ids: Any, batch_size: int, context_length: int) -> Iterator[Batch]:
    """Read ids once, in order: every token but the first is a target exactly once. For evaluation.

    Args:
        ids: A row of token ids, or the path of a packed file.
        batch_size: Windows in a batch; the last batches are smaller.
        context_length: Tokens in a window; what is left at the end comes as one short window.

    Raises:
        TextError: A size is below 1.

    Example:
        >>> [batch.targets.tolist() for batch in windows(range(8), batch_size=2, context_length=3)]
        [[[1, 2, 3], [4, 5, 6]], [[7]]]
    """
    ids = open_ids(ids) if isinstance(ids, str | Path) else np.asarray(ids)
    _check_sizes(batch_size, context_length)
    n_targets = len(ids) - 1
    starts = np.arange(n_targets // context_length) * context_length
    for first in range(0, len(starts), batch_size):
        yield _cut(ids, starts[first : first + batch_size], context_length)
    if n_targets % context_length:
        yield _cut(ids, np.array([len(starts) * context_length]), n_targets % context_length)


def _check_sizes(batch_size: int, context_length: int) -> None:
    if batch_size < 1 or context_length < 1:
        raise TextError(f"batch_size {batch_size}, context_length {context_length}: both must be 1 or more")


def _cut(ids: np.ndarray, starts: np.ndarray, length: int) -> Batch:
    rows = torch.from_numpy(ids[starts[:, None] + np.arange(length + 1)].astype(np.int64))
    return Batch(rows[:, :-1], rows[:, 1:])
