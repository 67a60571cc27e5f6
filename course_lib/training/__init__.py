"""How a model learns, in reading order: what it is scored by, who moves its weights, how fast, and in what rhythm.

- `loss`: the surprise at the next token, as a sum and a count, so that batches of any shape add up.
- `muon`: updates for weight matrices whose directions are all equally long.
- `optimizer`: Muon for the matrices inside blocks, AdamW for embeddings, head, norms and biases, as one object.
- `schedule`: warm-up, then a cosine or a plateau with a decay.
- `precision`: the number format of the arithmetic, chosen by the hardware.
- `gradients`: one step's gradient from many batches, and its greatest length.
- `loop`: `train`, a generator of frozen reports; plotting, stopping and saving stay with the caller.
- `memory`: freed memory kept at hand for the next step.
- `interrupt`: Ctrl-C that waits for the end of the step.
- `metrics`: loss on fixed batches, smoothed loss, tokens per second, the share of the hardware's peak put to use.
- `checkpoint`: everything a run needs to go on, bit for bit, after it was killed.
- `models`: a finished model as one safetensors file that says where it comes from.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Arithmetic": "precision",
        "Loss": "loss",
        "Muon": "muon",
        "OptimizerConfig": "optimizer",
        "RoleOptimizer": "optimizer",
        "ScheduleConfig": "schedule",
        "ShippedModel": "models",
        "StepReport": "loop",
        "TrainConfig": "loop",
        "accumulate_gradients": "gradients",
        "catch_interrupt": "interrupt",
        "clip_gradients": "gradients",
        "evaluate_loss": "metrics",
        "file_hash": "models",
        "keep_freed_memory": "memory",
        "learning_rate_at": "schedule",
        "load_checkpoint": "checkpoint",
        "load_model": "models",
        "make_optimizer": "optimizer",
        "model_flops_per_token": "metrics",
        "model_flops_utilization": "metrics",
        "next_token_loss": "loss",
        "orthogonalize": "muon",
        "parameter_role": "optimizer",
        "peak_flops": "metrics",
        "save_checkpoint": "checkpoint",
        "save_model": "models",
        "smooth": "metrics",
        "token_losses": "loss",
        "tokens_per_second": "metrics",
        "train": "loop",
    },
)
