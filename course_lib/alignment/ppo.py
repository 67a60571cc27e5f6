"""RLHF as one loop: write replies, judge them, find out which tokens did better than expected, make those likelier.

learner = Learner(policy, Critic(policy), PPOConfig(), seed=0)
for report in ppo(learner, reference, judge, prompts, tokenizer):
    print(report.iteration, report.score, report.kl)
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from course_lib.alignment.chat import ChatTokenizer, Turn, encode_chat, end_token
from course_lib.alignment.learner import Learner
from course_lib.alignment.objectives import (
    entropy,
    explained_variance,
    gae,
    kl_penalised_rewards,
    policy_loss,
    value_loss,
    whiten,
)
from course_lib.alignment.rollout import Rollout, reply_logits, rollout, token_log_probs
from course_lib.common.errors import CourseError
from course_lib.training import keep_freed_memory
from course_lib.transformer import GPT

Judge = Callable[[Sequence[str], Sequence[str]], Tensor]
"""`judge(prompts, replies)`: a score for each reply; a reward model, the true utility, or any rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PPOReport:
    """What one iteration saw: its replies were written before it learned from them."""

    iteration: int
    """Iterations so far, this one included."""
    score: float
    """Mean of the judge's scores, as the judge gave them."""
    kl: float
    """Distance from the reference: log π − log π_ref, summed over a reply, averaged over replies; in nats."""
    entropy: float
    """How undecided the policy is, in nats a token."""
    length: float
    """Mean number of tokens of a reply, its end included."""
    end_share: float
    """Share of replies that ended by themselves."""
    policy_loss: float
    """Mean over the iteration's steps; 0 while the critic alone learns."""
    value_loss: float
    """Mean over the iteration's steps."""
    clip_share: float
    """Share of tokens whose probability had moved further than the clip allows."""
    approximate_kl: float
    """How far the iteration moved the policy, in nats a token, averaged over its steps."""
    explained_variance: float
    """Share of the returns' variance that the critic foresaw; not a number where all returns are the same."""
    seconds: float
    """Time that the iteration took."""
    prompts: tuple[str, ...] = field(repr=False)
    """What was asked."""
    replies: tuple[str, ...] = field(repr=False)
    """What the policy replied."""
    scores: tuple[float, ...] = field(repr=False)
    """What the judge gave for each."""

    @property
    def step(self) -> int:
        """The iteration, by the name that other reports of training use."""
        return self.iteration

    def headline(self) -> dict[str, str]:
        """What a progress bar shows."""
        return {"score": f"{self.score:.2f}", "kl": f"{self.kl:.2f}", "ended": f"{self.end_share:.0%}"}


def ppo(
    learner: Learner, reference: GPT, judge: Judge, prompts: Sequence[str], tokenizer: ChatTokenizer
) -> Iterator[PPOReport]:
    """Train a policy to write replies that a judge scores highly, without going far from a reference.

    Args:
        learner: Policy, critic, and how they are trained; goes on from its iteration.
        reference: The model that the policy started from; never changed.
        judge: Scores replies.
        prompts: What users may say; each iteration draws some of them.
        tokenizer: The models'.

    Yields:
        A report after every iteration.

    Raises:
        CourseError: There are no prompts, a loss is not a number, or the policy has gone too far from the reference.
            The weights are those before the step that failed.

    Source: Schulman et al. 2017, algorithm 1, arXiv 1707.06347; Ouyang et al. 2022, section 3.5, arXiv 2203.02155;
    details: Huang et al. 2024, arXiv 2403.17031.
    """
    if not prompts:
        raise CourseError("there are no prompts to reply to: give at least one")
    keep_freed_memory()
    encoded = [encode_chat([Turn("user", prompt)], tokenizer, for_reply=True) for prompt in prompts]
    while learner.iteration < learner.config.n_iterations:
        started = time.perf_counter()
        chosen = torch.randperm(len(prompts), generator=learner.generator)[: learner.config.batch_size].tolist()
        asked = [prompts[index] for index in chosen]
        rolled = _write(learner, [encoded[index] for index in chosen], end_token(tokenizer))
        replies = [tokenizer.decode(reply) for reply in rolled.replies()]
        scores = _judge(judge, asked, replies)
        experience, seen = _weigh(learner, reference, rolled, scores)
        learned = _improve(learner, experience)
        learner.iteration += 1
        yield PPOReport(
            iteration=learner.iteration,
            score=scores.mean().item(),
            **seen,
            **learned,
            seconds=time.perf_counter() - started,
            prompts=tuple(asked),
            replies=tuple(replies),
            scores=tuple(scores.tolist()),
        )


