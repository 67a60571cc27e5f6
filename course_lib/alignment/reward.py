"""The reward model: it learns from comparisons what somebody likes, and gives any reply a score."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.alignment.chat import ChatTokenizer, check_length
from course_lib.alignment.pairs import PairBatch, encode_replies, stack_replies
from course_lib.alignment.preferences import Preference
from course_lib.common.errors import CourseError
from course_lib.training import Loss, load_model, save_model
from course_lib.training.loss import token_losses
from course_lib.transformer import GPT

READING = ("mean", "sum / 10", "lowest", "lowest beside the likeliest", "mean beside the likeliest")
"""What the frozen reader tells of a reply; `read_reply` computes them."""


@torch.no_grad()
def read_reply(
    model: GPT, token_ids: Int[Tensor, "example token"], is_reply: Bool[Tensor, "example token"]
) -> Float[Tensor, "example feature"]:
    """How probable a model finds a reply, in a few numbers: a made-up answer often has one improbable token.

    Args:
        model: The reader.
        token_ids: Prompt and reply.
        is_reply: Where the reply is.

    Returns:
        In the order of `READING`: the tokens' mean log-probability, their sum divided by 10, the lowest; and the lowest
        and the mean of what each lies below the likeliest token in its place.
    """
    scored = is_reply[:, 1:]
    logits = model.head(model.hidden_states(token_ids)[:, :-1][scored]).float()
    losses = token_losses(logits[None], token_ids[:, 1:][scored][None])[0]
    log_probs, likeliest = (
        torch.zeros(scored.shape, device=logits.device).masked_scatter(scored, each)
        for each in (-losses, logits.amax(dim=-1) - logits.logsumexp(dim=-1))
    )
    n_tokens, total, beside = scored.sum(dim=-1), log_probs.sum(dim=-1), log_probs - likeliest
    features = total / n_tokens, total / 10, log_probs.amin(dim=-1), beside.amin(dim=-1), beside.sum(dim=-1) / n_tokens
    return torch.stack(features, dim=-1)


class RewardModel(nn.Module):
    """Scores replies: a trained trunk with a scalar head, which also hears how probable a frozen reader finds them.

    The head sees the trunk's hidden state at the reply's last token, the mean of its hidden states over the reply, and
    what `read_reply` tells of the frozen copy of the model that it started from. It starts at zero.

    Preferences fix differences of scores alone, so `centre` keeps mean and spread of the scores of some reference
    replies, and `score` gives scores relative to them.

    Args:
        model: The chat model; copied twice, never changed.

    Source: Stiennon et al. 2020, section 3.4, arXiv 2009.01325.
    """

    def __init__(self, model: GPT) -> None:
        super().__init__()
        self.config = model.config
        self.trunk, self.reader = copy.deepcopy(model), copy.deepcopy(model).requires_grad_(False)
        self.trunk.head = nn.Identity()
        self.head = nn.Linear(2 * model.config.d_model + len(READING), 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def forward(
        self, token_ids: Int[Tensor, "example token"], is_reply: Bool[Tensor, "example token"]
    ) -> Float[Tensor, "example"]:
        """Raw scores, whose differences are log-odds of being preferred."""
        hidden = self.trunk.hidden_states(token_ids)
        places = torch.arange(token_ids.shape[1], device=token_ids.device)
        last = torch.where(is_reply, places, 0).argmax(dim=-1)
        at_last = hidden[torch.arange(len(hidden), device=hidden.device), last]
        mean = (hidden * is_reply[..., None]).sum(dim=1) / is_reply.sum(dim=-1, keepdim=True)
        reading = read_reply(self.reader, token_ids, is_reply)
        return self.head(torch.cat((at_last, mean, reading.to(mean.dtype)), dim=-1)).squeeze(-1).float()

    @torch.no_grad()
    def raw_scores(
        self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]], batch_size: int = 32
    ) -> Float[Tensor, "example"]:
        """Raw scores of replies, on the processor; arguments as for `score`."""
        device, was_training, raw = self.mean.device, self.training, torch.zeros(len(prompts))
        lengths = [len(prompt) + len(reply) for prompt, reply in zip(prompts, replies, strict=True)]
        order = sorted(range(len(prompts)), key=lengths.__getitem__)  # side by side with their like: less padding
        check_length(max(lengths, default=0), self.config.context_length)
        self.eval()
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = stack_replies([prompts[row] for row in rows], [replies[row] for row in rows])
            raw[rows] = self(batch.token_ids.to(device), batch.is_reply.to(device)).cpu()
        self.train(was_training)
        return raw

    def score(
        self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]], batch_size: int = 32
    ) -> Float[Tensor, "example"]:
        """Score replies, in units of the reference replies' spread above their mean.

        Args:
            prompts: Token ids of each conversation, up to where the reply begins.
            replies: Token ids of each reply, with the token that ends it.
            batch_size: Replies read side by side.

        Returns:
            A score each.

        Raises:
            CourseError: A conversation is longer than the context.
        """
        raw = self.raw_scores(prompts, replies, batch_size)
        return (raw - self.mean.cpu()) / self.spread.cpu()

    def centre(self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> None:
        """Let mean and spread of `score` be 0 and 1 over these replies: usually the chat model's own.

        Raises:
            CourseError: There are fewer than two, or all get the same score.
        """
        raw = self.raw_scores(prompts, replies)
        if len(raw) < 2 or not raw.std() > 1e-6:
            raise CourseError(
                f"the reward model gives {len(raw)} reference replies the same score, {raw[:1].tolist()}: "
                "has it been trained, and do the replies differ?"
            )
        self.mean.copy_(raw.mean())
        self.spread.copy_(raw.std())

    def judge(self, tokenizer: ChatTokenizer, batch_size: int = 32) -> "TextJudge":
        """Make a function that scores texts: `judge(prompts, replies)`, as PPO's loop asks for one."""
        return TextJudge(self, tokenizer, batch_size)


