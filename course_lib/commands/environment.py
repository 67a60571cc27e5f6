"""The Python that has everything: the active one if it does, else `.venv`, made and mended here.

Standard library only: this runs before anything is installed.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from course_lib.commands.waiting import Progress, in_words
from course_lib.common.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "course-installed.json"  # written when an installation is complete
NOTES = ROOT / ".course"
MARK = NOTES / "installing"  # there while one is under way, and after one that was interrupted
LOG = NOTES / "install.log"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def requirements(extras: tuple[str, ...] = ()) -> list[str]:
    """Every `name>=version` of pyproject.toml, with those of the named extras."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]


def release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, for comparing: '2.13.0+cpu' → (2, 13), as zeros at the end say nothing."""
    numbers = [int(part) for part in re.match(r"[\d.]*", version).group().split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def lacking(wanted: list[str]) -> list[str]:
    """Those requirements that the running Python does not satisfy."""
    from importlib.metadata import PackageNotFoundError, version

    missing = []
    for line in wanted:
        name, _, floor = line.partition(">=")
        try:
            satisfied = release(version(name.strip())) >= release(floor.strip())
        except PackageNotFoundError:
            satisfied = False
        if not satisfied:
            missing.append(line)
    return missing


def pip_install(python: Path | str, arguments: list[str], progress: Progress) -> None:
    """Run `pip install` quietly, its output kept in the log; raise CourseError with its own last word if it fails."""
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command = [str(python), "-m", "pip", "install", *options, *arguments]
    errors = []
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(command, cwd=ROOT, env=environment, encoding="utf-8", errors="replace", **piped) as pip:
            for line in pip.stdout:
                log.write(line)
                progress.note = in_words(line) or progress.note
                if line.startswith("ERROR:"):
                    errors.append(line[6:].strip())
    if pip.returncode:
        reason = errors[-1] if errors else f"pip ended with status {pip.returncode}"
        raise CourseError(f"the installation failed: {reason} (everything pip said: {LOG}; run again to go on)")


def reachable(address: str, seconds: float = 3.0) -> bool:
    """Whether a web page answers within a few seconds, name look-up included."""
    from urllib.request import Request, urlopen

    answers: list[bool] = []

    def ask() -> None:
        with contextlib.suppress(OSError), urlopen(Request(address, method="HEAD"), timeout=seconds):
            answers.append(True)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    return bool(answers)


def fill(python: Path, extras: tuple[str, ...], progress: Progress) -> None:
    """Install the course and what it needs, in the tested versions (COURSE_NEWEST=1: the newest)."""
    versions = [] if os.environ.get("COURSE_NEWEST") == "1" else ["--constraint", "constraints.txt"]
    has_nvidia = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi")
    small_torch_exists = sys.platform == "linux" and platform.machine() == "x86_64"
    if small_torch_exists and not has_nvidia and reachable(TORCH_CPU_INDEX + "/torch/"):
        with contextlib.suppress(CourseError):  # then the ordinary torch will do, which is larger
            torch = next(line for line in requirements() if line.startswith("torch>="))
            pip_install(python, ["--no-deps", "--index-url", TORCH_CPU_INDEX, torch, *versions], progress)
    course = f".[{','.join(extras)}]" if extras else "."
    pip_install(python, ["--editable", course, *versions], progress)


def make_venv() -> None:
    """Make an empty `.venv`, in place of what was there."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if made.returncode:
        said = (made.stderr.strip() or made.stdout.strip() or "no reason given").splitlines()[-1]
        hint = "; on Debian and Ubuntu: sudo apt install python3-venv" if sys.platform == "linux" else ""
        raise CourseError(f"this Python could not make {VENV}: {said}{hint}")


