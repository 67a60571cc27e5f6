"""Notebook 06: merging a pair, encoding a word, a decoder that breaks letters, and surprise per byte."""

import math
from collections.abc import Sequence
from itertools import pairwise  # noqa: F401  (a mistake below uses it)

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
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
                again = ": look at the pairs anew after each merge; a new id can be half of a later pair"
                reason = again if len(found) > len(expected) else ""
                raise Wrong(f"{ids} with the merges {learned} became {found}; {expected} is wanted{reason}")


BROKEN_DECODE = '''def broken_decode(ids: list[int], vocabulary: list[bytes]) -> str:
    """Token ids to text."""
    return "".join(vocabulary[i].decode("utf-8", errors="replace") for i in ids)'''

_MENDED_DECODE = '''def broken_decode(ids: list[int], vocabulary: list[bytes]) -> str:
    """Token ids to text."""
    return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")'''


def mended_decode(ids: Sequence[int], vocabulary: Sequence[bytes]) -> str:
    """Token ids to text."""
    return b"".join(vocabulary[i] for i in ids).decode("utf-8", errors="replace")


def _decoded(candidate, ids: list[int], vocabulary: list[bytes], advice: str) -> object:
    try:
        return candidate(ids, vocabulary)
    except UnicodeDecodeError:
        raise Wrong(f"it stopped at a byte that is no whole character: {advice}") from None


def check_broken_decode(candidate) -> None:
    """Characters whose bytes lie in different tokens come back; broken bytes show as a sign and raise nothing."""
    vocabulary = [b"na", b"\xc3", b"\xaf", b"ve ", b"\xe6\x97", b"\xa5"]
    found = _decoded(candidate, [0, 1, 2, 3, 4, 5], vocabulary, "a token may hold half a character, so join them first")
    if not isinstance(found, str):
        raise Wrong(f"it returned {type(found).__name__}; text is wanted")
    if "\ufffd" in found:
        raise Wrong(f"the bytes of 'naïve 日' came back as {found!r}: ï lies in two tokens, each was read alone")
    if found == "nave ":
        raise Wrong("the ï is gone: bytes that are half a character were dropped instead of joined")
    if "\xc3" in found:
        raise Wrong(f"the bytes of 'naïve 日' came back as {found!r}: each byte became a character; read them as UTF-8")
    if found != "naïve 日":
        raise Wrong(f"the bytes of 'naïve 日' came back as {found!r}")
    if candidate([3, 0], vocabulary) != "ve na" or candidate([], vocabulary) != "":
        raise Wrong("tokens are to be joined in the order of the ids, and no ids are the empty text")
    if _decoded(candidate, [0, 1], vocabulary, "the ids may end within one: keep errors='replace'") != "na\ufffd":
        raise Wrong("a half character at the end is to show as one replacement sign: keep errors='replace'")


def bits_per_byte(losses: Sequence[float], n_bytes: int) -> float:
    """Surprise per byte of text, in bits, from the surprise at each of its tokens, in nats."""
    return sum(losses) / math.log(2) / n_bytes


def _near(found: float, value: float) -> bool:
    return math.isclose(found, value, rel_tol=1e-6)


