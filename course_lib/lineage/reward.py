"""How the reward model is made: it learns from labels on replies, most of them the chat model's own."""

import dataclasses
import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import torch

from course_lib.alignment import PairBatches, RewardModel, encode_replies, from_pairs, pair_loss, read_pairs
from course_lib.alignment.assessment import put
from course_lib.common.device import best_device
from course_lib.inference import Sampler
from course_lib.lineage.corpus import the_world
from course_lib.lineage.load import Family
from course_lib.lineage.recipe_hash import recipe_hash
from course_lib.lineage.run import Watch, run, unwatched
from course_lib.text import BPETokenizer
from course_lib.training import ScheduleConfig, TrainConfig
from course_lib.transformer import GPT
from course_lib.world import PreferencePair
from course_lib.world.asking import Group
from course_lib.world.preferences import draw_reply, judge

MIX = {"known": 50, "stranger": 35, "thing": 5, "absent": 5, "untold": 5}
"""Kind of question → its share of what is labelled, in per cent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RewardRecipe:
    """Everything that decides what a reward model becomes, but its parent and its seed."""

    world_seed: int = 0
    """Whose people are asked about."""
    n_labels: int = 6_000
    """Comparisons to learn from."""
    own_share: float = 0.7
    """Share of them between two replies of the chat model; the others between replies that people wrote."""
    beta: float = 3.0
    """How reliable the labeller is (see `world.preferences.judge`)."""
    learning_rate: float = 0.002
    """AdamW's, of the head."""
    weight_decay: float = 0.3
    """AdamW's."""
    n_steps: int = 280
    """Optimizer steps: twelve times through the labels."""
    batch_size: int = 256
    """Comparisons in a batch."""

    def hash(self) -> str:
        """sha256 of all settings."""
        return recipe_hash(self)

    def data_hash(self, seed: int) -> str:
        """sha256 of the world's facts and of some written pairs: what the labels are known by."""
        world = the_world(self.world_seed)
        return hashlib.sha256(f"{world.hash()} {world.preference_pairs(300, seed=seed, mix=MIX)}".encode()).hexdigest()

    def shortened(self, share: float) -> "RewardRecipe":
        """The same for a share of the labels and steps."""
        n_steps, n_labels = max(1, round(self.n_steps * share)), max(2, round(self.n_labels * share))
        return dataclasses.replace(self, n_steps=n_steps, n_labels=n_labels)


def label(
    recipe: RewardRecipe, chat: GPT, tokenizer: BPETokenizer, n: int, *, seed: int, group: Group = "train"
) -> list[PreferencePair]:
    """Let the simulated labeller compare replies; which ones has nothing to do with their worth.

    Args:
        recipe: What share of them the chat model writes, and how reliable the labeller is.
        chat: Writes two replies to each of its share of questions, at temperature 1.
        tokenizer: Its tokenizer.
        n: How many comparisons.
        seed: Of questions, replies and noise.
        group: Whom the questions are about.

    Returns:
        The comparisons, with the true utilities, which no learner may look at. Where the chat model said the same
        twice, people wrote the replies.
    """
    questions = the_world(recipe.world_seed).some_questions(n, seed=seed, group=group, mix=MIX)
    n_own = round(recipe.own_share * n)
    generator = torch.Generator().manual_seed(seed)
    twice = put(chat, tokenizer, [*questions[:n_own]] * 2, Sampler(), generator=generator)
    rng, pairs = random.Random(seed), []
    for index, question in enumerate(questions):
        first = second = twice[index].reply if index < n_own else ""
        if index < n_own:
            second = twice[n_own + index].reply
        while first == second or not (first.strip() and second.strip()):
            first, second = draw_reply(question, rng), draw_reply(question, rng)
        pairs.append(judge(question, first, second, recipe.beta, rng))
    rng.shuffle(pairs)
    return pairs


def train_reward(
    recipe: RewardRecipe, family: Family, *, seed: int = 0, partial: Path | None = None, watch: Watch = unwatched
) -> tuple[RewardModel, dict]:
    """Teach a reward model what the labeller likes.

    Args:
        recipe: How.
        family: Whose chat model it starts from.
        seed: Of the labels and their order.
        partial: Where the run under way is kept; a run found there is gone on with. None keeps nothing.
        watch: Sees every report.

    Returns:
        The reward model, its scores centred on the chat model's replies; and what its file should say of it.

    Raises:
        CourseError: What is found at `partial` belongs to another run.
        KeyboardInterrupt: Ctrl-C, after the run was saved.
    """
    torch.manual_seed(seed)
    chat, tokenizer = family.load("chat").to(best_device()), family.tokenizer
    pairs = label(recipe, chat, tokenizer, recipe.n_labels, seed=seed)
    model = RewardModel(chat).to(best_device())
    chosen, rejected = read_pairs(model, list(from_pairs(pairs)), tokenizer)
    model.standardise(torch.cat((chosen, rejected)))
    batches = PairBatches(chosen, rejected, batch_size=recipe.batch_size, seed=seed)
    rates = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    optimizer = torch.optim.AdamW(model.head.parameters(), **rates)
    config = TrainConfig(schedule=ScheduleConfig(n_steps=recipe.n_steps), precision="float32")
    report = run(model, batches, optimizer, config, loss=pair_loss, partial=partial, watch=watch)
    asked = the_world(recipe.world_seed).some_questions(512, seed=seed, mix=MIX)
    given = put(chat, tokenizer, asked, Sampler(), generator=torch.Generator().manual_seed(seed))
    model.centre(*encode_replies([each.text for each in asked], [each.reply for each in given], tokenizer))
    return model.eval(), {"steps": report.step, "final_loss": round(report.smoothed_loss, 4)}
