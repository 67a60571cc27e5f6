"""The ledgers that hold all notebooks together: claims with their verdicts, and terms with the place they come from."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from course_lib.common import paths


def read_ledger(name: str) -> dict:
    """A ledger in `data/`, as in `claims.toml`; empty if it is not there."""
    path = paths.DATA / name
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def stored_text(cell: NotebookNode) -> str:
    """What a cell's stored run printed.

    Example:
        >>> stored_text(NotebookNode(outputs=[NotebookNode(output_type="stream", text="holds")]))
        'holds'
    """
    return "".join(output.get("text", "") for output in cell.get("outputs", []) if output.output_type == "stream")


def claim_faults(claim_id: str, entry: Mapping[str, object], notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with a claim's entry, beside the notebook that measures it.

    Args:
        claim_id: As in `A2`.
        entry: Its table in `data/claims.toml`.
        notebook: The notebook that it names.
    """
    cell = next((cell for cell in notebook.cells if cell.id == entry["cell"]), None)
    if cell is None:
        yield f"{claim_id}: notebook {entry['notebook']} has no cell {entry['cell']!r}"
        return
    said = stored_text(cell)
    if f"Claim {claim_id}: {entry['text']}" not in said:
        yield f"{claim_id}: cell {cell.id} does not print its text"
    if f"Rule: {entry['rule']}" not in said:
        yield f"{claim_id}: cell {cell.id} does not print its rule"
    if f"Verdict: {entry['verdict']}" not in said:
        verdict = re.search(r"Verdict: .*", said)
        yield f"{claim_id}: the ledger says {entry['verdict']!r}, the cell {verdict[0] if verdict else 'nothing'!r}"


def prose(notebook: NotebookNode) -> list[tuple[int, str, str]]:
    """Section number, cell id and text of every Markdown cell that teaches.

    The title cell and what stands under a heading with `references`, `next` or `recap` may look ahead. The number is
    that of the latest heading `## 3 · …`; before the first it is 0. Code, formulas and links are left out of the text.
    """
    found, section, looks_ahead = [], 0, False
    for cell in notebook.cells[1:]:
        if cell.cell_type != "markdown":
            continue
        for heading in re.findall(r"^#+ .*", cell.source, re.MULTILINE):
            number = re.match(r"## (\d+)", heading)
            section = int(number[1]) if number else section
            looks_ahead = bool(re.search(r"references|next|recap", heading, re.IGNORECASE))
        if not looks_ahead:
            text = re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", " ", cell.source, flags=re.DOTALL)
            found.append((section, cell.id, text))
    return found


def uses(term: str, text: str) -> bool:
    """Whether a text uses a term, as whole words, in the singular or plural, in any case.

    Example:
        >>> uses("logit", "The logits of a token"), uses("token", "A tokenizer")
        (True, False)
    """
    return re.search(rf"\b{re.escape(term)}(?:s|es)?\b", text, re.IGNORECASE) is not None


def term_faults(terms: Mapping[str, str], notebooks: Mapping[str, NotebookNode]) -> Iterator[str]:
    """Terms that are used before they are introduced, or not introduced where the ledger says.

    Args:
        terms: Term → `notebook.section`.
        notebooks: Two digits → notebook.
    """
    for term, place in terms.items():
        number, section = place.split(".")
        if number not in notebooks:
            continue
        if not any(at == int(section) and uses(term, text) for at, _, text in prose(notebooks[number])):
            yield f"{term}: section {section} of notebook {number} does not introduce it"
        for other, notebook in notebooks.items():
            for at, cell_id, text in prose(notebook) if other <= number else []:
                if (other, at) < (number, int(section)) and uses(term, text):
                    yield f"{term}: used in notebook {other}, cell {cell_id}, before {place} introduces it"
