"""What is here: the machine, the tools around the course, the data sets, and how long each stage will take."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib.common.paths import ROOT, cache_dir

GB = 1e9
"""Bytes in a gigabyte."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    """What was looked at."""
    found: str
    """What is there."""
    is_good: bool = True
    """Whether the course runs at its best with it; nothing here keeps it from running."""
    advice: str = ""
    """What a reader may do about it."""


def find_chromium() -> str | None:
    """Find a Chromium or Chrome that tests can drive (`COURSE_CHROMIUM` names another).

    Returns:
        The program's path, or None.
    """
    chosen = os.environ.get("COURSE_CHROMIUM")
    if chosen:
        return chosen if Path(chosen).exists() else None
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
    found = next(filter(None, map(shutil.which, names)), None)
    places = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    return found or next((place for place in places if Path(place).exists()), None)


def look_at_machine() -> list[Finding]:
    """Processor, accelerator, memory, disk, and the number format that training uses.

    Returns:
        One finding each.

    Example:
        >>> [finding.what for finding in look_at_machine()]
        ['processor', 'GPU', 'memory', 'free disk', 'trains in']
    """
    import psutil

    from course_lib.common.device import best_device, machine

    here, device = machine(), best_device()
    memory, disk = psutil.virtual_memory().total, shutil.disk_usage(ROOT).free
    vectors = "AMX" if here.has_amx else "AVX-512" if here.has_avx512 else "no AMX or AVX-512"
    on_cpu = device.type == "cpu"
    gpu = "none: the course does not need one" if on_cpu else f"{here.name}, {here.memory_bytes / GB:.0f} GB"
    cores = f"{here.n_cores} core{'s' if here.n_cores > 1 else ''}"
    return [
        Finding(what="processor", found=f"{cores}, {vectors}" + (f" ({here.name})" if on_cpu else "")),
        Finding(what="GPU", found=gpu if device.type != "mps" else "Apple's, through MPS"),
        Finding(
            what="memory",
            found=f"{memory / GB:.0f} GB",
            is_good=memory >= 4 * GB,
            advice="close other programs while a model trains",
        ),
        Finding(
            what="free disk",
            found=f"{disk / GB:.0f} GB",
            is_good=disk >= 3 * GB,
            advice="data sets and checkpoints need about 3 GB",
        ),
        Finding(what="trains in", found=str(here.training_dtype).removeprefix("torch.")),
    ]


def look_at_tools() -> list[Finding]:
    """Python, torch, the browser that tests drive, and where downloads are kept.

    Returns:
        One finding each.

    Example:
        >>> look_at_tools()[0].found.startswith("3.")
        True
    """
    import torch

    chromium = find_chromium()
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return [
        Finding(
            what="Python",
            found=f"{platform.python_version()} in {sys.prefix}",
            is_good=supported,
            advice="the course is tested with 3.11 to 3.13",
        ),
        Finding(what="torch", found=f"{torch.__version__}, {torch.get_num_threads()} threads"),
        Finding(what="Chromium", found=chromium or "none: `test` leaves the browser out"),
        Finding(what="downloads", found=f"kept in {cache_dir()}"),
    ]
