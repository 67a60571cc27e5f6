"""The course's own models and measurements: how each was made, where it lies, how it is made again.

- `stages`: the recipes of the models; `train_stage` trains one.
- `load`: a shipped model, or the learner's own.
- `experiments`: the recipes behind the course's claims.
- `rebuild`: everything again, in order.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "EXPERIMENTS": "experiments",
        "Experiment": "experiments",
        "experiment": "experiments",
        "run_experiment": "experiments",
    },
)
