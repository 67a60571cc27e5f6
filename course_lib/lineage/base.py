"""How the tokenizer and the base model are made: their sizes, their text, their rates, and a run from start to end."""

import dataclasses
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch

from course_lib.common.device import best_device
from course_lib.lineage.corpus import CorpusRecipe, InTurn, corpus_metadata, opening_hash, packed_corpus, the_world
from course_lib.lineage.load import Family
from course_lib.lineage.recipe_hash import recipe_hash
from course_lib.lineage.run import Watch, run, unwatched
from course_lib.text import Batches, BPETokenizer
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer
from course_lib.transformer import GPT, GPTConfig

SPECIAL_TOKENS = (
    "<|endoftext|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|tool|>", "<|image|>",
)  # fmt: skip
"""The end of a document, and what later stages need; a vocabulary is hard to change once a model has learned it."""

VOCAB_SIZE = 2048
"""Entries of the vocabulary: most words of the small world are one token."""

BASE_SHAPE = GPTConfig(
    vocab_size=VOCAB_SIZE,
    context_length=128,
    n_layers=4,
    n_heads=4,
    d_model=192,
    feed_forward="squared_relu",
    attention="naive",
    zero_init_projections=True,
)
"""The base model's shape: 2.2 million parameters. On a processor, at this length, the formula for attention written out
is faster than the fused kernel, backwards above all."""

BASE_RATES = OptimizerConfig(
    matrix_learning_rate=0.012, embedding_learning_rate=0.01, head_learning_rate=0.01, vector_learning_rate=0.01
)
"""Muon for the matrices, AdamW for the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseRecipe:
    """Everything that decides what a base model becomes, but its seed."""

    model: GPTConfig = BASE_SHAPE
    """The shape."""
    corpus: CorpusRecipe = field(default_factory=CorpusRecipe)
    """The text."""
    optimizer: OptimizerConfig = BASE_RATES
    """The rates."""
    n_tokens: int = 3_200_000
    """Tokens read in all. After the first ones, three quarters of the corpus, once."""
    n_first_tokens: int = 400_000
    """Of these, tokens at the start from pages that name nobody but famous people."""
    batch_size: int = 16
    """Windows in a batch."""
    decay_share: float = 0.7
    """Share of the steps in which they fall."""

    @property
    def n_steps(self) -> int:
        """Optimizer steps in the whole run."""
        return max(1, round(self.n_tokens / (self.batch_size * self.model.context_length)))

    @property
    def schedule(self) -> ScheduleConfig:
        """The shape of the rates over the run."""
        return ScheduleConfig(n_steps=self.n_steps, decay_share=self.decay_share)

    def hash(self) -> str:
        """sha256 of all settings."""
        return recipe_hash(self)

    def data_hash(self, seed: int) -> str:
        """sha256 of what the text is known by."""
        return opening_hash(self.corpus, seed)

    def shortened(self, share: float) -> "BaseRecipe":
        """The same for a share of the tokens."""
        return dataclasses.replace(
            self, n_tokens=round(self.n_tokens * share), n_first_tokens=round(self.n_first_tokens * share)
        )


def train_tokenizer(recipe: CorpusRecipe, vocab_size: int = VOCAB_SIZE) -> BPETokenizer:
    """Learn the vocabulary of the whole lineage from the world's text."""
    pages = the_world(recipe.world_seed).documents(recipe.n_words, seed=0, question_share=recipe.question_share)
    return BPETokenizer.train(pages, vocab_size=vocab_size, special_tokens=SPECIAL_TOKENS)


def train_base(
    recipe: BaseRecipe, family: Family, *, seed: int = 0, partial: Path | None = None, watch: Watch = unwatched
) -> tuple[GPT, dict]:
    """Train a base model from nothing, or from where an interrupted run was saved.

    Args:
        recipe: What to train.
        family: Whose tokenizer it reads with.
        seed: Of the weights, the pages and their order.
        partial: Where the run under way is kept; a run found there is gone on with. None keeps nothing.
        watch: Sees every report.

    Returns:
        The model, and what its file should say of it.

    Raises:
        CourseError: What is found at `partial` belongs to another run.
        KeyboardInterrupt: Ctrl-C, after the run was saved.
    """
    first, ids = packed_corpus(recipe.corpus, seed, family.tokenizer, family.tokenizer_hash)
    torch.manual_seed(seed)
    model = GPT(recipe.model).to(best_device())
    optimizer = make_optimizer(model, recipe.optimizer)
    opening, rest = (Batches(each, recipe.batch_size, recipe.model.context_length, seed=seed) for each in (first, ids))
    n_first = recipe.n_first_tokens // (recipe.batch_size * recipe.model.context_length)
    batches = InTurn(opening, n_first, rest)
    compiled = worth_compiling(recipe)
    config = TrainConfig(schedule=recipe.schedule, compile=compiled)
    report = run(model, batches, optimizer, config, partial=partial, watch=watch)
    about = {"data": corpus_metadata(recipe.corpus, seed, ids), "tokens": report.tokens_seen, "compiled": compiled}
    return model.eval(), about | {"final_loss": round(report.smoothed_loss, 4)}


def worth_compiling(recipe: BaseRecipe) -> bool:
    """Whether `torch.compile` would pay here: a run of minutes, on a machine that has a compiler.

    Where compiling fails all the same, torch goes on without it.
    """
    long_enough = recipe.n_tokens >= 1_000_000
    has_compiler = best_device().type == "cuda" or any(map(shutil.which, ("g++", "c++", "clang++")))
    if long_enough and has_compiler and sys.platform != "win32":
        torch._dynamo.config.suppress_errors = True
        return True
    return False
