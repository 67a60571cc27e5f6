"""Everything again from nothing, in order: models, results, bands, notebooks; what is up to date is left alone."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course_lib.common.errors import CourseError
from course_lib.common.paths import DATA, NOTEBOOKS, ROOT, atomic_write
from course_lib.lineage.experiments import EXPERIMENTS, run_experiment
from course_lib.lineage.freshness import why_stale
from course_lib.lineage.load import SHIPPED
from course_lib.lineage.stages import STAGES, train_stage
from course_lib.training import file_hash

STAMPS = ROOT / ".course" / "rebuilt.json"
"""Which step was last made from what; lost, everything that cannot tell by itself is made again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to make."""

    name: str
    """As it is told."""
    is_done: Callable[[], bool]
    """Whether it is up to date."""
    make: Callable[[], None]
    """Makes it; may be interrupted, and goes on the next time."""


def steps(stamps: Path = STAMPS) -> Iterator[Step]:
    """Everything to make, in order; each step is asked when its turn comes."""
    for stage in STAGES.values():
        yield Step(
            name=f"model {stage.name}",
            is_done=lambda stage=stage: why_stale(stage, SHIPPED) is None,
            make=lambda stage=stage: train_stage(stage.name, out=SHIPPED),
        )
    for experiment in EXPERIMENTS.values():
        yield Step(
            name=f"result {experiment.id}",
            is_done=lambda: False,  # asking costs nothing: rows that are there are skipped
            make=lambda experiment=experiment: list(run_experiment(experiment)),
        )
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        yield stamped(f"bands {path.name}", path, stamps, partial(run_command, "bands"))
        yield stamped(f"notebook {path.name}", path, stamps, partial(run_command, "build"))


def stamped(name: str, path: Path, stamps: Path, make: Callable[[Path], None]) -> Step:
    """A step that is done when it was last made from the same library, models, results and notebook source."""

    def make_and_stamp() -> None:
        make(path)
        known = read_stamps(stamps) | {name: made_from(path)}
        with atomic_write(stamps) as temporary:
            temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")

    return Step(name=name, is_done=lambda: read_stamps(stamps).get(name) == made_from(path), make=make_and_stamp)


def read_stamps(stamps: Path) -> dict[str, str]:
    """What each step was last made from; nothing if the file is not there or damaged."""
    try:
        return json.loads(stamps.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def made_from(path: Path) -> str:
    """sha256 over what a notebook's outputs follow from: its cells, the library, the models and the results."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in json.loads(path.read_text("utf-8"))["cells"]]
    digest = hashlib.sha256(json.dumps(cells).encode())
    library = sorted((ROOT / "course_lib").rglob("*.py"))
    for file in [*library, *sorted(SHIPPED.glob("*")), *sorted((DATA / "results").glob("*.csv"))]:
        digest.update(f"{file.relative_to(ROOT)} {file_hash(file)}\n".encode())
    return digest.hexdigest()


def run_command(word: str, path: Path) -> None:
    """Run one word of the command line on a notebook, in a process of its own.

    Raises:
        CourseError: It failed; what it said stands above.
    """
    done = subprocess.run([sys.executable, "-m", "course_lib", word, str(path)], cwd=ROOT)
    if done.returncode:
        raise CourseError(f"{word} {path.name} failed with status {done.returncode}: mend it, then rebuild again")


def rebuild(todo: Iterable[Step] | None = None) -> None:
    """Make everything that is not up to date, in order; interrupted, it goes on from there the next time.

    Args:
        todo: What to make; all of it if not given.
    """
    for step in todo if todo is not None else steps():
        if step.is_done():
            print(f"{step.name}: up to date", flush=True)
        else:
            print(f"{step.name}: making it", flush=True)
            step.make()
