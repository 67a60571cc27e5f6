"""One training step of the same small GPT-2: the course's against transformers', in one process, step by step in turn.

Run it with `python benchmarks/training_step.py`. Both models hold as many parameters, read the same batch, and do
forward, loss, backward and AdamW in float32; times are medians over alternating steps, after a warm-up.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

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


def their_gpt2(config: GPTConfig) -> nn.Module:
    """transformers' GPT-2 of the same shape, without dropout, as ours."""
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            use_cache=False,
            bos_token_id=None,
            eos_token_id=None,
        )
    )


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


def compare(name: str, config: GPTConfig, batch_size: int, n_steps: int) -> float:
    """Print both medians and return theirs divided by ours: above 1, ours is faster."""
    torch.manual_seed(0)
    ours, theirs = GPT(config), their_gpt2(config)
    if theirs.num_parameters() != count_parameters(config):
        raise SystemExit(f"{name}: the two models differ in size, so their times say nothing")
    batch = torch.randint(0, config.vocab_size, (batch_size, config.context_length + 1))
    steps = (make_step(ours, ours, batch), make_step(theirs, lambda token_ids: theirs(token_ids).logits, batch))
    seconds = [[step() for step in steps] for _ in range(n_steps + 5)][5:]
    mine, peer = (statistics.median(column) for column in zip(*seconds, strict=True))
    ratio = statistics.median(their / our for our, their in seconds)
    print(
        f"{name:20} {count_parameters(config) / 1e6:5.2f} M parameters   ours {mine * 1e3:7.1f} ms"
        f"   transformers {peer * 1e3:7.1f} ms   ratio {ratio:.2f}"
    )
    return ratio


def main() -> None:
    """Compare at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40, help="steps of each model that count")
    n_steps = parser.parse_args().steps
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, {torch.get_num_threads()} threads")
    ratios = [compare(name, config, batch_size, n_steps) for name, (config, batch_size) in SIZES.items()]
    print(f"smallest ratio {min(ratios):.2f} (above 1: ours is faster)")


if __name__ == "__main__":
    main()
