"""`experiment`, `build`, `bands`, `rebuild`: what makes the results, the notebooks and the bounds that ship."""

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Annotated

import tyro

from course_lib.common.errors import CourseError

Notebooks = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="[NOTEBOOK ...]")]
Claim = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[ID]")]


def experiment(claim: Claim = "", *, rung: str = "full") -> None:
    """Measure a claim over its seeds, resuming where an earlier run stopped; without a claim, list them.

    Args:
        claim: The claim's id, such as A2.
        rung: How large: `small` takes seconds, `full` is what ships.
    """
    from course_lib.lineage import EXPERIMENTS, run_experiment
    from course_lib.lineage import experiment as find

    if not claim:
        for known in EXPERIMENTS.values():
            print(f"{known.id:4} {known.question}")
        return
    for row in run_experiment(find(claim), rung=rung):
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)


def build(notebooks: Notebooks = (), *, check: bool = False, solutions: bool = False) -> None:
    """Run notebooks from a fresh kernel and write them cleaned, in one form; bring the README's results up to date.

    Args:
        notebooks: Files; all of them if none is named.
        check: Write nothing; fail if a file is not what building makes of it.
        solutions: Run them with every exercise solved; write nothing.
    """
    from course_lib.classroom.build import build as build_all
    from course_lib.commands.readme import write_results

    build_all(notebooks, check=check, solutions=solutions)
    if not check and not solutions:
        write_results()


def measure_notebook(path: Path, n_seeds: int) -> dict[tuple[str, str, str], list[float]]:
    """Run a notebook over seeds and collect the numbers that it hands to `expect`.

    Args:
        path: The notebook.
        n_seeds: How many seeds, from 0 on.

    Returns:
        (key, profile, dtype) → one number for each seed.
    """
    from course_lib.classroom.build import execute, read_notebook

    measured = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.jsonl"
        for seed in range(n_seeds):
            record.unlink(missing_ok=True)
            seconds = execute(
                read_notebook(path), path.resolve().parent, {"COURSE_SEED": str(seed), "COURSE_RECORD": str(record)}
            )
            print(f"{path.name}  seed {seed}  {seconds:.1f} s", flush=True)
            for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else ():
                entry = json.loads(line)
                measured[entry["key"], entry["profile"], entry["dtype"]].append(entry["value"])
    return measured


def bands(notebooks: Notebooks = (), *, seeds: int = 5) -> None:
    """Run notebooks over several seeds and write the bounds of their numbers into data/expected.toml.

    Args:
        notebooks: Files; all of them if none is named.
        seeds: How many, 5 or more.
    """
    from course_lib.classroom.bands import bands as write_bands
    from course_lib.common.device import machine
    from course_lib.common.paths import NOTEBOOKS

    if seeds < 5:
        raise CourseError(f"{seeds} seeds are too few for a band: 5 or more")
    for path in [Path(name) for name in notebooks] or sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        measured = measure_notebook(path, seeds)
        for band in write_bands(measured, machine().name) if measured else ():
            print(f"  {band.key}  {band.low:.4g} to {band.high:.4g}")


def rebuild() -> None:
    """Make everything again in order: models, results, bounds, notebooks; resumes where it was stopped."""
    from course_lib.commands.readme import write_results
    from course_lib.lineage.rebuild import rebuild as make_again

    make_again()
    write_results()
