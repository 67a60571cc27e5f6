"""`doctor`: a short report on this machine, and how long each of the course's models takes to train here."""

from rich.console import Console
from rich.table import Table

from course_lib.common.doctor import Finding, find_chromium, look_at_machine, look_at_tools
from course_lib.common.profile import Profile, current_profile

__all__ = ["doctor", "find_chromium"]


def findings_table(title: str, findings: list[Finding]) -> Table:
    """Set findings out as a table.

    Args:
        title: What they are about.
        findings: One row each.

    Returns:
        A table for a rich console.
    """
    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", min_width=10)
    table.add_column(overflow="fold")
    for finding in findings:
        advice = "" if finding.is_good else f"  [yellow]({finding.advice})[/]"
        table.add_row(finding.what, finding.found + advice)
    return table


def stages_table(profile: Profile) -> Table:
    """The course's models: how long each takes to train here, and whether it is there already.

    Args:
        profile: The profile of this machine.

    Returns:
        A table for a rich console.
    """
    from course_lib.common.paths import DATA, MY
    from course_lib.lineage import STAGES

    table = Table(title="models", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("stage", "minutes here", "shipped", "yours"):
        table.add_column(heading, header_style="dim", justify="right" if "minutes" in heading else "left")
    for name in STAGES:
        minutes = profile.minutes(profile.base_parameters, profile.base_tokens)
        there = [(folder / "checkpoints" / f"{name}.safetensors").exists() for folder in (DATA, MY)]
        table.add_row(name, f"about {minutes:.0f}", *("yes" if found else "–" for found in there))
    return table


def data_findings() -> list[Finding]:
    """Which data sets are on this machine.

    Returns:
        One finding for each data set of the course.
    """
    from course_lib.text import corpora

    return [Finding(what=corpus.name, found="here" if corpus.is_here() else "not yet") for corpus in corpora()]


def doctor() -> None:
    """Say what this machine is, what the course finds on it, and how long each stage will take."""
    console, profile = Console(), current_profile()
    tables = [
        findings_table("machine", look_at_machine()),
        findings_table("tools", look_at_tools()),
        findings_table("data", data_findings()),
        stages_table(profile),
    ]
    console.print(f"\nThis is a [bold]{profile.name}[/]: {profile.machine}.")
    for table in tables:
        console.print()
        console.print(table)
