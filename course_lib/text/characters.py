"""The simplest tokenizer: one token a character."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.text.errors import TextError
from course_lib.text.pretokenize import split_special


class CharacterTokenizer:
    """Text to one id a character, in the order of the alphabet.

    Args:
        text: Where the characters are taken from; others cannot be encoded.
        special_tokens: Texts of tokens that come before the characters.

    Raises:
        TextError: There is no character, or a special token is empty or given twice.

    Example:
        >>> tokenizer = CharacterTokenizer("a cab")
        >>> tokenizer.encode("cab"), tokenizer.decode([3, 1, 2])
        ([3, 1, 2], 'cab')
    """

    def __init__(self, text: str, special_tokens: Sequence[str] = ()):
        self.characters = sorted(set(text))
        if not text:
            raise TextError("the text is empty: an alphabet is taken from the characters of a text")
        if len(set(special_tokens)) < len(special_tokens) or "" in special_tokens:
            raise TextError(f"special tokens {list(special_tokens)}: each must hold something, and be there once")
        self.special_tokens = {token: i for i, token in enumerate(special_tokens)}
        self._texts = [*special_tokens, *self.characters]
        self._ids = {character: len(special_tokens) + i for i, character in enumerate(self.characters)}

    @property
    def vocab_size(self) -> int:
        """Number of tokens, special ones included."""
        return len(self._texts)

    def encode(self, text: str, allow_special: bool = False) -> list[int]:
        """Text to token ids.

        Args:
            text: Text in the known characters.
            allow_special: Whether the text of a special token becomes that token.

        Raises:
            TextError: A character is unknown.
        """
        try:
            if not allow_special:
                return [self._ids[character] for character in text]
            parts = split_special(text, self.special_tokens)
            ids = [self._ids[character] for character in parts[0]]
            for special, ordinary in zip(parts[1::2], parts[2::2], strict=True):
                ids.append(self.special_tokens[special])
                ids.extend(self._ids[character] for character in ordinary)
            return ids
        except KeyError as error:
            known = len(self.characters)
            raise TextError(f"the character {error} is not among the {known} that this tokenizer knows") from None

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token.

        Raises:
            TextError: The id is outside the vocabulary.
        """
        if not 0 <= token_id < self.vocab_size:
            raise TextError(f"token id {token_id} is outside the vocabulary: 0 to {self.vocab_size - 1}")
        return self._texts[token_id].encode("utf-8", "surrogateescape")

    def decode(self, ids: Iterable[int]) -> str:
        """Token ids to text.

        Raises:
            TextError: An id is outside the vocabulary.
        """
        return b"".join(map(self.token_bytes, ids)).decode("utf-8", "surrogateescape")

    def save(self, path: Path | str) -> None:
        """Write the alphabet as JSON."""
        content = {"type": "characters", "characters": self.characters, "special_tokens": list(self.special_tokens)}
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path | str) -> "CharacterTokenizer":
        """Read what `save` wrote.

        Raises:
            CourseError: The file is missing, damaged or of another kind.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            return cls("".join(content["characters"]), content["special_tokens"])
        except OSError as error:
            raise CourseError(f"cannot read the tokenizer {path}: {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise CourseError(f"{path} is not a character tokenizer: it is damaged or of another kind") from None
