"""O5: what has to stay the same for a run to come out the same.

Texts are written once as they are, and once with one thing changed: nothing; neighbours (eight texts side by side
instead of one at a time); the number of threads; the processor's instructions (an older kind, in a process of its own);
the number format (16 bits instead of 32). The luck never changes: every text has its own row of spins, one a token. So
where a text comes out otherwise, the change has reached its probabilities.
"""

import copy
import json
import os
import subprocess
import sys
from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from course_lib.common.paths import ROOT
from course_lib.inference import KVCache, Sampler, pick
from course_lib.lineage.experiments.o1_repetition import opened
from course_lib.lineage.experiments.recipe import Experiment

CHANGES = ("nothing", "neighbours", "threads", "instructions", "16 bits")
N_PROMPT, N_SEEDS = 4, 5
OLDER = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}
"""Environment of a process that may not use the processor's wider instructions."""


@torch.inference_mode()
def write(
    model: nn.Module,
    prompts: Int[Tensor, "text token"],
    spins: Float[Tensor, "text new"],
    temperature: float,
    batch_size: int,
) -> tuple[list[list[int]], Float[Tensor, "text vocab"]]:
    """Go on with texts, the luck of every token given.

    Args:
        model: A `GPT` in evaluation mode.
        prompts: Beginnings, all of one length.
        spins: Where the wheel stops, for each text and each new token.
        temperature: 0 takes the likeliest, and needs no luck.
        batch_size: Texts side by side.

    Returns:
        The new tokens of each text, and the logits of its first one.
    """
    sampler, weight = Sampler(temperature=temperature), next(model.parameters())
    found: list[list[int]] = []
    first = []
    for start in range(0, len(prompts), batch_size):
        unread, luck = prompts[start : start + batch_size], spins[start : start + batch_size]
        cache = KVCache(model.config, len(unread), prompts.shape[1] + spins.shape[1], weight.dtype)
        chosen = []
        for place in range(spins.shape[1]):
            logits = model(unread, cache=cache, last_only=True)[:, -1].float()
            cache.advance(unread.shape[1])
            if place == 0:
                first.append(logits)
            chosen.append(pick(sampler.probabilities(logits), luck[:, place]))
            unread = chosen[-1][:, None]
        found += torch.stack(chosen, dim=1).tolist()
    return found, torch.cat(first)


@cache
def texts(
    seed: int, change: str, model: str, temperature: float, n_texts: int, n_tokens: int
) -> tuple[list[list[int]], list[list[float]]]:
    """Texts under a change, in this process; and the logits of their first tokens."""
    writer, _, openings = opened(model)
    chosen = [openings[(seed * n_texts + place) % len(openings)][:N_PROMPT] for place in range(n_texts)]
    prompts = torch.tensor([ids + ids[-1:] * (N_PROMPT - len(ids)) for ids in chosen])
    spins = torch.rand(n_texts, n_tokens, generator=torch.Generator().manual_seed(seed))
    if change == "16 bits":
        writer = copy.deepcopy(writer).to(torch.bfloat16)
    n_threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2 if change == "threads" else 1)
        found, logits = write(writer, prompts, spins, temperature, 8 if change == "neighbours" else 1)
    finally:
        torch.set_num_threads(n_threads)
    return found, logits.tolist()


def in_another_process(**asked: object) -> tuple[list[list[int]], list[list[float]]]:
    """`texts` where wider instructions are not to be had."""
    code = (
        "import json, sys; from course_lib.lineage.experiments.o5_repeatable import texts; "
        "print(json.dumps(texts(**json.loads(sys.argv[1]))))"
    )
    told = subprocess.run([sys.executable, "-c", code, json.dumps(asked)], env=os.environ | OLDER, cwd=ROOT,
                          capture_output=True, text=True, check=True)  # fmt: skip
    found, logits = json.loads(told.stdout.splitlines()[-1])
    return found, logits


def measure(seed: int, *, change: str, model: str, temperature: float, n_texts: int, n_tokens: int) -> dict[str, float]:
    """Compare texts with and without a change.

    Returns:
        `same`: share of texts that come out the same to the last token; `same_tokens`: tokens up to the first that
        differs, mean over texts; `largest_change`: of a logit of the first token.
    """
    if change not in CHANGES:
        raise ValueError(f"change is {change!r}: choose from {', '.join(CHANGES)}")
    asked = {"model": model, "temperature": temperature, "n_texts": n_texts, "n_tokens": n_tokens}
    before, logits = texts(seed, "nothing", **asked)
    if change == "instructions":
        after, changed = in_another_process(seed=seed, change="nothing", **asked)
    else:
        after, changed = texts.__wrapped__(seed, change, **asked)  # anew: what is kept would always be the same
    agree = [next((i for i, (a, b) in enumerate(zip(*pair, strict=True)) if a != b), n_tokens)
             for pair in zip(before, after, strict=True)]  # fmt: skip
    return {
        "same": sum(one == other for one, other in zip(before, after, strict=True)) / n_texts,
        "same_tokens": sum(agree) / n_texts,
        "largest_change": (torch.tensor(logits) - torch.tensor(changed)).abs().max().item(),
    }


def _settings(model: str, temperature: float, n_texts: int, n_tokens: int) -> tuple[dict, ...]:
    shared = {"model": model, "temperature": temperature, "n_texts": n_texts, "n_tokens": n_tokens}
    return tuple({"change": change} | shared for change in CHANGES)


EXPERIMENT = Experiment(
    id="O5",
    question="What has to stay the same for a run to come out the same?",
    measure=measure,
    settings={
        "small": _settings("base", 1.0, 4, 12)[:2],
        "full": _settings("base", 1.0, 8, 32),
    },
    n_seeds={"small": 1, "full": N_SEEDS},
)
