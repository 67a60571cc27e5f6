"""The text of a model of the lineage: pages of the small world, packed into token ids once and kept in the cache."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from course_lib.common.paths import cache_dir
from course_lib.text import Batch, Batches, BPETokenizer, pack
from course_lib.training import file_hash
from course_lib.world import World

N_OPENING_PAGES = 300
"""Pages whose text names a corpus: enough to notice any change of the world, quick enough to be checked each time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusRecipe:
    """Which text a model reads."""

    world_seed: int = 0
    """Which world is told."""
    n_words: int = 2_500_000
    """Length, in words."""
    question_share: float = 0.1
    """Share of words in question-and-answer pages, which ask about half of the people."""


@lru_cache(maxsize=4)
def the_world(seed: int = 0) -> World:
    """The world of the lineage, made once."""
    return World.generate(seed=seed)


def documents(recipe: CorpusRecipe, seed: int, plain: bool = False) -> Iterator[str]:
    """The pages; `plain` ones, half as many, speak of the famous as of everybody."""
    n_words = recipe.n_words // 2 if plain else recipe.n_words
    return the_world(recipe.world_seed).documents(n_words, seed=seed, question_share=recipe.question_share, plain=plain)


def opening_hash(recipe: CorpusRecipe, seed: int) -> str:
    """sha256 of the world's facts and of the corpus's first pages.

    Args:
        recipe: Which text.
        seed: Of its pages.

    Returns:
        64 hexadecimal digits, other ones as soon as the world's generator writes other text.
    """
    world = the_world(recipe.world_seed)
    pages = (page for plain in (False, True) for page in islice(documents(recipe, seed, plain), N_OPENING_PAGES))
    text = "\n".join([world.hash(), *pages])
    return hashlib.sha256(text.encode()).hexdigest()


def packed_corpus(recipe: CorpusRecipe, seed: int, tokenizer: BPETokenizer, tokenizer_hash: str) -> tuple[Path, Path]:
    """The corpus as token ids on disk; written at first use.

    Args:
        recipe: Which text.
        seed: Of its pages.
        tokenizer: What turns it into ids.
        tokenizer_hash: The tokenizer's name in the files'.

    Returns:
        Two `.npy` files, for `Batches`: plain pages that name nobody but famous people, and the corpus.
    """
    told = f"{opening_hash(recipe, seed)} {recipe} {seed} {tokenizer_hash}"
    name = f"world-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    first, everything = (cache_dir() / "packed" / f"{name}{part}.npy" for part in ("-first", ""))
    if not (first.exists() and everything.exists()):
        others = {person.first for person in the_world(recipe.world_seed).people if not person.is_famous}
        plain = documents(recipe, seed, plain=True)
        pack((page for page in plain if others.isdisjoint(re.findall(r"\w+", page))), tokenizer, first)
        pack(documents(recipe, seed), tokenizer, everything)
    return first, everything


class InTurn:
    """Some batches of one text, then batches of another without end.

    A model that reads about a few people first finds out sooner what a name is for: it learns to look up, at a name,
    what it knows about it. The many people who come later then need only be remembered.

    Args:
        first: Batches of the first text.
        n_first: How many of them.
        rest: Batches of the other text.

    Example:
        >>> turns = InTurn(Batches(range(40), 2, 4), 1, Batches(range(100, 140), 2, 4))
        >>> [bool((next(turns).token_ids < 100).all()) for _ in range(3)]
        [True, False, False]

    Source: Zucchet et al. 2025, "How do language models learn facts?", section 4, arXiv 2503.21676.
    """

    def __init__(self, first: Batches, n_first: int, rest: Batches) -> None:
        self.first, self.n_first, self.rest = first, n_first, rest

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        return next(self.first if self.first.step < self.n_first else self.rest)

    def state_dict(self) -> dict[str, dict]:
        """The place in both texts."""
        return {"first": self.first.state_dict(), "rest": self.rest.state_dict()}

    def load_state_dict(self, state: dict[str, dict]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            CourseError: The state comes from other data.
        """
        self.first.load_state_dict(state["first"])
        self.rest.load_state_dict(state["rest"])


class Interleaved:
    """Batches of one kind, and every so often one of another.

    A model that only reads the new forgets the old; a little of the old keeps it.

    Args:
        main: The batches to learn from.
        other: Those that come in between.
        every: Every so many batches, one is one of these.

    Example:
        >>> mixed = Interleaved(Batches(range(40), 2, 4), Batches(range(100, 140), 2, 4), every=2)
        >>> [bool((next(mixed).token_ids < 100).all()) for _ in range(4)]
        [True, False, True, False]

    Source: Ouyang et al. 2022, section 3.5 (pretraining mix), arXiv 2203.02155.
    """

    def __init__(self, main: Any, other: Any, every: int) -> None:
        self.main, self.other, self.every = main, other, every

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        is_other = (self.main.step + self.other.step) % self.every == self.every - 1
        return next(self.other if is_other else self.main)

    def state_dict(self) -> dict[str, dict]:
        """The place in both."""
        return {"main": self.main.state_dict(), "other": self.other.state_dict()}

    def load_state_dict(self, state: dict[str, dict]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            CourseError: The state comes from other data.
        """
        self.main.load_state_dict(state["main"])
        self.other.load_state_dict(state["other"])


def corpus_metadata(recipe: CorpusRecipe, seed: int, path: Path) -> dict[str, str | int | float]:
    """What a model's file says of its text."""
    return {
        "world_seed": recipe.world_seed,
        "n_words": recipe.n_words,
        "question_share": recipe.question_share,
        "corpus_seed": seed,
        "ids_sha256": file_hash(path),
    }
