"""Every experiment of the course, found by its file: each module beside this one that defines `EXPERIMENT`."""

from importlib import import_module
from pkgutil import iter_modules

from course_lib.common.errors import CourseError
from course_lib.lineage.experiments import __path__ as folder
from course_lib.lineage.experiments.recipe import Experiment


def find_experiments() -> dict[str, Experiment]:
    """Claim id → its experiment, in the order of the files' names."""
    modules = (import_module(f"course_lib.lineage.experiments.{found.name}") for found in iter_modules(folder))
    experiments = [module.EXPERIMENT for module in modules if hasattr(module, "EXPERIMENT")]
    return {experiment.id: experiment for experiment in experiments}


EXPERIMENTS: dict[str, Experiment] = find_experiments()
"""Claim id → its experiment."""


def experiment(experiment_id: str) -> Experiment:
    """The experiment of a claim.

    Args:
        experiment_id: Such as `R1`; capitals do not matter.

    Raises:
        CourseError: No experiment has this id; the message names those there are.
    """
    for known, recipe in EXPERIMENTS.items():
        if known.lower() == experiment_id.lower():
            return recipe
    raise CourseError(f"there is no experiment {experiment_id!r}: choose from {', '.join(sorted(EXPERIMENTS))}")
