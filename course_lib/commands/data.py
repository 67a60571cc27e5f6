"""`data`: the texts of the course: which there are, fetching one, and checking what is here."""

from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.table import Table

from course_lib.common.errors import CourseError


def print_list() -> None:
    """Show every text with its licence, and whether it is on this machine."""
    from course_lib.text import corpora

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "here", "what it is", "licence"):
        table.add_column(heading, header_style="dim")
    for corpus in corpora():
        table.add_row(corpus.name, "yes" if corpus.at_hand else "no", corpus.title, corpus.licence)
    Console().print(table)
    print("\n`python course.py data fetch NAME` brings one here; everything else works without it.")


def print_checks() -> None:
    """Check every text that is here against its hash.

    Raises:
        CourseError: At the first that is damaged.
    """
    from course_lib.text import corpora, verify

    for corpus in corpora():
        state = "right" if verify(corpus.name) else "not fetched"
        print(f"{corpus.name}: {'made here' if corpus.file is None else state}")


def data(
    action: Annotated[Literal["list", "fetch", "verify"], tyro.conf.Positional] = "list",
    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = "",
) -> None:
    """List the texts of the course, fetch one of them, or verify those that are here.

    Args:
        action: What to do.
        name: Which text to fetch.
    """
    if action == "list":
        print_list()
    elif action == "verify":
        print_checks()
    else:
        from course_lib.text import corpora, fetch

        if not name:
            raise CourseError(f"fetch which? There are {', '.join(corpus.name for corpus in corpora())}")
        for path in fetch(name) or ["nothing to fetch: it is made here"]:
            print(f"{name}: {path}")
