"""A term is introduced before it is used: `data/terms.toml` says where each one is."""

import json
import re
import tomllib
from collections.abc import Iterator

from course_lib.common.paths import DATA, NOTEBOOKS


def terms() -> dict[str, tuple[int, int]]:
    """Term → (notebook, section) that introduces it."""
    path = DATA / "terms.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {term.lower(): tuple(int(part) for part in str(place).split(".")) for term, place in entries.items()}


def passages() -> Iterator[tuple[int, int, str]]:
    """(notebook, section, Markdown) in reading order; section 0 is what stands before the first."""
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        section = 0
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                text = "".join(cell["source"])
                heading = re.search(r"^## (\d+)\b", text, re.MULTILINE)
                section = int(heading[1]) if heading else section
                yield int(path.name[:2]), section, text


def marked(text: str) -> set[str]:
    """What a passage sets in backticks or emphasises, in small letters, without a plural's s."""
    found = re.findall(r"`([^`\n]+)`|\*{1,2}([^*\n]+)\*{1,2}", text)
    words = {(code or emphasis).lower().strip(" .,:;") for code, emphasis in found}
    return words | {word.removesuffix("s") for word in words}


def test_marked_finds_terms() -> None:
    assert {"token", "loss", "learning rate"} <= marked("Several `tokens`, a *loss*; the **learning rate**.")


def test_no_term_is_used_in_an_earlier_notebook() -> None:
    known = terms()
    early = [
        f"notebook {number:02} marks {term!r}, which {known[term][0]:02}.{known[term][1]} introduces"
        for number, _, text in passages()
        for term in marked(text) & set(known)
        if number < known[term][0]
    ]
    assert not early, "\n".join(early)


def test_terms_are_introduced_where_it_is_said() -> None:
    told: dict[tuple[int, int], str] = {}
    for number, section, text in passages():
        told[number, section] = told.get((number, section), "") + "\n" + text.lower()
    there = {number for number, _ in told}
    missing = [
        f"{term!r} is not in section {section} of notebook {number:02}"
        for term, (number, section) in terms().items()
        if number in there and term not in told.get((number, section), "")
    ]
    assert not missing, "\n".join(missing)
