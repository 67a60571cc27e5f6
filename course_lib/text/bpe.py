"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of this course's models.

Text becomes UTF-8 bytes, so that nothing is ever unknown; pairs of frequent neighbours were merged into longer tokens.
Ids: special tokens first, then the 256 bytes in GPT-2's order, then the merges as learned, which is how the
`tokenizers` library numbers them too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from course_lib.text.errors import TextError
from course_lib.text.merging import Pair, learn_merges, merge_word
from course_lib.text.pretokenize import BYTE_ORDER, compiled, split_special

END_OF_TEXT = "<|endoftext|>"
"""The special token between documents."""

PRINTABLE = range(ord(" "), ord("~") + 1)
"""The bytes without which a vocabulary is not byte-level."""

CACHED_WORDS = 2**18
"""A tokenizer remembers the ids of at most this many distinct words."""


class _WordCache(dict[str, list[int]]):
    """Piece of text → its ids, worked out when first asked for."""

    def __init__(self, byte_ids: dict[int, int], ranks: dict[Pair, int], new_ids: Sequence[int]):
        super().__init__()
        self.byte_ids, self.ranks, self.new_ids = byte_ids, ranks, new_ids

    def __missing__(self, piece: str) -> list[int]:
        try:
            data = piece.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            code = f"U+{ord(piece[error.start]):04X}"
            raise TextError(f"{code} is half a character (a lone surrogate): the text was decoded wrongly") from None
        try:
            ids = merge_word([self.byte_ids[byte] for byte in data], self.ranks, self.new_ids)
        except KeyError as error:
            raise TextError(f"{piece!r} holds byte {error}, which this vocabulary cannot write: leave it out") from None
        if len(self) < CACHED_WORDS:
            self[piece] = ids
        return ids


