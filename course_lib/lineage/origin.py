"""Where a model comes from, and whether an interrupted run can be gone on with."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.lineage.load import Family
from course_lib.training import file_hash

if TYPE_CHECKING:
    from course_lib.lineage.stages import Stage


def origin(stage: "Stage", family: Family, seed: int) -> dict[str, Any]:
    """What decides what a model becomes, as its file tells it: parent, seed, tokenizer, recipe and text.

    Args:
        stage: Which.
        family: Whom it comes from.
        seed: Of everything random.
    """
    return {
        "stage": stage.name,
        "parent": stage.parent,
        "parent_sha256": file_hash(family.file(stage.parent)),
        "seed": seed,
        "tokenizer_sha256": family.tokenizer_hash,
        "recipe_sha256": stage.recipe.hash(),
        "text_sha256": stage.recipe.data_hash(seed),
    }


def begin(partial: Path, wanted: dict[str, Any], recipe: Any) -> None:
    """Before a run: make sure that an interrupted one, if there is one, is of the same origin, and note that origin.

    An interrupted run from a parent that is no more is forgotten: nothing could finish it.

    Args:
        partial: Where runs of this stage are kept; the note lies beside it.
        wanted: The `origin` of the run that begins.
        recipe: Its recipe, a dataclass.

    Raises:
        CourseError: The interrupted run has another seed, other settings or another text.
    """
    wanted = wanted | {"recipe": json.loads(json.dumps(dataclasses.asdict(recipe)))}
    before = _read(note(partial)) if partial.exists() else None
    if before and any(before.get(name) != wanted[name] for name in ("parent_sha256", "tokenizer_sha256")):
        partial.unlink()
    elif before:
        for name, was, now in differences(before, wanted):
            told = f"{name} {was}, this one has {now}" if "sha256" not in name else "another text"
            raise CourseError(f"{partial} is of a run with {told}: finish that one first, or begin anew with --fresh")
    with atomic_write(note(partial)) as temporary:
        temporary.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def forget(partial: Path) -> None:
    """Remove an interrupted run and its note."""
    partial.unlink(missing_ok=True)
    note(partial).unlink(missing_ok=True)


def note(partial: Path) -> Path:
    """Where it is noted what an interrupted run is of."""
    return partial.with_name(f"{partial.name}.json")


def differences(before: dict[str, Any], now: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Settings that differ, by dotted name; hashes last, for they say little.

    Args:
        before: Settings, which may hold more settings.
        now: The same, later.
        prefix: Put before every name.

    Example:
        >>> list(differences({"seed": 0, "recipe": {"n_steps": 5}}, {"seed": 0, "recipe": {"n_steps": 9}}))
        [('recipe.n_steps', 5, 9)]
    """
    for name in sorted(before.keys() | now.keys(), key=lambda name: ("sha256" in name, name)):
        was, is_now = before.get(name), now.get(name)
        if isinstance(was, dict) and isinstance(is_now, dict):
            yield from differences(was, is_now, f"{prefix}{name}.")
        elif was != is_now:
            yield f"{prefix}{name}", was, is_now


def _read(path: Path) -> dict[str, Any] | None:
    """A note, or None where there is none or it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
