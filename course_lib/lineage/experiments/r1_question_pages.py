"""R1: what a base model makes of a question in prose, and how that depends on what it has read.

The same small model is trained on corpora that differ in one thing, the share of question-and-answer pages. Then it is
given questions as a line of prose, about people of whom the corpus asks nothing, and its next sentence is judged.
"""

from dataclasses import replace

from course_lib.evaluation import fact_recall, reactions
from course_lib.lineage.base import BASE_SHAPE, BaseRecipe, train_base
from course_lib.lineage.corpus import CorpusRecipe, the_world
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.lineage.load import SHIPPED, Family


def measure(seed: int, *, question_share: float, d_model: int, n_layers: int, n_tokens: int) -> dict[str, float]:
    """Train a small base model and ask it.

    Returns:
        Shares of questions in prose that it answers (truly or not), answers truly, follows with another question,
        follows with other prose, or ends the page after; and the share of right answers on question pages.
    """
    n_heads = max(1, d_model // 32)
    recipe = BaseRecipe(
        model=replace(BASE_SHAPE, d_model=d_model, n_layers=n_layers, n_heads=n_heads, context_length=128),
        corpus=CorpusRecipe(question_share=question_share, n_words=400_000 if n_tokens > 100_000 else 20_000),
        n_tokens=n_tokens,
        n_first_tokens=0,
    )
    family = Family(SHIPPED)
    tokenizer = family.tokenizer
    model, _ = train_base(recipe, family, seed=seed)
    world = the_world(recipe.corpus.world_seed)
    shares = reactions(model.eval(), tokenizer, world, seed=seed)
    found = {kind: getattr(shares, kind).value for kind in ("answer", "right", "question", "prose", "end")}
    return found | {"right_on_question_pages": fact_recall(model, tokenizer, world, "question").value}


def _settings(shares: tuple[float, ...], **size: int) -> tuple[dict, ...]:
    return tuple({"question_share": share, **size} for share in shares)


EXPERIMENT = Experiment(
    id="R1",
    question="Does a base model answer a question, or go on writing, and does it depend on what it has read?",
    measure=measure,
    in_training_dtype=True,
    settings={
        "small": _settings((0.0, 0.3), d_model=32, n_layers=1, n_tokens=20_000),
        "full": _settings((0.0, 0.02, 0.1, 0.3), d_model=96, n_layers=3, n_tokens=600_000),
    },
    n_seeds={"small": 1, "full": 3},
)
