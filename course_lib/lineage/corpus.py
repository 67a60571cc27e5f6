"""The text of a model of the lineage: pages of the small world, packed into token ids once and kept in the cache."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from course_lib.common.paths import cache_dir
from course_lib.text import BPETokenizer, pack
from course_lib.training import file_hash
from course_lib.world import World

N_OPENING_PAGES = 300
"""Pages whose text names a corpus: enough to notice any change of the world, quick enough to be checked each time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusRecipe:
    """Which text a model reads."""

    world_seed: int = 0
    """Which world is told."""
    n_words: int = 800_000
    """Length, in words."""
    question_share: float = 0.1
    """Share of words in question-and-answer pages, which ask about half of the people."""


@lru_cache(maxsize=4)
def the_world(seed: int = 0) -> World:
    """The world of the lineage, made once."""
    return World.generate(seed=seed)


def opening_hash(recipe: CorpusRecipe, seed: int) -> str:
    """sha256 of the world's facts and of the corpus's first pages.

    Args:
        recipe: Which text.
        seed: Of its pages.

    Returns:
        64 hexadecimal digits, other ones as soon as the world's generator writes other text.
    """
    world = the_world(recipe.world_seed)
    pages = world.documents(recipe.n_words, seed=seed, question_share=recipe.question_share)
    text = "\n".join([world.hash(), *islice(pages, N_OPENING_PAGES)])
    return hashlib.sha256(text.encode()).hexdigest()


def packed_corpus(recipe: CorpusRecipe, seed: int, tokenizer: BPETokenizer, tokenizer_hash: str) -> Path:
    """The corpus as token ids on disk; written at first use.

    Args:
        recipe: Which text.
        seed: Of its pages.
        tokenizer: What turns it into ids.
        tokenizer_hash: The tokenizer's name in the file's.

    Returns:
        The `.npy` file, for `Batches`.
    """
    told = f"{opening_hash(recipe, seed)} {recipe} {seed} {tokenizer_hash}"
    path = cache_dir() / "packed" / f"world-{hashlib.sha256(told.encode()).hexdigest()[:16]}.npy"
    if not path.exists():
        pages = the_world(recipe.world_seed).documents(recipe.n_words, seed=seed, question_share=recipe.question_share)
        pack(pages, tokenizer, path)
    return path


def corpus_metadata(recipe: CorpusRecipe, seed: int, path: Path) -> dict[str, str | int | float]:
    """What a model's file says of its text."""
    return {
        "world_seed": recipe.world_seed,
        "n_words": recipe.n_words,
        "question_share": recipe.question_share,
        "corpus_seed": seed,
        "opening_sha256": opening_hash(recipe, seed),
        "ids_sha256": file_hash(path),
    }
