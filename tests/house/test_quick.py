"""The library opens at once: importing it loads no room, and the help page needs nothing heavy."""

import subprocess
import sys
from time import perf_counter

from course_lib.common.paths import ROOT

HEAVY = ("torch", "numpy", "matplotlib", "tyro", "IPython", "course_lib.transformer.gpt")


def used_by_children() -> float:
    """Seconds of processor time that ended child processes took, which other work on the machine does not stretch."""
    if sys.platform == "win32":
        return perf_counter()
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_library_takes_under_50_ms() -> None:
    code = "import time; start = time.process_time(); import course_lib; print(time.process_time() - start)"
    assert min(float(run(code)) for _ in range(5)) < 0.05


def test_importing_rooms_loads_nothing_heavy() -> None:
    code = "import sys, course_lib.common, course_lib.commands, course_lib.transformer; print(' '.join(sys.modules))"
    assert not set(HEAVY) & set(run(code).split())


def test_help_takes_under_a_second() -> None:
    def seconds(*command: str) -> float:
        start = used_by_children()
        done = subprocess.run([sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0
        assert "lab" in done.stdout
        return used_by_children() - start

    assert min(seconds("course.py") for _ in range(3)) < 1
    assert min(seconds("-m", "course_lib") for _ in range(3)) < 1
