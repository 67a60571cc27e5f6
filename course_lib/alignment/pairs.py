"""Comparisons as batches: prompts and replies as token ids, the preferred replies beside the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.alignment.chat import ChatTokenizer, Turn, encode_chat, end_token
from course_lib.common.errors import CourseError


@dataclass(frozen=True, slots=True)
class ReplyBatch:
    """Prompts and replies side by side, padded on the right."""

    token_ids: Int[Tensor, "example token"]
    is_reply: Bool[Tensor, "example token"]
    """True at the reply's tokens, the one that ends it included."""


def stack_replies(prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> ReplyBatch:
    """Put replies behind their prompts, and all of them side by side.

    Example:
        >>> batch = stack_replies([[5], [6, 7]], [[1, 2], [3]])
        >>> batch.token_ids.tolist(), batch.is_reply.int().tolist()
        ([[5, 1, 2], [6, 7, 3]], [[0, 1, 1], [0, 0, 1]])
    """
    longest = max(len(prompt) + len(reply) for prompt, reply in zip(prompts, replies, strict=True))
    token_ids = torch.zeros(len(prompts), longest, dtype=torch.long)
    is_reply = torch.zeros(len(prompts), longest, dtype=torch.bool)
    for row, (prompt, reply) in enumerate(zip(prompts, replies, strict=True)):
        end = len(prompt) + len(reply)
        token_ids[row, :end] = torch.tensor([*prompt, *reply])
        is_reply[row, len(prompt) : end] = True
    return ReplyBatch(token_ids, is_reply)


def encode_replies(
    prompts: Sequence[str], replies: Sequence[str], tokenizer: ChatTokenizer
) -> tuple[list[list[int]], list[list[int]]]:
    """Prompts and replies in plain text as token ids: a conversation up to the reply, the reply with its end.

    Args:
        prompts: What the user says.
        replies: What the assistant says.
        tokenizer: The model's.

    Returns:
        Token ids of the prompts, and of the replies.
    """
    end = end_token(tokenizer)
    asked = [encode_chat([Turn("user", prompt)], tokenizer, for_reply=True) for prompt in prompts]
    return asked, [[*tokenizer.encode(reply), end] for reply in replies]


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Replies that were compared, as the reader of a reward model sees them."""

    chosen: Float[Tensor, "pair feature"]
    rejected: Float[Tensor, "pair feature"]
    """In the same order."""


class PairBatches:
    """Endless batches of comparisons, each once an epoch, in an order that the seed alone decides.

    Args:
        chosen: Features of the chosen replies, a row each.
        rejected: Those of the rejected, in the same order.
        batch_size: Comparisons in a batch.
        seed: Decides the order.

    Raises:
        CourseError: There are fewer than two labels.

    Example:
        >>> batches = PairBatches(torch.tensor([[3.0], [4.0]]), torch.tensor([[1.0], [2.0]]), batch_size=2)
        >>> (next(batches).chosen - next(batches).rejected).shape
        torch.Size([2, 1])
    """

    def __init__(
        self,
        chosen: Float[Tensor, "pair feature"],
        rejected: Float[Tensor, "pair feature"],
        *,
        batch_size: int,
        seed: int = 0,
    ) -> None:
        if len(chosen) < 2:
            raise CourseError(f"{len(chosen)} preferences teach nothing that holds beyond them: label some more")
        self.chosen, self.rejected = chosen, rejected
        self.batch_size, self.seed = min(batch_size, len(chosen)), seed
        self.batches_per_epoch = len(chosen) // self.batch_size
        self.step = 0
        """Batches given so far."""

    def batch_at(self, step: int) -> PairBatch:
        """Batch number `step`, whatever was read before.

        Args:
            step: 0 for the first.
        """
        epoch, place = divmod(step, self.batches_per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.chosen))
        rows = torch.from_numpy(order[place * self.batch_size : (place + 1) * self.batch_size])
        return PairBatch(self.chosen[rows], self.rejected[rows])

    def __iter__(self) -> Iterator[PairBatch]:
        return self

    def __next__(self) -> PairBatch:
        batch = self.batch_at(self.step)
        self.step += 1
        return batch

    def state_dict(self) -> dict[str, int]:
        """What a checkpoint keeps, to go on with the same next batch."""
        sizes = {"seed": self.seed, "batch_size": self.batch_size, "n_pairs": len(self.chosen)}
        return {"step": self.step} | sizes

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            CourseError: The state comes from other labels, another size or another seed.
        """
        mine = self.state_dict()
        for name in mine.keys() - {"step"}:
            if state[name] != mine[name]:
                raise CourseError(f"cannot resume the labels: {name} was {state[name]}, now it is {mine[name]}")
        self.step = state["step"]
