"""The front door of LLMs Under the Hood: `python course.py lab` opens the course, `python course.py test` checks it.

It needs nothing but Python 3.11 or newer. On first use it makes `.venv` beside this file and installs the course
there; an active environment that already has everything is used as it is. Then `python -m course_lib` takes over.
"""

import contextlib
import os
import platform
import subprocess
import sys
from pathlib import Path


def hand_over(python, arguments):
    """Go on as `python -m course_lib`, which finds the library beside this file wherever it was called from."""
    paths = [str(Path(__file__).resolve().parent), os.environ.get("PYTHONPATH")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [python, "-m", "course_lib", *arguments]
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(python, command, environment)
    with subprocess.Popen(command, env=environment) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child hears it too, and decides
                return child.wait()


def run(arguments):
    """Answer at once what needs nothing installed; for the rest find or make the environment and hand over."""
    from course_lib.commands import COMMANDS, overview, unknown
    from course_lib.commands.environment import environment, is_at_hand
    from course_lib.common.errors import CourseError

    name = arguments[0] if arguments else "--help"
    extras = ("dev",) if name in COMMANDS and COMMANDS[name].needs_dev else ()
    try:
        if name in ("-h", "--help", "help"):
            print(overview())
            return 0
        if name not in COMMANDS:
            raise CourseError(unknown(name))
        if name == "install" and (odd := set(arguments[1:]) - {"--here", "-h", "--help"}):
            raise CourseError(f"install takes --here alone, not {' '.join(sorted(odd))}")
        if {"-h", "--help"} & set(arguments[1:]) and not is_at_hand():
            print(f"usage: python course.py {name} {COMMANDS[name].usage}\n\n{COMMANDS[name].says}")
            return 0
        python = environment(extras, here="--here" in arguments[1:] and name == "install")
        if name == "install":
            print(f"The course is ready, with {python}")
            return 0
        return hand_over(python, arguments)
    except (CourseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; the same command starts over", file=sys.stderr)
        return 130


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(f"error: this is Python {platform.python_version()}; the course needs 3.11 or newer, from python.org")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a character shows a question mark
    sys.exit(run(sys.argv[1:]))
