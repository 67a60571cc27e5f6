"""Byte-pair encoding against the `tokenizers` library (Rust), on one core: training and encoding, medians and ratios.

Run: `python benchmarks/bpe.py [TEXT_FILE]`. Without a file it uses the small world's text, which works offline.
"""

import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from course_lib.text import BPETokenizer, corpus

N_RUNS = 5


def train_theirs(text: str, vocab_size: int) -> Tokenizer:
    """The library's training with the same settings."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds of one call, which other programs on the machine do not lengthen much."""
    start = process_time()
    run()
    return process_time() - start


def compare(label: str, ours: Callable[[], object], theirs: Callable[[], object], n_bytes: int) -> None:
    """Alternate both, after one warm-up each, and print medians and their ratio."""
    ours(), theirs()
    times = [(seconds(ours), seconds(theirs)) for _ in range(N_RUNS)]
    mine, other = (statistics.median(column) for column in zip(*times, strict=True))
    rate = f"{n_bytes / mine / 1e6:.1f} MB/s against {n_bytes / other / 1e6:.1f}"
    print(f"{label:40} {mine:7.3f} s against {other:7.3f} s   ratio {mine / other:5.2f}   {rate}")


def main() -> None:
    """Train and encode at two sizes."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8") if len(sys.argv) > 1 else corpus("world").text()
    for n_bytes, n_merges in ((130_000, 512), (1_000_000, 1024)):
        part, size = text[:n_bytes], 257 + n_merges
        compare(
            f"train {n_merges:,} merges on {n_bytes:,} bytes",
            lambda part=part, size=size: BPETokenizer.train(part, vocab_size=size),
            lambda part=part, size=size: train_theirs(part, size),
            n_bytes,
        )
    ours, theirs = BPETokenizer.train(part, vocab_size=size), train_theirs(part, size)
    assert ours.encode(part) == theirs.encode(part).ids, "the ids differ"
    compare("encode, words in memory", lambda: ours.encode(part), lambda: theirs.encode(part), n_bytes)
    compare(
        "encode, words new",
        lambda: BPETokenizer(ours.vocabulary, ours.merges, ours.special_tokens).encode(part),
        lambda: Tokenizer.from_str(theirs.to_str()).encode(part),
        n_bytes,
    )


if __name__ == "__main__":
    main()
