"""Reading prompts and writing on, greedily, with a cache: ours against transformers and x-transformers, in turn.

Run it with `python benchmarks/decoding.py` (`--dtype bfloat16`, `--threads 2`, `--batch 1 16`). What is timed is
`generate` itself, as a user calls it: for one new token (reading the prompts), and for many (the difference, over the
tokens between, is the time of a step). Each time is the fastest of alternating runs, since other programs on the
machine only ever add to it; on one thread it is that of the processor. transformers holds the same weights, and its
tokens must agree; x-transformers holds as many, in the same shapes. The floor under a step is its matrix products and
nothing else: for SmolLM2, whose weights come from memory anew for every token, it is most of the step.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import peers
import torch
import transformers
from torch import Tensor, nn

from course_lib.common.paths import DATA
from course_lib.inference import Sampler, generate
from course_lib.lineage import load
from course_lib.transformer import GPT, LLAMA_TINY
from course_lib.weights import load_smollm2

GREEDY = Sampler(temperature=0)
SMALL = replace(LLAMA_TINY, vocab_size=2048, context_length=1024, n_layers=6, n_heads=6, d_model=192, d_ff=512)
"""A Llama of 3 million parameters."""

Writer = Callable[[int], list[list[int]]]


def small_llama(dtype: torch.dtype) -> GPT:
    """Random weights, large enough that no two tokens are equally probable."""
    torch.manual_seed(0)
    model = GPT(SMALL)
    for weight in model.parameters():
        if weight.dim() > 1:
            nn.init.normal_(weight, std=0.1)
    return model.to(dtype).eval()


def make_writers(model: GPT, prompts: list[list[int]]) -> dict[str, Writer]:
    """Name → a function of the number of new tokens, which returns them; ours first."""
    ids: Tensor = torch.tensor(prompts)
    theirs, x_theirs = peers.llama(model), peers.x_model(model)

    def ours(n_tokens: int) -> list[list[int]]:
        return generate(model, prompts, max_new_tokens=n_tokens, sampler=GREEDY)

    def peer(n_tokens: int) -> list[list[int]]:
        mask = torch.ones_like(ids)
        written = theirs.generate(ids, attention_mask=mask, max_new_tokens=n_tokens, do_sample=False)
        return written[:, ids.shape[1] :].tolist()

    def x_peer(n_tokens: int) -> list[list[int]]:
        return peers.x_write(x_theirs, ids, n_tokens).tolist()

    return {"ours": ours, "transformers": peer} | ({"x-transformers": x_peer} if x_theirs else {})


def seconds(write: Writer, n_tokens: int) -> float:
    """Seconds of one call."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    start = clock()
    write(n_tokens)
    return clock() - start


def floor_under_step(model: GPT, batch_size: int, n_runs: int) -> float:
    """Seconds of one step's matrix products: every linear layer once, for one new token of each text."""
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    inputs = [torch.randn(batch_size, layer.in_features, dtype=layer.weight.dtype) for layer in layers]

    def multiply(_: int) -> list[list[int]]:
        with torch.inference_mode():
            for layer, features in zip(layers, inputs, strict=True):
                layer(features)
        return []

    return min(seconds(multiply, 1) for _ in range(5 * n_runs))


def compare(name: str, writers: dict[str, Writer], n_tokens: int, n_runs: int) -> dict[str, list[float]]:
    """Print the times of reading and of a step, and return each peer's divided by ours."""
    written = {who: write(n_tokens) for who, write in writers.items()}
    if written["ours"] != written["transformers"]:
        raise SystemExit(f"{name}: ours and transformers write different tokens, so their times say nothing")
    best: dict[str, list[float]] = {who: [float("inf")] * 2 for who in writers}
    for _ in range(n_runs):
        for which, count in enumerate((1, n_tokens)):
            for who, write in writers.items():
                best[who][which] = min(best[who][which], seconds(write, count))
    times = {who: {"prompt": one, "step": (all_of - one) / (n_tokens - 1), "all": all_of}
             for who, (one, all_of) in best.items()}  # fmt: skip
    ratios: dict[str, list[float]] = {who: [] for who in writers if who != "ours"}
    for part, mine in times["ours"].items():
        line = f"{name:34} {part:6}   ours {mine * 1e3:8.2f} ms"
        for who, found in ratios.items():
            found.append(times[who][part] / mine)
            line += f"   {who} {times[who][part] * 1e3:8.2f} ms, ratio {found[-1]:.2f}"
        print(line)
    return ratios


def base_model_speed(n_runs: int) -> float:
    """Tokens a second of the course's own base model, alone and one at a time."""
    model, tokenizer, _ = load("base")
    prompt = tokenizer.encode("Once")
    room = model.config.context_length - len(prompt)

    def write(n_tokens: int) -> list[list[int]]:
        return generate(model, [prompt], max_new_tokens=n_tokens, sampler=GREEDY)

    write(room)
    return max(room / seconds(write, room) for _ in range(5 * n_runs))


def main() -> None:
    """Compare two models, two lengths of prompt, alone and in a batch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=32, help="new tokens a run")
    parser.add_argument("--runs", type=int, default=5, help="runs of each that count")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 16], help="texts side by side")
    parser.add_argument("--models", nargs="+", choices=("small", "smollm2"), default=["small", "smollm2"])
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    dtype = getattr(torch, chosen.dtype)
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, {chosen.threads} threads, {chosen.dtype}"
    )
    if peers.x_transformers is None:
        print(peers.MISSING)
    page = load("base")[1].encode((DATA / "tides.txt").read_text(encoding="utf-8"))
    smallest: dict[str, float] = {}
    for which in chosen.models:
        model = small_llama(dtype) if which == "small" else load_smollm2(dtype=dtype)[0]
        for batch_size in chosen.batch:
            for n_read in (16, 256):
                prompts = [page[start : start + n_read] for start in range(batch_size)]
                name = f"{which}, {batch_size} × {n_read} tokens read"
                ratios = compare(name, make_writers(model, prompts), chosen.tokens, chosen.runs)
                print(f"{name:34} floor       {floor_under_step(model, batch_size, chosen.runs) * 1e3:8.2f} ms a step")
                for who, found in ratios.items():
                    smallest[who] = min(smallest.get(who, found[1]), found[1])
    for who, ratio in smallest.items():
        print(f"smallest ratio of a step, {who}: {ratio:.2f} (above 1: ours is faster)")
    print(f"the course's base model: {base_model_speed(chosen.runs):.0f} tokens a second")


if __name__ == "__main__":
    main()
