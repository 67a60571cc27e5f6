"""The whole lineage in one call: every stage that is not there yet, or no longer fits, parents first."""

import json
from pathlib import Path
from typing import Any

from course_lib.common.paths import MY
from course_lib.lineage.freshness import why_stale
from course_lib.lineage.run import Watch
from course_lib.lineage.stages import STAGES, Stage, shortened, train_stage
from course_lib.text import BPETokenizer


def train_all(
    *,
    seed: int = 0,
    out: Path | None = None,
    minutes: float | None = None,
    fresh: bool = False,
    stages: dict[str, Stage] = STAGES,
    watch: Watch | None = None,
) -> dict[str, dict[str, Any]]:
    """Make every model of the lineage; interrupted, the same call goes on from there.

    Args:
        seed: Of everything random.
        out: The folder for the files; `my/checkpoints` if not given.
        minutes: Shorten the runs to about so long together, each in proportion; at most as long as the recipes say.
        fresh: Whether to make anew what is there already.
        stages: Which, parents first.
        watch: Sees every report of a run; a progress bar if not given.

    Returns:
        Stage → its report; `is_kept` in it says whether the model was there already, and still is what its recipe,
        parent, text and seed would make.

    Raises:
        CourseError: As `train_stage`.
    """
    folder, reports = out or MY / "checkpoints", {}
    planned = stages if minutes is None else shorten_all(stages, minutes)
    for name, stage in planned.items():
        there = None if fresh else kept(stages[name], folder, seed, stages) or kept(stage, folder, seed, stages)
        if there is not None:
            print(f"{name}: is there already", flush=True)
            reports[name] = there
        else:
            print(f"{name}: {stage.says}", flush=True)
            made = train_stage(name, seed=seed, out=folder, resume=not fresh, recipe=stage.recipe, watch=watch)
            reports[name] = made | {"is_kept": False}
    return reports


def shorten_all(stages: dict[str, Stage], minutes: float) -> dict[str, Stage]:
    """The stages so that all together take about so many minutes here, each cut by the same share.

    Args:
        stages: The stages in full.
        minutes: For all of them.

    Raises:
        CourseError: No time at all.
    """
    share = minutes / sum(stage.minutes_here for stage in stages.values())
    return {name: shortened(stage, share * stage.minutes_here) for name, stage in stages.items()}


def kept(stage: Stage, folder: Path, seed: int, stages: dict[str, Stage] = STAGES) -> dict[str, Any] | None:
    """The report of a model that is there and need not be made again, else None.

    Args:
        stage: Which, with the recipe that it should be of.
        folder: Where it lies.
        seed: The seed that it should be of.
        stages: All stages, to find its parent.
    """
    if why_stale(stage, folder, stages):
        return None
    if stage.parent is None:
        report = {"stage": stage.name, "vocab_size": BPETokenizer.load(folder / stage.file).vocab_size, "seed": seed}
    else:
        report = json.loads((folder / f"{stage.name}.report.json").read_text(encoding="utf-8"))
    return report | {"is_kept": True} if report.get("seed") == seed else None
