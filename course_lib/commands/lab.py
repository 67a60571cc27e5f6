"""`lab`: JupyterLab on this machine alone, at the learner's copy of the first notebook."""

import os
import secrets
import socket
from pathlib import Path

from course_lib.commands.copies import bring_copies
from course_lib.common.errors import CourseError
from course_lib.common.paths import MY, NOTEBOOKS, ROOT


def free_port(first: int, n_tries: int = 50) -> int:
    """The first port from `first` on that nothing listens on.

    Args:
        first: Where to begin.
        n_tries: How many ports to look at.

    Returns:
        A port on the loopback interface.

    Raises:
        CourseError: If all of them are taken.
    """
    for port in range(first, min(first + n_tries, 65536)):
        with socket.socket() as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise CourseError(f"no free port from {first} on: give another with --port")


def first_notebook(folder: Path) -> Path:
    """The learner's copy to begin with: the lowest number there is.

    Args:
        folder: The learner's notebooks.

    Returns:
        The path of `00_start_here.ipynb`, or of the first that exists.

    Raises:
        CourseError: If there is none.
    """
    found = sorted(path for path in folder.glob("*.ipynb") if ".new" not in path.name)
    if not found:
        raise CourseError(f"no notebook in {folder}: is {NOTEBOOKS} complete?")
    return found[0]


def lab(*, port: int = 8888, browser: bool = True) -> None:
    """Open the course in JupyterLab, reachable from this machine alone.

    Args:
        port: Where to listen; the next free one if it is taken.
        browser: Open a browser window too; without, the address above is all.
    """
    from jupyterlab.labapp import LabApp

    bring_copies(NOTEBOOKS, MY / "notebooks")
    first = first_notebook(MY / "notebooks")
    root = ROOT if first.is_relative_to(ROOT) else MY
    port = free_port(port)
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(24))
    page = f"/lab/tree/{first.relative_to(root).as_posix()}"
    print(f"The course is open at\n\n  http://127.0.0.1:{port}{page}?token={token}\n")
    print(f"Your copies of the notebooks are in {first.parent}. Ctrl-C twice ends JupyterLab.", flush=True)
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": True,  # the only user of many a container
        "LabApp.default_url": page,
        "LabApp.app_settings_dir": Path(__file__).with_name("lab_settings"),  # no news, no questions about news
        "Application.log_level": "WARN",
    }
    LabApp.launch_instance([f"--{name}={value}" for name, value in options.items()])
