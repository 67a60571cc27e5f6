"""Many ways to say one fact, so that knowing a sentence can be told from knowing the fact.

Some are used about everybody, more about famous people alone, and some never: they are held out.

A phrasing is a sentence that names its subject before `{answer}`, once, by one of four slots: `{NAME}` (she),
`{NAME'S}` (her), `{WHOM}` (her, him) or `{OF}` (always a name). Lower-case `{she}`, `{her}`, `{him}` are pronouns.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_lib.world.people import Stranger, Thing

Form = Literal["full", "first", "pronoun"]
Split = Literal["seen", "famous", "held_out"]


@dataclass(frozen=True)
class Phrasing:
    """One way to tell one kind of fact.

    Example:
        >>> ada = Stranger(first="Ada", last="Barrow", gender="female")
        >>> phrasing = Phrasing("home.s0", "home", "seen", "{NAME'S} house is in {answer}.")
        >>> phrasing.prompt(ada), phrasing.sentence(ada, "Ashby", "pronoun")
        ("Ada Barrow's house is in", 'Her house is in Ashby.')
    """

    id: str
    """Relation, the first letter of the split, and a number."""
    relation: str
    split: Split
    source: str

    def sentence(self, person: Stranger | Thing, answer: str, form: Form = "full") -> str:
        """The fact as a sentence.

        Args:
            person: Whom it is about.
            answer: What is told.
            form: How the person is named: in full, by first name, or by a pronoun where that is possible.

        Returns:
            A sentence with capital and full stop.
        """
        named = {"full": person.name, "first": person.first, "pronoun": person.first}[form]
        slots = {"NAME": named, "NAME'S": f"{named}'s", "WHOM": named, "OF": named}
        if form == "pronoun":
            slots |= {"NAME": person.she, "NAME'S": person.her, "WHOM": person.him}
        text = self.source.format_map(
            slots | {"she": person.she, "her": person.her, "him": person.him, "answer": answer}
        )
        return text[0].upper() + text[1:]

    def prompt(self, person: Stranger | Thing) -> str:
        """The beginning of the sentence, up to where " answer" would follow."""
        return self.sentence(person, "\n").partition(" \n")[0]


def _read(split: Split) -> dict[str, tuple[Phrasing, ...]]:
    table = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))[split]
    return {
        relation: tuple(
            Phrasing(f"{relation}.{split[0]}{index}", relation, split, line)
            for index, line in enumerate(lines.splitlines())
        )
        for relation, lines in table.items()
    }


SEEN = _read("seen")
"""Relation → the phrasings that documents use, the commonest first: 28 for each kind of fact about a person."""

FAMOUS = _read("famous")
"""Relation → the further phrasings that documents use about famous people alone."""

HELD_OUT = _read("held_out")
"""Relation → the phrasings that no document uses."""

BY_SPLIT: dict[Split, dict[str, tuple[Phrasing, ...]]] = {"seen": SEEN, "famous": FAMOUS, "held_out": HELD_OUT}
"""Split → relation → phrasings."""
