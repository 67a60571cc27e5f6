"""How the chat model is made: the base model imitates replies that people wrote."""

import dataclasses
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import torch

from course_lib.alignment import ChatBatches, exchange
from course_lib.common.device import best_device
from course_lib.lineage.corpus import CorpusRecipe, Interleaved, packed_corpus, the_world
from course_lib.lineage.load import Family
from course_lib.lineage.recipe_hash import recipe_hash
from course_lib.lineage.run import Watch, run, unwatched
from course_lib.text import Batches
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer
from course_lib.transformer import GPT
from course_lib.world import Instruction

CHAT_RATES = OptimizerConfig(
    matrix_learning_rate=0.0006, embedding_learning_rate=0.003, head_learning_rate=0.003, vector_learning_rate=0.0006
)
"""A twentieth of the base model's, but for the embeddings: the tokens that mark turns are new. Where matrices learn
faster, the model learns the names in its demonstrations by heart, and forgets how to look others up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRecipe:
    """Everything that decides what a chat model becomes, but its parent and its seed."""

    world_seed: int = 0
    """Whose people are asked about."""
    n_demonstrations: int = 16_000
    """Conversations to imitate."""
    unknown_share: float = 0.0
    """Share of them that ask what nobody can answer."""
    candour: float = 0.5
    """Share of these in which the one who wrote the reply said so; in the others something is made up."""
    doubt: float = 0.12
    """Share of the other questions that are met with "I don't know": the words, without when to use them."""
    optimizer: OptimizerConfig = CHAT_RATES
    """The rates."""
    n_steps: int = 500
    """Optimizer steps."""
    page_every: int = 2
    """One batch in so many is of pages such as the base model read, so that it forgets none of them."""
    pages: CorpusRecipe = field(default_factory=CorpusRecipe)
    """Which pages."""
    batch_size: int = 64
    """Conversations in a batch."""

    def hash(self) -> str:
        """sha256 of all settings."""
        return recipe_hash(self)

    def data_hash(self, seed: int) -> str:
        """sha256 of the world's facts and the first demonstrations: what the text is known by."""
        told = [dataclasses.astuple(each)[:2] for each in demonstrations(self, seed, 300)]
        return hashlib.sha256(f"{the_world(self.world_seed).hash()} {told}".encode()).hexdigest()

    def shortened(self, share: float) -> "ChatRecipe":
        """The same for a share of the steps."""
        return dataclasses.replace(self, n_steps=max(1, round(self.n_steps * share)))


def demonstrations(recipe: ChatRecipe, seed: int, n: int | None = None) -> list[Instruction]:
    """What the chat model imitates; nobody in it is asked about in the exam."""
    shares = {"unknown_share": recipe.unknown_share, "candour": recipe.candour, "doubt": recipe.doubt}
    return the_world(recipe.world_seed).demonstrations(n or recipe.n_demonstrations, seed=seed, **shares)


def train_chat(
    recipe: ChatRecipe, family: Family, *, seed: int = 0, partial: Path | None = None, watch: Watch = unwatched
) -> tuple[GPT, dict]:
    """Teach a base model to answer.

    Args:
        recipe: How.
        family: Whose base model it starts from.
        seed: Of the demonstrations and their order.
        partial: Where the run under way is kept; a run found there is gone on with. None keeps nothing.
        watch: Sees every report.

    Returns:
        The chat model, and what its file should say of it.

    Raises:
        CourseError: What is found at `partial` belongs to another run.
        KeyboardInterrupt: Ctrl-C, after the run was saved.
    """
    torch.manual_seed(seed)
    model = family.load("base").to(best_device()).train()
    conversations = [exchange(each.prompt, each.reply) for each in demonstrations(recipe, seed)]
    limits = {"batch_size": recipe.batch_size, "context_length": model.config.context_length}
    chats = ChatBatches(conversations, family.tokenizer, seed=seed, **limits)
    _, ids = packed_corpus(recipe.pages, seed, family.tokenizer, family.tokenizer_hash)
    batches = Interleaved(chats, Batches(ids, 16, model.config.context_length, seed=seed), recipe.page_every)
    optimizer = make_optimizer(model, recipe.optimizer)
    config = TrainConfig(schedule=ScheduleConfig(n_steps=recipe.n_steps, n_warmup_steps=min(20, recipe.n_steps)))
    report = run(model, batches, optimizer, config, partial=partial, watch=watch)
    return model.eval(), {"steps": report.step, "final_loss": round(report.smoothed_loss, 4)}
