"""P2 and P3: what stood three tokens back? One small model with four ways of telling places, then longer texts.

Every text is a start token and then items drawn at random, so nothing but order helps: at each place the answer is the
item that stood three places before, and guessing among sixteen is a surprise of 2.77 nats, wherever it is done. The
models learn on texts of 64 tokens and are asked in texts of 512. Whatever rises there is the scheme's doing.
"""

from functools import lru_cache
from itertools import pairwise

import torch
from jaxtyping import Bool, Float, Num
from torch import Tensor

from course_lib.inspection import capture
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.text import Batch
from course_lib.training import Loss, OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, token_losses, train
from course_lib.training.loss import IGNORE
from course_lib.transformer import GPT, GPTConfig, Parts, causal_mask, interpolated_places, sinusoidal_table

TRAINED_LENGTH, LONGEST = 64, 512
"""Tokens in a text of training, and in the longest that is read."""

N_ITEMS, BACK = 16, 3
"""How many kinds of item there are, and how many places back the one stands that is asked for."""

N_STEPS, STEP_TOKENS = 150, 1024
"""Optimizer steps of a training, and tokens in each."""

SCHEMES = ("sinusoidal", "learned", "rotary", "none")
FIXES = ("as it is", "windowed", "squeezed", "squeezed, tuned", "tuned")
"""What is done to a trained model before it reads `LONGEST` tokens: nothing; no token looks back further than in
training; position interpolation; interpolation and some training at that length; the same training without it."""

EDGES = (4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512)
"""Places at which the results are cut into stretches."""

PARTS = Parts()


def make_texts(n_texts: int, length: int, generator: torch.Generator) -> Batch:
    """Random texts, and at each place the item that stood three before; the first places have nothing to answer.

    Example:
        >>> texts = make_texts(1, 9, torch.Generator().manual_seed(0))
        >>> texts.token_ids[0, 0].item() == N_ITEMS, texts.targets[0, :4].tolist() == [IGNORE] * 4
        (True, True)
        >>> bool((texts.targets[0, 4:] == texts.token_ids[0, 1:-3]).all())
        True
    """
    token_ids = torch.randint(N_ITEMS, (n_texts, length), generator=generator)
    token_ids[:, 0] = N_ITEMS
    targets = torch.full_like(token_ids, IGNORE)
    targets[:, BACK + 1 :] = token_ids[:, 1:-BACK]
    return Batch(token_ids, targets)


def build(positions: str, n_layers: int = 2, parts: Parts = PARTS) -> GPT:
    """A fresh small model with one of `SCHEMES`, with room for `LONGEST` tokens.

    Sinusoidal places are a table of learned ones that is filled in by formula and never changed.
    """
    if positions not in SCHEMES:
        raise ValueError(f"positions is {positions!r}: choose from {', '.join(SCHEMES)}")
    kind = "learned" if positions == "sinusoidal" else positions
    config = GPTConfig(vocab_size=N_ITEMS + 1, context_length=LONGEST, n_layers=n_layers, n_heads=4, d_model=64,
                       feed_forward="squared_relu", positions=kind)  # fmt: skip
    model = GPT(config, parts)
    if positions == "sinusoidal":
        table = model.position_embedding.weight
        table.data.copy_(SINUSOIDAL_SCALE * sinusoidal_table(LONGEST, config.d_model))
        table.requires_grad_(False)
    return model


SINUSOIDAL_SCALE = 0.1
"""Size of the waves, chosen on another seed and another task (text): of 0.02, 0.1, 0.5 and 1 it predicted best."""


