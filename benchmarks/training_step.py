"""One training step of the same small GPT-2: ours, transformers' and x-transformers', in one process, in turn.

Run it with `python benchmarks/training_step.py`. All hold as many parameters (x-transformers to a per cent: its
attention has no biases), read the same batch, and do forward, loss, backward and AdamW in float32; times are medians
over alternating steps, after a warm-up.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import peers
import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.transformer import GPT, GPT_TINY, GPTConfig, count_parameters

SIZES = {
    "nanoGPT on a CPU": (replace(GPT_TINY, vocab_size=65, context_length=64), 12),
    "a small base model": (replace(GPT_TINY, vocab_size=1024, d_model=192, n_heads=6, n_layers=6), 16),
}
"""Name → configuration, sequences in a batch."""


def make_step(model: nn.Module, logits_of: Callable[[Tensor], Tensor], batch: Tensor) -> Callable[[], float]:
    """A function that trains one step and returns its seconds."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    model.train()

    def step() -> float:
        start = time.perf_counter()
        loss = F.cross_entropy(logits_of(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return time.perf_counter() - start

    return step


def compare(name: str, config: GPTConfig, batch_size: int, n_steps: int) -> dict[str, float]:
    """Print the medians and return each peer's divided by ours: above 1, ours is faster."""
    torch.manual_seed(0)
    ours, theirs = GPT(config), peers.gpt2(config)
    if theirs.num_parameters() != count_parameters(config):
        raise SystemExit(f"{name}: ours and transformers' differ in size, so their times say nothing")
    batch = torch.randint(0, config.vocab_size, (batch_size, config.context_length + 1))
    steps = {"ours": make_step(ours, ours, batch)}
    steps["transformers"] = make_step(theirs, lambda token_ids: theirs(token_ids).logits, batch)
    if x_theirs := peers.x_model(ours):
        steps["x-transformers"] = make_step(x_theirs, x_theirs, batch)
    seconds = [[step() for step in steps.values()] for _ in range(n_steps + 5)][5:]
    medians = dict(zip(steps, map(statistics.median, zip(*seconds, strict=True)), strict=True))
    ratios = {
        who: statistics.median(run[place] / run[0] for run in seconds) for place, who in enumerate(steps) if place
    }
    line = f"{name:20} {count_parameters(config) / 1e6:5.2f} M parameters   ours {medians['ours'] * 1e3:7.1f} ms"
    print(line, *(f"{who} {medians[who] * 1e3:7.1f} ms, ratio {ratio:.2f}" for who, ratio in ratios.items()), sep="   ")
    return ratios


def main() -> None:
    """Compare at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40, help="steps of each model that count")
    n_steps = parser.parse_args().steps
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {torch.get_num_threads()} threads")
    if peers.x_transformers is None:
        print(peers.MISSING)
    ratios = [compare(name, config, batch_size, n_steps) for name, (config, batch_size) in SIZES.items()]
    for who in ratios[0]:
        print(f"smallest ratio, {who}: {min(found[who] for found in ratios):.2f} (above 1: ours is faster)")


if __name__ == "__main__":
    main()
