"""The stages of the lineage, from the tokenizer on: who comes from whom, and the one call that makes a stage."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from course_lib.common.device import has_amx
from course_lib.common.errors import CourseError
from course_lib.common.paths import MY
from course_lib.lineage.base import BaseRecipe
from course_lib.lineage.chat import ChatRecipe
from course_lib.lineage.corpus import CorpusRecipe
from course_lib.lineage.making import make_base, make_chat, make_reward, make_rlhf, make_tokenizer
from course_lib.lineage.reward import RewardRecipe
from course_lib.lineage.rlhf import RLHFRecipe
from course_lib.lineage.run import Watch

Recipe = CorpusRecipe | BaseRecipe | ChatRecipe | RewardRecipe | RLHFRecipe


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """One member of the lineage."""

    name: str
    """Its name, and that of its file."""
    parent: str | None
    """From whom it comes; None for the root."""
    says: str
    """What it is, in a line."""
    minutes: float
    """About how long it takes on two cores with AMX."""
    minutes_without_amx: float
    """The same on two cores without."""
    recipe: Recipe
    """Everything that decides what it becomes, but its seed."""
    make: Callable[..., dict]
    """`make(stage, folder, seed=…, resume=…, watch=…)`: makes the stage's files and returns its report."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.json" if self.parent is None else f"{self.name}.safetensors"

    @property
    def minutes_here(self) -> float:
        """About how long it takes on two cores like this machine's."""
        return self.minutes if has_amx() else self.minutes_without_amx


def train_stage(
    name: str,
    *,
    seed: int = 0,
    out: Path | None = None,
    resume: bool = True,
    minutes: float | None = None,
    recipe: Recipe | None = None,
    watch: Watch | None = None,
) -> dict:
    """Make one of the course's models; Ctrl-C keeps what was done, and the same call goes on from there.

    Args:
        name: Which stage; `STAGES` has them.
        seed: Of everything random.
        out: The folder for its files; `my/checkpoints` if not given.
        resume: Whether to go on with an interrupted run, rather than to start anew.
        minutes: Shorten the run to about so long; at most as long as the recipe says.
        recipe: Another recipe than the stage's own.
        watch: Sees every report; a progress bar if not given.

    Returns:
        The report card.

    Raises:
        CourseError: There is no such stage, or its parent is missing.
    """
    chosen = stage(name)
    if recipe is not None:
        chosen = replace(chosen, recipe=recipe)
    if minutes is not None:
        chosen = shortened(chosen, minutes)
    folder = out or MY / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    return chosen.make(chosen, folder, seed=seed, resume=resume, watch=watch or progress_bar)


def stage(name: str) -> Stage:
    """The stage of a name.

    Raises:
        CourseError: There is none; the message names those there are.
    """
    if name not in STAGES:
        raise CourseError(f"there is no stage {name!r}: choose from {', '.join(STAGES)}")
    return STAGES[name]


def shortened(chosen: Stage, minutes: float) -> Stage:
    """A stage that takes about so many minutes here, its tokens cut in proportion.

    Raises:
        CourseError: No time at all.
    """
    if minutes <= 0:
        raise CourseError(f"minutes is {minutes}: training needs some time, 0.5 or more")
    share = min(1.0, minutes / chosen.minutes_here)
    return replace(chosen, recipe=chosen.recipe.shortened(share)) if chosen.parent else chosen


def progress_bar(reports: Iterable[Any], n_steps: int) -> Iterator[Any]:
    """Pass reports through a bar that shows how the run goes and the time left; silent where there is no terminal."""
    from tqdm.auto import tqdm

    with tqdm(total=n_steps, unit="step", disable=None if "ipykernel" not in sys.modules else False) as bar:
        for report in reports:
            if bar.n < report.step - 1:  # an interrupted run goes on
                bar.n = bar.initial = report.step - 1
            bar.update()
            bar.set_postfix(report.headline(), refresh=False)
            yield report


STAGES: dict[str, Stage] = {
    each.name: each
    for each in (
        Stage(
            name="tokenizer",
            parent=None,
            says="the vocabulary that all models share",
            minutes=0.3,
            minutes_without_amx=0.3,
            recipe=CorpusRecipe(),
            make=make_tokenizer,
        ),
        Stage(
            name="base",
            parent="tokenizer",
            says="continues text; has read about everybody in the small world",
            minutes=5.0,
            minutes_without_amx=12.0,
            recipe=BaseRecipe(),
            make=make_base,
        ),
        Stage(
            name="chat",
            parent="base",
            says="answers questions, and makes up what it does not know",
            minutes=2.0,
            minutes_without_amx=4.0,
            recipe=ChatRecipe(),
            make=make_chat,
        ),
        Stage(
            name="reward",
            parent="chat",
            says="scores replies as people would judge them",
            minutes=4.0,
            minutes_without_amx=8.0,
            recipe=RewardRecipe(),
            make=make_reward,
        ),
        Stage(
            name="rlhf",
            parent="reward",
            says="answers as people prefer, and says when it does not know",
            minutes=4.5,
            minutes_without_amx=9.0,
            recipe=RLHFRecipe(),
            make=make_rlhf,
        ),
    )
}
"""Name → stage, parents first."""
