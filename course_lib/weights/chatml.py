"""ChatML, the template in which SmolLM2 was taught to chat: who speaks, what, and where a turn ends.

A template is text with special tokens in it. What a person types must never become one of them, so a chat is encoded
piece by piece: special tokens from the template alone.
"""

from collections.abc import Mapping, Sequence

from course_lib.common.errors import CourseError
from course_lib.text import BPETokenizer

SMOLLM2_SYSTEM_PROMPT = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
"""What SmolLM2 is told first where the chat does not begin with a system message of its own."""

START, END = "<|im_start|>", "<|im_end|>"


def _turns(messages: Sequence[Mapping[str, str]], system: str | None) -> list[tuple[str, str]]:
    turns = [(message["role"], message["content"]) for message in messages]
    if turns and turns[0][0] != "system" and system is not None:
        turns.insert(0, ("system", system))
    return turns


def render_chatml(
    messages: Sequence[Mapping[str, str]], *, for_reply: bool = True, system: str | None = SMOLLM2_SYSTEM_PROMPT
) -> str:
    """A chat as the text that the model reads.

    Args:
        messages: Each with a `role` (system, user or assistant) and its `content`.
        for_reply: Whether to begin the assistant's turn, so that the model goes on with it.
        system: The system message where the chat begins with none; None: it stays without.

    Returns:
        The text, special tokens spelled out. Look at it; to feed a model use `encode_chatml`.

    Example:
        >>> print(render_chatml([{"role": "user", "content": "Hi!"}], system="Be kind."))
        <|im_start|>system
        Be kind.<|im_end|>
        <|im_start|>user
        Hi!<|im_end|>
        <|im_start|>assistant
        <BLANKLINE>

    Source: the template in the model's own file, `tokenizer.chat_template`.
    """
    told = "".join(f"{START}{role}\n{content}{END}\n" for role, content in _turns(messages, system))
    return told + (f"{START}assistant\n" if for_reply else "")


def encode_chatml(
    messages: Sequence[Mapping[str, str]],
    tokenizer: BPETokenizer,
    *,
    for_reply: bool = True,
    system: str | None = SMOLLM2_SYSTEM_PROMPT,
) -> list[int]:
    """A chat as token ids, in which only the template makes special tokens.

    Args:
        messages: Each with a `role` and its `content`, whatever that holds.
        tokenizer: The model's own.
        for_reply: Whether to begin the assistant's turn.
        system: The system message where the chat begins with none; None: it stays without.

    Returns:
        The ids of `render_chatml`'s text, unless a message spells a special token: then its letters.

    Raises:
        CourseError: The tokenizer has not the template's special tokens.
    """
    try:
        start, end = tokenizer.special_tokens[START], tokenizer.special_tokens[END]
    except KeyError as error:
        raise CourseError(f"this tokenizer has no {error}: the model was not taught to chat in ChatML") from None
    ids = []
    for role, content in _turns(messages, system):
        ids += [start, *tokenizer.encode(f"{role}\n{content}"), end, *tokenizer.encode("\n")]
    return ids + ([start, *tokenizer.encode("assistant\n")] if for_reply else [])
