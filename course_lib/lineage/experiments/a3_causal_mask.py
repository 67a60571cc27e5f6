"""A3: the same small model trained with the causal mask and without; what it knows where there is nothing to copy."""

from collections.abc import Callable
from functools import cache

import numpy as np
import torch
from torch import Tensor

from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import END_OF_TEXT, Batches, BPETokenizer
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, token_losses, train
from course_lib.transformer import GPT, GPTConfig, Parts, causal_mask
from course_lib.world import World

VOCAB_SIZE, CONTEXT_LENGTH = 512, 64


@cache
def small_text() -> tuple[BPETokenizer, np.ndarray]:
    """Pages about the small world as one row of tokens of a small vocabulary of their own, and its tokenizer."""
    text = END_OF_TEXT.join(World.generate(seed=0).documents(30_000, seed=3))
    tokenizer = BPETokenizer.train(text, vocab_size=VOCAB_SIZE, special_tokens=(END_OF_TEXT,))
    return tokenizer, np.array(tokenizer.encode(text, allow_special=True), dtype=np.uint16)


def world_ids() -> np.ndarray:
    """The row of tokens of `small_text`."""
    return small_text()[1]


def learned_and_held_out() -> tuple[np.ndarray, np.ndarray]:
    """The first nine tenths of the tokens, to learn from, and the rest."""
    ids = world_ids()
    return ids[: len(ids) * 9 // 10], ids[len(ids) * 9 // 10 :]


def see_everything(n_tokens: int) -> Tensor:
    """No mask: every token may look at every other."""
    return torch.ones(n_tokens, n_tokens, dtype=torch.bool)


def trained_with(mask: Callable[[int], Tensor], seed: int, n_steps: int = 150) -> GPT:
    """Train a small GPT on the small text with a mask.

    Args:
        mask: `mask(n_tokens)`, True where looking is allowed.
        seed: Of the weights and of the order of the text.
        n_steps: Steps of 16 windows of 64 tokens.
    """
    torch.manual_seed(seed)
    ids, _ = learned_and_held_out()
    config = GPTConfig(
        vocab_size=VOCAB_SIZE, context_length=CONTEXT_LENGTH, n_layers=2, n_heads=4, d_model=64, qk_norm=True
    )
    model = GPT(config, Parts(mask=mask))
    batches = Batches(ids, batch_size=16, context_length=CONTEXT_LENGTH, seed=seed)
    schedule = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    for _ in train(model, batches, make_optimizer(model, OptimizerConfig()), schedule):
        pass
    return model.eval()


@torch.no_grad()
def losses_by_place(model: GPT) -> dict[str, float]:
    """Score a model on held-out windows, in the middle and at the last place.

    Args:
        model: One that `trained_with` trained.

    Returns:
        `middle` and `last`: mean loss in nats at the 32nd place of a window, where the next token stands on the page,
        and at its last, where it does not.
    """
    _, ids = learned_and_held_out()
    held_out = torch.from_numpy(ids.astype(np.int64)).unfold(0, CONTEXT_LENGTH + 1, 8)
    losses = token_losses(model(held_out[:, :-1]), held_out[:, 1:])
    return {"middle": losses[:, CONTEXT_LENGTH // 2 - 1].mean().item(), "last": losses[:, -1].mean().item()}


def measure(seed: int, *, masked: bool, n_steps: int) -> dict[str, float]:
    """One model, its losses in the middle and at the last place of a window."""
    return losses_by_place(trained_with(causal_mask if masked else see_everything, seed, n_steps))


EXPERIMENT = Experiment(
    id="A3",
    question="What does a model learn that may look at the next token, and what is it worth where it may not?",
    measure=measure,
    settings={
        "small": ({"masked": False, "n_steps": 10},),
        "full": ({"masked": True, "n_steps": 150}, {"masked": False, "n_steps": 150}),
    },
    n_seeds={"small": 1, "full": 5},
)
