"""The recipes behind the course's claims: one file a claim, found by its `EXPERIMENT`.

`python -m course_lib experiment A2` runs one over its seeds and keeps every result in `data/results/A2.csv`.
A recipe says what is varied (`settings`), over how many seeds, and how one run is measured:

    def measure(seed: int, *, width: int) -> dict[str, float]:
        ...
        return {"gradient": value}

    EXPERIMENT = Experiment(
        id="A2", question="Does attention saturate without the scale?", measure=measure,
        settings={"small": ({"width": 64},), "full": ({"width": 64}, {"width": 1024})},
        n_seeds={"small": 1, "full": 5},
    )
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "EXPERIMENTS": "catalogue",
        "Experiment": "recipe",
        "experiment": "catalogue",
        "read_results": "recipe",
        "results_path": "recipe",
        "run_experiment": "recipe",
        "values_by": "reading",
    },
)
