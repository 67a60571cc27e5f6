"""Notebook 06: merging a pair, encoding a word, and a decoder that breaks letters."""

from collections.abc import Sequence

from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.text import merge_word
from course_lib.text import replace_pair as merge_pair

Pair = tuple[int, int]


def _list_of(found: object, what: str) -> list[int]:
    if not isinstance(found, list | tuple):
        raise Wrong(f"{what} returned a {type(found).__name__}; a list of ids is wanted")
    return list(found)


def check_merge_pair(candidate) -> None:
    """Every place, left to right, without overlap, order of the pair respected, ends included."""
    found = _list_of(candidate([5, 1, 2, 5], (1, 2), 9), "merge_pair([5, 1, 2, 5], (1, 2), 9)")
    if found == [5, 9, 2, 5]:
        raise Wrong("for [5, 1, 2, 5] the 2 is still there behind the 9: after a merge step over both ids")
    if found == [5, 9]:
        raise Wrong("for [5, 1, 2, 5] the last id, which is in no pair, got lost")
    if found != [5, 9, 5]:
        raise Wrong(f"merging (1, 2) into 9 in [5, 1, 2, 5] gave {found}; [5, 9, 5] is wanted")
    cases = (
        ([1, 2, 1, 2], (1, 2), [9, 9], "every place is to be merged, not only the first"),
        ([2, 1, 2, 1], (1, 2), [2, 9, 1], "(1, 2) is not (2, 1): the order counts"),
        ([7, 7, 7, 8], (7, 7), [9, 7, 8], "go from left to right; an id can be part of one merge only"),
        ([3, 1, 2], (1, 2), [3, 9], "the last pair counts too"),
        ([4], (1, 2), [4], "a single id stays as it is"),
        ([], (1, 2), [], "an empty word stays empty"),
        ([9, 2, 9], (9, 2), [9, 9], "after a merge, go on behind the new id"),
    )
    for ids, pair, expected, rule in cases:
        found = _list_of(candidate(list(ids), pair, 9), f"merge_pair({ids}, {pair}, 9)")
        if found != expected:
            raise Wrong(f"merging {pair} into 9 in {ids} gave {found}; {expected} is wanted: {rule}")


def encode_word(ids: Sequence[int], merges: Sequence[Pair], first_new_id: int) -> list[int]:
    """Apply every learned merge to a word, in the order learned."""
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    return merge_word(ids, ranks, range(first_new_id, first_new_id + len(merges)))


def check_encode_word(candidate) -> None:
    """The order of learning decides, new ids can be merged again, and each merge has its own id."""
    merges = [(1, 2), (0, 1), (4, 3)]  # 4 = 12, 5 = 01, 6 = 123
    found = _list_of(candidate([0, 1, 2], merges, 4), "encode_word([0, 1, 2], [(1, 2), (0, 1), (4, 3)], 4)")
    if found == [5, 2]:
        raise Wrong("0 1 2 became (0 1) 2, but (1, 2) was learned first and so goes first")
    if found == [0, 1, 2]:
        raise Wrong("nothing was merged in 0 1 2, although (1, 2) is the first merge")
    if found in ([0, 0], [0, 5]):
        raise Wrong(f"0 1 2 became {found}: merge number n makes the id first_new_id + n, the first one 4")
    if found != [0, 4]:
        raise Wrong(f"0 1 2 became {found}; [0, 4] is wanted")
    for ids in ([1, 2, 3], [1, 2, 3, 1, 2, 3, 0, 1], [3], [], [0, 1, 0, 1, 2]):
        for first, learned in ((4, merges), (4, [(1, 2), (4, 4), (0, 1)]), (8, [(3, 3), (1, 0)])):
            expected = encode_word(ids, learned, first)
            found = _list_of(candidate(list(ids), list(learned), first), f"encode_word({ids}, {learned}, {first})")
            if found != expected:
                raise Wrong(f"{ids} with the merges {learned} became {found}; {expected} is wanted")


