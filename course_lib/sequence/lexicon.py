"""The words of a text: which there are, how often they occur, and each page as their numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Cut a text into lower-case words; marks and digits fall away, and so does the *'s* of an owner.

    Args:
        text: Any text.

    Returns:
        Its words, in order.

    Example:
        >>> words_of("Ada's cat doesn't sleep: it is 9 o'clock.")
        ['ada', 'cat', "doesn't", 'sleep', 'it', 'is', "o'clock"]
    """
    return [re.sub(r"['’]s$", "", word) for word in _WORD.findall(text.lower())]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words that a text uses often enough to be learned, the commonest first; a word's number is its place here.

    Example:
        >>> lexicon = Lexicon.of(["The cat saw the dog.", "The dog slept."], min_count=2)
        >>> lexicon.words, lexicon.counts.tolist(), lexicon.id_of("dog")
        (('the', 'dog'), [3.0, 2.0], 1)
    """

    words: tuple[str, ...]
    """The words."""
    counts: Float[Tensor, " word"]
    """How often each occurs."""

    @classmethod
    def of(cls, pages: Iterable[str], min_count: int = 5) -> "Lexicon":
        """Collect the words of some pages.

        Args:
            pages: Texts.
            min_count: Occurrences that a word needs; of a rarer one too little is known.

        Raises:
            ValueError: `min_count` is below 1, or no word occurs so often.
        """
        if min_count < 1:
            raise ValueError(f"min_count is {min_count}: a word needs at least 1 occurrence")
        found = Counter(word for page in pages for word in words_of(page))
        kept = [(word, n) for word, n in found.most_common() if n >= min_count]
        if not kept:
            raise ValueError(f"no word occurs {min_count} times: the text is empty or too short")
        words, counts = zip(*kept, strict=True)
        return cls(words, torch.tensor(counts, dtype=torch.float32))

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self._ids

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    def id_of(self, word: str) -> int:
        """The number of a word.

        Raises:
            ValueError: The word is unknown.
        """
        if word not in self._ids:
            raise ValueError(f"the word {word!r} is not among the {len(self)} that are known")
        return self._ids[word]

    def ids_of(self, words: Sequence[str]) -> Int[Tensor, " word"]:
        """The numbers of several words.

        Raises:
            ValueError: One of them is unknown.
        """
        return torch.tensor([self.id_of(word) for word in words], dtype=torch.long)

    def encode(self, pages: Iterable[str]) -> tuple[Int[Tensor, " token"], Int[Tensor, " token"]]:
        """Pages one after another as numbers; words that are not known are left out.

        Args:
            pages: Texts.

        Returns:
            The number of each word, and the number of the page that it stands on.

        Example:
            >>> lexicon = Lexicon.of(["a b a", "b"], min_count=1)
            >>> [row.tolist() for row in lexicon.encode(["a b", "c a"])]
            [[0, 1, 0], [0, 0, 1]]
        """
        word_ids, page_numbers = [], []
        for number, page in enumerate(pages):
            known = [self._ids[word] for word in words_of(page) if word in self._ids]
            word_ids += known
            page_numbers += [number] * len(known)
        return torch.tensor(word_ids, dtype=torch.long), torch.tensor(page_numbers, dtype=torch.long)
