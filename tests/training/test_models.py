"""Shipped models: they come back whole, with their origin, and damage is noticed."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from course_lib.common.errors import CourseError
from course_lib.training import file_hash, load_model, save_model
from course_lib.transformer import GPT, GPTConfig


def small_gpt(tied: bool) -> GPT:
    return GPT(GPTConfig(vocab_size=13, context_length=8, n_layers=1, n_heads=2, d_model=8, tied_head=tied))


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_comes_back_whole(tmp_path: Path, tied: bool, dtype: torch.dtype) -> None:
    model, path = small_gpt(tied), tmp_path / "small.safetensors"
    save_model(path, model, {"seed": 3, "parent": "abc"}, dtype)
    config, state, metadata = load_model(path)
    assert config == model.config
    assert (metadata["seed"], metadata["parent"]) == (3, "abc")
    copy = GPT(config)
    copy.load_state_dict(state)
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(copy.state_dict()[name], tensor.to(dtype).float(), rtol=0, atol=0)


def test_same_model_same_bytes(tmp_path: Path) -> None:
    model = small_gpt(tied=True)
    hashes = set()
    for name in ("one", "two"):
        save_model(tmp_path / name, model, {"seed": 0})
        hashes.add(file_hash(tmp_path / name))
    assert len(hashes) == 1


def test_damage_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    save_model(path, small_gpt(tied=True), {})
    whole = path.read_bytes()
    flipped = whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]
    for broken in (flipped, whole[: len(whole) // 2], b"", b"not a model"):
        path.write_bytes(broken)
        with pytest.raises(CourseError, match="damaged"):
            load_model(path)
    save_file({"weight": torch.ones(2)}, path)
    with pytest.raises(CourseError, match="is not a model of this course"):
        load_model(path)
    with pytest.raises(CourseError, match="there is no model"):
        load_model(tmp_path / "none.safetensors")
