"""The learner's progress: one small file in `my/`, written whole or not at all, that never goes back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course_lib.common import paths


def progress_path() -> Path:
    """Where progress is kept: `my/progress.json`."""
    return paths.MY / "progress.json"


def read_progress() -> dict[str, dict]:
    """What the file says: `exercises`, `quiz` and `predictions`, each by id.

    A file that cannot be read is set aside as `progress.unreadable.json` and a fresh one begun.
    """
    empty: dict[str, dict] = {"exercises": {}, "quiz": {}, "predictions": {}}
    path = progress_path()
    try:
        return {**empty, **json.loads(path.read_text(encoding="utf-8"))}
    except (FileNotFoundError, NotADirectoryError):
        return empty
    except (ValueError, TypeError):
        aside = path.with_name("progress.unreadable.json")
        path.replace(aside)
        print(f"progress could not be read: it is set aside as {aside.name}, and a fresh file begins")
        return empty


@contextmanager
def changing(kind: str, key: str) -> Iterator[dict]:
    """Change one entry of the progress file.

    Args:
        kind: `exercises`, `quiz` or `predictions`.
        key: The entry's id.

    Yields:
        The entry to change in place; the file is written if it changed. A folder that cannot be written
        (a read-only checkout) costs the learner the record, not the lesson.
    """
    kept = read_progress()
    entry = kept[kind].setdefault(key, {})
    before = json.dumps(entry, sort_keys=True)
    yield entry
    if json.dumps(entry, sort_keys=True) == before:
        return
    try:
        with paths.atomic_write(progress_path()) as temporary:
            temporary.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        print(f"progress could not be kept: {error.strerror or error}")


def record_attempt(exercise_id: str, *, right: bool) -> None:
    """Note an attempt at an exercise; once right, it stays so."""
    with changing("exercises", exercise_id) as entry:
        entry["attempts"] = entry.get("attempts", 0) + 1
        entry["right"] = entry.get("right", False) or right


@dataclass(frozen=True, slots=True)
class ProgressTable:
    """Rows of the progress table, shown as plain text."""

    rows: list[tuple[str, str, str, str]]
    """Notebook, exercises right, quiz answers right at first, predictions made."""

    def __str__(self) -> str:
        head = ("notebook", "exercises", "quiz", "predictions")
        widths = [max(len(row[column]) for row in [head, *self.rows]) for column in range(4)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [head, *self.rows]
        ]
        return "\n".join(lines)

    __repr__ = __str__


def progress() -> ProgressTable:
    """How far you are: exercises, quiz and predictions of every notebook.

    Returns:
        A table that shows itself in a cell and in a terminal.
    """
    from course_lib.classroom import checks

    kept = read_progress()
    rows = []
    for number, module in checks.load_all().items():
        exercises = [exercise.id for exercise in getattr(module, "EXERCISES", [])]
        questions = [question.id for question in getattr(module, "QUIZ", [])]
        n_right = sum(kept["exercises"].get(key, {}).get("right", False) for key in exercises)
        n_known = sum(kept["quiz"].get(f"{number}/{key}", {}).get("right_at_first", False) for key in questions)
        n_guessed = sum(key.startswith(number + ".") for key in kept["predictions"])
        name = module.__name__.rsplit(".", 1)[1].removeprefix("n")
        rows.append((name, f"{n_right} of {len(exercises)}", f"{n_known} of {len(questions)}", str(n_guessed)))
    return ProgressTable(rows)
