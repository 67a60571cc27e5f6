"""A2: what dividing by √d does to a fresh attention head, and whether training recovers without it.

A query has to find, among 16 keys, the one it belongs to, and report that key's label. The query is a noisy, reversed
copy of the key's own input, so the head must learn both projections; nothing else can carry the label.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.lineage.experiments.recipe import Experiment

N_KEYS, D_INPUT, N_LABELS = 16, 32, 8
LEARNING_RATE = {"sgd": 0.3, "adam": 3e-3}


class LookUp(nn.Module):
    """One attention head that looks a label up: `q_proj` and `k_proj` find the place, `v_proj` reads it."""

    def __init__(self, d_head: int, scaled: bool) -> None:
        super().__init__()
        self.q_proj = nn.Linear(D_INPUT, d_head, bias=False)
        self.k_proj = nn.Linear(D_INPUT, d_head, bias=False)
        self.v_proj = nn.Linear(N_LABELS, N_LABELS, bias=False)
        for layer in (self.q_proj, self.k_proj):
            nn.init.normal_(layer.weight, std=D_INPUT**-0.5)
        self.scale = d_head**-0.5 if scaled else 1.0

    def pattern(
        self, inputs: Float[Tensor, "trial key feature"], asked: Float[Tensor, "trial feature"]
    ) -> Float[Tensor, "trial key"]:
        """How each query shares its attention among its keys."""
        scores = torch.einsum("tkd,td->tk", self.k_proj(inputs), self.q_proj(asked))
        return (scores * self.scale).softmax(dim=-1)

    def forward(self, inputs: Tensor, labels: Tensor, asked: Tensor) -> Float[Tensor, "trial label"]:
        """Logits of the label that was asked for."""
        values = self.v_proj(F.one_hot(labels, N_LABELS).float())
        return torch.einsum("tk,tkl->tl", self.pattern(inputs, asked), values)


def make_trials(n_trials: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Inputs, labels, what is asked, and the answer."""
    inputs = torch.randn(n_trials, N_KEYS, D_INPUT, generator=generator)
    labels = torch.randint(N_LABELS, (n_trials, N_KEYS), generator=generator)
    place = torch.randint(N_KEYS, (n_trials,), generator=generator)
    rows = torch.arange(n_trials)
    asked = (inputs[rows, place] + 0.5 * torch.randn(n_trials, D_INPUT, generator=generator)).flip(-1)
    return inputs, labels, asked, labels[rows, place]


def measure(seed: int, *, d_head: int, scaled: bool, optimizer: str, n_steps: int) -> dict[str, float]:
    """Train one head and say how saturated it began, how fast it learned and how good it became.

    Returns:
        `score_gradient`: mean p (1 − p) before training; `weight_gradient`: norm of the gradient of the query
        projection at the first step; `steps_to_90`: steps until 90 % of held-out answers are right (`n_steps` if
        never); `accuracy` at the end.
    """
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    head = LookUp(d_head, scaled)
    rate = LEARNING_RATE[optimizer]
    descend = (torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam)(head.parameters(), lr=rate)
    *held_out, answers = make_trials(1000, generator)
    with torch.no_grad():
        shares = head.pattern(held_out[0], held_out[2])
    found = {"score_gradient": (shares * (1 - shares)).mean().item()}
    steps_to_90 = n_steps
    for step in range(n_steps):
        *trials, wanted = make_trials(128, generator)
        descend.zero_grad()
        F.cross_entropy(head(*trials), wanted).backward()
        if step == 0:
            found["weight_gradient"] = head.q_proj.weight.grad.norm().item()
        descend.step()
        if step % 20 == 19:
            with torch.no_grad():
                accuracy = (head(*held_out).argmax(dim=-1) == answers).float().mean().item()
            if accuracy >= 0.9:
                steps_to_90 = min(steps_to_90, step + 1)
    return found | {"steps_to_90": steps_to_90, "accuracy": accuracy}


def _settings(d_heads: tuple[int, ...], n_steps: int) -> tuple[dict, ...]:
    return tuple(
        {"d_head": d_head, "scaled": scaled, "optimizer": optimizer, "n_steps": n_steps}
        for optimizer in ("sgd", "adam")
        for d_head in d_heads
        for scaled in (False, True)
    )


EXPERIMENT = Experiment(
    id="A2",
    question="Without the division by √d, does softmax saturate, and does training recover?",
    measure=measure,
    settings={"small": _settings((16,), 40), "full": _settings((16, 64, 256), 600)},
    n_seeds={"small": 1, "full": 5},
)