class BPETokenizer:
    """Text to token ids and back, without loss.

    Args:
        vocabulary: Id → the token's bytes. Every printable ASCII character must be among them; of the other bytes
            some published vocabularies lack a few, and a text that needs one of those is refused.
        merges: Pairs of ids in the order learned.
        special_tokens: Text → id of tokens that stand for something outside the text, such as its end.
        pattern: How text is cut first: a name in `pretokenize.PATTERNS`.

    Raises:
        TextError: A byte or the result of a merge is missing from the vocabulary, an id is outside it, or the pattern
            is unknown.

    Example:
        >>> tokenizer = BPETokenizer.train("low lower lowest " * 9, vocab_size=261)
        >>> [tokenizer.token_bytes(i) for i in tokenizer.encode("lowest slow")]
        [b'low', b'e', b's', b't', b' ', b's', b'low']
        >>> tokenizer.decode(tokenizer.encode("naïve 🙂"))
        'naïve 🙂'

    Source: Sennrich et al. 2016 (arXiv 1508.07909); on bytes: Radford et al. 2019, section 2.2.
    """

    def __init__(
        self,
        vocabulary: Sequence[bytes],
        merges: Sequence[Pair],
        special_tokens: dict[str, int] | None = None,
        pattern: str = "gpt2",
    ):
        self.vocabulary, self.merges, self.pattern = list(vocabulary), list(merges), pattern
        self.special_tokens = dict(special_tokens or {})
        special_ids, n_tokens = set(self.special_tokens.values()), len(self.vocabulary)
        named = special_ids.union(*self.merges)
        if named and not 0 <= min(named) <= max(named) < n_tokens:
            raise TextError(f"merges and special tokens name ids {min(named)} to {max(named)}; there are {n_tokens}")
        compiled(pattern)
        id_of = {token: i for i, token in enumerate(self.vocabulary) if i not in special_ids}
        try:
            byte_ids = {byte: id_of[bytes([byte])] for byte in PRINTABLE}
            byte_ids |= {byte: id_of[bytes([byte])] for byte in range(256) if bytes([byte]) in id_of}
            new_ids = [id_of[self.vocabulary[left] + self.vocabulary[right]] for left, right in self.merges]
        except KeyError as error:
            raise TextError(f"not a byte-level BPE vocabulary: it has no token for {error}") from None
        ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self._cache = _WordCache(byte_ids, ranks, new_ids)

    @classmethod
    def train(
        cls,
        text: str | Iterable[str],
        *,
        vocab_size: int,
        special_tokens: Sequence[str] = (END_OF_TEXT,),
        pattern: str = "gpt2",
    ) -> "BPETokenizer":
        """Learn a vocabulary from text.

        Args:
            text: The training text, or its documents one after another. Special tokens in it are skipped.
            vocab_size: Tokens in all: special ones, 256 bytes, the rest merges. Fewer if no pair is left to merge.
            special_tokens: Their texts, in the order of their ids.
            pattern: A name in `pretokenize.PATTERNS`.

        Returns:
            The tokenizer, the same for the same text.

        Raises:
            TextError: The size leaves no room for the bytes, a special token is too short or given twice, or there is
                no text to learn from.

        Example:
            >>> BPETokenizer.train("aaabdaaabac", vocab_size=259, special_tokens=()).merges
            [(64, 64), (64, 65), (256, 257)]
        """
        n_merges = vocab_size - 256 - len(special_tokens)
        _check_training(n_merges, vocab_size, special_tokens, pattern)
        first_byte = len(special_tokens)
        byte_ids = {byte: first_byte + i for i, byte in enumerate(BYTE_ORDER)}
        counts = _count_pieces([text] if isinstance(text, str) else text, special_tokens, pattern)
        if n_merges and not counts:
            raise TextError(f"the text is empty: {n_merges:,} merges cannot be learned from nothing")
        words: Counter[tuple[int, ...]] = Counter()
        for piece, count in counts.items():
            words[tuple(byte_ids[byte] for byte in piece.encode("utf-8", "surrogateescape"))] += count
        merges = learn_merges(words, n_merges, first_new_id=first_byte + 256)
        vocabulary = [token.encode() for token in special_tokens] + [bytes([byte]) for byte in BYTE_ORDER]
        for left, right in merges:
            vocabulary.append(vocabulary[left] + vocabulary[right])
        return cls(vocabulary, merges, {token: i for i, token in enumerate(special_tokens)}, pattern)

    @property
    def vocab_size(self) -> int:
        """Number of tokens, special ones included."""
        return len(self.vocabulary)

    def shrink(self, vocab_size: int) -> "BPETokenizer":
        """The tokenizer that training would have given with a smaller vocabulary: the beginning of this one.

        Raises:
            TextError: There is no room for the bytes and special tokens, or this one is smaller already.

        Example:
            >>> BPETokenizer.train("low lower lowest " * 9, vocab_size=261).shrink(259).merges
            [(76, 79), (257, 87)]
        """
        n_merges = vocab_size - (self.vocab_size - len(self.merges))
        if not 0 <= n_merges <= len(self.merges):
            least = self.vocab_size - len(self.merges)
            raise TextError(f"vocab_size is {vocab_size}: this tokenizer can shrink to {least} to {self.vocab_size}")
        return BPETokenizer(self.vocabulary[:vocab_size], self.merges[:n_merges], self.special_tokens, self.pattern)

    def encode(self, text: str, allow_special: bool = False) -> list[int]:
        """Text to token ids.

        Args:
            text: Any text.
            allow_special: Whether the text of a special token becomes that token. Off, so that what a user types can
                never end a document; on for templates that the program itself writes.

        Returns:
            Token ids.
        """
        if not allow_special:
            return self._encode_ordinary(text)
        parts = split_special(text, self.special_tokens)
        ids = self._encode_ordinary(parts[0])
        for special, ordinary in zip(parts[1::2], parts[2::2], strict=True):
            ids.append(self.special_tokens[special])
            ids.extend(self._encode_ordinary(ordinary))
        return ids

    def _encode_ordinary(self, text: str) -> list[int]:
        pieces = compiled(self.pattern).findall(text)
        return list(chain.from_iterable(map(self._cache.__getitem__, pieces)))

    def encode_bytes(self, data: bytes) -> list[int]:
        """Any bytes to token ids, valid UTF-8 or not.

        Example:
            >>> tokenizer = BPETokenizer.train("", vocab_size=257)
            >>> tokenizer.decode_bytes(tokenizer.encode_bytes(b"\\xff ok"))
            b'\\xff ok'
        """
        return self._encode_ordinary(data.decode("utf-8", "surrogateescape"))

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of one token.

        Raises:
            TextError: The id is outside the vocabulary.
        """
        if not 0 <= token_id < len(self.vocabulary):
            raise TextError(f"token id {token_id} is outside the vocabulary: 0 to {len(self.vocabulary) - 1}")
        return self.vocabulary[token_id]

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """Token ids to the bytes they stand for.

        Raises:
            TextError: An id is outside the vocabulary.
        """
        return b"".join(map(self.token_bytes, ids))

    def decode(self, ids: Iterable[int]) -> str:
        """Token ids to text; bytes that are no UTF-8 (half a character, say) show as �.

        Raises:
            TextError: An id is outside the vocabulary.
        """
        return self.decode_bytes(ids).decode("utf-8", "replace")

    def save(self, path: Path | str) -> None:
        """Write a `tokenizer.json` that the `tokenizers` library opens too."""
        from course_lib.text.tokenizer_json import save

        save(self, path)

    @staticmethod
    def load(path: Path | str) -> "BPETokenizer":
        """Open a `tokenizer.json` of a byte-level BPE, whoever wrote it.

        Raises:
            CourseError: The file is missing, damaged or of another kind.
        """
        from course_lib.text.tokenizer_json import load

        return load(path)


def _check_training(n_merges: int, vocab_size: int, special_tokens: Sequence[str], pattern: str) -> None:
    if n_merges < 0:
        least = 256 + len(special_tokens)
        raise TextError(f"vocab_size is {vocab_size}: 256 bytes and the special tokens alone need {least}")
    if len(set(special_tokens)) < len(special_tokens) or any(len(token) < 2 for token in special_tokens):
        raise TextError(f"special tokens {list(special_tokens)}: each needs two characters or more, and to be unique")
    compiled(pattern)


def _count_pieces(documents: Iterable[str], special_tokens: Sequence[str], pattern: str) -> Counter[str]:
    """How often each distinct piece occurs."""
    counts: Counter[str] = Counter()
    for document in documents:
        for ordinary in split_special(document, special_tokens)[::2]:
            counts.update(compiled(pattern).findall(ordinary))
    return counts
