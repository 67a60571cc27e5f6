"""Taking your work with you: all of `my/` in one zip, and back again (Colab loses its disk)."""

import zipfile
from pathlib import Path, PurePosixPath

from course_lib.common import paths
from course_lib.common.errors import CourseError


def export_my(path: Path | str = "my_course.zip") -> Path:
    """Pack all of `my/` into one zip.

    Args:
        path: The zip to write.

    Returns:
        Where it is.

    Raises:
        CourseError: If there is nothing to pack yet.
    """
    target = Path(path).resolve()
    files = [file for file in sorted(paths.MY.rglob("*")) if file.is_file() and file.resolve() != target]
    if not files:
        raise CourseError(f"{paths.MY} holds nothing yet: solve an exercise, or train a model, then export")
    with paths.atomic_write(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(paths.MY).as_posix())
    print(f"{len(files)} files in {target.name}, {target.stat().st_size / 1e6:.1f} MB")
    return target


def restore_my(path: Path | str) -> None:
    """Unpack a zip made by `export_my` into `my/`; what is there already is kept.

    Args:
        path: The zip.

    Raises:
        CourseError: If it is no such zip, or names a file outside `my/`.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{path} cannot be read as a zip ({error}): choose the file that export_my() wrote") from None
    with archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for name in names:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name or ":" in name:
                raise CourseError(
                    f"{path} holds {name!r}, which lies outside the folder: it was not made by export_my()"
                )
        new = [name for name in names if not (paths.MY / name).exists()]
        for name in new:
            with paths.atomic_write(paths.MY / name) as temporary:
                temporary.write_bytes(archive.read(name))
    print(f"{len(new)} files restored, {len(names) - len(new)} were there already and are kept")
