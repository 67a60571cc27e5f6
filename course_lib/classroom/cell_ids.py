"""Names for cells that mean something and stay: `predict-09-2`, `exercise-09-causal-mask`, `claim-a2`."""

import re
from collections.abc import Callable

from nbformat import NotebookNode

_CALLS = (
    ("exercise", re.compile(r'@exercise\("([^"]+)"\)')),
    ("predict", re.compile(r'\bpredict\("([^"]+)"')),
    ("quiz", re.compile(r'\bquiz\("([^"]+)"\)')),
    ("claim", re.compile(r'\bclaim\("([^"]+)"')),
    ("hint", re.compile(r'\bhint\("([^"]+)"')),
    ("parity", re.compile(r"\bparity\((\w+)")),
    ("expect", re.compile(r'\bexpect\("([^"]+)"')),
    ("define", re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)),
)
_HEADING = re.compile(r"^#{1,4} +(.+)$", re.MULTILINE)
_RANDOM = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f-]{27}")


def _slug(text: str) -> str:
    """Lower case letters, digits and hyphens, at most 48.

    Example:
        >>> _slug("2 · Why divide by √d?")
        '2-why-divide-by-d'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-")


def _meaning(cell: NotebookNode, section: str) -> str:
    """A name from what the cell does, or from the section that it stands in."""
    if cell.cell_type == "code":
        for kind, pattern in _CALLS:
            if match := pattern.search(cell.source):
                return _slug(f"{kind}-{match[1]}")
    elif match := _HEADING.search(cell.source):
        return _slug(match[1])
    return _slug(f"{section}-{'code' if cell.cell_type == 'code' else 'text'}")


def _free(name: str, is_taken: Callable[[str], bool]) -> str:
    candidates = (name if count == 1 else f"{name}-{count}" for count in range(1, 1000))
    return next(candidate for candidate in candidates if not is_taken(candidate))


def name_cells(notebook: NotebookNode) -> NotebookNode:
    """Give every cell an id that means something; an id that was given by hand, or before, stays.

    A cell's metadata may say `id` (in a percent script: `# %% id="predict-09-2"`); it becomes the cell's own.

    Args:
        notebook: Changed in place.

    Returns:
        The same notebook.
    """
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        if wanted := cell.metadata.pop("id", None):
            cell["id"] = wanted
    taken = {cell["id"] for cell in notebook.cells if cell.get("id") and not _RANDOM.fullmatch(cell["id"])}
    section, seen = "start", set()
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (match := _HEADING.search(cell.source)):
            section = _slug(match[1]) or section
        current = cell.get("id")
        if not current or _RANDOM.fullmatch(current) or current in seen:
            cell["id"] = _free(_meaning(cell, section), taken.__contains__)
            taken.add(cell["id"])
        seen.add(cell["id"])
    return notebook
