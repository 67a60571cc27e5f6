"""The tools that read the code, run as tests: ruff on code and notebooks, import-linter on the rooms."""

import subprocess
import sys

import pytest

from course_lib.common.paths import ROOT

TOOLS = {
    "ruff finds nothing": ["ruff", "check", "--quiet", "--output-format=concise", "."],
    "everything is formatted": ["ruff", "format", "--check", "--quiet", "."],
    "imports point down only": ["importlinter.cli", "lint"],
}


@pytest.mark.parametrize("rule", TOOLS)
def test_tools(rule: str) -> None:
    module, *arguments = TOOLS[rule]
    start = "from importlinter.cli import lint_imports_command as run; run()"
    command = ["-c", start, "--no-logo"] if module.startswith("importlinter") else ["-m", module, *arguments]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{rule}: it does not\n{done.stdout}{done.stderr}"
