"""P2 and P3: one small model with four ways of telling places, read at eight times the length it was trained on.

The text is the small world's: short pages, one behind the other. Nothing that stands far back helps, so a reader who is
not confused by places is as little surprised at place 500 as at place 50: whatever rises is the scheme's doing.
"""

from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Integer, Num
from torch import Tensor

from course_lib.inspection import capture
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import END_OF_TEXT, Batch, Batches, BPETokenizer
from course_lib.training import Loss, OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, token_losses, train
from course_lib.transformer import GPT, GPTConfig, Parts, causal_mask, interpolated_places, sinusoidal_table
from course_lib.world import World

TRAINED_LENGTH, LONGEST = 64, 512
"""Tokens in a window of training, and in the longest that is read."""

SCHEMES = ("sinusoidal", "learned", "rotary", "none")
N_STEPS = 300
"""Optimizer steps of 1,024 tokens."""

FIXES = ("as it is", "windowed", "squeezed", "squeezed, tuned", "tuned")
"""What is done to a trained model before it reads `LONGEST` tokens: nothing; no token looks back further than in
training; position interpolation; interpolation and some training at that length; the same training without it."""

EDGES = (0, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512)
"""Places at which the results are cut into stretches."""

PARTS = Parts()


@cache
def text() -> tuple[Integer[np.ndarray, "corpus"], Int[Tensor, "window token"]]:
    """The tokens to train on, and windows of `LONGEST` + 1 tokens of other pages."""
    documents = list(World.generate(seed=0).documents(60_000, seed=3))
    joined = END_OF_TEXT.join(documents)
    tokenizer = BPETokenizer.train(joined[: len(joined) // 2], vocab_size=512, special_tokens=(END_OF_TEXT,))
    ids = np.array(tokenizer.encode(joined, allow_special=True), dtype=np.uint16)
    split = len(ids) * 9 // 10
    held_out = torch.from_numpy(ids[split:].astype(np.int64)).unfold(0, LONGEST + 1, 100)
    return ids[:split], held_out


def build(positions: str, n_layers: int = 2, parts: Parts = PARTS) -> GPT:
    """A fresh small model with one of `SCHEMES`, with room for `LONGEST` tokens.

    Sinusoidal places are a table of learned ones that is filled in by formula and never changed. It is scaled to the
    size of fresh token vectors.
    """
    if positions not in SCHEMES:
        raise ValueError(f"positions is {positions!r}: choose from {', '.join(SCHEMES)}")
    kind = "learned" if positions == "sinusoidal" else positions
    config = GPTConfig(vocab_size=512, context_length=LONGEST, n_layers=n_layers, n_heads=4, d_model=64,
                       feed_forward="squared_relu", attention="naive", positions=kind)  # fmt: skip
    model = GPT(config, parts)
    if positions == "sinusoidal":
        table = model.position_embedding.weight
        table.data.copy_(SINUSOIDAL_SCALE * sinusoidal_table(LONGEST, config.d_model))
        table.requires_grad_(False)
    return model


def copied(model: GPT, parts: Parts) -> GPT:
    """The same weights in a model of other parts, as after `build`."""
    twin = GPT(model.config, parts)
    twin.load_state_dict(model.state_dict())
    return twin


SINUSOIDAL_SCALE = 0.1
"""Size of the waves; of 0.02, 0.1, 0.5 and 1 the one that predicts best within `TRAINED_LENGTH`, on another seed."""


def places_of(n_tokens: int, squeezed: bool) -> Num[Tensor, "1 token"] | None:
    """Squeezed places for a text of some length; None counts them as usual."""
    return interpolated_places(n_tokens, TRAINED_LENGTH)[None] if squeezed else None


def recent_mask(n_tokens: int) -> Bool[Tensor, "query key"]:
    """Who may look at whom if nobody looks back further than in training: itself and 63 tokens before.

    Example:
        >>> recent_mask(100).sum(dim=-1)[[0, 10, 63, 64, 99]].tolist()
        [1, 11, 64, 64, 64]
    """
    return causal_mask(n_tokens).triu(1 - TRAINED_LENGTH)


def learn(model: GPT, length: int, n_steps: int, seed: int, *, squeezed: bool = False, rate: float = 1.0) -> None:
    """Train a model on windows of one length, 1,024 tokens a step.

    Args:
        model: Changed in place.
        length: Tokens in a window.
        n_steps: Optimizer steps.
        seed: Of the order of the text.
        squeezed: Whether places are interpolated.
        rate: Factor on the usual learning rates.
    """
    rates = OptimizerConfig(matrix_learning_rate=0.01 * rate, embedding_learning_rate=0.01 * rate,
                            vector_learning_rate=0.01 * rate)  # fmt: skip

    def loss(model: GPT, batch: Batch) -> Loss:
        losses = token_losses(model(batch.token_ids, positions=places_of(length, squeezed)), batch.targets)
        return Loss(losses.sum(), losses.numel())

    batches = Batches(text()[0], batch_size=1024 // length, context_length=length, seed=seed)
    config = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    for _ in train(model, batches, make_optimizer(model, rates), config, loss):
        pass


@torch.no_grad()
def loss_by_place(model: GPT, squeezed: bool = False) -> Float[Tensor, "token"]:
    """Mean surprise on unseen text, in nats, at each place of a window of `LONGEST` tokens."""
    model.eval()
    total = torch.zeros(LONGEST)
    for rows in text()[1].split(8):
        logits = model(rows[:, :-1], positions=places_of(LONGEST, squeezed))
        total += token_losses(logits, rows[:, 1:]).sum(dim=0)
    return total / len(text()[1])


@torch.no_grad()
def place_error(model: GPT) -> float:
    """How far off a straight-line guess of the place is, in tokens, from what the last block leaves of a token.

    A row of weights is fitted by least squares to half of the windows and asked about the other half. Guessing the
    middle of 64 places is 16 tokens off on average.
    """
    windows = text()[1][:, :TRAINED_LENGTH]
    last = f"blocks.{len(model.blocks) - 1}"
    with capture(model.eval(), [last]) as seen:
        model(windows)
    features = torch.cat((seen[last], torch.ones(*windows.shape, 1)), dim=-1).double()
    places = torch.arange(TRAINED_LENGTH).double().expand(len(windows), -1)
    half = len(windows) // 2
    fitted, asked = features[:half].flatten(0, 1), features[half:].flatten(0, 1)
    ridge = 1e-6 * torch.eye(features.shape[-1]).double() * fitted.square().mean() * len(fitted)
    weights = torch.linalg.solve(fitted.T @ fitted + ridge, fitted.T @ places[:half].flatten())
    return (asked @ weights - places[half:].flatten()).abs().mean().item()


@torch.no_grad()
def order_cost(model: GPT) -> float:
    """How much the surprise at place 63 rises when all tokens before it are shuffled, in nats; 0 for a bag of words."""
    windows = text()[1][:, : TRAINED_LENGTH + 1]
    generator = torch.Generator().manual_seed(0)
    shuffle = torch.rand(len(windows), TRAINED_LENGTH - 1, generator=generator).argsort(dim=-1)
    mixed = windows.clone()
    mixed[:, : TRAINED_LENGTH - 1] = windows[:, : TRAINED_LENGTH - 1].gather(1, shuffle)
    target = windows[:, -1:]
    before, after = (
        token_losses(model.eval()(each[:, :-1], last_only=True), target).mean() for each in (windows, mixed)
    )
    return (after - before).item()


@lru_cache(maxsize=2)
def _trained(seed: int, positions: str, n_layers: int, length: int, n_steps: int) -> tuple[GPT, float]:
    """A trained model, kept for the fixes that are tried on it, and its `place_error` before training."""
    torch.manual_seed(seed)
    model = build(positions, n_layers)
    untrained = place_error(model)
    learn(model, length, n_steps, seed)
    return model, untrained


def measure(
    seed: int, *, positions: str, n_layers: int, length: int, n_steps: int, fix: str = "as it is"
) -> dict[str, float]:
    """Train one model, mend it if asked, and read eight times as much at once.

    Returns:
        `from_0`, `from_8`, …: mean surprise in each stretch of places, in nats; `in_range`: in places 32 to 63; `far`:
        in places 256 to 511; `order_cost`, `place_error`, and `place_error_untrained`: before training.
    """
    if fix not in FIXES:
        raise ValueError(f"fix is {fix!r}: choose from {', '.join(FIXES)}")
    model, untrained = _trained(seed, positions, n_layers, length, n_steps)
    squeezed = fix.startswith("squeezed")
    if fix == "windowed" or fix.endswith("tuned"):
        model = copied(model, Parts(mask=recent_mask) if fix == "windowed" else PARTS)
    if fix.endswith("tuned"):
        learn(model, LONGEST, max(1, n_steps // 10), seed, squeezed=squeezed, rate=0.3)
    losses = loss_by_place(model, squeezed)
    found = {f"from_{low}": losses[low:high].mean().item() for low, high in pairwise(EDGES)}
    found |= {"in_range": losses[32:64].mean().item(), "far": losses[256:].mean().item()}
    return found | {"order_cost": order_cost(model), "place_error": place_error(model),
                    "place_error_untrained": untrained}  # fmt: skip


def _setting(
    positions: str, n_steps: int, *, n_layers: int = 2, length: int = TRAINED_LENGTH, fix: str = FIXES[0]
) -> dict:
    return {"positions": positions, "n_layers": n_layers, "length": length, "n_steps": n_steps, "fix": fix}


EXPERIMENT = Experiment(
    id="P2",
    question="What do places buy, and what becomes of each scheme beyond the length that it was trained on?",
    measure=measure,
    settings={
        "small": tuple(_setting("rotary", 10, fix=fix) for fix in ("as it is", "windowed", "squeezed, tuned")),
        "full": (
            *(_setting(scheme, N_STEPS) for scheme in ("sinusoidal", "none")),
            *(_setting("learned", N_STEPS, fix=fix) for fix in FIXES[:2]),
            *(_setting("rotary", N_STEPS, fix=fix) for fix in FIXES),
            *(_setting(scheme, N_STEPS, n_layers=1) for scheme in ("rotary", "none")),
        ),
    },
    n_seeds={"small": 1, "full": 5},
)
