"""Conversations: turns as token ids, which of them a model learns from, and how it replies."""

import codecs
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.inference import Sampler, generate, stream

GREEDY = Sampler(temperature=0)


@runtime_checkable
class ChatTokenizer(Protocol):
    """What a conversation needs of a tokenizer; `BPETokenizer` has it."""

    special_tokens: dict[str, int]

    def encode(self, text: str, allow_special: bool = False) -> list[int]:
        """Text to token ids; special tokens in it are plain text unless they are allowed."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Token ids to text."""
        ...

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatFormat:
    """The template around the turns, written in special tokens that nobody can type.

    Example:
        >>> render([Turn("user", "Hello")], CHATML, for_reply=True)
        '<|im_start|>user\\nHello<|im_end|>\\n<|im_start|>assistant\\n'
    """

    start: str = "<|endoftext|>"
    """What a conversation begins with."""
    opening: str = "<|{role}|>"
    """What a turn begins with."""
    end: str = "<|end|>"
    """The one special token that ends a turn; a model that says it has finished its reply."""
    after: str = ""
    """What stands between a turn's end and the next turn."""


COURSE_FORMAT = ChatFormat()
"""The format of the course's own models: one token for each role."""

CHATML = ChatFormat(start="", opening="<|im_start|>{role}\n", end="<|im_end|>", after="\n")
"""The format of SmolLM2, Qwen and many others (ChatML)."""


def exchange(prompt: str, reply: str) -> list[Turn]:
    """A conversation of one question and one answer.

    Example:
        >>> exchange("Who?", "Ada.")
        [Turn(role='user', text='Who?'), Turn(role='assistant', text='Ada.')]
    """
    return [Turn("user", prompt), Turn("assistant", reply)]


def render(turns: Sequence[Turn], chat_format: ChatFormat = COURSE_FORMAT, *, for_reply: bool = False) -> str:
    """A conversation as one text, to look at.

    Never encode this text: what a user typed could end the user's turn. `encode_chat` encodes piece by piece.

    Args:
        turns: The conversation.
        chat_format: The template.
        for_reply: Whether to begin the assistant's next turn.

    Returns:
        The text, special tokens spelled out.

    Example:
        >>> render(exchange("Who?", "Ada."))
        '<|endoftext|><|user|>Who?<|end|><|assistant|>Ada.<|end|>'
    """
    told = [chat_format.opening.format(role=turn.role) + turn.text + chat_format.end for turn in turns]
    if for_reply:
        told.append(chat_format.opening.format(role="assistant"))
    return chat_format.start + chat_format.after.join(told)


def encode_chat(
    turns: Sequence[Turn],
    tokenizer: ChatTokenizer,
    *,
    for_reply: bool = False,
    chat_format: ChatFormat = COURSE_FORMAT,
) -> list[int]:
    """A conversation as token ids; only the template makes special tokens, whatever a turn's text says.

    Args:
        turns: The conversation.
        tokenizer: The model's.
        for_reply: Whether to begin the assistant's next turn, so that the model goes on with it.
        chat_format: The template.

    Returns:
        Token ids.

    Raises:
        CourseError: The tokenizer lacks a special token of the template.
    """
    return _encode(turns, tokenizer, chat_format, for_reply)[0]


def encode_example(
    turns: Sequence[Turn], tokenizer: ChatTokenizer, *, chat_format: ChatFormat = COURSE_FORMAT
) -> tuple[list[int], list[bool]]:
    """A conversation to learn from: its token ids, and which of them the model should learn to write.

    Args:
        turns: The conversation.
        tokenizer: The model's.
        chat_format: The template.

    Returns:
        Token ids; and for each whether it is scored: the assistant's words and the end of its turn, nothing else.

    Raises:
        CourseError: The tokenizer lacks a special token of the template.
    """
    return _encode(turns, tokenizer, chat_format, False)


def _encode(
    turns: Sequence[Turn], tokenizer: ChatTokenizer, chat_format: ChatFormat, for_reply: bool
) -> tuple[list[int], list[bool]]:
    end = [end_token(tokenizer, chat_format)]
    after = tokenizer.encode(chat_format.after, allow_special=True)
    ids = tokenizer.encode(chat_format.start, allow_special=True)
    is_scored = [False] * len(ids)
    for index, turn in enumerate(turns):
        opening = after * (index > 0) + _opening(tokenizer, chat_format, turn.role)
        said = tokenizer.encode(turn.text) + end
        ids += opening + said
        is_scored += [False] * len(opening) + [turn.role == "assistant"] * len(said)
    if for_reply:
        opening = after * bool(turns) + _opening(tokenizer, chat_format, "assistant")
        ids += opening
        is_scored += [False] * len(opening)
    return ids, is_scored


def _opening(tokenizer: ChatTokenizer, chat_format: ChatFormat, role: str) -> list[int]:
    text = chat_format.opening.format(role=role)
    ids = tokenizer.encode(text, allow_special=True)
    if not ids or ids[0] not in tokenizer.special_tokens.values():
        raise CourseError(f"the tokenizer has no special token for {text!r}: is it that of a model that chats?")
    return ids


