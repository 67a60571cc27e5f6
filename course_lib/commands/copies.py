"""The learner's copies of the notebooks: made once, never overwritten, a newer version laid beside them."""

import hashlib
import json
import shutil
from pathlib import Path

from course_lib.common.paths import atomic_write


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(record: Path) -> dict[str, str]:
    try:
        return json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _copy(source: Path, target: Path) -> Path:
    with atomic_write(target) as temporary:
        shutil.copyfile(source, temporary)
    return target


def _free_name(folder: Path, stem: str) -> Path:
    names = (f"{stem}.new{number or ''}.ipynb" for number in [0, *range(2, 1000)])
    return next(folder / name for name in names if not (folder / name).exists())


def bring_copies(shipped: Path, mine: Path, offer_newer: bool = False) -> list[Path]:
    """Give the learner a copy of every notebook that they do not have yet.

    Args:
        shipped: The folder of the course's notebooks.
        mine: The learner's folder.
        offer_newer: Whether to lay `NAME.new.ipynb` beside a copy whose original has changed since it was made.

    Returns:
        The files that were added, in order. No existing file is ever changed.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "shipped").mkdir()
        >>> _ = (folder / "shipped/01_a.ipynb").write_text("first")
        >>> [path.name for path in bring_copies(folder / "shipped", folder / "mine")]
        ['01_a.ipynb']
        >>> _ = (folder / "shipped/01_a.ipynb").write_text("second")
        >>> [path.name for path in bring_copies(folder / "shipped", folder / "mine", offer_newer=True)]
        ['01_a.new.ipynb']
    """
    record = mine / ".versions.json"
    known, added = _read(record), []
    for source in sorted(shipped.glob("*.ipynb")):
        version, copy = _hash(source), mine / source.name
        if not copy.exists():
            added.append(_copy(source, copy))
            known[source.name] = version
        elif offer_newer and version not in (known.get(source.name), _hash(copy)):
            added.append(_copy(source, _free_name(mine, source.stem)))
            known[source.name] = version
    if added:
        with atomic_write(record) as temporary:
            temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
    return added
