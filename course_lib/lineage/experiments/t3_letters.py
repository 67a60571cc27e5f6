"""T3: how often a letter occurs in a word, asked of SmolLM2: the word whole, its letters apart, or other words instead.

Whole, a common word is one or two tokens, and its letters are nowhere to be seen. Spelled with spaces or hyphens every
letter is a token. With a noun in the place of each letter the count is the same, and nothing is hidden either. Answers
are 1, 2 and 3, each as often, so that always giving one of them is right in a third. The answer is the likeliest of
the ten digits; no question comes up under two seeds.
"""

import random
from collections import Counter
from collections.abc import Sequence
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.evaluation import bootstrap_interval
from course_lib.inference import KVCache
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import BPETokenizer
from course_lib.weights import encode_chatml, load_smollm2

_WORDS = """accident active added alphabet animal apple assistant attention attitude avocado banana barrier believe
between beverage bottle bubble butter button cactus cannon capital carrier cathedral cemetery centre character
circus civilian classes classic cocoon colour committee criticism cucumber daddy discuss discussion division doctor
element elephant eleven employee error evidence excellent follow foolish forgotten freedom garden greedy hammer
happy hello hollow horror initial institute institution intuition island lesson letter little lullaby magnificent
mammal marathon matter memory million minimum mirror moment monsoon motor needle nineteen parallel passenger pepper
people photo picnic pineapple potato presence princess process puppy purpose pyjamas raspberry receive remember
salad season sentence shadow sleeve statistics stress strawberry stutter success summer tattoo teacher territory
terror thunder tomato tomorrow umbrella unusual village wedding window yellow"""
WORDS = _WORDS.split()
"""Words in which the answers are looked for."""

_NOUNS = """cat dog tree house book fish bird car door water road hill boat lamp shoe hat ring key box cup leaf rain
snow star moon sun"""
NOUNS = _NOUNS.split()
"""The word that stands for each letter of the alphabet; each is one token of SmolLM2."""

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
ANSWERS, N_SEEDS, N_EXAMPLES = (1, 2, 3), 5, 6
SHOWN = ("whole", "spaces", "hyphens", "nouns")
Pair = tuple[str, str]


def pairs_of(answer: int) -> list[Pair]:
    """Every word with a letter that it holds so many times, in an order that does not change."""
    found = [(word, letter) for word in WORDS for letter, times in Counter(word).items() if times == answer]
    random.Random(answer).shuffle(found)
    return found


def draw(seed: int, n_questions: int) -> tuple[list[Pair], list[Pair]]:
    """Examples and questions of a seed: every answer as often, no question under two of the five seeds.

    Args:
        seed: Which fifth of the questions, and which examples in which order.
        n_questions: How many; a multiple of the number of answers.
    """
    each, shown = n_questions // len(ANSWERS), N_EXAMPLES // len(ANSWERS)
    source, examples, questions = random.Random(seed), [], []
    for answer in ANSWERS:
        pairs = pairs_of(answer)
        kept = len(pairs) - N_SEEDS * each
        if kept < shown:
            raise ValueError(
                f"{n_questions} questions a seed are too many: {len(pairs)} words have a letter {answer} ×"
            )
        examples += source.sample(pairs[:kept], shown)
        first = kept + seed % N_SEEDS * each
        questions += pairs[first : first + each]
    source.shuffle(examples)
    return examples, questions


def display(word: str, shown: str) -> str:
    """A word as the model gets to see it.

    Example:
        >>> [display("bed", shown) for shown in SHOWN]
        ['bed', 'b e d', 'b-e-d', 'dog book house']
    """
    if shown == "nouns":
        return " ".join(NOUNS[ALPHABET.index(letter)] for letter in word)
    return {"whole": "", "spaces": " ", "hyphens": "-"}[shown].join(word)


def prompt(tokenizer: BPETokenizer, pair: Pair, examples: Sequence[Pair], form: str, shown: str) -> list[int]:
    """Token ids up to where the digit comes.

    Args:
        tokenizer: SmolLM2's.
        pair: A word and the letter to count.
        examples: Pairs that come before it with their answers, in the form `examples`.
        form: `examples` (a list of cases, the last one open) or `chat` (a question, and a reply that has begun).
        shown: How words are written: one of `SHOWN`.
    """
    letter = display(pair[1], shown)
    if form == "chat":
        question = f'How many times does "{letter}" occur in "{display(pair[0], shown)}"? Answer with a number.'
        return encode_chatml([{"role": "user", "content": question}], tokenizer) + tokenizer.encode("The answer is ")
    told = [f"In: {display(w, shown)}\nCount: {display(x, shown)}\nAnswer: {w.count(x)}\n\n" for w, x in examples]
    return tokenizer.encode("".join(told) + f"In: {display(pair[0], shown)}\nCount: {letter}\nAnswer: ")


@torch.no_grad()
def read_all(model: nn.Module, prompts: Sequence[Sequence[int]]) -> list[Float[Tensor, "scored vocab"]]:
    """Scores of the next token behind the last tokens of each prompt; what all prompts begin with is read once."""
    shortest = min(prompts, key=len)
    n_shared = next(n for n in range(len(shortest) - 1, -1, -1) if all(each[:n] == shortest[:n] for each in prompts))
    cache = KVCache(model.config, 1, max_length=max(map(len, prompts)))
    if n_shared:
        model(torch.tensor([prompts[0][:n_shared]]), cache)
        cache.advance(n_shared)
    return [
        model(torch.tensor([each[n_shared:]]), cache)[0] for each in prompts
    ]  # not advanced: the next one overwrites


