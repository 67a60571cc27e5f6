"""Preferences: which of two replies somebody liked better, one line of JSON each, whoever the labeller was."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.world.preferences import PreferencePair


@dataclass(frozen=True, slots=True)
class Preference:
    """A prompt, the reply that was preferred, and the other.

    Raises:
        ValueError: A text is empty, or both replies are the same.
    """

    prompt: str
    chosen: str
    rejected: str

    def __post_init__(self) -> None:
        for name in ("prompt", "chosen", "rejected"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} is empty")
        if self.chosen == self.rejected:
            raise ValueError("chosen and rejected are the same text, which says nothing of what is preferred")


def from_pairs(pairs: Iterable[PreferencePair]) -> Iterator[Preference]:
    """The labels of the world's simulated labeller, its true utilities left out.

    Example:
        >>> from course_lib.world import Question
        >>> question = Question("Who?", "Ada", None, "train", "Ada Barrow", "friend")
        >>> next(from_pairs([PreferencePair(question, "Ada.", "Bob.", 1.0, -1.0)]))
        Preference(prompt='Who?', chosen='Ada.', rejected='Bob.')
    """
    return (Preference(pair.question.text, pair.chosen, pair.rejected) for pair in pairs)


def save_preferences(path: Path | str, preferences: Iterable[Preference]) -> None:
    """Write preferences to a file, one line each; an older file is replaced whole or not at all.

    Args:
        path: The `.jsonl` file.
        preferences: In the order in which they were given.
    """
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(_line(preference) for preference in preferences)


def append_preference(path: Path | str, preference: Preference) -> None:
    """Add one label to a file, which is made if it is not there; a crash leaves the old labels or all, never half.

    Args:
        path: The `.jsonl` file.
        preference: The new label.
    """
    before = Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    with atomic_write(path) as temporary:
        temporary.write_text(before + _line(preference), encoding="utf-8")


def load_preferences(path: Path | str) -> list[Preference]:
    """Read a file of preferences.

    Args:
        path: The `.jsonl` file.

    Returns:
        The labels, in order.

    Raises:
        CourseError: The file is not there, holds no label, or a line of it is broken; the message has the line's
            number.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # other line breaks may stand inside a text
    except FileNotFoundError:
        raise CourseError(f"there are no preferences at {path}: label some pairs first") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is no text ({error}): is it a file of preferences?") from None
    found = [_read(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise CourseError(f"{path} holds no preference: label some pairs first")
    return found


def _line(preference: Preference) -> str:
    return json.dumps(asdict(preference), ensure_ascii=False) + "\n"


def _read(path: Path, number: int, line: str) -> Preference:
    wanted = ("prompt", "chosen", "rejected")
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise CourseError(f"{path}, line {number} is not whole JSON ({error.msg}): was it cut short?") from None
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name), str) for name in wanted):
        raise CourseError(f"{path}, line {number} needs texts by the names {', '.join(wanted)}")
    try:
        return Preference(*(fields[name] for name in wanted))
    except ValueError as error:
        raise CourseError(f"{path}, line {number}: {error}") from None
