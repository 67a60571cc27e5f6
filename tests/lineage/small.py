"""A lineage so small that each of its models takes a second or two."""

from dataclasses import replace

from course_lib.alignment import PPOConfig
from course_lib.lineage import STAGES, BaseRecipe, CorpusRecipe
from course_lib.lineage.base import BASE_SHAPE
from course_lib.lineage.chat import ChatRecipe
from course_lib.lineage.reward import RewardRecipe
from course_lib.lineage.rlhf import RLHFRecipe

CORPUS = CorpusRecipe(n_words=12_000)
RECIPE = BaseRecipe(
    model=replace(BASE_SHAPE, vocab_size=700, n_layers=1, d_model=16, n_heads=2, context_length=112),
    corpus=CORPUS,
    n_tokens=10 * 4 * 112,
    n_first_tokens=2 * 4 * 112,
    batch_size=4,
)
RECIPES = {
    "tokenizer": CORPUS,
    "base": RECIPE,
    "chat": ChatRecipe(pages=CORPUS, n_demonstrations=100, n_steps=8, batch_size=8),
    "reward": RewardRecipe(n_labels=24, n_steps=6, batch_size=8),
    "rlhf": RLHFRecipe(
        n_prompts=40, ppo=PPOConfig(n_iterations=5, batch_size=8, max_new_tokens=6, n_critic_iterations=1)
    ),
}
SMALL = {name: replace(STAGES[name], recipe=recipe) for name, recipe in RECIPES.items()}
"""The stages of the small lineage."""


def no_bar(reports, n_steps):
    """Watch nothing."""
    return reports
