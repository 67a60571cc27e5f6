"""Tiny-shakespeare, character by character, at nanoGPT's CPU budget: how far does the course's recipe get?

Run it with `COURSE_DATA=../shared/data python benchmarks/shakespeare.py` (a folder with `tinyshakespeare.txt`; without
it the text is fetched). Finished runs are kept in `data/results/shakespeare.csv` and not repeated; one that was stopped
goes on from its last multiple of 200 steps.

The budget is that of nanoGPT's own recipe for a laptop: 4 layers, 4 heads, 128 wide, context 64, 2,000 steps of 12
windows, 1.536 million training tokens in all; it ends at a validation loss of 1.88. The first 90 % of the characters
train, the last 10 % validate. Validation is the mean over the whole last part, cut into windows of 64 that do not
overlap: every character but the first is predicted once, from those before it in its own window (1 to 64 of them),
as in training. Settings were chosen on the last tenth of the training part, which takes part in the training here.
"""

import argparse
import statistics
import time

import torch

from course_lib.common.paths import cache_dir
from course_lib.common.seed import seed as seed_everything
from course_lib.lineage.experiments import Experiment, read_results, results_path, run_experiment
from course_lib.text import Batches, CharacterTokenizer, corpus, windows
from course_lib.training import (
    OptimizerConfig,
    ScheduleConfig,
    TrainConfig,
    evaluate_loss,
    load_checkpoint,
    make_optimizer,
    save_checkpoint,
    tokens_per_second,
    train,
)
from course_lib.transformer import GPT, GPTConfig, count_parameters

BATCH_SIZE, CONTEXT_LENGTH = 12, 64
MODEL = GPTConfig(
    vocab_size=65,
    context_length=CONTEXT_LENGTH,
    n_layers=4,
    n_heads=4,
    d_model=128,
    d_ff=512,
    feed_forward="squared_relu",
    tied_head=False,
    qk_norm=True,
    zero_init_projections=True,
)
OPTIMIZERS = {
    "muon": OptimizerConfig(
        matrix_learning_rate=0.008,
        embedding_learning_rate=0.01,
        head_learning_rate=0.01,
        vector_learning_rate=0.01,
    ),
    "adamw": OptimizerConfig(
        kind="adamw",
        matrix_learning_rate=0.001,
        embedding_learning_rate=0.01,
        head_learning_rate=0.01,
        vector_learning_rate=0.01,
    ),
}


def measure(seed: int, *, optimizer: str, n_steps: int) -> dict[str, float | int | str]:
    """Train once and evaluate on the whole validation part.

    Args:
        seed: Of the weights and the order of the windows.
        optimizer: Which of `OPTIMIZERS`.
        n_steps: Steps of 12 windows of 64 characters.

    Returns:
        Losses in nats per character, tokens, parameters and speed.
    """
    text = corpus("tiny_shakespeare").text()
    ids = torch.tensor(CharacterTokenizer(text).encode(text)).numpy()
    n_train = int(0.9 * len(ids))
    seed_everything(seed)
    model = GPT(MODEL)
    config = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps, decay_share=1.0), precision="float32")
    batches = Batches(ids[:n_train], BATCH_SIZE, CONTEXT_LENGTH, seed=seed)
    run = (model, make_optimizer(model, OPTIMIZERS[optimizer]), batches)
    checkpoint = cache_dir() / f"shakespeare-{optimizer}-{n_steps}-{seed}.ckpt"
    start = report = load_checkpoint(checkpoint, *run, config) if checkpoint.exists() else None
    for report in train(model, batches, run[1], config, resume=start):
        if report.step % 200 == 0:
            print(f"  {time.strftime('%H:%M:%S')}  step {report.step:5}  loss {report.smoothed_loss:.3f}", flush=True)
            save_checkpoint(checkpoint, *run, report, config)
    validation_loss = evaluate_loss(model, windows(ids[n_train:], 128, CONTEXT_LENGTH))
    checkpoint.unlink(missing_ok=True)
    return {
        "validation_loss": validation_loss,
        "training_loss": report.smoothed_loss,
        "n_tokens": report.tokens_seen,
        "n_parameters": count_parameters(MODEL),
        "tokens_per_second": tokens_per_second(None, report),
        "seconds": report.seconds,
        "dtype": "float32",
    }


EXPERIMENT = Experiment(
    id="shakespeare",
    question="How far does the recipe get at nanoGPT's CPU budget, and how much of it is the optimizer?",
    measure=measure,
    settings={
        "small": ({"optimizer": "muon", "n_steps": 20},),
        "full": ({"optimizer": "muon", "n_steps": 2000}, {"optimizer": "adamw", "n_steps": 2000}),
    },
    n_seeds={"small": 1, "full": 3},
)


def main() -> None:
    """Run what is missing and print the means."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rung", choices=("small", "full"), default="full")
    rung = arguments.parse_args().rung
    for row in run_experiment(EXPERIMENT, rung=rung):
        print(f"seed {row['seed']}, {row['optimizer']}: validation loss {row['validation_loss']}, {row['seconds']} s")
    rows = [row for row in read_results(results_path(EXPERIMENT.id)) if row["rung"] == rung]
    for optimizer in OPTIMIZERS:
        losses = [float(row["validation_loss"]) for row in rows if row["optimizer"] == optimizer]
        if losses:
            print(f"{optimizer:6} {statistics.mean(losses):.4f} nats per character, mean of {len(losses)} seeds")


if __name__ == "__main__":
    main()
