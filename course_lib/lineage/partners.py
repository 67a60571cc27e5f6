"""Whom one can talk to: the models of the lineage that write, and SmolLM2."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from course_lib.alignment import CHATML, COURSE_FORMAT, ChatFormat, Turn, encode_chat
from course_lib.alignment.chat import check_length, text_pieces
from course_lib.common.errors import CourseError
from course_lib.inference import Sampler, stream
from course_lib.lineage.load import load
from course_lib.lineage.stages import STAGES
from course_lib.text import BPETokenizer
from course_lib.transformer import GPT

SILENT = ("tokenizer", "reward")
"""Stages that write nothing."""

SMOLLM2 = "smollm2"
"""The name of the one partner that others trained."""


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A model that one can talk to: called with the turns of a conversation, it gives its reply in pieces.

    Of a conversation that has grown longer than its context, it reads the youngest part that leaves room for a reply.
    """

    name: str
    """Its stage, or `smollm2`."""
    says: str
    """What to expect of it, in a line."""
    model: GPT
    """What writes."""
    tokenizer: BPETokenizer
    """Its tokenizer."""
    chat_format: ChatFormat | None
    """The template that it was taught; None: it knows none, and goes on with what was said last."""
    max_new_tokens: int
    """Most tokens of a reply."""
    reads_all: bool = False
    """Whether it reads all turns; or the last alone, because it was taught no longer conversations."""
    system: str = ""
    """What it is told before every conversation."""
    sampler: Sampler = Sampler(temperature=0)  # noqa: RUF009  (frozen)
    """How words are chosen; by default always the likeliest."""
    generator: torch.Generator = field(default_factory=torch.Generator, repr=False)
    """Source of randomness."""

    def __call__(self, turns: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Reply.

        Args:
            turns: Pairs of role (`user` or `assistant`) and text, the user's last.

        Returns:
            The reply, in pieces as they come; any special token ends it.

        Raises:
            CourseError: What the user said last is longer than the context.
        """
        prompt = self._encode(turns[self.n_forgotten(turns) :])
        stops = list(self.tokenizer.special_tokens.values())
        limits = {"max_new_tokens": self.max_new_tokens, "stop_token_ids": stops, "generator": self.generator}
        return text_pieces(self.tokenizer, stream(self.model, prompt, sampler=self.sampler, **limits), stops)

    def n_forgotten(self, turns: Sequence[tuple[str, str]]) -> int:
        """How many of the oldest turns it does not read.

        Args:
            turns: The conversation, the user's turn last.

        Raises:
            CourseError: What the user said last is longer than the context.
        """
        context_length, last = self.model.config.context_length, len(turns) - 1
        for start in range(0 if self.reads_all else last, last, 2):
            if len(self._encode(turns[start:])) + self.max_new_tokens <= context_length:
                return start
        check_length(len(self._encode(turns[last:])), context_length, room=1)
        return last

    def _encode(self, turns: Sequence[tuple[str, str]]) -> list[int]:
        if self.chat_format is None:
            start = self.tokenizer.encode(COURSE_FORMAT.start, allow_special=True)
            return start + self.tokenizer.encode(turns[-1][1])
        told = [Turn(role, text) for role, text in turns]
        if self.system:
            told.insert(0, Turn("system", self.system))
        return encode_chat(told, self.tokenizer, for_reply=True, chat_format=self.chat_format)


def partner_names() -> list[str]:
    """Whom there is to talk to, whether trained yet or not."""
    return [*(name for name in STAGES if name not in SILENT), SMOLLM2]


def partner(
    name: str = "chat", *, temperature: float | int = 0.0, seed: int = 0, folder: Path | None = None
) -> Partner:
    """Somebody to talk to.

    Args:
        name: A stage of the lineage, or `smollm2`, which is fetched the first time.
        temperature: How random the replies are; 0 takes the likeliest word each time.
        seed: Of the randomness.
        folder: Where the lineage's models lie; that of the models in use if not given (see `models_folder`).

    Returns:
        The partner.

    Raises:
        CourseError: There is nobody of that name, or the model is not here.
    """
    if name not in partner_names():
        hint = f": {STAGES[name].says}" if name in STAGES else ""
        raise CourseError(f"nobody of the name {name!r} can talk{hint}; choose from {', '.join(partner_names())}")
    chance = {"sampler": Sampler(temperature=temperature), "generator": torch.Generator().manual_seed(seed)}
    if name == SMOLLM2:
        return _smollm2(chance)
    model, tokenizer, _ = load(name, folder=folder)
    own = {"name": name, "model": model, "tokenizer": tokenizer} | chance
    if name == "base":
        says = "it knows no turns: what you type is the beginning of a page, and it goes on with it"
        return Partner(**own, says=says, chat_format=None, max_new_tokens=60)
    says = f"{STAGES[name].says}; it was taught single questions, and reads your last alone"
    return Partner(**own, says=says, chat_format=COURSE_FORMAT, max_new_tokens=40)


def _smollm2(chance: dict) -> Partner:
    from course_lib.weights import SMOLLM2_SYSTEM_PROMPT, load_smollm2

    model, tokenizer = load_smollm2()
    return Partner(
        name=SMOLLM2,
        says="SmolLM2-135M-Instruct, which others trained on the web; it has never heard of the small world",
        model=model,
        tokenizer=tokenizer,
        chat_format=CHATML,
        max_new_tokens=256,
        reads_all=True,
        system=SMOLLM2_SYSTEM_PROMPT,
        **chance,
    )
