"""Supervised fine-tuning: batches of conversations to imitate, for the same loop that pre-training runs in."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from course_lib.alignment.chat import COURSE_FORMAT, ChatFormat, ChatTokenizer, Turn, check_length, encode_example
from course_lib.common.errors import CourseError
from course_lib.text import Batch
from course_lib.training.loss import IGNORE

POOL = 16
"""Batches whose conversations are sorted by length among themselves, so that little of a batch is padding."""


class ChatBatches:
    """Endless batches of conversations, each once an epoch, in an order that the seed alone decides.

    Only what the assistant says is a target. Conversations stand side by side, each from position 0, padded on the
    right, where no token can see the padding.

    Args:
        conversations: What to imitate.
        tokenizer: The model's.
        batch_size: Conversations in a batch.
        context_length: Most tokens that the model reads.
        seed: Decides the order.
        chat_format: The template.

    Raises:
        CourseError: There is nothing to learn, or a conversation is longer than the context.

    Source: Ouyang et al. 2022, section 3.5, arXiv 2203.02155.
    """

    def __init__(
        self,
        conversations: Sequence[Sequence[Turn]],
        tokenizer: ChatTokenizer,
        *,
        batch_size: int,
        context_length: int,
        seed: int = 0,
        chat_format: ChatFormat = COURSE_FORMAT,
    ) -> None:
        if batch_size < 1:
            raise CourseError(f"batch_size is {batch_size}: it must be 1 or more")
        self.examples = [encode_example(turns, tokenizer, chat_format=chat_format) for turns in conversations]
        if not any(any(is_scored) for _, is_scored in self.examples):
            raise CourseError(f"none of {len(self.examples)} conversations has an assistant's turn to learn from")
        for ids, _ in self.examples:
            check_length(len(ids) - 1, context_length)  # the last token is a target alone
        self.batch_size, self.seed = batch_size, seed
        self.batches_per_epoch = max(1, len(self.examples) // batch_size)
        self.step = 0
        """Batches given so far."""
        self._lengths = np.array([len(ids) for ids, _ in self.examples])
        self._epoch, self._order = -1, []

    def batch_at(self, step: int) -> Batch:
        """Batch number `step`, whatever was read before.

        Args:
            step: 0 for the first.
        """
        epoch, place = divmod(step, self.batches_per_epoch)
        if epoch != self._epoch:
            random = np.random.default_rng([self.seed, epoch])
            self._epoch, self._order = epoch, shuffled_batches(self._lengths, self.batch_size, random)
        return stack([self.examples[index] for index in self._order[place]])

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        batch = self.batch_at(self.step)
        self.step += 1
        return batch

    def state_dict(self) -> dict[str, int]:
        """What a checkpoint keeps, to go on with the same next batch."""
        return {
            "step": self.step,
            "seed": self.seed,
            "batch_size": self.batch_size,
            "n_examples": len(self.examples),
            "n_tokens": int(self._lengths.sum()),
        }

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on where `state_dict` was taken.

        Raises:
            CourseError: The state comes from other conversations, another size or another seed.
        """
        mine = self.state_dict()
        for name in mine.keys() - {"step"}:
            if state[name] != mine[name]:
                raise CourseError(f"cannot resume the data: {name} was {state[name]}, now it is {mine[name]}")
        self.step = state["step"]


def stack(examples: Sequence[tuple[Sequence[int], Sequence[bool]]]) -> Batch:
    """Put conversations of different lengths side by side.

    Args:
        examples: Token ids, and which of them are scored.

    Returns:
        Token ids, padded on the right with 0; targets one token later, `IGNORE` where nothing is scored.

    Example:
        >>> batch = stack([([7, 8, 9], [False, True, True]), ([7, 5], [False, True])])
        >>> batch.token_ids.tolist(), batch.targets.tolist()
        ([[7, 8], [7, 0]], [[8, 9], [5, -100]])
    """
    longest = max(len(ids) for ids, _ in examples)
    token_ids = torch.zeros(len(examples), longest - 1, dtype=torch.long)
    targets = torch.full((len(examples), longest - 1), IGNORE)
    for row, (ids, is_scored) in enumerate(examples):
        token_ids[row, : len(ids) - 1] = torch.tensor(ids[:-1])
        wanted = [token_id if scored else IGNORE for token_id, scored in zip(ids[1:], is_scored[1:], strict=True)]
        targets[row, : len(wanted)] = torch.tensor(wanted)
    return Batch(token_ids, targets)


def shuffled_batches(lengths: np.ndarray, batch_size: int, random: np.random.Generator) -> list[np.ndarray]:
    """One epoch's batches, like lengths together so that little is padding, yet in random order.

    Args:
        lengths: Of each example, in tokens.
        batch_size: Examples in a batch; what does not fill one is left out, except where there is no more than that.
        random: Where the order comes from.

    Returns:
        The indices of each batch's examples.

    Example:
        >>> batches = shuffled_batches(np.array([9, 1, 8, 2]), 2, np.random.default_rng(0))
        >>> sorted(sorted(batch.tolist()) for batch in batches)
        [[0, 2], [1, 3]]
    """
    order = random.permutation(len(lengths))[: max(1, len(lengths) // batch_size) * batch_size]
    batches = []
    for start in range(0, len(order), POOL * batch_size):
        pool = order[start : start + POOL * batch_size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[first : first + batch_size] for first in range(0, len(pool), batch_size)]
    return [batches[index] for index in random.permutation(len(batches))]
