"""Words that have no place here: unfinished business, package hosts, somebody's paths; pictograms in prose."""

import re

import pytest

from tests.house.project import text_files

LOOKS_FOR_THEM = "course_lib/classroom/form.py"

FORBIDDEN = {
    "unfinished business": r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b",
    "hosts of package registries": r"\bpy" r"pi\.|python" r"hosted|test\.py" r"pi",
    "paths of one machine": r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers)/\w",
    "pictograms": "[\U0001f300-\U0001faff]",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_forbidden_words(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in text_files()
        if name != LOOKS_FOR_THEM
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) < 10_000 and pattern.search(line) and (what != "pictograms" or name.endswith(".md"))
    ]
    assert not found, "\n".join(found)