def check_bits_per_byte(candidate) -> None:
    """All surprise is added, turned into bits, and shared among the bytes."""
    losses, n_bytes = [0.5, 1.5, 4.0], 12
    found = candidate(list(losses), n_bytes)
    if not isinstance(found, float | int):
        raise Wrong(f"it returned {type(found).__name__}; a number is wanted")
    if _near(found, sum(losses) / n_bytes):
        raise Wrong(f"{found:.3f} is in nats: a bit is the surprise of a coin toss, log(2) ≈ 0.693 nats")
    if _near(found, sum(losses) / math.log(2) / len(losses)):
        raise Wrong(f"{found:.3f} is bits per token: tokens differ in length, so share among the bytes")
    if _near(found, sum(losses) / math.log(2) / len(losses) / n_bytes):
        raise Wrong(
            f"{found:.3f} is the mean over tokens, shared among bytes: all tokens together wrote the bytes, so add"
        )
    if _near(found, sum(losses) * math.log(2) / n_bytes):
        raise Wrong(f"{found:.3f} is too little: a nat is more than a bit, so there are more bits than nats")
    for losses, n_bytes in (([0.5, 1.5, 4.0], 12), ([math.log(256)] * 5, 5), ([0.0], 3), ([2.0, 0.1], 7)):
        expected, found = bits_per_byte(losses, n_bytes), candidate(list(losses), n_bytes)
        if not math.isclose(found, expected, rel_tol=1e-6, abs_tol=1e-12):
            raise Wrong(f"losses {losses} over {n_bytes} bytes gave {found:.4f}; {expected:.4f} bits a byte is wanted")


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
            Mistake(
                name="only pairs that stand there at first",
                source="def encode_word(ids, merges, first_new_id):\n    present = set(pairwise(ids))\n"
                "    for n, pair in enumerate(merges):\n        if pair in present:\n"
                "            ids = merge_pair(ids, pair, first_new_id + n)\n    return ids",
                says="look at the pairs anew",
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
            *Mistake.slips(
                BROKEN_DECODE,
                ("halves dropped", "replace", "ignore", "were dropped instead of joined"),
                ("another encoding", '"utf-8", errors="replace"', '"latin-1"', "each byte became a character"),
                ("each alone, and strict", ', errors="replace"', "", "so join them first"),
            ),
            *Mistake.slips(
                _MENDED_DECODE,
                ("joined, broken bytes dropped", "replace", "ignore", "one replacement sign"),
                ("joined, but strict", ', errors="replace"', "", "the ids may end within one"),
            ),
        ],
    ),
    Exercise(
        id="06.bits_per_byte",
        reference=bits_per_byte,
        check=check_bits_per_byte,
        hints=(
            "All tokens together wrote all bytes. So what is shared out is the surprise of all tokens.",
            "add the losses; divide by log(2), which turns nats into bits; divide by the number of bytes",
            "def bits_per_byte(losses, n_bytes):\n"
            '    """Surprise per byte of text, in bits, from the surprise at each of its tokens, in nats."""\n'
            "    return sum(losses) / math.log(2) / n_bytes",
        ),
        mistakes=[
            Mistake(
                name="nats left as they are",
                source="def bits_per_byte(losses, n_bytes):\n    return sum(losses) / n_bytes",
                says="is in nats",
            ),
            Mistake(
                name="shared among tokens",
                source="def bits_per_byte(losses, n_bytes):\n    return sum(losses) / math.log(2) / len(losses)",
                says="bits per token",
            ),
            Mistake(
                name="mean over tokens, then over bytes",
                source="def bits_per_byte(losses, n_bytes):\n"
                "    return sum(losses) / len(losses) / math.log(2) / n_bytes",
                says="so add",
            ),
            Mistake(
                name="turned the wrong way",
                source="def bits_per_byte(losses, n_bytes):\n    return sum(losses) * math.log(2) / n_bytes",
                says="more bits than nats",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="06.q1",
        text="A byte-level tokenizer meets a word that was never in its training text. What happens?",
        choices=[
            ("It comes out as shorter tokens, single bytes if need be", None),
            ("It becomes a special token that stands for all unknown words", "Then decoding could not give it back."),
            ("It gets the id of the known word that is spelled most like it", "Encoding never guesses: it merges."),
        ],
        why="All 256 bytes are tokens, and every text is bytes; merges only shorten it.",
        from_notebook="06",
    ),
    Question(
        id="06.q2",
        text="Model A has a loss of 2.0 nats a token, model B one of 3.0. Which predicts the text better?",
        choices=[
            ("That cannot be said without knowing how long their tokens are", None),
            ("Model A, because at each of its steps it is less surprised", "Its steps may be a third as long as B's."),
            (
                "Model B, because a higher loss means that it has longer tokens",
                "Longer tokens raise it; so do mistakes.",
            ),
        ],
        why="Share the surprise among bytes, which are the same for both. A character model's loss is always small.",
        from_notebook="06",
    ),
    Question(
        id="06.q3",
        text="A model miscounts the r's in *strawberry*. What would show that tokens are to blame?",
        choices=[
            ("It counts well once every letter stands alone", None),
            ("It miscounts the r's in many other words as well", "So would a model that cannot count anything."),
            (
                "Its tokenizer turns the word into a single token",
                "That hides letters; whether it is the cause is open.",
            ),
        ],
        why="A cause is shown by taking it away and nothing else. Failing with letters in sight, it cannot count.",
        from_notebook="06",
    ),
    Question(
        id="06.q4",
        text="One weight is used in two places of a calculation. What is its gradient?",
        choices=[
            ("The sum of what comes back from both places", None),
            ("What comes back from the later of both places", "The other place has its share of the blame."),
            ("The product of what comes back from both places", "Slopes multiply along a path; over several they add."),
        ],
        why="A nudge to the weight moves the loss by both ways at once, and for small nudges the two moves add up.",
        from_notebook="02",
    ),
    Question(
        id="06.q5",
        text="A neuron gets token ids, such as 464 for *The* in GPT-2, straight as its input. Why is that no good?",
        choices=[
            ("A weighted sum treats ids as amounts", None),
            ("Ids are whole, and a neuron needs fractions", "A whole number is a fine input."),
            ("An id is larger than a neuron's inputs may be", "Size is no fault: weights can be small."),
        ],
        why="Id 928 would push twice as hard as 464, although the order of ids says nothing about what they mean.",
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


def _decide_t3(*, whole: float, apart: float, apart_low: float, difference_low: float, always_one: float) -> str:
    if apart_low <= always_one:
        return "cannot be shown at this size: it cannot count letters that it sees either"
    if apart - whole >= 0.1 and difference_low > 0:
        return "holds"
    return "does not hold here"


def _decide_t4(
    *, times_fewer_tokens: float, times_fewer_pairs: float, times_more_outputs: float, least_bits_saved: float
) -> str:
    if min(times_fewer_tokens, times_fewer_pairs, times_more_outputs) <= 1.5:
        return "does not hold here"
    if least_bits_saved <= 0:
        return "holds with a condition: shorter sequences, but no better prediction for the same compute"
    return "holds"


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
    "T3": Claim(
        id="T3",
        text="Models fail at counting letters because tokens hide them.",
        rule="holds if, shown six examples, a model counts letters set apart better than always giving one answer "
        "(the 95 % interval over seeds lies above that), and by at least 10 points and an interval above 0 "
        "better than in whole words; does not hold here if setting them apart does not help so; cannot be "
        "shown at this size if it does not beat one answer even apart",
        decide=_decide_t3,
    ),
    "T4": Claim(
        id="T4",
        text="Tokens against characters: shorter sequences and fewer steps, but a larger output layer.",
        rule="holds if counts (tokens, pairs of tokens, rows of the output layer) differ by 1.5 times or more and, "
        "for the same compute, 1,024 tokens predict unseen text in fewer bits a byte than bytes under every "
        "seed; with a condition if only the counts do",
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
        rule="holds if the same three sentences cost at least 1.5 times more tokens in the dearest language than "
        "in English, and 1.5 times more than their number of characters explains",
        decide=_decide_t6,
    ),
}

DIAGNOSES = {
    "06.bits_with_bytes": Diagnosis(
        above="Was the model trained for fewer steps, or on less text?",
        below="Is the scored text part of the training text?",
    ),
    "06.bits_with_512": Diagnosis(
        above="Was the loss shared among tokens instead of bytes?",
        below="Is the scored text part of the training text?",
    ),
}
