"""What the rules look at: the files that belong to the project, and their syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from course_lib.common.paths import ROOT

NOT_OURS = {".git", ".venv", "my", ".course", "__pycache__", "build", "dist"}


@cache
def tracked() -> list[Path]:
    """Files under version control, or about to be; without git, all that are not made by tools."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        found = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file() and not path.name.endswith(".part"))


def text_files() -> list[tuple[str, str]]:
    """(relative path, text) of every tracked file that is text."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


@cache
def library() -> dict[str, ast.Module]:
    """Relative path → syntax tree of every module of the library, and of the front door."""
    paths = [path for path in tracked() if path.suffix == ".py"]
    relative = {path.relative_to(ROOT).as_posix(): path for path in paths}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in relative.items()
        if name.startswith("course_lib/") or name == "course.py"
    }
