"""Whether the models in a folder still are what their recipes, parents and data would make today."""

from pathlib import Path

from course_lib.common.errors import CourseError
from course_lib.lineage.load import SHIPPED
from course_lib.lineage.stages import STAGES, Stage
from course_lib.training import file_hash, load_model


def stale_stages(folder: Path = SHIPPED, stages: dict[str, Stage] = STAGES) -> dict[str, str]:
    """Find the stages whose files are missing, damaged or outdated.

    A file says from which parent, recipe and text it was made. It is outdated when the parent's file, the recipe in the
    code or the opening pages of the text are others now; and so is everything that comes from it.

    Args:
        folder: Where the files lie.
        stages: Which stages, parents first.

    Returns:
        Name → why; nothing if all is well.
    """
    found: dict[str, str] = {}
    for stage in stages.values():
        if stage.parent in found:
            found[stage.name] = f"its parent {stage.parent} is stale"
        elif why := why_stale(stage, folder, stages):
            found[stage.name] = why
    return found


def why_stale(stage: Stage, folder: Path, stages: dict[str, Stage] = STAGES) -> str | None:
    """Why a stage's file is not what would be made today, or None if it is."""
    path = folder / stage.file
    if not path.is_file():
        return f"{path.name} is not there"
    if stage.parent is None:
        return None
    if why := another_parent(stage, folder, stages):
        return why
    about = load_model(path).metadata
    if about.get("recipe_sha256") != stage.recipe.hash():
        return f"{path.name} was made by another recipe"
    if about.get("text_sha256") != stage.recipe.data_hash(about.get("seed", 0)):
        return f"{path.name} was trained on another text"
    if not (folder / f"{stage.name}.report.json").is_file():
        return f"{stage.name}.report.json is not there"
    return None


def another_parent(stage: Stage, folder: Path, stages: dict[str, Stage] = STAGES) -> str | None:
    """Why a stage's file does not come from the parent that is there, or None if it does."""
    parent = folder / stages[stage.parent].file
    if not parent.is_file():
        return f"its parent {parent.name} is not there"
    try:
        about = load_model(folder / stage.file).metadata
    except CourseError as problem:
        return str(problem)
    is_the_same = about.get("parent_sha256") == file_hash(parent)
    return None if is_the_same else f"{stage.file} was made from another {stage.parent}"


def orphans(folder: Path, stages: dict[str, Stage] = STAGES) -> dict[str, str]:
    """Find the models that were made from parents that are no more, and those that come from them.

    Args:
        folder: Where the files lie.
        stages: Which stages, parents first.

    Returns:
        Name → why, in order; of stages that are not there nothing is said.
    """
    found: dict[str, str] = {}
    for stage in stages.values():
        if stage.parent is not None and (folder / stage.file).is_file():
            if stage.parent in found:
                found[stage.name] = f"{stage.file} comes from {stages[stage.parent].file}"
            elif why := another_parent(stage, folder, stages):
                found[stage.name] = why
    return found