BROKEN_DECODE = '''def broken_decode(ids: list[int], vocabulary: list[bytes]) -> str:
    """Token ids to text."""
    return "".join(vocabulary[i].decode("utf-8", errors="replace") for i in ids)'''

_MENDED_DECODE = '''def broken_decode(ids: list[int], vocabulary: list[bytes]) -> str:
    """Token ids to text."""
    return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")'''


def mended_decode(ids: Sequence[int], vocabulary: Sequence[bytes]) -> str:
    """Token ids to text."""
    return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")


def check_broken_decode(candidate) -> None:
    """Characters whose bytes lie in different tokens come back; broken bytes show as a sign and raise nothing."""
    vocabulary = [b"na", b"\xc3", b"\xaf", b"ve ", b"\xe6\x97", b"\xa5"]
    found = candidate([0, 1, 2, 3, 4, 5], vocabulary)
    if not isinstance(found, str):
        raise Wrong(f"it returned {type(found).__name__}; text is wanted")
    if "\ufffd" in found:
        raise Wrong(f"the bytes of 'naïve 日' came back as {found!r}: ï lies in two tokens, each was read alone")
    if found == "nave ":
        raise Wrong("the ï is gone: bytes that are half a character were dropped instead of joined")
    if found != "naïve 日":
        raise Wrong(f"the bytes of 'naïve 日' came back as {found!r}")
    if candidate([3, 0], vocabulary) != "ve na" or candidate([], vocabulary) != "":
        raise Wrong("tokens are to be joined in the order of the ids, and no ids are the empty text")
    if candidate([0, 1], vocabulary) != "na\ufffd":
        raise Wrong("a half character at the end is to show as one replacement sign: keep errors='replace'")