def install(extras: tuple[str, ...]) -> None:
    """Bring `.venv` to what pyproject.toml says now; one that was interrupted is made anew."""
    needs_making = MARK.exists() or not VENV_PYTHON.exists()
    if not needs_making and satisfied_by(VENV_PYTHON, extras):
        write_stamp(extras)
        return
    LOG.write_text(f"{time.ctime()}  Python {platform.python_version()} on {platform.platform()}\n", encoding="utf-8")
    if MARK.exists():
        print("The last installation was interrupted: starting it over.")
    size = "once, some minutes, about 2 GB" if needs_making else "something it needs has changed"
    MARK.touch()
    with Progress(f"Installing the course into {VENV} ({size})") as progress:
        progress.note = "making the environment"
        if needs_making:
            make_venv()
        fill(VENV_PYTHON, extras, progress)
    write_stamp(extras)
    MARK.unlink()


def complete_here(missing: list[str]) -> None:
    """Add what is lacking to the Python that runs this, a notebook's: its torch stays, some Jupyter runs already."""
    from importlib.metadata import PackageNotFoundError, version

    wanted = [line for line in missing if not line.startswith("jupyterlab>=")]
    if not wanted:
        return
    kept = NOTES / "kept.txt"
    kept.write_text("", encoding="utf-8")
    with contextlib.suppress(PackageNotFoundError):
        kept.write_text(f"torch=={version('torch')}\n", encoding="utf-8")
    with Progress("Installing what this Python lacks (its torch stays)") as progress:
        pip_install(sys.executable, ["--constraint", str(kept), *wanted], progress)


def satisfied_by(python: Path, extras: tuple[str, ...]) -> bool:
    """Whether another Python has everything (asked of itself); False also if it does not start."""
    question = (
        "import sys; from course_lib.commands.environment import lacking, requirements;"
        "sys.exit(bool(lacking(requirements(tuple(sys.argv[1:])))))"
    )
    with contextlib.suppress(OSError):
        return subprocess.run([str(python), "-c", question, *extras], cwd=ROOT, capture_output=True).returncode == 0
    return False


def fingerprint() -> str:
    """Changes whenever `.venv` has to be looked at again: dependencies, Python, place on disk."""
    files = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return hashlib.sha256(files + os.fsencode(ROOT)).hexdigest()


def read_stamp() -> dict:
    """What the last complete installation recorded, or nothing."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(STAMP.read_text(encoding="utf-8"))
    return {}


def write_stamp(extras: tuple[str, ...]) -> None:
    """Record that `.venv` is complete: written last, and all at once."""
    temporary = STAMP.with_suffix(".part")
    temporary.write_text(json.dumps({"fingerprint": fingerprint(), "extras": list(extras)}), encoding="utf-8")
    os.replace(temporary, STAMP)


def is_ready(extras: tuple[str, ...]) -> bool:
    """Whether `.venv` is complete and up to date."""
    stamp = read_stamp()
    known = stamp.get("fingerprint") == fingerprint() and set(extras) <= set(stamp.get("extras", []))
    return known and VENV_PYTHON.exists() and not MARK.exists()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other course.py installs; the lock goes with its process, whatever ends it."""
    with (NOTES / "install.lock").open("a+") as file:
        if not try_lock(file.fileno()):
            print("Another course.py is installing: waiting for it.", flush=True)
            while not try_lock(file.fileno()):
                time.sleep(0.5)
        yield


def try_lock(handle: int) -> bool:
    """Take the lock on an open file if it is free."""
    with contextlib.suppress(OSError):
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def environment(extras: tuple[str, ...], here: bool = False) -> str:
    """The Python that has everything: this one if it does, else that of `.venv`, made or mended first.

    In Colab, and where `here` says so, it is always this one, completed.
    """
    in_venv = Path(sys.prefix).resolve() == VENV.resolve()
    missing = lacking(requirements(extras))
    if not in_venv and not missing:
        return sys.executable
    NOTES.mkdir(exist_ok=True)
    if here or "COLAB_RELEASE_TAG" in os.environ:
        complete_here(missing)
        return sys.executable
    if not is_ready(extras):
        with one_at_a_time():
            if not is_ready(extras):
                install(tuple(sorted({*extras, *read_stamp().get("extras", [])})))
    return str(VENV_PYTHON)


def is_at_hand() -> bool:
    """Whether some Python here has what the course needs, so that nothing has to be installed."""
    return is_ready(()) or not lacking(requirements())
