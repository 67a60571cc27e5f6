"""The notebooks that ship, read once."""

from functools import cache

import pytest
from nbformat import NotebookNode

from course_lib.classroom.build import read_notebook
from course_lib.common.paths import NOTEBOOKS

NAMES = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


@cache
def _read(name: str) -> NotebookNode:
    return read_notebook(NOTEBOOKS / name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `name` runs once for every notebook."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", NAMES)


@pytest.fixture
def notebook(name: str) -> NotebookNode:
    """One notebook."""
    return _read(name)


@pytest.fixture(scope="session")
def notebooks() -> dict[str, NotebookNode]:
    """Two digits → notebook, for all there are."""
    return {name[:2]: _read(name) for name in NAMES}
