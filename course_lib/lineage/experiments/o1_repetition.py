"""O1: how often a model repeats itself, taking the likeliest token each time or drawing by probability.

`base` goes on from the names of people of its world; SmolLM2 from openings put together of a few words, as plain text.
A text ends where its model ends it, or is cut. No opening comes up under two seeds. Greedy texts are written twice.
"""

import random
from collections.abc import Hashable, Sequence
from functools import cache
from itertools import product

import torch
from torch import nn

from course_lib.inference import Sampler, generate
from course_lib.lineage.corpus import the_world
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.lineage.load import load
from course_lib.text import BPETokenizer
from course_lib.weights import load_smollm2

N_SEEDS, RUN, MAX_PERIOD = 5, 4, 32
_PLACES = "The old house by the river|The last train of the evening|A small shop in the harbour|The road to the north"
_TURNS = " was| had been| looked| seemed to be| used to be| would soon be| is| is known for| was once| has become"
OPENINGS = tuple(place + turn for place, turn in product(_PLACES.split("|"), _TURNS.split("|")))
"""Forty beginnings of sentences for SmolLM2."""


def repeated_share(tokens: Sequence[Hashable], n: int = RUN) -> float:
    """Share of the runs of `n` tokens that stood in the text before.

    Args:
        tokens: A text.
        n: Length of a run.

    Returns:
        From 0, everything new, towards 1; 0 for a text too short to repeat a run.

    Example:
        Runs of two in "a b a b a": ab, ba, ab again, ba again.

        >>> repeated_share("ababa", 2), repeated_share("abcde", 2)
        (0.5, 0.0)

    Source: Welleck et al. 2019, section 6, "rep-n" of a sequence, arXiv 1908.04319.
    """
    runs = [tuple(tokens[start : start + n]) for start in range(len(tokens) - n + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def loop_period(tokens: Sequence[Hashable], max_period: int = MAX_PERIOD) -> int:
    """How long the phrase is that a text repeats at its end, three times or more.

    Args:
        tokens: A text.
        max_period: Longest phrase to look for.

    Returns:
        Tokens of the phrase; 0 if the text does not end in a loop.

    Example:
        >>> loop_period("xyabcabcabc"), loop_period("abcdefgh")
        (3, 0)
    """
    for period in range(1, max_period + 1):
        end = tokens[len(tokens) - 3 * period :]
        if len(tokens) >= 3 * period and end[:-period] == end[period:]:
            return period
    return 0


@cache
def opened(name: str) -> tuple[nn.Module, BPETokenizer, tuple[list[int], ...]]:
    """A model, its tokenizer and all its openings as token ids, in an order that does not change."""
    if name == "base":
        model, tokenizer, _ = load("base")
        start = tokenizer.special_tokens["<|endoftext|>"]
        prompts = [[start, *tokenizer.encode(person.name)] for person in the_world(0).people]
    else:
        model, tokenizer = load_smollm2()
        prompts = [tokenizer.encode(opening) for opening in OPENINGS]
    random.Random(0).shuffle(prompts)
    return model, tokenizer, tuple(prompts)


def measure(seed: int, *, model: str, temperature: float, n_texts: int, n_tokens: int) -> dict[str, float]:
    """Write texts, greedy ones twice.

    Returns:
        `repeated`: share of runs of four tokens that stood in the same text before, mean over texts; `loops`: share of
        texts that end in a loop; `ended`: share that ended by themselves; `n_written`: tokens of a text, in the mean;
        at temperature 0 `same`: share that came out the same the second time.
    """
    writer, tokenizer, prompts = opened(model)
    first = seed % N_SEEDS * n_texts
    chosen, stops = prompts[first : first + n_texts], set(tokenizer.special_tokens.values())
    if len(chosen) < n_texts:
        raise ValueError(f"{n_texts} texts a seed are too many: there are {len(prompts)} openings for {N_SEEDS} seeds")
    asked = {"max_new_tokens": n_tokens, "sampler": Sampler(temperature=temperature), "stop_token_ids": tuple(stops)}
    once = generate(writer, chosen, generator=torch.Generator().manual_seed(seed), **asked)
    texts = [[token_id for token_id in new if token_id not in stops] for new in once]
    n = len(texts)
    found = {
        "repeated": sum(map(repeated_share, texts)) / n,
        "loops": sum(loop_period(text) > 0 for text in texts) / n,
        "ended": sum(bool(new) and new[-1] in stops for new in once) / n,
        "n_written": sum(map(len, texts)) / n,
    }
    if temperature > 0:
        return found
    again = generate(writer, chosen, **asked)
    return found | {"same": sum(one == other for one, other in zip(once, again, strict=True)) / n}


def _settings(n_base: int, n_smollm2: int, n_tokens: int) -> tuple[dict, ...]:
    sizes = {"base": n_base, "smollm2": n_smollm2}
    return tuple(
        {"model": model, "temperature": temperature, "n_texts": n_texts, "n_tokens": n_tokens}
        for model, n_texts in sizes.items()
        for temperature in (0.0, 1.0)
        if n_texts
    )


EXPERIMENT = Experiment(
    id="O1",
    question="Does always taking the likeliest token make a model repeat itself?",
    measure=measure,
    settings={"small": _settings(8, 0, 40), "full": _settings(40, 6, 64)},
    n_seeds={"small": 1, "full": N_SEEDS},
)
