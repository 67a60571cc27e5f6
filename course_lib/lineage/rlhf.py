"""How the RLHF model is made: the chat model writes, the reward model judges, PPO makes what was liked likelier."""

import copy
import dataclasses
import hashlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from course_lib.alignment import Critic, Judge, Learner, PPOConfig, load_reward_model, ppo
from course_lib.alignment.assessment import put, unasked
from course_lib.common.device import best_device
from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.inference import Sampler
from course_lib.lineage.corpus import the_world
from course_lib.lineage.load import Family
from course_lib.lineage.recipe_hash import recipe_hash
from course_lib.lineage.run import SAVE_EVERY_SECONDS, Watch, unwatched
from course_lib.text import BPETokenizer
from course_lib.training import catch_interrupt
from course_lib.transformer import GPT
from course_lib.world import Question, utility

MIX = {"known": 55, "stranger": 30, "thing": 5, "absent": 5, "untold": 5}
"""Kind of question → its share of the prompts, in per cent. To be silent costs 1.2 where the answer was told and wins 2
where it was not: with 62 answerable prompts in 100, silence as such neither wins nor loses. With more, a policy may
stop saying "I don't know" before it has learned when it is right; so there are a few less."""

RLHF_PPO = PPOConfig(n_iterations=100, policy_learning_rate=2e-4, kl_weight=0.15)
"""What the price for distance is for: in the run of experiment R4 without it, more of the known is answered wrongly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RLHFRecipe:
    """Everything that decides what an RLHF model becomes, but its parents and its seed."""

    world_seed: int = 0
    """Whose people are asked about."""
    n_prompts: int = 6_000
    """Questions to draw from."""
    judge: Literal["reward_model", "utility"] = "reward_model"
    """Who judges the replies: the model that learned from labels, or the true utility, a judge that never errs."""
    ppo: PPOConfig = RLHF_PPO
    """How the policy learns."""

    def hash(self) -> str:
        """sha256 of all settings."""
        return recipe_hash(self)

    def data_hash(self, seed: int) -> str:
        """sha256 of the world's facts and of the first questions."""
        told = [question.text for question in questions(self, seed)[:300]]
        return hashlib.sha256(f"{the_world(self.world_seed).hash()} {told}".encode()).hexdigest()

    def shortened(self, share: float) -> "RLHFRecipe":
        """The same for a share of the iterations."""
        n_iterations = max(1, round(self.ppo.n_iterations * share))
        return dataclasses.replace(self, ppo=dataclasses.replace(self.ppo, n_iterations=n_iterations))


def questions(recipe: RLHFRecipe, seed: int) -> list[Question]:
    """What users ask while the policy learns.

    Nobody needs to know the answers, so they ask about the people without labels too; but not about those whom the exam
    keeps, to see what the policy does with people it was never asked about.
    """
    world, rng = the_world(recipe.world_seed), random.Random(seed)
    spared = {person.name for person in unasked(world)}
    known = [each for each in world.questions("train") + world.questions("held_out") if each.subject not in spared]
    others = {kind: share for kind, share in MIX.items() if kind != "known"}
    n_known = round(recipe.n_prompts * MIX["known"] / sum(MIX.values()))
    asked = world.some_questions(recipe.n_prompts - n_known, seed=seed, mix=others) + rng.choices(known, k=n_known)
    rng.shuffle(asked)
    return asked


