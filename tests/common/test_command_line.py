"""The command line tells a failure in one line, and a traceback only to those who ask."""

from pathlib import Path

import pytest

from course_lib import __main__ as command_line
from course_lib.commands import COMMANDS
from course_lib.commands.test import Outcome, parts, read_outcome
from course_lib.common.errors import CourseError


@pytest.mark.parametrize(
    "error", [CourseError("the cup\nis full"), ValueError("the cup is full"), OSError("the cup is full")]
)
def test_failures_are_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(command_line, "run", fail)
    assert command_line.main([]) == 2
    assert capsys.readouterr().err == "error: the cup is full\n"
    monkeypatch.setenv("COURSE_DEBUG", "1")
    with pytest.raises(type(error)):
        command_line.main([])


def test_an_interrupt_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def interrupt(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "run", interrupt)
    assert command_line.main([]) == 130
    assert capsys.readouterr().err == "\ninterrupted\n"


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.module])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.run([name, "--help"])
    assert ended.value.code == 0
    assert f"course.py {name}" in capsys.readouterr().out


def test_outcomes_are_counted_from_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/></testsuites>')
    assert read_outcome(report, status=1) == Outcome(n_passed=4, n_failed=3, n_skipped=3)


def test_a_run_that_breaks_off_is_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="5" failures="0" errors="0" skipped="0"/></testsuites>')
    assert read_outcome(report, status=2).n_failed == 1
    assert read_outcome(tmp_path / "missing.xml", status=5).n_failed == 0


def test_fast_leaves_out_notebooks_and_browser() -> None:
    assert len(parts(fast=True, everything=False)) == 1
    assert len(parts(fast=False, everything=False)) == 3
    marks = parts(fast=True, everything=True)[0].arguments
    assert marks[marks.index("-m") + 1] == ""
