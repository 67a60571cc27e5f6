"""`doctor`: a short report on this machine, and how long each of the course's models takes to train here."""

from rich.console import Console
from rich.table import Table

from course_lib.common.doctor import Finding, look_at_machine, look_at_tools
from course_lib.common.profile import PROFILES, Profile, current_profile

__all__ = ["PROFILES", "doctor"]


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


def expected_time(profile: Profile, minutes: float, minutes_without_amx: float) -> str:
    """About how long a stage takes on a profile's machine.

    Args:
        profile: The profile.
        minutes: Its time on two cores with AMX, as measured.
        minutes_without_amx: The same without.

    Returns:
        Words with a number. A GPU is never slower than two cores; how much faster, models this small do not tell.

    Example:
        >>> expected_time(PROFILES["laptop"], 5.0, 12.0), expected_time(PROFILES["t4"], 5.0, 12.0)
        ('about 12 min', 'at most 5 min')
    """
    on_cpu = profile.name.startswith("laptop")
    expected = minutes_without_amx if profile.name == "laptop" else minutes
    return f"{'about' if on_cpu else 'at most'} {expected:.0f} min" if expected >= 1 else "under 1 min"


def stages_table(profile: Profile) -> Table:
    """The course's models: how long each takes to train here, and whether it is there already.

    Args:
        profile: The profile of this machine.

    Returns:
        A table for a rich console.
    """
    from course_lib.common.paths import DATA, MY
    from course_lib.lineage.stages import STAGES

    table = Table(title="models", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("stage", "to train here", "shipped", "yours", "what it does"):
        table.add_column(heading, header_style="dim")
    for name, stage in STAGES.items():
        there = [(folder / "checkpoints" / stage.file).exists() for folder in (DATA, MY)]
        time = expected_time(profile, stage.minutes, stage.minutes_without_amx)
        table.add_row(name, time, *("yes" if found else "no" for found in there), stage.says)
    return table


def data_findings() -> list[Finding]:
    """Which texts are on this machine.

    Returns:
        Two findings: what is here, and what can be fetched.
    """
    from course_lib.text import corpora

    here = [corpus.name for corpus in corpora() if corpus.at_hand]
    absent = [corpus.name for corpus in corpora() if not corpus.at_hand]
    return [
        Finding(what="here", found=", ".join(here)),
        Finding(what="to fetch", found=", ".join(absent) or "nothing: all are here"),
    ]


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