def count_letters(
    model: nn.Module, tokenizer: BPETokenizer, seed: int, *, form: str, shown: str, n_questions: int
) -> tuple[list[int], list[int]]:
    """Ask how often a letter occurs.

    Args:
        model: SmolLM2.
        tokenizer: Its own.
        seed: Draws questions and examples.
        form: `examples` or `chat`.
        shown: How words are written: one of `SHOWN`.
        n_questions: How many.

    Returns:
        What it said, and what is right.
    """
    examples, questions = draw(seed, n_questions)
    prompts = [prompt(tokenizer, pair, examples, form, shown) for pair in questions]
    digits = [tokenizer.encode(str(digit))[0] for digit in range(10)]
    said = [int(scores[-1, digits].argmax()) for scores in read_all(model, prompts)]
    return said, [word.count(letter) for word, letter in questions]


def spell_words(model: nn.Module, tokenizer: BPETokenizer, seed: int, n_questions: int) -> list[bool]:
    """Whether the model, shown examples, would write each word letter by letter without a mistake.

    Each letter is judged behind the right letters before it: all are right if and only if writing the likeliest token
    each time spells the word.
    """
    examples, questions = draw(seed, n_questions)
    told = "".join(f"In: {word}\nLetters: {display(word, 'spaces')}\n\n" for word, _ in examples)
    open_ = [tokenizer.encode(f"{told}In: {word}\nLetters:") for word, _ in questions]
    closed = [tokenizer.encode(f"{told}In: {word}\nLetters: {display(word, 'spaces')}\n") for word, _ in questions]
    found = []
    for start, ids, scores in zip(open_, closed, read_all(model, closed), strict=True):
        n_written = len(ids) - len(start)
        found.append(scores[-n_written - 1 : -1].argmax(dim=-1).tolist() == ids[-n_written:])
    return found


def name_last_letters(
    model: nn.Module, tokenizer: BPETokenizer, seed: int, *, shown: str, n_questions: int
) -> tuple[list[str], list[str]]:
    """Ask for the last letter of each word, which takes no counting; the answer is the likeliest of the 26 letters.

    Args:
        model: SmolLM2.
        tokenizer: Its own.
        seed: Draws words and examples.
        shown: How words are written: `whole` or `spaces`.
        n_questions: How many words are drawn; one that comes up twice is asked once.

    Returns:
        What it said, and what is right.
    """
    examples, questions = draw(seed, n_questions)
    told = "".join(f"In: {display(word, shown)}\nLast letter: {word[-1]}\n\n" for word, _ in examples)
    words = list(dict.fromkeys(word for word, _ in questions))
    prompts = [tokenizer.encode(f"{told}In: {display(word, shown)}\nLast letter:") for word in words]
    ids = [tokenizer.encode(f" {letter}")[0] for letter in ALPHABET]
    return [ALPHABET[int(scores[-1, ids].argmax())] for scores in read_all(model, prompts)], [
        word[-1] for word in words
    ]


@cache
def smollm2() -> tuple[nn.Module, BPETokenizer]:
    """The model, opened once."""
    return load_smollm2()


def measure(seed: int, *, form: str, shown: str, n_questions: int) -> dict[str, float]:
    """One seed's questions.

    Returns:
        `right`: share of right answers; `low` and `high`: its 95 % interval over words; `favourite`: how often it gave
        its own most frequent answer; `commonest`: how often the commonest right answer is right. In the form
        `spelling`, where it is asked for all letters, the last two are 0; in the form `last` for the last one.
    """
    model, tokenizer = smollm2()
    if form == "spelling":
        said, answers = spell_words(model, tokenizer, seed, n_questions), [True] * n_questions
    elif form == "last":
        said, answers = name_last_letters(model, tokenizer, seed, shown=shown, n_questions=n_questions)
    else:
        said, answers = count_letters(model, tokenizer, seed, form=form, shown=shown, n_questions=n_questions)
    right = [mine == answer for mine, answer in zip(said, answers, strict=True)]
    favourite, commonest = (0.0 if form == "spelling" else _top_share(each) for each in (said, answers))
    interval = bootstrap_interval([float(each) for each in right])
    return {"right": interval.value, "low": interval.low, "high": interval.high, "favourite": favourite,
            "commonest": commonest}  # fmt: skip


def _top_share(values: Sequence[object]) -> float:
    """How large a part of all the most frequent value is."""
    return max(Counter(values).values()) / len(values)


def _settings(n_questions: int) -> tuple[dict, ...]:
    asked = [*(("examples", shown) for shown in SHOWN), ("chat", "whole"), ("chat", "spaces"), ("spelling", "whole")]
    asked += [("last", "whole"), ("last", "spaces")]
    return tuple({"form": form, "shown": shown, "n_questions": n_questions} for form, shown in asked)


EXPERIMENT = Experiment(
    id="T3",
    question="Does a model miscount letters because tokens hide them, or can it not count?",
    measure=measure,
    settings={"small": _settings(3)[:1], "full": _settings(24)},
    n_seeds={"small": 1, "full": N_SEEDS},
)
