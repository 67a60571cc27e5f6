"""The GGUF format: read as the `gguf` package reads it, laid out as torch has it, and refused where it is damaged."""

import struct
import warnings
from dataclasses import replace

import gguf
import numpy as np
import pytest
import torch

from course_lib.common.errors import CourseError
from course_lib.weights import read_gguf
from tests.weights.synthetic import TOKENIZER, write_gguf

RANDOM = np.random.default_rng(0)
TENSORS = {
    name: RANDOM.standard_normal(shape).astype(np.float32)
    for name, shape in {"wide": (3, 64), "tall": (96, 32), "deep": (2, 5, 32), "norm": (7,)}.items()
}
SETTINGS = {"count": 7, "share": 0.5, "called": "naïve", "list": [3, 1, 2]}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_gguf(tmp_path_factory.mktemp("gguf") / "small.gguf", SETTINGS, TENSORS, kinds={"tall": "Q4_1"})


def test_settings_are_those_that_the_gguf_package_reads(path):
    theirs = {name: field.contents() for name, field in gguf.GGUFReader(path).fields.items()}
    ours = read_gguf(path).metadata
    assert ours == {name: value for name, value in theirs.items() if not name.startswith("GGUF.")}
    assert ours["llama.called"] == "naïve"
    assert len(ours["tokenizer.ggml.tokens"]) == TOKENIZER.vocab_size


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_1"])
def test_every_kind_unpacks_as_the_gguf_package_unpacks_it(tmp_path, kind):
    kinds = dict.fromkeys(("wide", "tall", "deep"), kind)
    path = write_gguf(tmp_path / "packed.gguf", {}, TENSORS, kinds=kinds)
    ours, theirs = read_gguf(path).tensors, gguf.GGUFReader(path).tensors
    assert list(ours) == [tensor.name for tensor in theirs]
    for tensor in theirs:
        values = ours[tensor.name].values()
        assert ours[tensor.name].kind == tensor.tensor_type.name
        assert values.dtype == torch.float32
        assert np.array_equal(values, gguf.dequantize(tensor.data, tensor.tensor_type))


def test_a_block_by_hand(tmp_path):
    """Q4_1: a scale and a lowest value in float16, then 32 numbers of four bits: the first 16 in the low halves."""
    row = np.arange(32, dtype=np.float32) % 16 / 4 - 1  # 16 steps of 0.25 from -1 on
    tensor = read_gguf(write_gguf(tmp_path / "one.gguf", {}, {"row": row[None]}, kinds={"row": "Q4_1"})).tensors["row"]
    scale, lowest = np.frombuffer(tensor.raw[0, :4].tobytes(), np.float16)
    assert (scale, lowest, tensor.raw.shape) == (0.25, -1.0, (1, 20))
    packed = tensor.raw[0, 4:]
    steps = np.concatenate((packed & 15, packed >> 4))
    assert np.array_equal(steps * scale + lowest, row)
    assert torch.equal(tensor.values(), torch.tensor(row[None]))


def test_dimensions_stand_reversed_in_the_file_and_right_here(path):
    theirs = {tensor.name: tuple(tensor.shape.tolist()) for tensor in gguf.GGUFReader(path).tensors}
    assert theirs["wide"] == (64, 3)
    for name, tensor in read_gguf(path).tensors.items():
        assert tensor.shape == TENSORS[name].shape == theirs[name][::-1] == tuple(tensor.values().shape)


def test_values_are_a_copy_that_may_be_changed(path):
    before = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns when it is given memory that it must not write
        for tensor in read_gguf(path).tensors.values():
            assert not tensor.raw.flags.writeable
            tensor.values().mul_(2)
    assert path.read_bytes() == before
    assert np.array_equal(read_gguf(path).tensors["wide"].values(), TENSORS["wide"])


def test_a_file_cut_short_anywhere_is_one_line(path, tmp_path):
    whole, cut = path.read_bytes(), tmp_path / "cut.gguf"
    assert read_gguf(path).tensors
    for n_bytes in [4, 7, 23, 24, 40, *range(60, len(whole), 1999), len(whole) - 33]:
        cut.write_bytes(whole[:n_bytes])
        with pytest.raises(CourseError, match=r"cut\.gguf is cut short") as error:
            read_gguf(cut)
        assert "\n" not in str(error.value)


def test_a_damaged_header_is_one_line_and_never_another_error(tmp_path):
    path = write_gguf(tmp_path / "damaged.gguf", SETTINGS, TENSORS, tokenizer=None)
    whole, said = bytearray(path.read_bytes()), []
    for place in range(4, whole.index(TENSORS["wide"].tobytes()), 3):
        spoilt = whole.copy()
        spoilt[place] ^= 0xFF
        path.write_bytes(spoilt)
        try:
            read_gguf(path)
        except CourseError as error:
            said.append(str(error))
    assert len(said) > 20
    assert not [message for message in said if "\n" in message]


def test_what_is_no_gguf_file_of_today_is_refused(tmp_path):
    path = tmp_path / "other.gguf"
    for content, says in (
        (b"", "is not a GGUF file"),
        (b"PK\x03\x04 a wheel", "is not a GGUF file: it begins with b'PK"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "GGUF version 1: this course reads 2 and 3"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "GGUF version 50331648"),
    ):
        path.write_bytes(content)
        with pytest.raises(CourseError, match=says):
            read_gguf(path)
    with pytest.raises(CourseError, match="No such file"):
        read_gguf(tmp_path / "absent.gguf")


def test_a_kind_that_cannot_be_unpacked_is_one_line(path):
    odd = replace(read_gguf(path).tensors["wide"], kind="I32")
    with pytest.raises(CourseError, match="wide is packed as I32, which the gguf package cannot unpack"):
        odd.values()
