"""The reward model: it learns from comparisons what somebody likes, and gives any reply a score."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from einops import einsum
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

READING = (
    "mean", "sum / 10", "lowest", "lowest beside the likeliest", "mean beside the likeliest",
    "mean of the prompt", "sum of the prompt / 10", "tokens / 10",
)  # fmt: skip
"""How probable the reader finds a reply, and how long it is, in the order of `read_reply`."""


@torch.no_grad()
def read_reply(
    model: GPT, token_ids: Int[Tensor, "example token"], is_reply: Bool[Tensor, "example token"]
) -> Float[Tensor, "example feature"]:
    """What a model makes of a reply: how probable it finds it, and the words it is made of.

    A made-up answer often has one improbable token, and a name that was never read is improbable itself. The words tell
    politeness and "I don't know". The hidden state at the end tells both too, but also whom and what the question is
    about: a head that sees it learns about whom the labels were.

    Args:
        model: The reader.
        token_ids: Prompt and reply, padded on the right.
        is_reply: Where the reply is.

    Returns:
        First, in the order of `READING`: the mean log-probability of the reply's tokens, their sum divided by 10, the
        lowest; the lowest and the mean of what each lies below the likeliest token in its place; mean and sum / 10 of
        the prompt's; the number of the reply's tokens divided by 10. Then the mean of their embeddings.
    """
    hidden = model.hidden_states(token_ids)
    is_read = is_reply.flip(1).cummax(dim=1).values.flip(1)  # prompt and reply, no padding
    scored, asked = is_reply[:, 1:], (is_read & ~is_reply)[:, 1:]
    read = is_read[:, 1:]
    logits = model.head(hidden[:, :-1][read]).float()
    losses = token_losses(logits[None], token_ids[:, 1:][read][None])[0]
    log_probs, likeliest = (
        torch.zeros(read.shape, device=logits.device).masked_scatter(read, each)
        for each in (-losses, logits.amax(dim=-1) - logits.logsumexp(dim=-1))
    )
    n_reply, n_asked = scored.sum(dim=-1), asked.sum(dim=-1).clamp(min=1)
    of_reply, of_prompt, beside = log_probs * scored, log_probs * asked, (log_probs - likeliest) * scored
    total, total_prompt = of_reply.sum(dim=-1), of_prompt.sum(dim=-1)
    worst = of_reply.amin(dim=-1), beside.amin(dim=-1)
    features = (
        total / n_reply, total / 10, worst[0], worst[1], beside.sum(dim=-1) / n_reply,
        total_prompt / n_asked, total_prompt / 10, n_reply / 10,
    )  # fmt: skip
    embeddings = model.token_embedding(token_ids[:, 1:]).float()
    words = einsum(embeddings, scored.float(), "example token d_model, example token -> example d_model")
    return torch.cat((torch.stack(features, dim=-1), words / n_reply[:, None]), dim=-1)


class RewardModel(nn.Module):
    """Scores replies: a frozen copy of the chat model reads them, a small trained head says how good they are.

    The head learns; the reader does not. A reader that learns soon knows by heart about whom the labels were, and takes
    many others for strangers.

    Preferences fix differences of scores alone, so `centre` keeps mean and spread of the scores of some reference
    replies, and `score` gives scores relative to them.

    Args:
        model: The chat model; copied, never changed.
        d_hidden: Units of the head.

    Source: Stiennon et al. 2020, section 3.4, arXiv 2009.01325.
    """

    def __init__(self, model: GPT, d_hidden: int = 16) -> None:
        super().__init__()
        self.config = model.config
        self.reader = copy.deepcopy(model).requires_grad_(False)
        n_features = len(READING) + model.config.d_model
        self.head = nn.Sequential(nn.Linear(n_features, d_hidden), nn.GELU(), nn.Linear(d_hidden, 1))
        nn.init.zeros_(self.head[-1].weight)
        nn.init.zeros_(self.head[-1].bias)
        for name, start in (("feature_mean", torch.zeros(n_features)), ("feature_spread", torch.ones(n_features))):
            self.register_buffer(name, start)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("spread", torch.ones(()))

    def forward(self, features: Float[Tensor, "example feature"]) -> Float[Tensor, "example"]:
        """Raw scores, whose differences are log-odds of being preferred, from what `read` gave."""
        standard = (features - self.feature_mean) / self.feature_spread
        return self.head(standard.clamp(-6, 6)).squeeze(-1).float()

    def standardise(self, features: Float[Tensor, "example feature"]) -> None:
        """Let every feature have mean 0 and spread 1 over these replies: those to learn from."""
        self.feature_mean.copy_(features.mean(dim=0))
        self.feature_spread.copy_(features.std(dim=0) + 1e-3)

    def read(
        self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]], batch_size: int = 64
    ) -> Float[Tensor, "example feature"]:
        """What the reader makes of replies; arguments and errors as for `score`."""
        device, features = self.mean.device, torch.zeros(len(prompts), len(self.feature_mean))
        lengths = [len(prompt) + len(reply) for prompt, reply in zip(prompts, replies, strict=True)]
        order = sorted(range(len(prompts)), key=lengths.__getitem__)  # side by side with their like: less padding
        check_length(max(lengths, default=0), self.config.context_length)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = stack_replies([prompts[row] for row in rows], [replies[row] for row in rows])
            features[rows] = read_reply(self.reader.eval(), batch.token_ids.to(device), batch.is_reply.to(device)).cpu()
        return features.to(device)

    @torch.no_grad()
    def raw_scores(
        self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]], batch_size: int = 64
    ) -> Float[Tensor, "example"]:
        """Raw scores of replies, on the processor; arguments as for `score`."""
        return self(self.read(prompts, replies, batch_size)).cpu()

    def score(
        self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]], batch_size: int = 64
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

    def judge(self, tokenizer: ChatTokenizer, batch_size: int = 64) -> "TextJudge":
        """Make a function that scores texts: `judge(prompts, replies)`, as PPO's loop asks for one."""
        return TextJudge(self, tokenizer, batch_size)


