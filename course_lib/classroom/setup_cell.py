"""The first code cell of every notebook: its one source, and what it does once the course is found."""

import os
import tomllib
from functools import cache

from course_lib.common import paths

_TEMPLATE = """\
# The same first cell in every notebook: it finds the course, or fetches it (Colab), and leaves all else alone.
import importlib.util
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("course_lib") is None:
    folders = [Path.cwd(), *Path.cwd().parents, Path.cwd() / "{folder}"]
    home = next((folder for folder in folders if (folder / "course_lib").is_dir()), folders[-1])
    if not home.exists():
        address = "{repository}"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", address, str(home)], check=True)
    subprocess.run([sys.executable, str(home / "course.py"), "install", "--here"], check=True)
    sys.path.insert(0, str(home))

importlib.import_module("course_lib.classroom").set_up()
"""


@cache
def repository() -> str:
    """The project's public address, from `pyproject.toml`, where it stands once."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["project"]["urls"]["Repository"].rstrip("/")


def setup_source() -> str:
    """The source of the standard set-up cell."""
    address = repository()
    return _TEMPLATE.format(repository=address, folder=address.rsplit("/", 1)[1]).rstrip("\n")


def badge(notebook_name: str) -> str:
    """The line of Markdown that opens a notebook in Colab.

    Args:
        notebook_name: The file's name, as in `09_attention.ipynb`.
    """
    path = repository().removeprefix("https://github.com/")
    colab = "https://colab.research.google.com"
    return (
        f"[![Open in Colab]({colab}/assets/colab-badge.svg)]({colab}/github/{path}/blob/main/notebooks/{notebook_name})"
    )


def set_up() -> None:
    """Give figures the course's style, seed everything, and say whose models are in use if they are not the shipped."""
    from course_lib.common.seed import seed
    from course_lib.viz.style import use_course_style

    use_course_style()
    seed()
    if os.environ.get("COURSE_MODELS") == "mine":
        print("Your own models are in use (COURSE_MODELS=mine); bands and verdicts speak of the shipped ones.")
