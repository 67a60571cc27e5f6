"""The command line, `python -m course_lib COMMAND`: finds the command's function and runs it.

A failure that a person can mend is told in one line on stderr with status 2, Ctrl-C in one line with status 130;
`COURSE_DEBUG=1` shows where it came from.
"""

import os
import sys
from importlib import import_module

from course_lib.commands import COMMANDS, overview, unknown
from course_lib.common.errors import CourseError


def run(arguments: list[str]) -> int:
    """Run one command with its arguments.

    Args:
        arguments: What followed `python -m course_lib`.

    Returns:
        The exit status.

    Raises:
        CourseError: If there is no such command.
    """
    name = arguments[0] if arguments else "--help"
    if name in ("-h", "--help", "help"):
        print(overview("python -m course_lib"))
        return 0
    if name not in COMMANDS or not COMMANDS[name].module:
        raise CourseError(unknown(name))
    import tyro

    command = getattr(import_module(f"course_lib.commands.{COMMANDS[name].module}"), name)
    status = tyro.cli(command, prog=f"course.py {name}", args=arguments[1:], config=(tyro.conf.FlagCreatePairsOff,))
    return status or 0


def main(arguments: list[str] | None = None) -> int:
    """Run one command and turn failures into a line and a status.

    Args:
        arguments: The words after the program's name; those it was started with if not given.

    Returns:
        0, the command's own status, 2 for a failure told in one line, 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt as interrupt:
        print(f"\n{str(interrupt) or 'interrupted'}", file=sys.stderr)
        return 130
    except (CourseError, ValueError, OSError) as error:
        if os.environ.get("COURSE_DEBUG"):
            raise
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