def train_rlhf(
    recipe: RLHFRecipe, family: Family, *, seed: int = 0, partial: Path | None = None, watch: Watch = unwatched
) -> tuple[GPT, dict]:
    """Train a chat model by PPO.

    Args:
        recipe: How.
        family: Whose chat model writes, and whose reward model judges.
        seed: Of the questions, replies and minibatches.
        partial: Where the run under way is kept; a run found there is gone on with. None keeps nothing.
        watch: Sees every report.

    Returns:
        The policy, and what its file should say of it.

    Raises:
        CourseError: What is found at `partial` belongs to another run, or the policy has gone too far.
        KeyboardInterrupt: Ctrl-C, after the run was saved.
    """
    torch.manual_seed(seed)
    reference, tokenizer = family.load("chat").to(best_device()), family.tokenizer
    asked = questions(recipe, seed)
    judge, config = find_judge(recipe, family, reference, asked, seed)
    policy = copy.deepcopy(reference)
    learner = Learner(policy, Critic(reference).to(best_device()), config, seed=seed)
    prompts = [question.text for question in asked]
    kl = run_ppo(learner, reference, judge, prompts, tokenizer, recipe, partial=partial, watch=watch)
    return policy.eval(), {"iterations": learner.iteration, "judge": recipe.judge, "final_kl": round(kl, 4)}


def find_judge(
    recipe: RLHFRecipe, family: Family, reference: GPT, asked: Sequence[Question], seed: int
) -> tuple[Judge, PPOConfig]:
    """The judge, and PPO's settings with the mean and spread of its scores for the reference's replies."""
    if recipe.judge == "reward_model":
        model, _ = load_reward_model(family.file("reward"))
        return model.to(best_device()).judge(family.tokenizer), recipe.ppo
    judge = UtilityJudge(asked)
    generator = torch.Generator().manual_seed(seed)
    worth = torch.tensor(
        [each.worth.total for each in put(reference, family.tokenizer, asked[:512], Sampler(), generator=generator)]
    )
    mean, spread = worth.mean().item(), worth.std().item()
    return judge, dataclasses.replace(recipe.ppo, score_mean=mean, score_spread=spread)


class UtilityJudge:
    """The true utility as a judge: what a labeller who never errs, asked about every reply, would say.

    Args:
        asked: The questions that may come.
    """

    def __init__(self, asked: Sequence[Question]) -> None:
        self.questions = {question.text: question for question in asked}

    def __call__(self, prompts: Sequence[str], replies: Sequence[str]) -> Tensor:
        """The total utility of each reply."""
        pairs = zip(prompts, replies, strict=True)
        return torch.tensor([utility(self.questions[prompt], reply).total for prompt, reply in pairs])


def run_ppo(
    learner: Learner,
    reference: GPT,
    judge: Judge,
    prompts: Sequence[str],
    tokenizer: BPETokenizer,
    recipe: RLHFRecipe,
    *,
    partial: Path | None,
    watch: Watch,
) -> float:
    """Run PPO to its end, from nothing or from where an interrupted run was saved; arguments as for `ppo`.

    Returns:
        How far the last iteration's replies were from the reference, in nats a reply.
    """
    kl = resume(learner, partial, recipe) if partial is not None and partial.exists() else 0.0
    saved = time.monotonic()
    with catch_interrupt() as interrupted:
        for report in watch(ppo(learner, reference, judge, prompts, tokenizer), learner.config.n_iterations):
            kl = report.kl
            if partial is not None and (time.monotonic() - saved > SAVE_EVERY_SECONDS or interrupted()):
                with atomic_write(partial) as temporary:
                    torch.save({"recipe": recipe.hash(), "kl": kl} | learner.state_dict(), temporary)
                saved = time.monotonic()
            if interrupted():
                raise KeyboardInterrupt
    return kl


def resume(learner: Learner, partial: Path, recipe: RLHFRecipe) -> float:
    """Go on with an interrupted run, whose last KL is returned.

    Raises:
        CourseError: The file is damaged, or belongs to another run.
    """
    try:
        state = torch.load(partial, weights_only=True)
    except Exception as problem:
        reason = str(problem).partition("\n")[0]
        raise CourseError(f"{partial} is damaged ({reason}): delete it, or train with --fresh") from None
    if state.get("recipe") != recipe.hash():
        raise CourseError(f"{partial} belongs to a run with other settings: finish that one, or train with --fresh")
    learner.load_state_dict(state)
    return state["kl"]