def copied(model: GPT, parts: Parts) -> GPT:
    """The same weights in a model of other parts, as after `build`."""
    twin = GPT(model.config, parts)
    twin.load_state_dict(model.state_dict())
    return twin


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
    """Train a model on texts of one length, `STEP_TOKENS` tokens a step.

    Args:
        model: Changed in place.
        length: Tokens in a text.
        n_steps: Optimizer steps.
        seed: Of the texts.
        squeezed: Whether places are interpolated.
        rate: Factor on the usual learning rates.
    """
    rates = OptimizerConfig(matrix_learning_rate=0.01 * rate, embedding_learning_rate=0.01 * rate,
                            vector_learning_rate=0.01 * rate)  # fmt: skip

    def loss(model: GPT, batch: Batch) -> Loss:
        losses = token_losses(model(batch.token_ids, positions=places_of(length, squeezed)), batch.targets)
        return Loss(losses.sum(), int((batch.targets != IGNORE).sum()))

    generator = torch.Generator().manual_seed(seed)
    texts = (make_texts(STEP_TOKENS // length, length, generator) for _ in range(n_steps))
    config = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    for _ in train(model, texts, make_optimizer(model, rates), config, loss):
        pass


def unread() -> Batch:
    """Texts of `LONGEST` tokens that no training has met, the same for all models."""
    return make_texts(64, LONGEST, torch.Generator().manual_seed(10_000))


@torch.no_grad()
def loss_by_place(model: GPT, squeezed: bool = False) -> Float[Tensor, "token"]:
    """Mean surprise at each place of unread texts of `LONGEST` tokens, in nats; 0 where nothing is asked."""
    model.eval()
    texts, places = unread(), places_of(LONGEST, squeezed)
    logits = torch.cat([model(rows, positions=places) for rows in texts.token_ids.split(8)])
    return token_losses(logits, texts.targets).mean(dim=0)


@torch.no_grad()
def place_errors(model: GPT) -> list[float]:
    """How far off a straight-line guess of the place is, in tokens, from what each block leaves of a token.

    A row of weights is fitted by least squares to half of the texts and asked about the other half. Guessing the middle
    of 64 places is 16 tokens off on average.
    """
    rows = make_texts(256, TRAINED_LENGTH, torch.Generator().manual_seed(10_001)).token_ids
    names = [f"blocks.{index}" for index in range(len(model.blocks))]
    with capture(model.eval(), names) as seen:
        model(rows)
    places, half, errors = torch.arange(TRAINED_LENGTH).double().expand(len(rows), -1), len(rows) // 2, []
    for features in seen.values():
        features = torch.cat((features, torch.ones(*rows.shape, 1)), dim=-1).double()
        fitted, asked = features[:half].flatten(0, 1), features[half:].flatten(0, 1)
        ridge = 1e-9 * torch.diag(fitted.square().sum(dim=0))
        weights = torch.linalg.solve(fitted.T @ fitted + ridge, fitted.T @ places[:half].flatten())
        errors.append((asked @ weights - places[half:].flatten()).abs().mean().item())
    return errors


@lru_cache(maxsize=2)
def _trained(seed: int, positions: str, n_layers: int, n_steps: int) -> tuple[GPT, float]:
    """A trained model, kept for the fixes that are tried on it, and its smallest of `place_errors` before training."""
    torch.manual_seed(seed)
    model = build(positions, n_layers)
    untrained = min(place_errors(model))
    learn(model, TRAINED_LENGTH, n_steps, seed)
    return model, untrained


def measure(seed: int, *, positions: str, n_layers: int, n_steps: int, fix: str = "as it is") -> dict[str, float]:
    """Train one model, mend it if asked, and read eight times as much at once.

    Returns:
        `from_4`, `from_8`, …: mean surprise in each stretch of places, in nats; `in_range`: in places 32 to 63; `far`:
        in places 256 to 511; `place_error`: the smallest of `place_errors`, and `place_error_untrained`: the same
        before training.
    """
    if fix not in FIXES:
        raise ValueError(f"fix is {fix!r}: choose from {', '.join(FIXES)}")
    model, untrained = _trained(seed, positions, n_layers, n_steps)
    squeezed = fix.startswith("squeezed")
    if fix == "windowed" or fix.endswith("tuned"):
        model = copied(model, Parts(mask=recent_mask) if fix == "windowed" else PARTS)
    if fix.endswith("tuned"):
        learn(model, LONGEST, max(1, n_steps // 10), seed + 1000, squeezed=squeezed, rate=0.3)
    losses = loss_by_place(model, squeezed)
    found = {f"from_{low}": losses[low:high].mean().item() for low, high in pairwise(EDGES)}
    found |= {"in_range": losses[32:64].mean().item(), "far": losses[256:].mean().item()}
    return found | {"place_error": min(place_errors(model)), "place_error_untrained": untrained}


def _setting(positions: str, n_steps: int, *, n_layers: int = 2, fix: str = FIXES[0]) -> dict:
    return {"positions": positions, "n_layers": n_layers, "n_steps": n_steps, "fix": fix}


EXPERIMENT = Experiment(
    id="P2",
    question="Who can say what stood three tokens back, and who still can in longer texts than those of training?",
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