@dataclass(frozen=True, slots=True)
class TextJudge:
    """A reward model as a function from prompts and replies in plain text to scores."""

    model: RewardModel
    tokenizer: ChatTokenizer
    batch_size: int = 64

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
    chosen, rejected = model(batch.chosen.to(device)), model(batch.rejected.to(device))
    return Loss(bradley_terry_loss(chosen, rejected).sum(), len(chosen))


def read_pairs(
    model: RewardModel, preferences: Sequence[Preference], tokenizer: ChatTokenizer
) -> tuple[Float[Tensor, "pair feature"], Float[Tensor, "pair feature"]]:
    """What the reader makes of the chosen replies and of the rejected ones.

    Args:
        model: The reward model.
        preferences: The labels.
        tokenizer: The model's.

    Returns:
        Features of the chosen, and of the rejected.

    Raises:
        CourseError: A conversation is longer than the context.
    """
    prompts = [preference.prompt for preference in preferences]
    chosen = model.read(*encode_replies(prompts, [each.chosen for each in preferences], tokenizer))
    return chosen, model.read(*encode_replies(prompts, [each.rejected for each in preferences], tokenizer))


def preference_probabilities(
    model: RewardModel, preferences: Sequence[Preference], tokenizer: ChatTokenizer
) -> Float[Tensor, "example"]:
    """How probable a reward model found each choice that was made: σ(score of the chosen − score of the rejected)."""
    chosen, rejected = read_pairs(model, preferences, tokenizer)
    with torch.no_grad():
        return (model(chosen) - model(rejected)).sigmoid().cpu()


def pair_accuracy(probabilities: Float[Tensor, "example"]) -> float:
    """The share of choices that a reward model would have made too, ties counted half.

    Example:
        >>> pair_accuracy(torch.tensor([0.9, 0.8, 0.5, 0.2]))
        0.625
    """
    return ((probabilities > 0.5).float() + 0.5 * (probabilities == 0.5).float()).mean().item()


def save_reward_model(path: Path | str, model: RewardModel, metadata: dict[str, Any]) -> None:
    """Write a reward model as one safetensors file, as `save_model` writes others; its head keeps every digit."""
    save_model(path, model, metadata, exact=("head", "feature", "mean", "spread"))


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
