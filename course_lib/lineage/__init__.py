"""The course's own models and measurements: how each was made, where it lies, how it is made again.

- `corpus`: the text that they read.
- `base`: how the tokenizer and the base model are made.
- `chat`, `reward`, `rlhf`: how each of the later models is made.
- `stages`: who comes from whom; `train_stage` makes one, `from_nothing.train_all` all.
- `run`, `origin`: a run that can be interrupted, and what it can be gone on with as.
- `making`: from a recipe to a model's files and its report card.
- `headlines`: the numbers of a report that say whether a model became what it should.
- `load`: a shipped model, or the learner's own.
- `partners`: whom one can talk to (`partner`).
- `freshness`: whether what ships is what the recipes make today.
- `experiments`: the recipes behind the course's claims.
- `rebuild`: everything again, in order.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "BaseRecipe": "base",
        "CorpusRecipe": "corpus",
        "EXPERIMENTS": "experiments",
        "Experiment": "experiments",
        "STAGES": "stages",
        "Stage": "stages",
        "experiment": "experiments",
        "load": "load",
        "models_folder": "load",
        "rebuild": "rebuild",
        "run_experiment": "experiments",
        "stale_stages": "freshness",
        "the_world": "corpus",
        "train_base": "base",
        "train_stage": "stages",
        "train_tokenizer": "base",
        "ChatRecipe": "chat",
        "RLHFRecipe": "rlhf",
        "RewardRecipe": "reward",
        "orphans": "freshness",
        "partner": "partners",
        "partner_names": "partners",
        "train_all": "from_nothing",
    },
)
