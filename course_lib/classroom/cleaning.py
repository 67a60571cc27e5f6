"""What is kept of an executed notebook: the same run gives the same bytes, and nothing of the machine stays."""

import base64
import hashlib
import re
import struct
from collections.abc import Iterator

from nbformat import NotebookNode

from course_lib.common.errors import CourseError

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
"""What a widget leaves in an output; it is dropped, and the static picture beside it stays."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_PROGRESS = re.compile(r"\r|\d+%\|")
_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"pHYs", b"IDAT", b"IEND"}
_KEPT_TAGS_ONLY = ("tags",)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and whole bytes of each chunk of a PNG file."""
    place = 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        yield kind, png[place : place + 12 + length]
        place += 12 + length


def plain_png(png: bytes) -> bytes:
    """A PNG with its pixels alone: no program's name, no version, no date.

    Example:
        >>> plain_png(bytes.fromhex("89504e470d0a1a0a"))
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    return png[:8] + b"".join(chunk for kind, chunk in _chunks(png) if kind in _KEPT_CHUNKS)


def _clean_data(data: NotebookNode) -> None:
    for kind, value in data.items():
        if kind == "image/png":
            data[kind] = base64.b64encode(plain_png(base64.b64decode(value))).decode() + "\n"
        elif isinstance(value, str):
            data[kind] = _ADDRESS.sub("0x…", value)


def clean_outputs(outputs: list[NotebookNode], cell_id: str) -> list[NotebookNode]:
    """Outputs without widgets, progress bars, memory addresses and figure metadata; streams joined.

    Args:
        outputs: One cell's.
        cell_id: Named in a refusal.

    Raises:
        CourseError: If the cell failed, or warned.
    """
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "error":
            raise CourseError(f"cell {cell_id} failed: {output.ename}: {output.evalue}")
        if output.output_type == "stream":
            if output.name == "stderr":
                if _PROGRESS.search(output.text) or not output.text.strip():
                    continue
                raise CourseError(f"cell {cell_id} warns: {output.text.strip()[:300]}")
            output.text = _ADDRESS.sub("0x…", output.text)
            if kept and kept[-1].output_type == "stream":
                kept[-1].text += output.text
                continue
        elif WIDGET_VIEW in output.data:
            continue
        else:
            _clean_data(output.data)
            output.pop("transient", None)
            if "execution_count" in output:
                output.metadata = {}
        kept.append(output)
    for output in kept:
        if output.output_type == "stream" and "\r" in output.text:
            output.text = "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in output.text.split("\n"))
    return kept


def code_hash(notebook: NotebookNode) -> str:
    """Sixteen digits that change with any code cell: what a stored run is a run of."""
    sources = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


def clean(notebook: NotebookNode) -> None:
    """Clean an executed notebook in place.

    Raises:
        CourseError: Naming the cell that failed or warned.
    """
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        course={"code": code_hash(notebook)},
    )
    for cell in notebook.cells:
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in _KEPT_TAGS_ONLY if cell.metadata.get(key)})
        if cell.cell_type == "code":
            cell.outputs = clean_outputs(cell.outputs, cell.id)
