"""An experiment behind a claim: settings, seeds, a measurement, and a file of results that a run resumes from."""

import csv
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course_lib.common.device import machine
from course_lib.common.errors import CourseError
from course_lib.common.paths import DATA, atomic_write

Number = float | int
Setting = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """What is varied, over how many seeds, and how one run is measured."""

    id: str
    """The claim's id, such as `A2`."""
    question: str
    """What it finds out, in a sentence."""
    measure: Callable[..., dict[str, Number]]
    """`measure(seed, **setting)`: one run, to the numbers it gives."""
    settings: Mapping[str, tuple[Setting, ...]]
    """Rung → the settings compared on it. `small` takes seconds (tests run it), `full` is what ships."""
    n_seeds: Mapping[str, int]
    """Rung → how many seeds."""
    in_training_dtype: bool = False
    """Whether it trains as the course's models do, in the machine's own number format; else all is float32."""
    version: int = 1
    """Raised by hand when `measure` begins to mean something else, so that older results count no more."""

    def __post_init__(self) -> None:
        if set(self.settings) != set(self.n_seeds):
            raise ValueError(f"{self.id}: rungs of settings {sorted(self.settings)} and seeds {sorted(self.n_seeds)}")

    def run(self, seed: int, rung: str = "small") -> list[dict]:
        """Run one seed of a rung.

        Args:
            seed: Of everything random.
            rung: Which size.

        Returns:
            A row for each setting: the setting and what was measured.

        Raises:
            CourseError: There is no such rung.
        """
        return [dict(setting) | self.measure(seed, **setting) for setting in self.settings_of(rung)]

    def settings_of(self, rung: str) -> tuple[Setting, ...]:
        """The settings of a rung, or a one-line error that names the rungs."""
        if rung not in self.settings:
            raise CourseError(f"experiment {self.id} has no rung {rung!r}: choose from {', '.join(self.settings)}")
        return self.settings[rung]

    def hash(self, setting: Setting) -> str:
        """What identifies a configuration in the results: twelve hexadecimal digits."""
        told = json.dumps([self.id, self.version, sorted(setting.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def results_path(experiment_id: str) -> Path:
    """The file of an experiment's results."""
    return DATA / "results" / f"{experiment_id}.csv"


def read_results(path: Path) -> list[dict[str, str]]:
    """The rows of a results file, as text; none if there is no file.

    Raises:
        CourseError: The file is not a table of results.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (csv.Error, UnicodeDecodeError) as problem:
        raise CourseError(f"{path.name} cannot be read as a table ({problem}): delete it and run again") from None
    if rows and not {"seed", "configuration"} <= set(rows[0]):
        raise CourseError(f"{path.name} lacks the columns seed and configuration: delete it and run again")
    return rows


def write_results(path: Path, rows: list[dict]) -> None:
    """Write rows of results, atomically; columns in the order in which rows first name them."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def tell(value: object) -> object:
    """A number as the results keep it: six significant digits."""
    return f"{value:.6g}" if isinstance(value, float) else value


def run_experiment(
    experiment: Experiment, *, rung: str = "full", n_seeds: int | None = None, path: Path | None = None
) -> Iterator[dict]:
    """Run an experiment over seeds and settings, keeping each result at once and skipping those already there.

    Args:
        experiment: The recipe.
        rung: Which size; its results are kept apart by configuration.
        n_seeds: How many seeds; the rung's own number if not given.
        path: The file of results; `data/results/ID.csv` if not given.

    Yields:
        Each row as it is measured. An interrupt loses at most the run that was under way.

    Raises:
        CourseError: There is no such rung, or the file is not a table of results.
    """
    settings = experiment.settings_of(rung)
    path = path or results_path(experiment.id)
    current = {experiment.hash(setting) for rung_settings in experiment.settings.values() for setting in rung_settings}
    rows: list[dict] = [row for row in read_results(path) if row["configuration"] in current]
    done = {(int(row["seed"]), row["configuration"]) for row in rows}
    here = machine()
    dtype = str(here.training_dtype).removeprefix("torch.") if experiment.in_training_dtype else "float32"
    for seed in range(n_seeds or experiment.n_seeds[rung]):
        for setting in settings:
            configuration = experiment.hash(setting)
            if (seed, configuration) in done:
                continue
            start = time.perf_counter()
            measured = experiment.measure(seed, **setting)
            row = {"seed": seed, "configuration": configuration, "rung": rung}
            row |= {"machine": here.name, "dtype": dtype, "seconds": f"{time.perf_counter() - start:.1f}"}
            row |= dict(setting) | {name: tell(value) for name, value in measured.items()}
            rows.append(row)
            write_results(path, rows)
            yield row
