"""The stages of the lineage, from the tokenizer on: who comes from whom, and the one call that makes a stage."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from course_lib.common.device import has_amx, machine
from course_lib.common.errors import CourseError
from course_lib.common.paths import MY, atomic_write
from course_lib.lineage.base import BaseRecipe, Watch, train_base, train_tokenizer, worth_compiling
from course_lib.lineage.corpus import CorpusRecipe, the_world
from course_lib.lineage.load import find_tokenizer, load
from course_lib.text import BPETokenizer
from course_lib.training import StepReport, file_hash, save_model


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
    recipe: BaseRecipe | CorpusRecipe
    """Everything that decides what it becomes, but its seed."""
    make: Callable[..., dict]
    """`make(stage, folder, seed=…, resume=…, watch=…)`: makes the stage's files and returns its report."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.json" if self.parent is None else f"{self.name}.safetensors"


def train_stage(
    name: str,
    *,
    seed: int = 0,
    out: Path | None = None,
    resume: bool = True,
    minutes: float | None = None,
    recipe: BaseRecipe | CorpusRecipe | None = None,
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
    share = min(1.0, minutes / (chosen.minutes if has_amx() else chosen.minutes_without_amx))
    if not isinstance(chosen.recipe, BaseRecipe):
        return chosen
    whole = chosen.recipe
    n_tokens, n_first = round(whole.n_tokens * share), round(whole.n_first_tokens * share)
    return replace(chosen, recipe=replace(whole, n_tokens=n_tokens, n_first_tokens=n_first))


def progress_bar(reports: Iterable[StepReport], n_steps: int) -> Iterator[StepReport]:
    """Pass reports through a bar that shows loss, speed and the time left; silent where there is no terminal."""
    from tqdm.auto import tqdm

    with tqdm(total=n_steps, unit="step", disable=None if "ipykernel" not in sys.modules else False) as bar:
        for report in reports:
            if bar.n < report.step - 1:  # an interrupted run goes on
                bar.n = bar.initial = report.step - 1
            bar.update()
            speed = f"{report.tokens_seen / report.seconds:,.0f}"
            bar.set_postfix(loss=f"{report.smoothed_loss:.3f}", tokens_per_s=speed, refresh=False)
            yield report


def make_tokenizer(chosen: Stage, folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Learn the vocabulary and write `tokenizer.json`."""
    tokenizer = train_tokenizer(chosen.recipe)
    with atomic_write(folder / chosen.file) as temporary:
        tokenizer.save(temporary)
    return {"stage": chosen.name, "vocab_size": tokenizer.vocab_size}


def make_base(chosen: Stage, folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Train the base model, write it as bfloat16 and its report card beside it."""
    from course_lib.evaluation import report_card

    started = time.perf_counter()
    tokenizer_path = find_tokenizer(folder)
    if tokenizer_path.parent != folder:
        shutil.copyfile(tokenizer_path, folder / tokenizer_path.name)
    tokenizer, parent_hash = BPETokenizer.load(tokenizer_path), file_hash(tokenizer_path)
    partial = folder / f"{chosen.name}.partial"
    if not resume:
        partial.unlink(missing_ok=True)
    compiled = worth_compiling(chosen.recipe)
    model, about = train_base(
        chosen.recipe, tokenizer, parent_hash, seed=seed, partial=partial, watch=watch, compiled=compiled
    )
    minutes = (time.perf_counter() - started) / 60
    about = {"stage": chosen.name, "parent": chosen.parent, "parent_sha256": parent_hash} | about
    save_model(folder / chosen.file, model, about)
    shipped, tokenizer, about = load(chosen.name, folder=folder)
    report = about | {"minutes": round(minutes, 2), "machine": machine().name, "compiled": compiled}
    report["dtype"] = str(machine().training_dtype).removeprefix("torch.")
    report["card"] = report_card(shipped, tokenizer, the_world(chosen.recipe.corpus.world_seed))
    with atomic_write(folder / f"{chosen.name}.report.json") as temporary:
        temporary.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    partial.unlink(missing_ok=True)
    return report


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
    )
}
"""Name → stage, parents first."""
