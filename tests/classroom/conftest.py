"""A folder of the learner's own for each test, a small checks file, and a clean session."""

from pathlib import Path

import pytest

from course_lib.classroom import checks, exercises, hints
from course_lib.common import paths

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture
def my_folder(tmp_path, monkeypatch):
    """An empty `my/`, and no exercise attempted yet."""
    monkeypatch.setattr(paths, "MY", tmp_path / "my")
    monkeypatch.setattr(exercises, "attempts", exercises.attempts.__class__())
    monkeypatch.setattr("course_lib.classroom.learner_parts.attempts", exercises.attempts)
    monkeypatch.setattr(hints, "_given", {})
    return tmp_path / "my"


@pytest.fixture
def sample(my_folder, monkeypatch):
    """Notebook 98's checks, made for these tests."""
    monkeypatch.setattr(checks, "__path__", [str(SAMPLE)])
    return checks.load("98")


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """An empty `data/`."""
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    (tmp_path / "data").mkdir()
    return tmp_path / "data"
