"""Where things live: the project, its data, the learner's own folder, the cache; and files that are whole or absent."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout of the course."""

DATA = ROOT / "data"
"""What ships with the course: checkpoints, measured results, bands, claims, terms."""

NOTEBOOKS = ROOT / "notebooks"
"""The notebooks as they ship; learners work on copies in `MY / "notebooks"`."""

MY = Path(os.environ.get("COURSE_MY") or ROOT / "my")
"""The learner's own: notebooks, exercises, checkpoints, labels, progress. Ignored by git, never overwritten."""


def cache_dir() -> Path:
    """The folder that keeps what was downloaded, shared by every copy of the course (`COURSE_CACHE` moves it)."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("COURSE_CACHE")
    folder = Path(chosen) if chosen else user_cache_path("llms-under-the-hood")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def atomic_write(path: Path | str) -> Iterator[Path]:
    """Write a file so that it is either whole or not there at all, whatever interrupts.

    Args:
        path: The file to make; its folder is made too.

    Yields:
        A temporary path beside it. Write there; on a normal exit it takes the real name, on any error it is removed.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> with atomic_write(folder / "note.txt") as temporary:
        ...     _ = temporary.write_text("whole")
        >>> [file.name for file in folder.iterdir()]
        ['note.txt']
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
