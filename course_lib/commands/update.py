"""`update`: the newest course, with the learner's copies left as they are."""

import subprocess

from course_lib.commands.copies import bring_copies
from course_lib.common.errors import CourseError
from course_lib.common.paths import MY, NOTEBOOKS, ROOT


def pull() -> str:
    """Fetch the newest version of a git checkout.

    Returns:
        What git said last.

    Raises:
        CourseError: If git is missing, or could not go forward without merging.
    """
    command = ["git", "-C", str(ROOT), "pull", "--ff-only"]
    try:
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise CourseError("git is not installed: download the course anew and keep your folder my/") from None
    said = (done.stderr if done.returncode else done.stdout).strip().splitlines() or ["nothing"]
    if done.returncode:
        raise CourseError(f"git could not fetch the newest version: {said[-1]}")
    return said[-1]


def update() -> None:
    """Fetch the newest course and lay new versions of notebooks beside your own copies."""
    print(pull() if (ROOT / ".git").exists() else "This is not a git checkout, so nothing was fetched.")
    for path in bring_copies(NOTEBOOKS, MY / "notebooks", offer_newer=True):
        kind = "a newer version, beside yours" if ".new" in path.name else "new"
        print(f"  {path.name}: {kind}")
    print("Your own copies are as they were.")
