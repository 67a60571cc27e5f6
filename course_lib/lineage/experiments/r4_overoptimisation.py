"""R4 and R8: what RLHF gains and loses, with a good judge and a poor one, on a leash and off it.

The chain chat → reward → RLHF is trained with a seed. What is varied is who judges (a reward model of many labels or of
few, or the true utility, a judge that never errs) and whether distance from the chat model has a price.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

from course_lib.alignment.assessment import comparison_card
from course_lib.common.paths import cache_dir
from course_lib.lineage.corpus import the_world
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.lineage.load import SHIPPED, Family
from course_lib.lineage.making import bring_parents
from course_lib.lineage.rlhf import RLHFRecipe, questions, train_rlhf
from course_lib.lineage.stages import STAGES, train_stage
from course_lib.world import utility

N_LOOKS = 4
"""How often a run is looked at, evenly spread: its last iteration is the last look."""


def measure(seed: int, *, judge: str, n_labels: int, kl_weight: float, n_iterations: int) -> dict[str, float]:
    """Train the chain, or what of it there is not yet, and examine the policy.

    Returns:
        `proxy_k`, `true_k`, `kl_k` at each look: mean score, true utility and distance of the replies being learned
        from; then the exam: shares and worth of the policy, `chat_…` those of the model it came from, `reward_…` what
        the reward model gets right.
    """
    family = Family(chain(seed, n_labels))
    shipped = STAGES["rlhf"].recipe
    ppo = dataclasses.replace(shipped.ppo, kl_weight=kl_weight, n_iterations=n_iterations)
    recipe = dataclasses.replace(shipped, judge=judge, ppo=ppo)
    looks: dict[str, float] = {}
    policy, _ = train_rlhf(recipe, family, seed=seed, watch=lambda reports, n: watched(reports, n, recipe, seed, looks))
    card = comparison_card(policy, family.load("chat"), family.tokenizer, the_world(recipe.world_seed))
    return looks | told(card) | judged(family)


def chain(seed: int, n_labels: int) -> Path:
    """A folder with the chat and reward models of a seed, trained if they are not there yet."""
    shipped = STAGES["reward"].recipe
    if seed == 0 and n_labels == shipped.n_labels:
        return SHIPPED
    name = f"seed-{seed}-{STAGES['chat'].recipe.hash()[:8]}-{shipped.hash()[:8]}"
    many = SHIPPED if seed == 0 else cache_dir() / "lineage" / name
    if not (many / "chat.report.json").exists():
        train_stage("chat", seed=seed, out=_made(many))
    if n_labels == shipped.n_labels:
        if not (many / "reward.report.json").exists():
            train_stage("reward", seed=seed, out=many)
        return many
    few = _made(cache_dir() / "lineage" / f"{name}-{n_labels}-labels")
    if not (few / "reward.report.json").exists():
        for file in many.glob("chat.*"):
            (few / file.name).write_bytes(file.read_bytes())
        share = n_labels / shipped.n_labels
        recipe = dataclasses.replace(shipped, n_labels=n_labels, n_steps=max(30, round(shipped.n_steps * share)))
        train_stage("reward", seed=seed, out=few, recipe=recipe)
    return few


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    bring_parents("base", folder)
    return folder


def watched(
    reports: Iterable[Any], n_iterations: int, recipe: RLHFRecipe, seed: int, looks: dict[str, float]
) -> Iterator[Any]:
    """Pass reports through, and note proxy, truth and distance at each look."""
    asked = {question.text: question for question in questions(recipe, seed)}
    for report in reports:
        place = report.iteration * N_LOOKS / n_iterations
        if place == int(place) or report.iteration == n_iterations:
            worth = [utility(asked[p], r).total for p, r in zip(report.prompts, report.replies, strict=True)]
            found = {"proxy": report.score, "true": fmean(worth), "kl": report.kl}
            looks |= {f"{name}_{int(place)}": value for name, value in found.items()}
        yield report


def told(card: dict[str, Any]) -> dict[str, float]:
    """What the results keep of an exam."""
    greedy, found = card["greedy"], {"gain": card["gain"], "win_rate": card["win_rate"]["value"], "kl": card["kl"]}
    for kind in ("known", "unasked", "invented", "absent", "untold"):
        found |= {f"{kind}_{what}": greedy[kind][what]["value"] for what in ("right", "unknown", "made_up")}
    for prefix, sampled in (("", card["sampled"]), ("chat_", card["reference"]["sampled"])):
        found |= {f"{prefix}{part}": value for part, value in sampled.items()}
    before = card["reference"]["greedy"]
    found |= {f"chat_{what}": before["known"][what]["value"] for what in ("right", "ended")}
    return found | {"chat_unasked_right": before["unasked"]["right"]["value"]}


def judged(family: Family) -> dict[str, float]:
    """What the results keep of a reward model's exam."""
    card = json.loads(family.file("reward").with_suffix(".report.json").read_text(encoding="utf-8"))["card"]
    shares = ("clear", "labels", "right_over_wrong", "right_over_unknown", "unknown_over_made_up")
    kept = {f"reward_{name}": card[name]["value"] for name in shares}
    return kept | {"reward_calibration_error": card["calibration"]["error"]}


def _setting(judge: str, n_labels: int, kl_weight: float, n_iterations: int) -> dict[str, Any]:
    return {"judge": judge, "n_labels": n_labels, "kl_weight": kl_weight, "n_iterations": n_iterations}


MANY, FEW = STAGES["reward"].recipe.n_labels, 300
LEASH, LENGTH = STAGES["rlhf"].recipe.ppo.kl_weight, STAGES["rlhf"].recipe.ppo.n_iterations

EXPERIMENT = Experiment(
    id="R4",
    question="What does RLHF gain, and what if the judge is poor, or distance costs nothing?",
    measure=measure,
    in_training_dtype=True,
    settings={
        "small": (_setting("utility", MANY, LEASH, 2),),
        "full": (
            _setting("reward_model", MANY, LEASH, LENGTH),
            _setting("utility", MANY, LEASH, LENGTH),
            _setting("reward_model", MANY, 0.0, LENGTH),
            _setting("reward_model", FEW, LEASH, LENGTH),
            _setting("reward_model", FEW, 0.0, LENGTH),
        ),
    },
    n_seeds={"small": 1, "full": 3},
)
