"""B3 and B4: what becomes of signal and gradient in 96 blocks, with additions and norms or without, and do 24 learn?

The task is the easiest there is: name the token just read (by the partner that a fixed shuffle gives it). No token need
look at another; what was read at the bottom must reach the top, and what was wrong at the top the bottom.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.inspection import signal_through, start_evenly
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.transformer import ARRANGEMENTS, GPT, GPTConfig, Parts, arranged

N_SYMBOLS, N_TOKENS, D_MODEL = 32, 16, 32
STARTS = ("even", "scaled")
"""Every matrix keeps a vector's size; or those that write to the stream are smaller by √(2 × blocks), as GPT-2's."""


def loudness(start: str, n_blocks: int) -> float:
    """How loudly parts speak at a start: what the size of the matrices that write to the stream is multiplied by.

    Raises:
        ValueError: There is no such start.

    Example:
        >>> loudness("scaled", n_blocks=8)
        0.25
    """
    if start not in STARTS:
        raise ValueError(f"start is {start!r}: choose from {', '.join(STARTS)}")
    return (2 * n_blocks) ** -0.5 if start == "scaled" else 1.0


def make_stack(arrangement: str, n_blocks: int, loudness: float = 1.0) -> GPT:
    """A narrow GPT with many blocks, whose matrices keep a vector's size, drawn from torch's random state.

    Args:
        arrangement: One of `ARRANGEMENTS`.
        n_blocks: How many blocks, each attention and a feed-forward layer.
        loudness: A factor for the matrices that write to the stream.

    Raises:
        ValueError: There is no such arrangement, or the loudness is not above 0.
    """
    config = GPTConfig(
        vocab_size=N_SYMBOLS,
        context_length=N_TOKENS,
        n_layers=n_blocks,
        n_heads=2,
        d_model=D_MODEL,
        positions="none",
        feed_forward="gelu",
        attention="naive",
        tied_head=False,
    )
    model = GPT(config, Parts(block=arranged(arrangement)))
    return start_evenly(model, into_stream=loudness)


def draw_texts(n_texts: int, generator: torch.Generator) -> Tensor:
    """Random tokens, `text token`."""
    return torch.randint(N_SYMBOLS, (n_texts, N_TOKENS), generator=generator)


def learn_to_name(model: nn.Module, n_steps: int, generator: torch.Generator) -> float:
    """Train a stack to name the token that it has just read, and say how often it is right in new texts.

    Args:
        model: From `make_stack`.
        n_steps: Steps of Adam, the first ten of them smaller, gradients clipped to length 1.
        generator: Of the texts and of the partners.

    Returns:
        The share named rightly; 0 if a number overflowed on the way.
    """
    partner = torch.randperm(N_SYMBOLS, generator=generator)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, fused=True)
    for step in range(n_steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 10)
        texts = draw_texts(8, generator)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(texts).flatten(0, 1), partner[texts].flatten())
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if not (loss.isfinite() and norm.isfinite()):
            return 0.0
        optimizer.step()
    texts = draw_texts(64, generator)
    with torch.no_grad():
        return (model(texts).argmax(dim=-1) == partner[texts]).float().mean().item()


def measure(seed: int, *, arrangement: str, start: str, n_blocks: int, n_steps: int) -> dict[str, float]:
    """One stack: its signal before training, and whether it learns.

    Returns:
        `size`: the stream above the last block by that below the first; `gradient`: that below the first by that above
        the last; `likeness` of tokens above the last block; `accuracy` after training, not a number without steps.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = make_stack(arrangement, n_blocks, loudness(start, n_blocks))
    signal = signal_through(model.double(), draw_texts(4, generator))
    return {
        "size": signal.size[-1] / signal.size[0],
        "gradient": signal.gradient[0],
        "likeness": signal.likeness[-1],
        "accuracy": learn_to_name(model.float(), n_steps, generator) if n_steps else float("nan"),
    }


def _settings(n_blocks: int, n_steps: int) -> tuple[dict, ...]:
    """Every stack from both starts."""
    return tuple(
        {"arrangement": arrangement, "start": start, "n_blocks": n_blocks, "n_steps": n_steps}
        for start in STARTS
        for arrangement in ARRANGEMENTS
    )


EXPERIMENT = Experiment(
    id="B3",
    question="What do additions and norms do for signal and gradient in a stack of 96 blocks, and for learning in 24?",
    measure=measure,
    settings={"small": _settings(6, 5), "full": _settings(96, 0), "learning": _settings(24, 30)},
    n_seeds={"small": 1, "full": 5, "learning": 5},
)
