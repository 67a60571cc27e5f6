"""Reading a prompt and writing on from it, greedily, with a cache: the course's SmolLM2 against transformers', in turn.

Run it with `python benchmarks/decoding.py` (`--dtype bfloat16`, `--threads 2`). Both models hold the same weights in
one process. What is timed is `generate` itself, as a user calls it: for one new token (reading the prompt), and for
many (the difference, over the tokens between, is the time of a token). Each time is the fastest of alternating runs,
since other programs on the machine only ever add to it; on one thread it is that of the processor. The tokens must
agree. The course's own base model runs alone, since it has no twin elsewhere.
"""

import argparse
import time
from collections.abc import Callable

import torch
import transformers
from torch import Tensor, nn

from course_lib.common.paths import DATA
from course_lib.inference import Sampler, generate
from course_lib.lineage import load
from course_lib.transformer import GPT, GPTConfig
from course_lib.weights import load_smollm2
from course_lib.weights.names import LLAMA_NAMES, module_names

GREEDY = Sampler(temperature=0)


def their_llama(ours: GPT) -> nn.Module:
    """transformers' Llama with the same weights."""
    config: GPTConfig = ours.config
    rope = {"rope_type": "default", "rope_theta": config.rope_theta}
    theirs = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.d_model,
            intermediate_size=config.d_ff,
            num_hidden_layers=config.n_layers,
            num_attention_heads=config.n_heads,
            num_key_value_heads=config.n_kv_heads,
            max_position_embeddings=config.context_length,
            rms_norm_eps=config.norm_eps,
            rope_parameters=rope,
            tie_word_embeddings=True,
            pad_token_id=None,
            eos_token_id=None,
        )
    )
    names = {mine: peer for peer, mine in module_names(LLAMA_NAMES, config.n_layers).items()}
    weights = ours.state_dict()
    theirs.load_state_dict({f"{names[name.rpartition('.')[0]]}.weight": weights[name] for name in weights})
    return theirs.to(next(ours.parameters()).dtype).eval()


def make_writers(model: GPT, theirs: nn.Module, prompt: list[int]) -> tuple[Callable, Callable]:
    """Two functions of the number of new tokens, which return them."""

    def ours(n_tokens: int) -> list[int]:
        return generate(model, [prompt], max_new_tokens=n_tokens, sampler=GREEDY)[0]

    def peer(n_tokens: int) -> list[int]:
        ids: Tensor = torch.tensor([prompt])
        mask = torch.ones_like(ids)
        written = theirs.generate(ids, attention_mask=mask, max_new_tokens=n_tokens, do_sample=False)
        return written[0, len(prompt) :].tolist()

    return ours, peer


def seconds(write: Callable[[int], list[int]], n_tokens: int) -> float:
    """Seconds of one call."""
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    start = clock()
    write(n_tokens)
    return clock() - start


def compare(name: str, writers: tuple[Callable, Callable], n_tokens: int, n_runs: int) -> list[float]:
    """Print the times of reading the prompt and of a token, and return theirs divided by ours."""
    mine, other = (write(n_tokens) for write in writers)
    if mine != other:
        raise SystemExit(f"{name}: the two write different tokens, so their times say nothing")
    runs = [[seconds(write, n) for n in (1, n_tokens) for write in writers] for _ in range(n_runs)]
    our_first, their_first, our_all, their_all = map(min, zip(*runs, strict=True))
    token = [(whole - first) / (n_tokens - 1) for whole, first in ((our_all, our_first), (their_all, their_first))]
    ratios = []
    for part, (ours, peer) in {"prompt": (our_first, their_first), "token": token, "all": (our_all, their_all)}.items():
        ratios.append(peer / ours)
        times = f"ours {ours * 1e3:7.1f} ms   transformers {peer * 1e3:7.1f} ms"
        print(f"{name:26} {part:6}   {times}   ratio {ratios[-1]:.2f}")
    return ratios


def base_model_speed(n_runs: int) -> float:
    """Tokens a second of the course's own base model, alone and one at a time."""
    model, tokenizer, _ = load("base")
    prompt = tokenizer.encode("Once")
    room = model.config.context_length - len(prompt)

    def write(n_tokens: int) -> list[int]:
        return generate(model, [prompt], max_new_tokens=n_tokens, sampler=GREEDY)[0]

    write(room)
    return max(room / seconds(write, room) for _ in range(5 * n_runs))


def main() -> None:
    """Compare on a long and a short prompt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=32, help="new tokens a run")
    parser.add_argument("--runs", type=int, default=5, help="runs of each that count")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    print(
        f"torch {torch.__version__}, transformers {transformers.__version__}, {chosen.threads} threads, {chosen.dtype}"
    )
    model, tokenizer = load_smollm2(dtype=getattr(torch, chosen.dtype))
    theirs = their_llama(model)
    page = tokenizer.encode((DATA / "tides.txt").read_text(encoding="utf-8"))
    ratios = []
    for prompt in (page[:16], page[:256]):
        writers = make_writers(model, theirs, prompt)
        ratios += compare(f"SmolLM2, {len(prompt)} tokens read", writers, chosen.tokens, chosen.runs)
    print(f"smallest ratio {min(ratios):.2f} (above 1: ours is faster)")
    print(f"the course's base model: {base_model_speed(chosen.runs):.0f} tokens a second")


if __name__ == "__main__":
    main()
