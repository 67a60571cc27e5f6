"""The checks of every notebook, one file each (`n09_attention.py`), loaded when a notebook first asks for one.

A file may hold `EXERCISES`, `QUIZ`, `CLAIMS` and `DIAGNOSES`. Files are found on this package's `__path__`, so a class
or a test can add a folder of its own: `checks.__path__.append(folder)`.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Question
from course_lib.common.errors import CourseError


def check_files() -> dict[str, Path]:
    """Notebook number → its checks file, in the order of the course."""
    found = (path for folder in __path__ for path in Path(folder).glob("n[0-9][0-9]_*.py"))
    return {path.stem[1:3]: path for path in sorted(found, key=lambda path: path.name)}


def load(number: str) -> ModuleType:
    """Load the checks of one notebook.

    Args:
        number: The notebook's two digits.

    Raises:
        CourseError: If that notebook has none.
    """
    files = check_files()
    if number not in files:
        raise CourseError(f"notebook {number!r} has no checks; there are some for {', '.join(files) or 'none'}")
    return import_module(f"{__name__}.{files[number].stem}")


def load_all() -> dict[str, ModuleType]:
    """Notebook number → its loaded checks, for tests and for the progress table."""
    return {number: load(number) for number in check_files()}


def find_exercise(exercise_id: str) -> Exercise:
    """The exercise of that id.

    Raises:
        CourseError: If there is none; the message lists those of the same notebook.
    """
    exercises: list[Exercise] = getattr(load(exercise_id.split(".")[0]), "EXERCISES", [])
    for exercise in exercises:
        if exercise.id == exercise_id:
            return exercise
    known = ", ".join(exercise.id for exercise in exercises) or "none"
    raise CourseError(f"there is no exercise {exercise_id!r}; that notebook has {known}")


def module_of(exercise: Exercise) -> ModuleType:
    """The checks module that an exercise stands in."""
    return load(exercise.id.split(".")[0])


def find_questions(number: str) -> list[Question]:
    """The quiz at the end of a notebook."""
    return list(getattr(load(number), "QUIZ", []))


def find_claim(claim_id: str) -> Claim:
    """The claim of that id, loading only files that mention it.

    Raises:
        CourseError: If no checks file has it.
    """
    for number, path in check_files().items():
        if f'"{claim_id}"' in path.read_text(encoding="utf-8"):
            claims: dict[str, Claim] = getattr(load(number), "CLAIMS", {})
            if claim_id in claims:
                return claims[claim_id]
    raise CourseError(f"there is no claim {claim_id!r} in the checks of any notebook")


def find_diagnosis(key: str) -> Diagnosis | None:
    """What is likely the matter when the number of that key is off, if its notebook says."""
    number = key.split(".")[0]
    return getattr(load(number), "DIAGNOSES", {}).get(key) if number in check_files() else None
