"""The one build command of the notebooks: standard cells in, executed from a fresh kernel, cleaned, written whole."""

import copy
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.classroom.cell_ids import name_cells
from course_lib.classroom.cleaning import clean, code_hash
from course_lib.classroom.form import faults
from course_lib.classroom.setup_cell import badge, setup_source
from course_lib.classroom.solutions import refuse_unsolved, solved
from course_lib.common import paths
from course_lib.common.errors import CourseError

CELL_SECONDS = 600
"""A cell that runs longer is stopped."""

RUFF_IGNORED = "E402,E703,B018,PIE790"
"""Rules that do not fit cells: imports below code, a `;` or a bare expression at the end, `...` under a docstring."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """What became of one notebook."""

    path: Path
    """The notebook."""
    seconds: float
    """Running it from a fresh kernel."""
    changed: bool
    """Whether the file differs (with `check`: would differ)."""
    faults: tuple[str, ...] = ()
    """What is against the form."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises:
        CourseError: If it is missing or no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise CourseError(f"{path} cannot be read as a notebook: {' '.join(str(error).split())[:200]}") from None


def with_standard_cells(notebook: NotebookNode, name: str) -> NotebookNode:
    """Put the standard set-up cell and the Colab badge in their places.

    Args:
        notebook: Changed in place.
        name: The file's name.

    Returns:
        The same notebook.
    """
    cells = notebook.cells
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        raise CourseError(f"{name}: the first cell must be Markdown and begin with the title, `# …`")
    title, *rest = cells[0].source.split("\n")
    rest = "\n".join(line for line in rest if "colab-badge.svg" not in line).strip("\n")
    cells[0].source = f"{title}\n\n{badge(name)}\n\n{rest}".rstrip("\n")
    place = next((i for i, cell in enumerate(cells) if "set-up" in cell.metadata.get("tags", [])), None)
    if place is None:
        place = next((i for i, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
        cells.insert(place, nbformat.v4.new_code_cell())
    cells[place].update(id="set-up", source=setup_source())
    cells[place].metadata["tags"] = ["set-up"]
    return notebook


def _ruff(arguments: list[str], notebook: NotebookNode, path: Path) -> subprocess.CompletedProcess:
    settings = ["--config", str(paths.ROOT / "pyproject.toml"), "--stdin-filename", str(path)]
    command = [sys.executable, "-m", "ruff", *arguments, *settings, "-"]
    return subprocess.run(
        command, input=nbformat.writes(notebook), capture_output=True, text=True, encoding="utf-8", cwd=paths.ROOT
    )


def formatted(notebook: NotebookNode, path: Path) -> NotebookNode:
    """The notebook with its code laid out by ruff, or a refusal if ruff finds a fault in it.

    Raises:
        CourseError: Naming what ruff found, or that it is not installed.
    """
    sorted_imports = _ruff(["check", "--quiet", "--select=I", "--fix-only"], notebook, path)
    if sorted_imports.stdout.strip():
        notebook = nbformat.reads(sorted_imports.stdout, as_version=4)
    done = _ruff(["format", "--quiet"], notebook, path)
    if done.returncode:
        raise CourseError(f"{path.name}: ruff cannot lay out its code: {done.stderr.strip()[:500]}")
    tidy = nbformat.reads(done.stdout, as_version=4)
    found = _ruff(["check", "--quiet", "--output-format=concise", "--extend-ignore", RUFF_IGNORED], tidy, path)
    if found.returncode:
        raise CourseError(f"{path.name}: ruff finds\n{(found.stdout + found.stderr).strip()}")
    return tidy


@contextmanager
def _environment(**changes: str) -> Iterator[None]:
    before = dict(os.environ)
    for name in ("COURSE_MODELS", "COURSE_RECORD", "COURSE_PROFILE", "MPLBACKEND"):
        os.environ.pop(name, None)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def execute(notebook: NotebookNode, folder: Path, extra: Mapping[str, str] | None = None) -> float:
    """Run a notebook from a fresh kernel, as a learner who has not written anything yet.

    Args:
        notebook: Its outputs are replaced.
        folder: Where it runs.
        extra: Environment variables to set besides `COURSE_SEED=0` and an empty `COURSE_MY`.

    Returns:
        Seconds from the kernel's start to its end.

    Raises:
        CourseError: Naming the cell that failed, and how.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as kernel_log:
        settings = {"COURSE_SEED": "0", "COURSE_MY": empty, "PYDEVD_DISABLE_FILE_VALIDATION": "1", **(extra or {})}
        with _environment(**settings):
            try:
                client.execute(stderr=kernel_log)
            except CellExecutionError as error:
                raise CourseError(f"cell {_failed(notebook)} failed: {error.ename}: {error.evalue}") from None
            except (CellTimeoutError, DeadKernelError) as error:
                kernel_log.seek(0)
                said = " ".join([*str(error).split(), *kernel_log.read().decode(errors="replace").split()])
                raise CourseError(f"cell {_failed(notebook)} did not end: {said[:400]}") from None
    return time.perf_counter() - started


def _failed(notebook: NotebookNode) -> str:
    """The id of the cell with an error, or of the last that began."""
    begun = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count]
    errors = [cell for cell in begun if any(output.output_type == "error" for output in cell.outputs)]
    return (errors or begun)[-1].id if errors or begun else "set-up"


def _keep_timed(new: NotebookNode, old: NotebookNode) -> None:
    """Keep the old outputs of timed cells if they are of a run of the same code."""
    if old.metadata.get("course", {}).get("code") != code_hash(new):
        return
    stored = {cell.id: cell.outputs for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        if "timed" in cell.metadata.get("tags", []) and cell.id in stored:
            cell.outputs = copy.deepcopy(stored[cell.id])


def build_one(path: Path, *, check: bool = False, solutions: bool = False) -> Built:
    """Build one notebook.

    Args:
        path: The notebook.
        check: Compare with what is there and write nothing.
        solutions: Fill in every exercise's solution, run, and write nothing.

    Returns:
        Seconds and whether the file changed.

    Raises:
        CourseError: If it cannot be read, linted or run; the file is then left as it was.
    """
    before = path.read_bytes() if path.exists() else b""
    old = read_notebook(path)
    notebook = formatted(name_cells(with_standard_cells(copy.deepcopy(old), path.name)), path)
    if solutions:
        notebook = solved(notebook)
    try:
        seconds = execute(notebook, path.resolve().parent)
        clean(notebook)
        if solutions:
            refuse_unsolved(notebook)
    except CourseError as error:
        raise CourseError(f"{path.name}: {error}") from None
    _keep_timed(notebook, old)
    after = (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")
    if not check and not solutions and after != before:
        with paths.atomic_write(path) as temporary:
            temporary.write_bytes(after)
    return Built(path=path, seconds=seconds, changed=after != before, faults=tuple(faults(notebook, path.name)))


def build(notebooks: Iterable[Path | str] = (), *, check: bool = False, solutions: bool = False) -> list[Built]:
    """Build notebooks, one after the other, and print seconds for each.

    Args:
        notebooks: Files; all of `notebooks/` if none are given.
        check: Write nothing; refuse if a file is not what building makes of it.
        solutions: Run them with every exercise solved; write nothing.

    Returns:
        One report per notebook.

    Raises:
        CourseError: At the first notebook that fails; with `check`, naming all that are not up to date.
    """
    reports = []
    for path in [Path(path) for path in notebooks] or sorted(paths.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        report = build_one(path, check=check, solutions=solutions)
        state = "runs with every solution" if solutions else "changed" if report.changed else "unchanged"
        print(
            "\n".join([f"{path.name}  {report.seconds:.1f} s  {state}", *map("  form: {}".format, report.faults)]),
            flush=True,
        )
        reports.append(report)
    stale = [report.path.name for report in reports if report.changed]
    if check and not solutions and stale:
        raise CourseError(f"not as built: {', '.join(stale)}; run `python -m course_lib build` on them")
    return reports
