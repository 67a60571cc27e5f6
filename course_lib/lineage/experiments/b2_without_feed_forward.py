"""B2: what attention alone can learn at equal parameters, where an answer must be copied, and where computed.

A text is eight numbers below ten, two of them marked (as first and as second, in any order), and a token that asks.
*copy*: name the number marked as first. *add*: the two marked numbers, modulo ten. Both need attention to find marks.
"""

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.inspection import start_evenly
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.transformer import GPT, AttentionContext, GPTConfig, Parts

N_NUMBERS, N_ITEMS, D_MODEL = 10, 8, 64
TASKS = ("copy", "add")


class AttentionOnly(nn.Module):
    """A block with its feed-forward layer taken out."""

    def __init__(self, config: GPTConfig, parts: Parts, layer_index: int = 0) -> None:
        super().__init__()
        self.attention_norm = parts.norm(config, config.d_model)
        self.attention = parts.attention(config, parts, layer_index)

    def forward(self, residual: Tensor, context: AttentionContext) -> Tensor:
        """x + attention(norm(x)), and nothing else."""
        return residual + self.attention(self.attention_norm(residual), context)


def make_model(feed_forward: bool) -> GPT:
    """Two whole blocks, or six of attention alone: as many parameters, but for the norms.

    In a block attention has 4 matrices of d × d, the feed-forward layer two of d × 4d, which is twice as many numbers.
    """
    config = GPTConfig(
        vocab_size=3 * N_NUMBERS + 1,
        context_length=N_ITEMS + 1,
        n_layers=2 if feed_forward else 6,
        n_heads=4,
        d_model=D_MODEL,
        feed_forward="gelu",
    )
    model = GPT(config, Parts() if feed_forward else Parts(block=AttentionOnly))
    start_evenly(model, into_stream=(4 if feed_forward else 6) ** -0.5)  # so many parts write to the stream
    nn.init.normal_(model.token_embedding.weight, std=D_MODEL**-0.5)  # it is the head as well
    return model


def make_examples(
    n_texts: int, task: str, generator: torch.Generator
) -> tuple[Int[Tensor, "text token"], Int[Tensor, "text"]]:
    """Texts and their answers.

    Args:
        n_texts: How many.
        task: One of `TASKS`.
        generator: Of the texts.

    Returns:
        Token ids: a number, 10 + the number if marked as first, 20 + the number if marked as second, 30 asks.

    Raises:
        ValueError: There is no such task.
    """
    if task not in TASKS:
        raise ValueError(f"task is {task!r}: choose from {', '.join(TASKS)}")
    numbers = torch.randint(N_NUMBERS, (n_texts, N_ITEMS), generator=generator)
    places = torch.rand(n_texts, N_ITEMS, generator=generator).argsort(dim=-1)[:, :2]
    marked = numbers.gather(1, places)
    numbers = numbers.scatter_add(1, places, torch.tensor([[N_NUMBERS, 2 * N_NUMBERS]]).expand(n_texts, 2))
    first, second = marked.unbind(dim=1)
    answers = {"copy": first, "add": (first + second) % N_NUMBERS}
    return torch.cat([numbers, torch.full((n_texts, 1), 3 * N_NUMBERS)], dim=1), answers[task]


def measure(seed: int, *, feed_forward: bool, task: str, n_steps: int) -> dict[str, float]:
    """Train one model on one task.

    Returns:
        `accuracy` in new texts, and `n_parameters`.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = make_model(feed_forward)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, n_steps, pct_start=0.1)
    for _ in range(n_steps):
        token_ids, answers = make_examples(64, task, generator)
        optimizer.zero_grad()
        F.cross_entropy(model(token_ids, last_only=True)[:, -1], answers).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    token_ids, answers = make_examples(2000, task, generator)
    with torch.no_grad():
        accuracy = (model(token_ids, last_only=True)[:, -1].argmax(dim=-1) == answers).float().mean().item()
    return {"accuracy": accuracy, "n_parameters": sum(weights.numel() for weights in model.parameters())}


def _settings(n_steps: dict[str, int]) -> tuple[dict, ...]:
    return tuple(
        {"feed_forward": feed_forward, "task": task, "n_steps": n_steps[task]}
        for task in TASKS
        for feed_forward in (True, False)
    )


EXPERIMENT = Experiment(
    id="B2",
    question="Without feed-forward layers, at equal parameters, can a model copy, and can it compute?",
    measure=measure,
    settings={
        "small": _settings(dict.fromkeys(TASKS, 5)),
        "full": _settings({"copy": 60, "add": 320}),
    },
    n_seeds={"small": 1, "full": 5},
)
