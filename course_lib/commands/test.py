"""`test`: everything that keeps the course right, in three parts, with one line at the end."""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from course_lib.common.paths import NOTEBOOKS, ROOT

Paths = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="[PATH ...]")]

KEPT = ("COURSE_CACHE", "COURSE_CHROMIUM", "COURSE_DATA", "COURSE_DEVICE", "COURSE_OFFLINE")
"""The learner's settings that tests heed; the others would change what they find."""

CELL_SECONDS = 300
"""How long one notebook cell may run before it counts as failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One run of pytest."""

    title: str
    """What it checks."""
    arguments: tuple[str, ...]
    """What pytest is given."""
    is_strict: bool = False
    """Whether a number outside its band is a failure."""
    skipped_because: str = ""
    """Why it does not run here, if it does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a part."""

    n_passed: int = 0
    """Tests that passed."""
    n_failed: int = 0
    """Tests that failed, errors included."""
    n_skipped: int = 0
    """Tests that could not run here."""


def read_outcome(report: Path, status: int) -> Outcome:
    """Count a part's tests from pytest's own report.

    Args:
        report: The JUnit file that pytest wrote.
        status: pytest's exit status; a run that broke off counts as a failure even without a failed test.

    Returns:
        The counts.

    Example:
        >>> read_outcome(Path("not there"), status=3)
        Outcome(n_passed=0, n_failed=1, n_skipped=0)
    """
    try:
        suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        suites = []
    counts = {
        kind: sum(int(suite.get(kind, 0)) for suite in suites) for kind in ("tests", "failures", "errors", "skipped")
    }
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    nothing_to_run = status == 5
    if status and not failed and not nothing_to_run:
        failed = 1
    return Outcome(n_passed=passed, n_failed=failed, n_skipped=counts["skipped"])


def n_workers() -> int:
    """Processes to share the tests among: one for each core, four at most (each loads torch)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, 4))


def parts(*, fast: bool, everything: bool, paths: tuple[str, ...] = ()) -> list[Part]:
    """What to run, in order.

    Args:
        fast: Leave out notebooks and browser.
        everything: Include what takes minutes, a GPU or the network.
        paths: Only these files or folders, in one part.

    Returns:
        Unit tests, doctests and house rules first, then notebooks, then the browser.
    """
    from course_lib.common.doctor import find_chromium

    marks = ("-m", "") if everything else ()
    workers = ("-n", str(n_workers()), "--dist")
    shared = (*workers, "loadfile", *marks)
    if paths:
        return [Part(title="what you named", arguments=(*shared, *paths))]
    unit = Part(title="units, examples in docstrings, house rules", arguments=(*shared, "--ignore=tests/browser"))
    if fast:
        return [unit]
    notebooks = sorted(str(path.relative_to(ROOT)) for path in NOTEBOOKS.glob("*.ipynb"))
    nbval = ("--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS}", "-W", "default")
    run_notebooks = Part(
        title="notebooks, run from top to bottom",
        arguments=(*shared, *nbval, "-p", "no:doctest", "-o", "timeout=900", "-o", "addopts=", *notebooks),
        is_strict=True,
        skipped_because="" if notebooks else "there are none yet",
    )
    browser = Part(
        title="a real browser",
        arguments=("tests/browser", *workers, "load", *marks),  # each test opens a JupyterLab of its own
        skipped_because="" if find_chromium() else "no Chromium was found here",
    )
    return [unit, run_notebooks, browser]


def run_part(part: Part, folder: Path) -> Outcome:
    """Run one part, its output on the screen as it comes.

    Args:
        part: What to run.
        folder: A scratch folder, which also stands in for the learner's own.

    Returns:
        What came of it.
    """
    print(f"\n── {part.title} " + "─" * max(0, 78 - len(part.title)), flush=True)
    if part.skipped_because:
        print(f"left out: {part.skipped_because}")
        return Outcome(n_skipped=1)
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COURSE_") or name in KEPT},
        "COURSE_MY": str(folder / "my"),
        "COURSE_STRICT": "1" if part.is_strict else "",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *part.arguments]
    status = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode
    return read_outcome(report, status)


def test(paths: Paths = (), *, fast: bool = False, all: bool = False) -> int:
    """Check the course: units, docstring examples, house rules, notebooks and, where Chromium is found, a browser.

    Args:
        paths: Only these test files or folders; everything if none is named.
        fast: Leave out the notebooks and the browser.
        all: Add what takes minutes, a GPU or the network.

    Returns:
        0 if all passed, else 1.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        chosen = parts(fast=fast, everything=all, paths=paths)
        outcomes = [(part, run_part(part, Path(folder))) for part in chosen]
    print()
    for part, outcome in outcomes:
        sign = "✗" if outcome.n_failed else "·" if part.skipped_because else "✓"
        print(f"{sign} {part.title}: {outcome.n_passed} passed, {outcome.n_failed} failed, {outcome.n_skipped} skipped")
    passed, failed, skipped = (
        sum(getattr(outcome, name) for _, outcome in outcomes) for name in ("n_passed", "n_failed", "n_skipped")
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped in {time.monotonic() - start:.0f} s")
    return 1 if failed else 0
