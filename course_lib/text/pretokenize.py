"""Pre-tokenization: where text may be cut before any merging, and the 256 bytes from which every token is built.

A merge never crosses a cut, so `dog`, `dog.` and `dog!` do not become three unrelated tokens. Text is cut into words
with the space in front, runs of digits, runs of punctuation, and spare white space. Nothing is lost: the pieces put
together are the text.
"""

from collections.abc import Iterable
from functools import cache

import regex

from course_lib.text.errors import TextError

_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+"
_REST = r" ?[^\s\p{L}\p{N}]+"
PATTERNS = {
    "gpt2": rf"{_WORDS}| ?\p{{N}}+|{_REST}|\s+(?!\S)|\s+",
    "single_digits": rf"{_WORDS}|\p{{N}}|{_REST}|\s+(?=\p{{N}})|\s+(?!\S)|\s+",
}
"""Name → regular expression: GPT-2's (Radford et al. 2019), and the same with every digit on its own (SmolLM2's)."""


@cache
def compiled(pattern: str) -> regex.Pattern:
    """The named pattern, ready for use.

    Raises:
        TextError: There is no such pattern.
    """
    if pattern not in PATTERNS:
        raise TextError(f"pattern {pattern!r} is unknown: choose from {', '.join(PATTERNS)}")
    return regex.compile(PATTERNS[pattern])


def split(text: str, pattern: str = "gpt2") -> list[str]:
    """Cut a text into the pieces inside which merges happen.

    Args:
        text: Any text.
        pattern: A name in `PATTERNS`.

    Returns:
        The pieces; joined they are the text.

    Raises:
        TextError: There is no such pattern.

    Example:
        >>> split("It's 1984, isn't it?")
        ['It', "'s", ' 1984', ',', ' isn', "'t", ' it', '?']
        >>> split("In 1984", pattern="single_digits")
        ['In', ' ', '1', '9', '8', '4']

    Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", section 2.2, and its code.
    """
    return compiled(pattern).findall(text)


def split_special(text: str, special_tokens: Iterable[str]) -> list[str]:
    """Cut a text at special tokens.

    Args:
        text: Any text.
        special_tokens: Their texts; where two could match, the longer does.

    Returns:
        Ordinary text, special token, ordinary text, … : always an odd number of parts.

    Raises:
        TextError: A special token is the empty text, which is everywhere.

    Example:
        >>> split_special("one<|end|>two", ["<|end|>"])
        ['one', '<|end|>', 'two']
    """
    names = sorted(special_tokens, key=len, reverse=True)
    if "" in names:
        raise TextError("a special token is empty: it would stand between any two characters")
    return regex.split("(" + "|".join(map(regex.escape, names)) + ")", text) if names else [text]


def _byte_order() -> list[int]:
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return printable + [byte for byte in range(256) if byte not in printable]


BYTE_ORDER: list[int] = _byte_order()
"""The 256 bytes in the order of GPT-2's ids: those with a visible Latin-1 character first, then the rest."""

VISIBLE: dict[int, str] = {byte: chr(byte) if i < 188 else chr(256 + i - 188) for i, byte in enumerate(BYTE_ORDER)}
"""Byte → the character that stands for it in a `tokenizer.json`: a space is written `Ġ`, a line's end `Ċ`."""

FROM_VISIBLE: dict[str, int] = {character: byte for byte, character in VISIBLE.items()}
"""The way back from `VISIBLE`."""


def to_visible(token: bytes) -> str:
    """Write a token's bytes in visible characters, as token files do.

    Example:
        >>> to_visible(b" the")
        'Ġthe'
    """
    return "".join(VISIBLE[byte] for byte in token)


def from_visible(token: str) -> bytes:
    """The bytes that visible characters stand for.

    Raises:
        TextError: A character stands for no byte.

    Example:
        >>> from_visible("Ġthe")
        b' the'
    """
    try:
        return bytes(FROM_VISIBLE[character] for character in token)
    except KeyError as error:
        raise TextError(
            f"the character {error} stands for no byte: visible tokens are written with 256 others"
        ) from None
