"""Output held to a format: before each choice, only the tokens may come after which the text can still be in form.

A format is a regular expression. `one_of`, `whole_number` and `record` write the usual ones.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable

import regex
import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.common.errors import CourseError
from course_lib.inference.generate import _Batch, check_prompt
from course_lib.inference.sampling import NEVER, Sampler

SHORT_TEXT = r'"[^"\\\n]{1,40}"'
"""A text of JSON in quotation marks, one to forty characters, none of them escaped."""


@runtime_checkable
class Vocabulary(Protocol):
    """What a format needs of a tokenizer; `BPETokenizer` has it."""

    vocab_size: int
    special_tokens: dict[str, int]

    def decode(self, ids: list[int]) -> str:
        """Token ids to text."""


def one_of(answers: Sequence[str]) -> str:
    """The format "one of these answers".

    Args:
        answers: At least one text, spaces included.

    Returns:
        A regular expression.

    Raises:
        ValueError: There is no answer, or one is empty.

    Example:
        >>> one_of([" yes", " no."])
        '(?: yes| no\\\\.)'
    """
    if not answers or not all(answers):
        raise ValueError(f"answers={list(answers)}: give at least one, and none that is empty")
    return f"(?:{'|'.join(regex.escape(answer, literal_spaces=True) for answer in answers)})"


def whole_number(n_digits: int = 9) -> str:
    """The format of a whole number: a minus perhaps, no zeros in front.

    Args:
        n_digits: Most digits.

    Returns:
        A regular expression.

    Raises:
        ValueError: `n_digits` is below 1.

    Example:
        >>> [bool(regex.fullmatch(whole_number(2), text)) for text in ("0", "-42", "007", "123")]
        [True, True, False, False]
    """
    if n_digits < 1:
        raise ValueError(f"n_digits={n_digits}: a number has at least 1 digit")
    return rf"-?(?:0|[1-9][0-9]{{0,{n_digits - 1}}})"


def record(fields: Mapping[str, str]) -> str:
    """The format of a small JSON record: these fields, in this order.

    Args:
        fields: Name → regular expression of its value, as in `{"age": whole_number(3), "town": SHORT_TEXT}`.

    Returns:
        A regular expression.

    Raises:
        ValueError: There is no field.

    Example:
        >>> bool(regex.fullmatch(record({"age": whole_number(3), "town": SHORT_TEXT}), '{"age": 31, "town": "Rome"}'))
        True
    """
    if not fields:
        raise ValueError("a record needs at least one field")
    told = (f"{regex.escape(json.dumps(name), literal_spaces=True)}: {value}" for name, value in fields.items())
    return r"\{" + ", ".join(told) + r"\}"


class Format:
    """A regular expression over the tokens of one vocabulary.

    Args:
        pattern: What the whole text must match.
        tokenizer: The model's.
        stop_token_id: The token that ends a text; allowed once the text is in form.

    Raises:
        ValueError: The pattern is no regular expression.

    Example:
        >>> from types import SimpleNamespace
        >>> pieces = ["<end>", "A", "sh", "by", "ton", "B"]
        >>> towns = SimpleNamespace(
        ...     vocab_size=6, special_tokens={"<end>": 0}, decode=lambda ids: "".join(pieces[i] for i in ids)
        ... )
        >>> form = Format(one_of(["Ashby", "Ashton"]), towns, stop_token_id=0)
        >>> form.allowed(""), form.allowed("Ash"), form.allowed("Ashby")
        ([1], [3, 4], [0])

    Source: Willard & Louf 2023, section 3, arXiv 2307.09702.
    """

    def __init__(self, pattern: str, tokenizer: Vocabulary, stop_token_id: int) -> None:
        try:
            self.pattern = regex.compile(pattern)
        except regex.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        self.stop_token_id = stop_token_id
        self._by_first: dict[str, list[tuple[str, int]]] = {}
        never = set(tokenizer.special_tokens.values())
        for token_id in range(tokenizer.vocab_size):
            piece = "" if token_id in never else tokenizer.decode([token_id])
            if piece and "\ufffd" not in piece:  # part of a character is no text yet
                self._by_first.setdefault(piece[0], []).append((piece, token_id))
        self.allowed = lru_cache(maxsize=4096)(self._allowed)

    def fits(self, text: str) -> bool:
        """Whether a text is in form as it stands."""
        return self.pattern.fullmatch(text) is not None

    def _allowed(self, written: str) -> list[int]:
        """Ids of the tokens that may come after a text: it can still be in form then, or it is and ends."""
        may_begin = self.pattern.fullmatch
        found = [
            token_id
            for first, pieces in self._by_first.items()
            if may_begin(written + first, partial=True)
            for piece, token_id in pieces
            if may_begin(written + piece, partial=True)
        ]
        return sorted(found) + ([self.stop_token_id] if self.fits(written) else [])


def hold(logits: Float[Tensor, "vocab"], allowed: Sequence[int]) -> Float[Tensor, "vocab"]:
    """Forbid every token that is not allowed.

    Args:
        logits: Scores of the next token.
        allowed: Ids that may come, at least one.

    Returns:
        The scores, -inf at the others.

    Raises:
        ValueError: Nothing is allowed.

    Example:
        >>> hold(torch.tensor([1.0, 2.0, 3.0]), [0, 2]).tolist()
        [1.0, -inf, 3.0]
    """
    if not allowed:
        raise ValueError("no token is allowed: the format cannot be reached with this vocabulary")
    held = torch.full_like(logits, NEVER)
    chosen = torch.tensor(list(allowed), device=logits.device)
    held[chosen] = logits[chosen]
    return held


@torch.inference_mode()
def generate_held(
    model: nn.Module,
    prompts: Sequence[Sequence[int]],
    *,
    form: Format,
    tokenizer: Vocabulary,
    max_new_tokens: int,
    sampler: Sampler = Sampler(temperature=0),  # noqa: B008  (frozen)
    generator: torch.Generator | None = None,
) -> list[str]:
    """Continue prompts in a format.

    Args:
        model: A `GPT` in evaluation mode.
        prompts: Token ids of each, none empty.
        form: What the continuations must match.
        tokenizer: The model's.
        max_new_tokens: Most tokens to write; one that needs more would not be in form.
        sampler: How a token is chosen among those allowed.
        generator: Source of randomness; torch's global one if None.

    Returns:
        The continuations, each in form.

    Raises:
        CourseError: A prompt cannot be read, or a text was not complete after `max_new_tokens`.
    """
    for prompt in prompts:
        check_prompt(model.config, prompt)
    if not prompts:
        return []
    batch, written = _Batch(model, prompts, max_new_tokens, {form.stop_token_id}, use_cache=True), [""] * len(prompts)
    while batch.is_running:
        logits = batch.next_logits().float()
        for row, runs in enumerate(batch.running):
            if runs:
                logits[row] = hold(logits[row], form.allowed(written[row]))
        batch.append(sampler.choose(logits, generator))
        written = [
            tokenizer.decode([token_id for token_id in new if token_id != form.stop_token_id]) for new in batch.new_ids
        ]
    cut = next((text for text in written if not form.fits(text)), None)
    if cut is not None:
        raise CourseError(f"{cut!r} was not complete after {max_new_tokens} tokens: allow more")
    return written
