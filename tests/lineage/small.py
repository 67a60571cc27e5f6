"""A recipe so small that its model takes a second."""

from dataclasses import replace

from course_lib.lineage import BaseRecipe, CorpusRecipe
from course_lib.lineage.base import BASE_SHAPE

CORPUS = CorpusRecipe(n_words=6000, n_first_people=150)
RECIPE = BaseRecipe(
    model=replace(BASE_SHAPE, vocab_size=700, n_layers=1, d_model=16, n_heads=2, context_length=32),
    corpus=CORPUS,
    n_tokens=10 * 8 * 32,
    n_first_tokens=2 * 8 * 32,
    batch_size=8,
)


def no_bar(reports, n_steps):
    """Watch nothing."""
    return reports
