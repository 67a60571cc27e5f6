"""Measuring bands: a notebook run under several seeds, with what it hands to `expect` written down."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from course_lib.classroom.bands import MIN_SEEDS, Band, bands
from course_lib.classroom.build import execute, read_notebook
from course_lib.common.device import machine
from course_lib.common.errors import CourseError


def recorded(path: Path, seed: int) -> dict[tuple[str, str, str], float]:
    """Run a notebook under one seed.

    Args:
        path: The notebook; it is not changed.
        seed: `COURSE_SEED` of the run.

    Returns:
        (key, profile, dtype) → the number that the notebook handed to `expect`.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recorded.jsonl"
        execute(read_notebook(path), path.resolve().parent, {"COURSE_SEED": str(seed), "COURSE_RECORD": str(file)})
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    entries = map(json.loads, lines)
    return {(entry["key"], entry["profile"], entry["dtype"]): entry["value"] for entry in entries}


def measure_bands(notebooks: Iterable[Path | str], n_seeds: int = MIN_SEEDS) -> list[Band]:
    """Run notebooks under several seeds and write the bands of every number they hand to `expect`.

    Args:
        notebooks: Files.
        n_seeds: Seeds 0, 1, 2, …; at least `MIN_SEEDS`.

    Returns:
        The new bands, written to `data/expected.toml`.

    Raises:
        CourseError: If a notebook hands nothing to `expect`, or there are too few seeds.
    """
    if n_seeds < MIN_SEEDS:
        raise CourseError(f"{n_seeds} seeds make no band: it takes at least {MIN_SEEDS}")
    made = []
    for path in map(Path, notebooks):
        measured = defaultdict(list)
        for seed in range(n_seeds):
            for key, value in recorded(path, seed).items():
                measured[key].append(value)
            print(f"{path.name}  seed {seed}  {len(measured)} numbers", flush=True)
        if not measured:
            raise CourseError(f"{path.name} hands nothing to expect(): there is no band to measure")
        made += bands(measured, machine().name)
    for band in made:
        print(f"{band.key}  {band.profile}, {band.dtype}:  {band.mean:.4g}, {band.low:.4g} to {band.high:.4g}")
    return made