def end_token(tokenizer: ChatTokenizer, chat_format: ChatFormat = COURSE_FORMAT) -> int:
    """The id of the token that ends a turn.

    Raises:
        CourseError: The tokenizer has none.
    """
    if chat_format.end not in tokenizer.special_tokens:
        raise CourseError(f"the tokenizer has no special token {chat_format.end!r}: is it that of a model that chats?")
    return tokenizer.special_tokens[chat_format.end]


def check_length(n_tokens: int, context_length: int, room: int = 0) -> None:
    """Refuse a conversation that a model cannot read, in one line.

    Args:
        n_tokens: Its length, in tokens.
        context_length: Most tokens that the model reads.
        room: Tokens that must be left for the reply.

    Raises:
        CourseError: It is too long.

    Example:
        >>> check_length(100, context_length=128)
    """
    if n_tokens + room > context_length:
        need = f" and {room} for the reply" if room else ""
        raise CourseError(
            f"the conversation has {n_tokens} tokens{need}, the model reads at most {context_length}: "
            "shorten the last turn, or begin a new conversation"
        )


def reply(
    model: nn.Module,
    tokenizer: ChatTokenizer,
    turns: Sequence[Turn],
    sampler: Sampler = GREEDY,
    *,
    max_new_tokens: int = 64,
    chat_format: ChatFormat = COURSE_FORMAT,
    generator: torch.Generator | None = None,
) -> str:
    """Let a model answer a conversation.

    Args:
        model: A `GPT` that was taught the format.
        tokenizer: Its tokenizer.
        turns: The conversation so far, the user's turn last.
        sampler: How words are chosen; by default always the likeliest.
        max_new_tokens: Most tokens to write; fewer where the context is full.
        chat_format: The template that the model knows.
        generator: Source of randomness.

    Returns:
        What the assistant says, without the token that ends its turn.

    Raises:
        CourseError: The conversation fills the model's context.
    """
    stops = (end_token(tokenizer, chat_format),)
    prompt = _prompt(model, tokenizer, turns, chat_format)
    limits = {"max_new_tokens": max_new_tokens, "stop_token_ids": stops, "generator": generator}
    (new,) = generate(model, [prompt], sampler=sampler, **limits)
    return _text(tokenizer, new, stops)


def replies(
    model: nn.Module,
    tokenizer: ChatTokenizer,
    conversations: Sequence[Sequence[Turn]],
    sampler: Sampler = GREEDY,
    *,
    max_new_tokens: int = 64,
    chat_format: ChatFormat = COURSE_FORMAT,
    generator: torch.Generator | None = None,
) -> tuple[list[str], list[bool]]:
    """Let a model answer many conversations side by side; arguments as for `reply`.

    Returns:
        What the assistant says in each, and whether it ended its turn by itself.

    Raises:
        CourseError: A conversation fills the model's context.
    """
    stops = (end_token(tokenizer, chat_format),)
    prompts = [_prompt(model, tokenizer, turns, chat_format) for turns in conversations]
    limits = {"max_new_tokens": max_new_tokens, "stop_token_ids": stops, "generator": generator}
    written = generate(model, prompts, sampler=sampler, **limits)
    return [_text(tokenizer, new, stops) for new in written], [new[-1:] == [stops[0]] for new in written]


def stream_reply(
    model: nn.Module,
    tokenizer: ChatTokenizer,
    turns: Sequence[Turn],
    sampler: Sampler = GREEDY,
    *,
    max_new_tokens: int = 64,
    chat_format: ChatFormat = COURSE_FORMAT,
    generator: torch.Generator | None = None,
) -> Iterator[str]:
    """Let a model answer, and hand over its words as they come; arguments and errors as for `reply`.

    Returns:
        An iterator over pieces of text, which joined are the reply.
    """
    end = end_token(tokenizer, chat_format)
    limits = {"max_new_tokens": max_new_tokens, "stop_token_ids": (end,), "generator": generator}
    tokens = stream(model, _prompt(model, tokenizer, turns, chat_format), sampler=sampler, **limits)
    return text_pieces(tokenizer, tokens, (end,))


def text_pieces(tokenizer: ChatTokenizer, tokens: Iterator[int], stops: Collection[int]) -> Iterator[str]:
    """Tokens as text, as soon as characters are whole: a token may hold half of one.

    Args:
        tokenizer: The model's.
        tokens: Token ids, one after the other.
        stops: Tokens that are no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for token_id in tokens:
        if text := decoder.decode(b"" if token_id in stops else tokenizer.token_bytes(token_id)):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def _prompt(model: nn.Module, tokenizer: ChatTokenizer, turns: Sequence[Turn], chat_format: ChatFormat) -> list[int]:
    prompt = encode_chat(turns, tokenizer, for_reply=True, chat_format=chat_format)
    check_length(len(prompt), model.config.context_length, room=1)
    return prompt


def _text(tokenizer: ChatTokenizer, ids: Sequence[int], stops: Sequence[int]) -> str:
    return tokenizer.decode([token_id for token_id in ids if token_id not in stops])