@dataclass(frozen=True, slots=True)
class Experience:
    """Replies, and what is to be learned from each of their tokens; as it was when they were written."""

    rolled: Rollout
    log_probs: Tensor
    """By the policy, [batch reply], as all that follow."""
    values: Tensor
    """What the critic expected."""
    advantages: Tensor
    """How much better each token turned out; whitened."""
    returns: Tensor
    """What the critic should have expected."""

    def rows(self, chosen: Tensor) -> "Experience":
        """Some of the replies."""
        rest = (each[chosen] for each in (self.log_probs, self.values, self.advantages, self.returns))
        return Experience(self.rolled.rows(chosen), *rest)


def _write(learner: Learner, prompts: list[list[int]], stop_token_id: int) -> Rollout:
    """Let the policy reply."""
    limits = {"max_new_tokens": learner.config.max_new_tokens, "stop_token_id": stop_token_id}
    return rollout(learner.policy, prompts, generator=learner.generator, **limits)


def _judge(judge: Judge, prompts: Sequence[str], replies: Sequence[str]) -> Tensor:
    """The judge's scores, made sure of."""
    scores = torch.as_tensor(judge(prompts, replies), dtype=torch.float32)
    if scores.shape != (len(replies),) or not scores.isfinite().all():
        raise CourseError(
            f"the judge gave scores of shape {tuple(scores.shape)}, {int((~scores.isfinite()).sum())} of them no "
            f"numbers, for {len(replies)} replies: one number each is needed"
        )
    return scores


@torch.no_grad()
def _weigh(learner: Learner, reference: GPT, rolled: Rollout, scores: Tensor) -> tuple[Experience, dict[str, float]]:
    """From one score a reply to an advantage a token; and what the report says of the replies."""
    config, is_token = learner.config, rolled.is_reply
    with learner.arithmetic.autocast():
        logits = reply_logits(learner.policy, rolled)
        log_probs = token_log_probs(learner.policy, rolled, logits)
        reference_log_probs = token_log_probs(reference, rolled)
        values = learner.critic(rolled)
    kl = (log_probs - reference_log_probs).sum(dim=1).mean().item()
    if not kl < config.kl_limit:
        raise CourseError(
            f"iteration {learner.iteration + 1}: the policy is {kl:.1f} nats a reply from its reference, the limit is "
            f"{config.kl_limit:g}: raise kl_weight (now {config.kl_weight:g}) or lower policy_learning_rate"
        )
    standardised = (scores.to(values.device) - config.score_mean) / config.score_spread
    standardised = standardised - config.no_end_penalty * (~rolled.has_ended)
    rewards = kl_penalised_rewards(standardised, log_probs, reference_log_probs, is_token, config.kl_weight)
    advantages = gae(rewards, values, is_token, config.discount, config.trace)
    returns = advantages + values
    seen = {
        "kl": kl,
        "entropy": entropy(logits).mean().item(),
        "length": is_token.sum(dim=1).float().mean().item(),
        "end_share": rolled.has_ended.float().mean().item(),
        "explained_variance": explained_variance(values, returns, is_token).item(),
    }
    return Experience(rolled, log_probs, values, whiten(advantages, is_token), returns), seen


def _improve(learner: Learner, experience: Experience) -> dict[str, float]:
    """Learn from the replies, some at a time; and what the report says of the steps."""
    config, steps = learner.config, []
    n_replies = len(experience.values)
    for _ in range(config.n_epochs):
        for chosen in torch.randperm(n_replies, generator=learner.generator).chunk(config.n_minibatches):
            part = experience.rows(chosen.to(experience.values.device))
            rolled, is_token = part.rolled, part.rolled.is_reply
            with learner.arithmetic.autocast():
                values = learner.critic(rolled)
            off = value_loss(values, part.values, part.returns, is_token, config.value_clip)
            learner.step(learner.critic, learner.critic_optimizer, off)
            moved = torch.zeros(3)
            if learner.iteration >= config.n_critic_iterations:
                with learner.arithmetic.autocast():
                    log_probs = token_log_probs(learner.policy, rolled)
                found = policy_loss(log_probs, part.log_probs, part.advantages, is_token, config.clip)
                learner.step(learner.policy, learner.policy_optimizer, found.loss)
                moved = torch.stack([each.detach().cpu() for each in found])
            steps.append(torch.cat((moved, off.detach().cpu()[None])))
    names = ("policy_loss", "clip_share", "approximate_kl", "value_loss")
    return dict(zip(names, torch.stack(steps).mean(dim=0).tolist(), strict=True))
