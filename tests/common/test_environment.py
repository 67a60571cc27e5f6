"""The front door's decisions: what is lacking, what is up to date, what an interrupted installation leaves."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib.commands import environment
from course_lib.commands.waiting import in_words
from course_lib.common.errors import CourseError
from course_lib.common.paths import ROOT


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up checkout in a folder with a space and an umlaut."""
    root = tmp_path / "ein Kurs ü"
    (root / ".course").mkdir(parents=True)
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").write_text("")
    (root / "constraints.txt").write_text("torch==2.13.0\n")
    (root / "pyproject.toml").write_text(
        '[project]\ndependencies = ["pytest>=7", "nothing-of-the-kind>=1.0"]\n'
        "[project.optional-dependencies]\ndev = []\n"
    )
    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(environment, "VENV", root / ".venv")
    monkeypatch.setattr(environment, "VENV_PYTHON", root / ".venv/bin/python")
    monkeypatch.setattr(environment, "STAMP", root / ".venv/course-installed.json")
    monkeypatch.setattr(environment, "NOTES", root / ".course")
    monkeypatch.setattr(environment, "MARK", root / ".course/installing")
    monkeypatch.setattr(environment, "LOG", root / ".course/install.log")
    return root


@pytest.mark.parametrize(
    ("version", "numbers"), [("2.13.0+cpu", (2, 13)), ("2.9", (2, 9)), ("2026.11.15", (2026, 11, 15)), ("1.0rc1", (1,))]
)
def test_versions_by_hand(version: str, numbers: tuple[int, ...]) -> None:
    assert environment.release(version) == numbers


def test_versions_agree_with_packaging() -> None:
    from packaging.version import Version

    for one in ("2.9", "2.10", "2.10.0", "2.9.1+cu121", "3"):
        for other in ("2.9.0", "2.11", "3.0.0"):
            mine = environment.release(one) >= environment.release(other)
            assert mine == (Version(one.split("+")[0]) >= Version(other))


def test_lacking_names_what_is_missing_or_old(house: Path) -> None:
    assert environment.lacking(environment.requirements()) == ["nothing-of-the-kind>=1.0"]
    assert environment.lacking(["pytest>=999"]) == ["pytest>=999"]
    assert environment.lacking(["pytest>=8", "numpy>=2"]) == []


def test_a_complete_installation_is_trusted_until_something_changes(house: Path) -> None:
    assert not environment.is_ready(())
    environment.write_stamp(("dev",))
    assert environment.is_ready(())
    assert environment.is_ready(("dev",))
    assert not environment.is_ready(("docs",))
    (house / "pyproject.toml").write_text((house / "pyproject.toml").read_text() + "\n# changed\n")
    assert not environment.is_ready(())


def test_an_interrupted_installation_is_made_anew(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.write_stamp(())
    environment.MARK.touch()
    assert not environment.is_ready(())
    done = []
    monkeypatch.setattr(environment, "make_venv", lambda: done.append("made"))
    monkeypatch.setattr(environment, "fill", lambda *_: done.append("filled"))
    environment.install(())
    assert done == ["made", "filled"]
    assert environment.is_ready(())


def test_a_failed_installation_leaves_its_mark(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise CourseError("no network")

    monkeypatch.setattr(environment, "make_venv", lambda: None)
    monkeypatch.setattr(environment, "fill", fail)
    (house / ".venv/bin/python").unlink()
    with pytest.raises(CourseError, match="no network"):
        environment.install(())
    assert environment.MARK.exists()
    assert not environment.STAMP.exists()


@pytest.mark.parametrize("told", [{"here": True}, {"in_colab": True}])
def test_a_notebooks_python_is_completed_and_keeps_its_torch(
    house: Path, monkeypatch: pytest.MonkeyPatch, told: dict[str, bool]
) -> None:
    import torch

    asked: list[list[str]] = []
    monkeypatch.setattr(environment, "pip_install", lambda python, arguments, progress: asked.append(arguments))
    monkeypatch.setattr(environment, "requirements", lambda extras=(): ["pytest>=999", "jupyterlab>=999", "einops>=0"])
    if told.get("in_colab"):
        monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    assert environment.environment((), here=told.get("here", False)) == sys.executable
    assert asked == [["--constraint", str(house / ".course/kept.txt"), "pytest>=999"]]
    assert (house / ".course/kept.txt").read_text() == f"torch=={torch.__version__}\n"


def test_a_spoiled_stamp_is_not_trusted(house: Path) -> None:
    environment.STAMP.write_text('{"fingerprint": ')
    assert environment.read_stamp() == {}
    environment.STAMP.write_text(json.dumps({"fingerprint": "of another day"}))
    assert not environment.is_ready(())


def test_pip_fails_in_one_line_with_its_own_reason(house: Path) -> None:
    arguments = ["--no-index", "--isolated", "nothing-of-the-kind"]
    with environment.Progress("trying") as progress, pytest.raises(CourseError, match="nothing-of-the-kind") as raised:
        environment.pip_install(sys.executable, arguments, progress)
    assert "\n" not in str(raised.value)
    assert "nothing-of-the-kind" in environment.LOG.read_text()


def test_an_unreachable_address_takes_seconds_at_most() -> None:
    start = time.monotonic()
    assert not environment.reachable("https://name.invalid/simple/", seconds=1.0)
    assert time.monotonic() - start < 3


def test_the_lock_lets_one_in(house: Path) -> None:
    with environment.one_at_a_time(), (house / ".course/install.lock").open("a+") as file:
        assert not environment.try_lock(file.fileno())
    with (house / ".course/install.lock").open("a+") as file:
        assert environment.try_lock(file.fileno())


def test_pip_in_words() -> None:
    assert in_words("Collecting torch>=2.9 (from llms-under-the-hood==0.1.0)") == "looking up torch"
    assert in_words("  Downloading numpy-2.4.6-cp311-manylinux.whl (16.9 MB)") == "fetching numpy (16.9 MB)"
    assert in_words("Installing collected packages: a, b, c") == "unpacking 3 packages (the longest step)"
    assert in_words("Requirement already satisfied: pip") is None


def front_door(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "course.py", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_the_help_lists_every_command() -> None:
    from course_lib.commands import COMMANDS

    done = front_door("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tset",), "did you mean test"),
        (("train", "bsae"), "bsae"),
        (("experiment", "Q99"), "Q99"),
        (("install", "--hree"), "--hree"),
    ],
)
def test_a_mistake_gets_one_line_and_status_2(arguments: tuple[str, ...], says: str) -> None:
    done = front_door(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
