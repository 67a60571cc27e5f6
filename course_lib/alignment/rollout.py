"""Roll-outs: replies that a policy writes to prompts, and how probable it and others find each of their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.inference import KVCache, Sampler
from course_lib.inference.generate import check_prompt
from course_lib.training.loss import token_losses
from course_lib.transformer import GPT


@dataclass(frozen=True, slots=True)
class Rollout:
    """Prompts and replies side by side: prompts padded on the left, replies on the right, so that all replies begin in
    one column."""

    token_ids: Int[Tensor, "batch token"]
    """Prompts, then replies; 0 at padding."""
    is_token: Bool[Tensor, "batch token"]
    """False at padding."""
    n_prompt_tokens: int
    """The column where replies begin."""
    has_ended: Bool[Tensor, "batch"]
    """Whether the policy ended its reply by itself."""

    @property
    def positions(self) -> Int[Tensor, "batch token"]:
        """Each token's place, counted from its own prompt's first."""
        return (self.is_token.cumsum(dim=-1) - 1).clamp(min=0)

    @property
    def reply_ids(self) -> Int[Tensor, "batch reply"]:
        """The replies alone."""
        return self.token_ids[:, self.n_prompt_tokens :]

    @property
    def is_reply(self) -> Bool[Tensor, "batch reply"]:
        """Where the replies have tokens."""
        return self.is_token[:, self.n_prompt_tokens :]

    def inputs(self) -> tuple[Tensor, None, Tensor, Tensor]:
        """What a `GPT` is called with: token ids, no cache, positions, mask."""
        return self.token_ids, None, self.positions, self.is_token

    def replies(self) -> list[list[int]]:
        """What each reply says, as token ids: without padding, and without the token that ends it."""
        n_said = (self.is_reply.sum(dim=1) - self.has_ended.long()).tolist()
        return [row[:n] for row, n in zip(self.reply_ids.tolist(), n_said, strict=True)]

    def unpack(self, per_token: Float[Tensor, "scored"]) -> Float[Tensor, "batch reply"]:
        """Numbers of the replies' tokens, reply after reply, in their places; 0 elsewhere."""
        zeros = torch.zeros(self.is_reply.shape, device=per_token.device)
        return zeros.masked_scatter(self.is_reply, per_token.float())

    def rows(self, chosen: Int[Tensor, "chosen"]) -> "Rollout":
        """Some of the roll-outs; the columns stay, so that numbers of each token can be chosen alike."""
        return Rollout(self.token_ids[chosen], self.is_token[chosen], self.n_prompt_tokens, self.has_ended[chosen])

    def trimmed(self) -> "Rollout":
        """The same without the columns, left and right, that are padding in every row."""
        used = self.is_token.any(dim=0).nonzero()
        first, last = int(used[0]), int(used[-1]) + 1
        ids, mask = self.token_ids[:, first:last], self.is_token[:, first:last]
        return Rollout(ids, mask, self.n_prompt_tokens - first, self.has_ended)


@torch.no_grad()
def rollout(
    policy: GPT,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop_token_id: int,
    sampler: Sampler = Sampler(),  # noqa: B008  (frozen)
    generator: torch.Generator | None = None,
) -> Rollout:
    """Let a policy reply to prompts.

    Args:
        policy: Writes the replies, without dropout.
        prompts: Token ids of each, none empty.
        max_new_tokens: Most tokens of a reply.
        stop_token_id: The token that ends a reply; it is part of it.
        sampler: How tokens are chosen. Only at temperature 1, without filters, do the policy's probabilities say how
            often it writes what it writes, which is what PPO's formulas take for granted.
        generator: Source of randomness.

    Returns:
        Prompts and replies.

    Raises:
        CourseError: A prompt is empty, too long, or has an id out of range.

    Example:
        >>> from course_lib.transformer import GPTConfig
        >>> policy = GPT(GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=2))
        >>> written = rollout(policy, [[1], [2, 3, 4]], max_new_tokens=2, stop_token_id=-1)
        >>> written.token_ids[0, :3].tolist(), written.n_prompt_tokens, written.reply_ids.shape
        ([0, 0, 1], 3, torch.Size([2, 2]))
    """
    for prompt in prompts:
        check_prompt(policy.config, prompt)
    device = policy.token_embedding.weight.device
    longest = max(map(len, prompts))
    padded = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts], device=device)
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=device)
    is_prompt = torch.arange(longest, device=device) >= longest - lengths[:, None]
    n_new = min(max_new_tokens, policy.config.context_length - longest)
    if n_new < 1:
        raise CourseError(
            f"a prompt has {longest} tokens, the model reads at most {policy.config.context_length}, and "
            f"max_new_tokens is {max_new_tokens}: no room is left for a reply"
        )
    was_training = policy.training
    policy.eval()
    replies = _write(policy, padded, is_prompt, n_new, stop_token_id, sampler, generator)
    policy.train(was_training)
    is_stop = replies == stop_token_id
    is_reply = is_stop.cumsum(dim=-1) - is_stop.long() == 0  # up to the first stop, which is included
    replies = torch.where(is_reply, replies, 0)
    return Rollout(
        torch.cat((padded, replies), dim=1), torch.cat((is_prompt, is_reply), dim=1), longest, is_stop.any(dim=1)
    )


