"""The smallest tools: whole files or none, one seed for everything, names that load when asked for."""

from pathlib import Path

import numpy
import pytest
import torch

from course_lib.common.axes import AXES
from course_lib.common.device import machine, training_dtype
from course_lib.common.doctor import find_chromium, look_at_machine, look_at_tools
from course_lib.common.errors import CourseError
from course_lib.common.lazy import lazy_exports
from course_lib.common.paths import atomic_write, cache_dir
from course_lib.common.seed import seed


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "note.txt"
    with atomic_write(target) as temporary:
        temporary.write_text("first")
    with pytest.raises(RuntimeError, match="power cut"), atomic_write(target) as temporary:  # noqa: PT012
        temporary.write_text("seco")
        raise RuntimeError("power cut")
    assert target.read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["note.txt"]


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "here"))
    assert cache_dir() == tmp_path / "here"
    assert cache_dir().is_dir()


def test_one_seed_repeats_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(offset: int = 0) -> tuple[float, float, float]:
        generator = seed(offset)
        return torch.rand(1).item(), float(numpy.random.rand()), torch.rand(1, generator=generator).item()  # noqa: NPY002

    assert draw() == draw()
    assert draw() != draw(offset=1)
    first = draw(offset=1)
    monkeypatch.setenv("COURSE_SEED", "1")
    assert draw() == first
    monkeypatch.setenv("COURSE_SEED", "-1")
    with pytest.raises(CourseError, match="COURSE_SEED"):
        seed()


def test_amx_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert training_dtype(torch.device("cpu")) == torch.float32
    assert not machine().has_amx


def test_lazy_names_say_what_there_is() -> None:
    get, listed, names = lazy_exports("course_lib.common", {"CourseError": "errors"})
    assert names == listed()
    with pytest.raises(AttributeError, match="it has CourseError"):
        get("Courserror")


def test_axes_are_one_word_each() -> None:
    assert all(name.isidentifier() and says for name, says in AXES.items())


def test_doctor_looks_without_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {finding.what: finding.found for finding in [*look_at_machine(), *look_at_tools()]}
    assert "core" in found["processor"]
    assert torch.__version__ in found["torch"]
    monkeypatch.setenv("COURSE_CHROMIUM", "/nowhere/chromium")
    assert find_chromium() is None
