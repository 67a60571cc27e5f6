"""From a stage's recipe to its files: the model, and the report card beside it."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from course_lib.alignment import load_reward_model, save_reward_model
from course_lib.common.device import machine
from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.evaluation.report_card import rounded
from course_lib.lineage.base import train_base, train_tokenizer
from course_lib.lineage.chat import train_chat
from course_lib.lineage.corpus import the_world
from course_lib.lineage.load import Family, find_tokenizer
from course_lib.lineage.origin import begin, forget, origin
from course_lib.lineage.reward import label, train_reward
from course_lib.lineage.rlhf import train_rlhf
from course_lib.lineage.run import Watch
from course_lib.training import file_hash, load_model, save_model

if TYPE_CHECKING:
    from course_lib.lineage.stages import Stage

N_EXAM_PAIRS = 2_000
"""Comparisons that a reward model is examined on."""

EXAM_SEED = 1_000_003
"""Of the comparisons in exams, which no seed of a stage draws."""


def make_tokenizer(stage: "Stage", folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Learn the vocabulary and write `tokenizer.json`."""
    tokenizer = train_tokenizer(stage.recipe)
    with atomic_write(folder / stage.file) as temporary:
        tokenizer.save(temporary)
    return {"stage": stage.name, "vocab_size": tokenizer.vocab_size}


def make_base(stage: "Stage", folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Train the base model; write it, as bfloat16, and its report card."""
    from course_lib.evaluation import report_card

    def examine(family: Family) -> dict:
        return report_card(family.load(stage.name), family.tokenizer, the_world(stage.recipe.corpus.world_seed))

    return make_model(stage, folder, train_base, examine, seed=seed, resume=resume, watch=watch)


def make_chat(stage: "Stage", folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Train the chat model; write it and its report card, with the base model's beside it."""
    from course_lib.alignment.assessment import conduct_card

    def examine(family: Family) -> dict:
        world = the_world(stage.recipe.world_seed)
        cards = {name: conduct_card(family.load(name), family.tokenizer, world) for name in (stage.name, "base")}
        return cards[stage.name] | {"base": cards["base"]}

    return make_model(stage, folder, train_chat, examine, seed=seed, resume=resume, watch=watch)


def make_reward(stage: "Stage", folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Train the reward model; write it, and how far it agrees with the labeller and the truth."""
    from course_lib.alignment.agreement import agreement_card

    def examine(family: Family) -> dict:
        model, _ = load_reward_model(family.file(stage.name))
        limits = {"seed": EXAM_SEED, "group": "held_out"}
        pairs = label(stage.recipe, family.load("chat"), family.tokenizer, N_EXAM_PAIRS, **limits)
        return agreement_card(model, family.tokenizer, the_world(stage.recipe.world_seed), pairs)

    own = {"save": save_reward_model, "seed": seed, "resume": resume, "watch": watch}
    return make_model(stage, folder, train_reward, examine, **own)


def make_rlhf(stage: "Stage", folder: Path, *, seed: int, resume: bool, watch: Watch) -> dict:
    """Train the RLHF model; write it and its report card, with the chat model's beside it."""
    from course_lib.alignment.assessment import comparison_card

    def examine(family: Family) -> dict:
        world = the_world(stage.recipe.world_seed)
        return comparison_card(family.load(stage.name), family.load("chat"), family.tokenizer, world)

    return make_model(stage, folder, train_rlhf, examine, seed=seed, resume=resume, watch=watch)


def make_model(
    stage: "Stage",
    folder: Path,
    train: Callable[..., tuple[nn.Module, dict]],
    examine: Callable[[Family], dict],
    *,
    save: Callable[[Path, Any, dict], None] = save_model,
    seed: int,
    resume: bool,
    watch: Watch,
) -> dict:
    """Train a stage's model, write it and its report card.

    Args:
        stage: Which.
        folder: For its files; its parents are copied there if they are not there yet.
        train: `train(recipe, family, seed=…, partial=…, watch=…)` gives the model and what its file should say of it.
        examine: Gives the report card, from the file as it was written.
        save: Writes the model.
        seed: Of everything random.
        resume: Whether to go on with an interrupted run, rather than to start anew.
        watch: Sees every report.

    Returns:
        What the file says of the model, with minutes, machine and `card`.
    """
    started = time.perf_counter()
    family, partial = bring_parents(stage.parent, folder), folder / f"{stage.name}.partial"
    if not resume:
        forget(partial)
    about = origin(stage, family, seed)
    begin(partial, about, stage.recipe)
    model, found = train(stage.recipe, family, seed=seed, partial=partial, watch=watch)
    about |= found
    minutes = (time.perf_counter() - started) / 60
    card = folder / f"{stage.name}.report.json"
    card.unlink(missing_ok=True)  # that of an older model would stand beside this one if the examination is interrupted
    save(folder / stage.file, model, about)
    report = about | {"minutes": round(minutes, 2), "machine": machine().name}
    report["dtype"] = str(machine().training_dtype).removeprefix("torch.")
    report["card"] = rounded(examine(family))
    with atomic_write(card) as temporary:
        temporary.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    forget(partial)
    return report


def bring_parents(name: str | None, folder: Path) -> Family:
    """Copy the shipped models that a stage comes from into its folder, those that are not there already.

    Args:
        name: The stage's parent.
        folder: Where to.

    Returns:
        The family in the folder.

    Raises:
        CourseError: A parent is nowhere, or was made from another parent than the one that is there now.
    """
    family, needed = Family(folder), [find_tokenizer(folder)]
    while name not in (None, "tokenizer"):
        file = family.file(name)
        about = load_model(file).metadata
        parent = family.file(about["parent"])
        if about.get("parent_sha256") not in (None, file_hash(parent)):
            raise CourseError(
                f"{file} was made from another {parent.stem} than {parent}: train {name} again, or everything with "
                "`python course.py train all`"
            )
        needed.append(file)
        name = about["parent"]
    for file in needed:
        if file.parent != folder:
            shutil.copyfile(file, folder / file.name)
    return Family(folder)