EXERCISES = [
    Exercise(
        id="06.merge_pair",
        reference=merge_pair,
        check=check_merge_pair,
        hints=(
            "Walk through the list with a position of your own: a merge moves on by two, all else by one.",
            "merged = empty; i = 0\nwhile i is inside: if ids[i] and ids[i + 1] are the pair, append new_id, i += 2;\n"
            "else append ids[i], i += 1. Is there an ids[i + 1] at the last place?",
            "def merge_pair(ids, pair, new_id):\n"
            '    """`ids` with `new_id` wherever the pair stands, from left to right."""\n'
            "    merged, i = [], 0\n"
            "    while i < len(ids):\n"
            "        if tuple(ids[i : i + 2]) == pair:\n"
            "            merged.append(new_id)\n"
            "            i += 2\n"
            "        else:\n"
            "            merged.append(ids[i])\n"
            "            i += 1\n"
            "    return merged",
        ),
        mistakes=[
            Mistake(
                name="second id kept",
                source="def merge_pair(ids, pair, new_id):\n    places = range(len(ids))\n"
                "    return [new_id if tuple(ids[i:i + 2]) == pair else ids[i] for i in places]",
                says="step over both",
            ),
            Mistake(
                name="last id lost",
                source="def merge_pair(ids, pair, new_id):\n    merged, i = [], 0\n    while i < len(ids) - 1:\n"
                "        if (ids[i], ids[i + 1]) == pair:\n            merged.append(new_id)\n            i += 2\n"
                "        else:\n            merged.append(ids[i])\n            i += 1\n    return merged",
                says="got lost",
            ),
            Mistake(
                name="first place only",
                source="def merge_pair(ids, pair, new_id):\n    for i in range(len(ids)):\n"
                "        if tuple(ids[i:i + 2]) == pair:\n            return ids[:i] + [new_id] + ids[i + 2:]\n"
                "    return ids",
                says="not only the first",
            ),
            Mistake(
                name="order ignored",
                source="def merge_pair(ids, pair, new_id):\n    merged, i = [], 0\n    while i < len(ids):\n"
                "        if sorted(ids[i:i + 2]) == sorted(pair):\n"
                "            merged.append(new_id)\n            i += 2\n"
                "        else:\n            merged.append(ids[i])\n            i += 1\n    return merged",
                says="the order counts",
            ),
        ],
    ),
    Exercise(
        id="06.encode_word",
        reference=encode_word,
        check=check_encode_word,
        hints=(
            "Training went through the text merge by merge. Encoding does to a word what training did to it.",
            "for n and pair in enumerate(merges): the word becomes merge_pair(word, pair, first_new_id + n)",
            "def encode_word(ids, merges, first_new_id):\n"
            '    """A word in as few tokens as the merges lead to."""\n'
            "    for n, pair in enumerate(merges):\n"
            "        ids = merge_pair(ids, pair, first_new_id + n)\n"
            "    return ids",
        ),
        mistakes=[
            Mistake(
                name="latest merge first",
                source="def encode_word(ids, merges, first_new_id):\n    for n in reversed(range(len(merges))):\n"
                "        ids = merge_pair(ids, merges[n], first_new_id + n)\n    return ids",
                says="was learned first",
            ),
            Mistake(
                name="numbered from 0",
                source="def encode_word(ids, merges, first_new_id):\n    for n, pair in enumerate(merges):\n"
                "        ids = merge_pair(ids, pair, n)\n    return ids",
                says="first_new_id + n",
            ),
            Mistake(
                name="result thrown away",
                source="def encode_word(ids, merges, first_new_id):\n    for n, pair in enumerate(merges):\n"
                "        merge_pair(ids, pair, first_new_id + n)\n    return ids",
                says="nothing was merged",
            ),
        ],
    ),
    Exercise(
        id="06.broken_decode",
        reference=mended_decode,
        check=check_broken_decode,
        broken=BROKEN_DECODE,
        hints=(
            "Print the tokens' bytes. How many bytes has ï, and in which tokens are they?",
            "One byte of a two-byte character is no text. First put all bytes together, then read them as UTF-8, once.",
            _MENDED_DECODE,
        ),
        mistakes=[
            Mistake(
                name="halves dropped",
                source=BROKEN_DECODE.replace("replace", "ignore"),
                says="were dropped instead of joined",
            ),
            Mistake(
                name="another encoding",
                source=BROKEN_DECODE.replace('"utf-8", errors="replace"', '"latin-1"'),
                says="came back as",
            ),
            Mistake(
                name="joined, but strict",
                source=_MENDED_DECODE.replace("replace", "ignore"),
                says="one replacement sign",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="06.q1",
        text="Why does a byte-level tokenizer never meet an unknown word?",
        choices=[
            ("Every text is a sequence of bytes, and all 256 bytes are tokens", None),
            ("Its vocabulary was trained on every word there is", "It has a few thousand tokens; words are endless."),
            ("It replaces what it does not know by a special token", "Then decoding could not give the text back."),
        ],
        from_notebook="06",
    ),
    Question(
        id="06.q2",
        text="A tokenizer was trained on English recipes. A Greek poem of the same length in characters …",
        choices=[
            ("becomes many more tokens, for its byte pairs were rare in training", None),
            ("cannot be encoded", "It can: as single bytes, if need be."),
            ("becomes about as many tokens", "Merges exist for what was frequent in training; Greek was not."),
        ],
        from_notebook="06",
    ),
    Question(
        id="06.q3",
        text="The vocabulary grows from 1,000 to 50,000 tokens. What gets worse?",
        choices=[
            ("The model's last layer needs a neuron for every token", None),
            ("Texts become longer sequences", "The opposite: more merges, fewer tokens."),
            ("Rare words become unknown", "Bytes stay in the vocabulary, however large it is."),
        ],
        from_notebook="06",
    ),
    Question(
        id="06.q4",
        text="One weight is used in two places of a calculation. What is its gradient?",
        choices=[
            ("The sum of what comes back from both places", None),
            ("What comes back from the later place", "The other place has its share of the blame."),
            ("The product of what comes back from both", "Slopes multiply along a path; over several paths they add."),
        ],
        from_notebook="02",
    ),
    Question(
        id="06.q5",
        text="A neuron gets token ids, such as 464 for *The* in GPT-2, straight as its input. Why is that no good?",
        choices=[
            ("A weighted sum treats ids as amounts: id 900 would be twice as much as 450", None),
            ("Ids are whole numbers, and a neuron needs fractions", "A whole number is a fine input."),
            ("A neuron has at most 256 inputs", "A neuron has as many inputs as one gives it."),
        ],
        from_notebook="01",
    ),
]


def _decide_t1(*, common_words_in_one_token: float, rare_words_in_one_token: float, merges_differing: int) -> str:
    if merges_differing:
        return "does not hold here"
    return "holds" if common_words_in_one_token >= 0.9 and rare_words_in_one_token <= 0.1 else "does not hold here"


def _decide_t2(
    *, words_per_token_world: float, words_per_token_manual: float, tokens_code: float, tokens_greek: float
) -> str:
    if min(tokens_code, tokens_greek) <= 1:
        return "does not hold here"
    inside = [0.65 <= share <= 0.85 for share in (words_per_token_world, words_per_token_manual)]
    if all(inside):
        return "holds"
    if any(inside):
        return "holds with a condition: plain prose of few different words"
    return "does not hold here"


def _decide_t4(*, times_fewer_tokens: float, times_fewer_pairs: float, times_more_outputs: float) -> str:
    return "holds" if min(times_fewer_tokens, times_fewer_pairs, times_more_outputs) > 1.5 else "does not hold here"


def _decide_t5(*, texts: int, changed: int, unknown_to_words: float, unknown_to_characters: float) -> str:
    others_fail = min(unknown_to_words, unknown_to_characters) > 0
    return "holds" if texts and not changed and others_fail else "does not hold here"


def _decide_t6(*, dearest_language: float, characters_of_the_same: float) -> str:
    if dearest_language <= 1.5:
        return "does not hold here"
    if dearest_language > 1.5 * characters_of_the_same:
        return "holds"
    return "holds with a condition: the dear languages need more characters too"


CLAIMS = {
    "T1": Claim(
        id="T1",
        text="BPE merges the most frequent pair until the vocabulary is full; common words become one token, rare ones "
        "are split.",
        rule="holds if the library's merges are those of counting anew each time, at least 90 % of the 100 commonest "
        "words are one token and at most 10 % of the words that occur once",
        decide=_decide_t1,
    ),
    "T2": Claim(
        id="T2",
        text="A token is about 0.75 English words; code and other languages cost more.",
        rule="holds if both kinds of unseen English give 0.65 to 0.85 words a token, and code and Greek take more "
        "tokens per character than the manual's English; with a condition if one kind of English does",
        decide=_decide_t2,
    ),
    "T4": Claim(
        id="T4",
        text="Tokens against characters: shorter sequences and fewer steps, but a larger output layer.",
        rule="holds if the same text has at least 1.5 times fewer tokens and pairs of tokens, and the output layer at "
        "least 1.5 times more rows",
        decide=_decide_t4,
    ),
    "T5": Claim(
        id="T5",
        text="Byte-level BPE never meets an unknown word.",
        rule="holds if every text comes back unchanged, random bytes included, where a vocabulary of words and one of "
        "characters both meet something unknown",
        decide=_decide_t5,
    ),
    "T6": Claim(
        id="T6",
        text="Price and context limits are counted in tokens, so the same message costs more in some languages.",
        rule="holds if one sentence costs at least 1.5 times more tokens in the dearest language than in English, and "
        "1.5 times more than its number of characters explains",
        decide=_decide_t6,
    ),
}