@dataclass(frozen=True, slots=True)
class TextJudge:
    """A reward model as a function from prompts and replies in plain text to scores."""

    model: RewardModel
    tokenizer: ChatTokenizer
    batch_size: int = 32

    def __call__(self, prompts: Sequence[str], replies: Sequence[str]) -> Float[Tensor, "example"]:
        """A score for each reply."""
        return self.model.score(*encode_replies(prompts, replies, self.tokenizer), self.batch_size)


def bradley_terry_loss(
    chosen: Float[Tensor, "example"], rejected: Float[Tensor, "example"]
) -> Float[Tensor, "example"]:
    """The surprise at each choice: −log σ(score of the chosen − score of the rejected), in nats.

    Example:
        >>> bradley_terry_loss(torch.tensor([1.0]), torch.tensor([1.0])).exp().item()      # a toss-up: 1 in 2
        2.0

    Source: Bradley & Terry 1952; Ouyang et al. 2022, equation 1, arXiv 2203.02155.
    """
    return -F.logsigmoid(chosen - rejected)


def pair_loss(model: RewardModel, batch: PairBatch) -> Loss:
    """Score a reward model on comparisons: the loss to give to `train`."""
    device = model.mean.device
    chosen, rejected = model(batch.token_ids.to(device), batch.is_reply.to(device)).chunk(2)
    return Loss(bradley_terry_loss(chosen, rejected).sum(), len(chosen))


def preference_probabilities(
    model: RewardModel, preferences: Sequence[Preference], tokenizer: ChatTokenizer
) -> Float[Tensor, "example"]:
    """How probable a reward model found each choice that was made: σ(score of the chosen − score of the rejected)."""
    prompts = [preference.prompt for preference in preferences]
    chosen = model.raw_scores(*encode_replies(prompts, [each.chosen for each in preferences], tokenizer))
    rejected = model.raw_scores(*encode_replies(prompts, [each.rejected for each in preferences], tokenizer))
    return (chosen - rejected).sigmoid()


def pair_accuracy(probabilities: Float[Tensor, "example"]) -> float:
    """The share of choices that a reward model would have made too, ties counted half.

    Example:
        >>> pair_accuracy(torch.tensor([0.9, 0.8, 0.5, 0.2]))
        0.625
    """
    return ((probabilities > 0.5).float() + 0.5 * (probabilities == 0.5).float()).mean().item()


def save_reward_model(path: Path | str, model: RewardModel, metadata: dict[str, Any]) -> None:
    """Write a reward model as one safetensors file, as `save_model` writes others."""
    save_model(path, model, metadata)


def load_reward_model(path: Path | str) -> tuple[RewardModel, dict[str, Any]]:
    """Read a reward model.

    Returns:
        The model (float32, in evaluation mode), and what its file says of it.

    Raises:
        CourseError: It is not there, it is damaged, or it is no reward model.
    """
    config, state, about = load_model(path)
    model = RewardModel(GPT(config))
    try:
        model.load_state_dict({name: tensor.to(torch.float32) for name, tensor in state.items()})
    except RuntimeError:
        raise CourseError(f"{path} is no reward model: is it that of another stage?") from None
    return model.eval(), about
