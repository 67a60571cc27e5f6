"""The base model over seeds: what it recalls, what it makes up, how long it took."""

import json

from course_lib.common.paths import cache_dir
from course_lib.evaluation import fact_recall
from course_lib.lineage.corpus import the_world
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.lineage.freshness import why_stale
from course_lib.lineage.load import SHIPPED, load
from course_lib.lineage.stages import STAGES, train_stage


def measure(seed: int, *, n_tokens: int) -> dict[str, float]:
    """Train the base model with a seed, or take the shipped one if that is its seed, and ask it in every phrasing.

    Args:
        seed: Of the weights, the pages and their order.
        n_tokens: Tokens read; the shipped recipe's, so that its results are told from those of another.

    Returns:
        Shares by way of asking, confident falsehoods, reactions to a question in prose, bits per byte, minutes.
    """
    folder = SHIPPED
    if why_stale(STAGES["base"], SHIPPED) or load("base", folder=SHIPPED)[2]["seed"] != seed:
        folder = cache_dir() / "lineage" / f"seed-{seed}-{STAGES['base'].recipe.hash()[:12]}"
        if not (folder / "base.report.json").exists():
            train_stage("base", seed=seed, out=folder)
    report = json.loads((folder / "base.report.json").read_text(encoding="utf-8"))
    model, tokenizer, _ = load("base", folder=folder)
    card, world = report["card"], the_world(STAGES["base"].recipe.corpus.world_seed)
    found = {
        kind: fact_recall(model, tokenizer, world, kind, per_fact=3).value for kind in ("seen", "famous", "held_out")
    }
    found |= {kind: card["recall"][kind]["value"] for kind in ("question", "new_wording", "new_kind", "untold")}
    found |= {f"invented_{kind}": card["falsehoods"][kind]["value"] for kind in ("claimed", "confident")}
    found |= {"separation": card["falsehoods"]["separation"], "bits_per_byte": card["bits_per_byte"]}
    found |= {f"prose_{kind}": card["reactions"][kind]["value"] for kind in ("answer", "question", "prose", "end")}
    return found | {"minutes": report["minutes"]}


EXPERIMENT = Experiment(
    id="base",
    question="What does the base model recall and make up, over seeds?",
    measure=measure,
    in_training_dtype=True,
    settings={"full": ({"n_tokens": STAGES["base"].recipe.n_tokens},)},
    n_seeds={"full": 3},
)