def _write(
    policy: GPT,
    prompts: Tensor,
    is_prompt: Tensor,
    n_new: int,
    stop_token_id: int,
    sampler: Sampler,
    generator: torch.Generator | None,
) -> Int[Tensor, "batch reply"]:
    """Sample replies with a cache; what stands after a stop token means nothing. Rows that ended leave in groups."""
    n_rows, n_read = prompts.shape
    weight = policy.token_embedding.weight
    cache = KVCache(policy.config, n_rows, n_read + n_new, weight.dtype, weight.device)
    rows, unread, is_token = torch.arange(n_rows, device=weight.device), prompts, is_prompt
    written = torch.zeros(n_rows, n_new, dtype=torch.long, device=weight.device)
    for step in range(n_new):
        logits = policy(unread, cache=cache, attention_mask=is_token, last_only=True)[:, -1]
        cache.advance(unread.shape[1])
        chosen = sampler.choose(logits, generator)
        written[rows, step] = chosen
        runs = ~(written[rows] == stop_token_id).any(dim=1)
        n_running = int(runs.sum())
        if n_running == 0:
            return written[:, : step + 1]
        if n_running <= 0.8 * len(rows):
            rows, chosen, is_token = rows[runs], chosen[runs], is_token[runs]
            cache.keys, cache.values = cache.keys[:, runs], cache.values[:, runs]
        unread = chosen[:, None]
        is_token = torch.cat((is_token, torch.ones_like(unread, dtype=torch.bool)), dim=1)
    return written


def states_before_reply(model: GPT, rolled: Rollout, n_side_by_side: int = 64) -> Float[Tensor, "scored d_model"]:
    """What a model has in mind just before each token of the replies, from one pass over prompts and replies.

    Replies of like length are read side by side, so that little of what is read is padding.

    Args:
        model: Reads.
        rolled: Prompts and replies.
        n_side_by_side: How many.

    Returns:
        Hidden states, a row for each token of the replies, reply after reply.
    """
    places = torch.zeros_like(rolled.is_reply, dtype=torch.long)
    places[rolled.is_reply] = torch.arange(int(rolled.is_reply.sum()), device=places.device)
    states, came_from = [], []
    for rows in rolled.is_token.sum(dim=1).argsort().split(n_side_by_side):
        part = rolled.rows(rows).trimmed()
        hidden = model.hidden_states(*part.inputs())[:, part.n_prompt_tokens - 1 : -1]
        states.append(hidden[part.is_reply])
        came_from.append(places[rows][:, : part.is_reply.shape[1]][part.is_reply])
    return torch.cat(states)[torch.cat(came_from).argsort()]


def reply_logits(model: GPT, rolled: Rollout) -> Float[Tensor, "scored vocab"]:
    """Score every possible token at each place of the replies.

    Args:
        model: Need not be the one that wrote the replies.
        rolled: Prompts and replies.

    Returns:
        Logits in float32, a row for each token of the replies, reply after reply.
    """
    return model.head(states_before_reply(model, rolled)).float()


def token_log_probs(
    model: GPT, rolled: Rollout, logits: Float[Tensor, "scored vocab"] | None = None
) -> Float[Tensor, "batch reply"]:
    """How probable a model finds each token of the replies.

    Args:
        model: Need not be the one that wrote the replies.
        rolled: Prompts and replies.
        logits: What `reply_logits` gave, if it was called already.

    Returns:
        log p(token | all before it), in nats; 0 where there is no token.
    """
    logits = reply_logits(model, rolled) if logits is None else logits
    log_probs = -token_losses(logits[None], rolled.reply_ids[rolled.is_reply][None])[0]
    return rolled.unpack(log_probs)
