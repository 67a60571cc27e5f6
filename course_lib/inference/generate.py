"""Generation: read the prompts once, then choose, append and read one token at a time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.common.errors import CourseError
from course_lib.inference.cache import KVCache
from course_lib.inference.sampling import Sampler
from course_lib.transformer.config import GPTConfig


def check_prompt(config: GPTConfig, prompt: Sequence[int]) -> None:
    """Refuse a prompt that the model cannot read, in one line.

    Args:
        config: The model's limits.
        prompt: Token ids.

    Raises:
        CourseError: The prompt is empty, longer than the context, or has an id out of range.

    Example:
        >>> check_prompt(GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=2), [1, 8])
    """
    if not prompt:
        raise CourseError("the prompt is empty: the model continues a text, so give it at least one token")
    if len(prompt) > config.context_length:
        raise CourseError(
            f"the prompt has {len(prompt)} tokens, the model reads at most {config.context_length}: shorten it"
        )
    wrong = next((token_id for token_id in prompt if not 0 <= token_id < config.vocab_size), None)
    if wrong is not None:
        raise CourseError(
            f"token id {wrong} is not in the vocabulary, 0 to {config.vocab_size - 1}: "
            "was the prompt encoded by another tokenizer?"
        )


def generate(
    model: nn.Module,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    sampler: Sampler = Sampler(),  # noqa: B008  (frozen)
    stop_token_ids: Sequence[int] = (),
    generator: torch.Generator | None = None,
    use_cache: bool = True,
    batch_size: int = 128,
) -> list[list[int]]:
    """Continue many prompts at once.

    Prompts of like length are read together, padded on the left; each keeps its own positions and stops by itself,
    so that what a prompt gets does not depend on its neighbours (under greedy choice; sampling shares one stream of
    random numbers).

    Args:
        model: A `GPT`.
        prompts: Token ids of each prompt, none empty.
        max_new_tokens: Most tokens to add to each; fewer where the context is full.
        sampler: How the next token is chosen.
        stop_token_ids: Tokens that end a continuation.
        generator: Source of randomness; torch's global one if None.
        use_cache: Whether keys and values are kept; without, every step reads everything again.
        batch_size: Most sequences side by side.

    Returns:
        The new tokens of each prompt, in the order of the prompts. One that ended by itself ends with its stop token.

    Raises:
        CourseError: A prompt is empty, too long, or has an id out of range.

    Example:
        >>> from course_lib.transformer import GPT
        >>> model = GPT(GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=2))
        >>> [len(new) for new in generate(model, [[1], [2, 3, 4]], max_new_tokens=2)]
        [2, 2]
    """
    for prompt in prompts:
        check_prompt(model.config, prompt)
    stops, finished = set(stop_token_ids), [[] for _ in prompts]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    for start in range(0, len(prompts), batch_size):
        chosen = order[start : start + batch_size]
        batch = _Batch(model, [prompts[index] for index in chosen], max_new_tokens, stops, use_cache)
        with _evaluating(model), torch.inference_mode():
            while batch.is_running:
                batch.append(sampler.choose(batch.next_logits(), generator))
        for index, new in zip(chosen, batch.new_ids, strict=True):
            finished[index] = new
    return finished


def stream(
    model: nn.Module,
    prompt: Sequence[int],
    *,
    max_new_tokens: int,
    sampler: Sampler = Sampler(),  # noqa: B008  (frozen)
    stop_token_ids: Sequence[int] = (),
    generator: torch.Generator | None = None,
    use_cache: bool = True,
) -> Iterator[int]:
    """Continue one prompt, and hand over each token as soon as it is chosen.

    Args:
        model: A `GPT`.
        prompt: Token ids, at least one.
        max_new_tokens: Most tokens to add; fewer where the context is full.
        sampler: How the next token is chosen.
        stop_token_ids: Tokens that end the continuation; the one that did comes last.
        generator: Source of randomness; torch's global one if None.
        use_cache: Whether keys and values are kept.

    Returns:
        An iterator over the new token ids, the same that `generate` gives.

    Raises:
        CourseError: The prompt is empty, too long, or has an id out of range (before the first token).
    """
    check_prompt(model.config, prompt)
    batch = _Batch(model, [prompt], max_new_tokens, set(stop_token_ids), use_cache)
    return _stream(model, batch, sampler, generator)


def _stream(model: nn.Module, batch: "_Batch", sampler: Sampler, generator: torch.Generator | None) -> Iterator[int]:
    while batch.is_running:
        with _evaluating(model), torch.inference_mode():
            batch.append(sampler.choose(batch.next_logits(), generator))
        yield batch.new_ids[0][-1]


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Switch dropout off, and back on if it was."""
    was_training = model.training
    if was_training:
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()


class _Batch:
    """Sequences that grow side by side, padded on the left so that their last tokens stand in one column."""

    def __init__(
        self,
        model: nn.Module,
        prompts: Sequence[Sequence[int]],
        max_new_tokens: int,
        stop_token_ids: set[int],
        use_cache: bool,
    ) -> None:
        weight = next(model.parameters())
        longest = max(len(prompt) for prompt in prompts)
        room = model.config.context_length + 1
        self.model, self.stop_token_ids = model, stop_token_ids
        self.limits = [min(max_new_tokens, room - len(prompt)) for prompt in prompts]
        self.new_ids: list[list[int]] = [[] for _ in prompts]
        self.running = [limit > 0 for limit in self.limits]
        n_slots = longest + max(self.limits)
        self.length = longest
        self.token_ids = torch.zeros(len(prompts), n_slots, dtype=torch.long, device=weight.device)
        self.is_token = torch.ones(len(prompts), n_slots, dtype=torch.bool, device=weight.device)
        for row, prompt in enumerate(prompts):
            self.token_ids[row, longest - len(prompt) : longest] = torch.tensor(prompt)
            self.is_token[row, : longest - len(prompt)] = False
        self.needs_mask = any(len(prompt) < longest for prompt in prompts)
        self.cache = KVCache(model.config, len(prompts), n_slots, weight.dtype, weight.device) if use_cache else None

    @property
    def is_running(self) -> bool:
        """Whether any sequence still grows."""
        return any(self.running)

    def next_logits(self) -> Tensor:
        """Read what has not been read, and score every possible next token of each sequence."""
        n_read = self.cache.length if self.cache else 0
        mask = self.is_token[:, : self.length] if self.needs_mask else None
        unread = self.token_ids[:, n_read : self.length]
        logits = self.model(unread, cache=self.cache, attention_mask=mask, last_only=True)
        if self.cache:
            self.cache.advance(self.length - n_read)
        return logits[:, -1]

    def append(self, chosen: Tensor) -> None:
        """Add one token to each sequence that still grows; to one that has ended only padding is added from here on."""
        self.token_ids[:, self.length] = chosen
        for row, token_id in enumerate(chosen.tolist()):
            if self.running[row]:
                self.new_ids[row].append(token_id)
                if len(self.new_ids[row]) >= self.limits[row] or token_id in self.stop_token_ids:
                    self.running[row] = False
                    self.is_token[row, self.length :] = False
                    self.needs_mask = True
        self.length += 1
