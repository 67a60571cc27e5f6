"""A6: one marked token, then more and more others, then: which was it? RNN, LSTM and attention of one size.

Every token is one of eight items; the first is marked, all others are drawn at random and mean nothing. The answer is
asked for at the last place. All models have about 11,000 parameters, the same optimizer, clipped gradients, and a
learning rate chosen for each kind on seeds that the results do not hold. Recurrence gets two starts each: the usual
one, and one that reaches far (a rotation for the RNN's weights, nearly open forget gates for the LSTM).
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.lineage.experiments.recipe import Experiment
from course_lib.sequence import LSTM, RNN, measure_reach
from course_lib.training.gradients import clip_gradients
from course_lib.transformer import AttentionContext, GPTConfig, Parts, RMSNorm, rotary_tables
from course_lib.transformer.block import Block

N_ITEMS, D_INPUT, N_HELD_OUT = 8, 32, 500
KINDS = ("rnn", "rotation", "lstm", "lstm_open", "attention")
LEARNING_RATE = {"rnn": 3e-3, "rotation": 3e-3, "lstm": 1e-2, "lstm_open": 1e-2, "attention": 3e-3}


class AttentionLayer(nn.Module):
    """One transformer block on vectors: every place looks back at all places before it, with rotary positions."""

    def __init__(self, d_model: int, d_ff: int) -> None:
        super().__init__()
        self.config = GPTConfig(vocab_size=1, context_length=1, n_layers=1, n_heads=4, d_model=d_model, d_ff=d_ff)
        self.block = Block(self.config, Parts())
        self.final_norm = RMSNorm(d_model)

    def forward(
        self, features: Float[Tensor, "batch token d_model"]
    ) -> tuple[Float[Tensor, "batch token d_model"], None]:
        """What every place has gathered; None, because nothing is carried along."""
        positions = torch.arange(features.shape[1])[None]
        cos, sin = rotary_tables(positions, int(self.config.d_head), self.config.rope_theta)
        return self.final_norm(self.block(features, AttentionContext(rotary=(cos[:, None], sin[:, None])))), None


def make_layer(kind: str) -> tuple[nn.Module, int]:
    """A layer of a kind, and how many numbers it gives for each token; all kinds come to nearly equal parameters."""
    if kind == "attention":
        return AttentionLayer(D_INPUT, d_ff=64), D_INPUT
    if kind in ("lstm", "lstm_open"):
        return LSTM(D_INPUT, 37, forget_bias=5.0 if kind == "lstm_open" else 1.0), 37
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}: choose from {', '.join(KINDS)}")
    return RNN(D_INPUT, 84, gain=1.0 if kind == "rotation" else None), 84


class Recall(nn.Module):
    """Vectors for tokens, one layer of a kind, and eight scores: which item was marked?"""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(2 * N_ITEMS, D_INPUT)
        self.layer, d_output = make_layer(kind)
        self.readout = nn.Linear(d_output, N_ITEMS)

    def from_features(self, features: Float[Tensor, "batch token feature"]) -> Float[Tensor, "batch token unit"]:
        """Scores at every place, from the tokens' vectors."""
        return self.readout(self.layer(features)[0])

    def forward(self, token_ids: Int[Tensor, "batch token"]) -> Float[Tensor, "batch unit"]:
        """Scores at the last place."""
        return self.readout(self.layer(self.token_embedding(token_ids))[0][:, -1])


def make_examples(
    n_examples: int, distance: int, generator: torch.Generator
) -> tuple[Int[Tensor, "batch token"], Int[Tensor, "batch"]]:
    """Sequences whose first token is marked (its id is raised by eight), and the item that it was."""
    token_ids = torch.randint(N_ITEMS, (n_examples, distance + 1), generator=generator)
    answers = token_ids[:, 0].clone()
    token_ids[:, 0] += N_ITEMS
    return token_ids, answers


@torch.no_grad()
def share_right(model: Recall, examples: tuple[Tensor, Tensor]) -> float:
    """The share of examples whose marked item gets the highest score."""
    return (model(examples[0]).argmax(dim=-1) == examples[1]).float().mean().item()


def far_against_near(model: Recall, token_ids: Int[Tensor, "batch token"]) -> float:
    """How much the scores move with the marked token's vector, ÷ with the vector one step back."""
    reach = measure_reach(model.from_features, model.token_embedding(token_ids))
    return (reach[-1] / reach[1]).item()


def measure(seed: int, *, kind: str, distance: int, n_steps: int) -> dict[str, float]:
    """Train one model to name a token that stands `distance` steps back; stop early once 99 % are right.

    Returns:
        `accuracy` on held-out sequences (⅛ is chance); `steps_to_90`: steps until 90 % are right (`n_steps` if never);
        `reach_before`, `reach_after`: `far_against_near` before and after training; `n_parameters`.
    """
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = Recall(kind)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE[kind])
    held_out = make_examples(N_HELD_OUT, distance, generator)
    before = far_against_near(model, held_out[0][:32])
    steps_to_90 = n_steps
    for step in range(1, n_steps + 1):
        token_ids, answers = make_examples(32, distance, generator)
        optimizer.zero_grad()
        F.cross_entropy(model(token_ids), answers).backward()
        clip_gradients(model, 1.0)
        optimizer.step()
        if step % 50 == 0 or step == n_steps:
            accuracy = share_right(model, held_out)
            if accuracy >= 0.9:
                steps_to_90 = min(steps_to_90, step)
            if accuracy >= 0.99:
                break
    after = far_against_near(model, held_out[0][:32])
    n_parameters = sum(weights.numel() for weights in model.parameters())
    return {"accuracy": accuracy, "steps_to_90": steps_to_90, "reach_before": before, "reach_after": after,
            "n_parameters": n_parameters}  # fmt: skip


def _settings(distances: tuple[int, ...], n_steps: int) -> tuple[dict, ...]:
    return tuple({"kind": kind, "distance": distance, "n_steps": n_steps} for distance in distances for kind in KINDS)


EXPERIMENT = Experiment(
    id="A6",
    question="From how far back can a token still be named, by recurrence and by attention of one size?",
    measure=measure,
    settings={"small": _settings((4,), 20), "full": _settings((4, 16, 64), 600)},
    n_seeds={"small": 1, "full": 5},
)
