"""T4: the same small GPT with vocabularies of 257, 1,024 and 4,096 tokens, given the same text or the same compute.

Losses per token cannot be compared, since tokens differ in length: all are scored in bits per byte of unseen text. The
smaller vocabularies are beginnings of the largest one. Compute counts 6 operations for each weight and token.
"""

from functools import cache
from itertools import accumulate

import numpy as np
import torch

from course_lib.evaluation import bits_per_byte
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import END_OF_TEXT, Batches, BPETokenizer, corpus
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, train
from course_lib.transformer import GPT, GPTConfig, count_parameters
from course_lib.world import World

LARGEST, CONTEXT_LENGTH, BATCH_SIZE = 4096, 64, 8
N_TRAIN, N_SCORED = 1_200_000, 20_000
"""Bytes of text to train on, tokenizer included, and to score."""


@cache
def texts(name: str) -> tuple[str, str]:
    """Text to learn from, and the beginning of the documents after it, to be scored on."""
    documents = list(World.generate(seed=0).documents(40_000, seed=5) if name == "world" else corpus(name).documents())
    sizes = accumulate(len(document) for document in documents)
    n_seen = min(sum(size < N_TRAIN for size in sizes), len(documents) * 9 // 10)
    return END_OF_TEXT.join(documents[:n_seen]), "\n".join(documents[n_seen:])[:N_SCORED]


@cache
def tokenizer_of(name: str) -> BPETokenizer:
    """The largest vocabulary, learned from a text."""
    return BPETokenizer.train(texts(name)[0], vocab_size=LARGEST)


def plan(config: GPTConfig, bytes_per_token: float, *, budget: str, amount: float | int) -> int:
    """How many steps a budget buys.

    Args:
        config: The model.
        bytes_per_token: How much text a token covers.
        budget: `text` or `compute`.
        amount: Bytes of text to read, or operations to spend.

    Example:
        >>> config = GPTConfig(vocab_size=257, context_length=64, n_layers=1, n_heads=1, d_model=8)
        >>> plan(config, bytes_per_token=2.0, budget="text", amount=10_240)     # 5,120 tokens, 512 a step
        10
    """
    if budget not in ("text", "compute"):
        raise ValueError(f"budget is {budget!r}: choose text or compute")
    n_tokens = amount / (bytes_per_token if budget == "text" else 6 * count_parameters(config))
    return max(1, round(n_tokens / (BATCH_SIZE * CONTEXT_LENGTH)))


def measure(
    seed: int, *, corpus: str, vocab_size: int, budget: str, amount: float | int, d_model: int
) -> dict[str, float | int]:
    """Train one model and score it on unseen text.

    Returns:
        `bits_per_byte` on unseen text; `nats_per_token` there, which must not be compared; `bytes_per_token`;
        `n_steps`; `bytes_read`; `operations`; `n_parameters`.
    """
    torch.manual_seed(seed)
    seen, unseen = texts(corpus)
    tokenizer = tokenizer_of(corpus).shrink(vocab_size)
    ids = np.array(tokenizer.encode(seen, allow_special=True), dtype=np.uint16)
    bytes_per_token = len(seen.encode()) / len(ids)
    config = GPTConfig(
        vocab_size=vocab_size, context_length=CONTEXT_LENGTH, n_layers=2, n_heads=4, d_model=d_model, qk_norm=True
    )
    n_steps = plan(config, bytes_per_token, budget=budget, amount=amount)
    model = GPT(config)
    batches = Batches(ids, BATCH_SIZE, CONTEXT_LENGTH, seed)
    schedule = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    for _ in train(model, batches, make_optimizer(model, OptimizerConfig()), schedule):
        pass
    n_tokens, found = n_steps * BATCH_SIZE * CONTEXT_LENGTH, bits_per_byte(model, tokenizer, unseen)
    nats = found * np.log(2) * len(unseen.encode()) / len(tokenizer.encode(unseen))
    return {
        "bits_per_byte": found, "nats_per_token": float(nats), "bytes_per_token": bytes_per_token, "n_steps": n_steps,
        "bytes_read": n_tokens * bytes_per_token, "operations": 6.0 * count_parameters(config) * n_tokens,
        "n_parameters": count_parameters(config),
    }  # fmt: skip


def _settings(corpus: str, sizes: tuple[int, ...], d_model: int, **budgets: float | int) -> tuple[dict, ...]:
    return tuple(
        {"corpus": corpus, "vocab_size": size, "budget": budget, "amount": amount, "d_model": d_model}
        for budget, amount in budgets.items()
        for size in sizes
    )


EXPERIMENT = Experiment(
    id="T4",
    question="How large a vocabulary predicts unseen text best, for the same text or the same compute?",
    measure=measure,
    settings={
        "small": _settings("world", (257, 512), 32, text=20_000),
        "full": _settings("shakespeare", (257, 1024, 4096), 64, text=300_000, compute=2.5e11),
    },
    n_seeds={"small": 1, "full": 5},
)
