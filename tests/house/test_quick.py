"""The library opens at once: importing it loads no room, and the help page needs nothing heavy."""

import subprocess
import sys
import time

from course_lib.common.paths import ROOT

HEAVY = ("torch", "numpy", "matplotlib", "tyro", "IPython", "course_lib.transformer")


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_library_takes_under_50_ms() -> None:
    code = "import time; start = time.perf_counter(); import course_lib; print(time.perf_counter() - start)"
    assert min(float(run(code)) for _ in range(5)) < 0.05


def test_importing_rooms_loads_nothing_heavy() -> None:
    code = "import sys, course_lib, course_lib.common, course_lib.commands, course_lib.transformer.__init__ as _"
    code = code.split(", course_lib.transformer")[0] + "; print(' '.join(sys.modules))"
    assert not set(HEAVY) & set(run(code).split())


def test_help_takes_under_a_second() -> None:
    def seconds(*command: str) -> float:
        start = time.perf_counter()
        done = subprocess.run([sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0
        assert "lab" in done.stdout
        return time.perf_counter() - start

    assert min(seconds("course.py") for _ in range(3)) < 1
    assert min(seconds("-m", "course_lib") for _ in range(3)) < 1
