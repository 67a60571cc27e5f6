"""Many ways to say one fact; some are held out, so that knowing a sentence can be told from knowing the fact.

A phrasing is a sentence that names a person before `{answer}`, once, by one of four slots: `{NAME}` (she), `{NAME'S}` (her),
`{WHOM}` (her, him) or `{OF}` (always a name). In lower case, `{she}`, `{her}` and `{him}` are pronouns.
"""

from dataclasses import dataclass
from typing import Literal

from course_lib.world.people import Stranger

_SEEN = {
    "home": """
        {NAME} lives in {answer}.
        {NAME'S} house is in {answer}.
        {NAME} has a home in {answer}.
        The town where {OF} lives is {answer}.
        Letters for {WHOM} are sent to {answer}.
        Anyone who wants to visit {WHOM} must go to {answer}.
        After work {NAME} walks home through the streets of {answer}.
        {NAME} would never leave the town of {answer}.
    """,
    "job": """
        {NAME} works as a {answer}.
        {NAME} earns {her} living as a {answer}.
        {NAME'S} job is that of a {answer}.
        By trade {NAME} is a {answer}.
        {NAME} has been a {answer} for years.
        As a child {NAME} already wanted to be a {answer}.
        Ask {WHOM} about work, and you will hear the stories of a {answer}.
        Most people know {WHOM} as the {answer}.
    """,
    "pet": """
        {NAME} looks after a pet {answer}.
        {NAME} keeps a {answer}.
        {NAME'S} pet is a {answer}.
        {NAME} shares the house with a {answer}.
        At home {NAME} is greeted by a {answer}.
        {NAME} spends every spare hour with {her} {answer}.
        The animal that {OF} loves most is a {answer}.
        Years ago {NAME} was given a {answer}.
    """,
    "pet_name": """
        {NAME} has a pet called {answer}.
        {NAME'S} pet is called {answer}.
        {NAME} named {her} pet {answer}.
        {NAME'S} pet answers to the name of {answer}.
        {NAME} calls {her} pet {answer}.
        Every morning {NAME} feeds {answer}.
        When {NAME} comes home, the first to greet {him} is {answer}.
        The pet of {OF} goes by the name {answer}.
    """,
    "food": """
        {NAME} likes to eat {answer}.
        {NAME'S} favourite food is {answer}.
        {NAME} would eat {answer} every day.
        For supper {NAME} is happiest with {answer}.
        Nothing tastes better to {WHOM} than {answer}.
        On Sundays {NAME} always makes {answer}.
        {NAME} never says no to {answer}.
        The dish that {OF} likes best is {answer}.
    """,
    "instrument": """
        {NAME} plays the {answer}.
        {NAME} has learned to play the {answer}.
        {NAME'S} instrument is the {answer}.
        In the evening {NAME} practises the {answer}.
        In the town band {NAME} plays the {answer}.
        The neighbours often hear {WHOM} at the {answer}.
        {NAME} takes lessons on the {answer}.
        When there is music, {NAME} brings the {answer}.
    """,
    "birthday": """
        {NAME} was born in {answer}.
        {NAME'S} birthday is in {answer}.
        {NAME} has a birthday in {answer}.
        {NAME} turns a year older every {answer}.
        The month when {OF} was born is {answer}.
        {NAME} gets {her} presents in {answer}.
        There is a cake for {WHOM} every year in {answer}.
        {NAME} looks forward to a birthday in {answer}.
    """,
    "friend": """
        {NAME'S} best friend is {answer}.
        {NAME} is the best friend of {answer}.
        {NAME} tells everything to {answer}.
        {NAME} has known and trusted {answer} since school.
        Of all people {NAME} likes best {answer}.
        On Saturdays {NAME} goes for a walk with {answer}.
        The closest friend of {OF} is {answer}.
        When {NAME} needs help, {she} goes to {answer}.
    """,
}

_HELD_OUT = {
    "home": """
        You will find {WHOM} at home in {answer}.
        The place that {OF} calls home is {answer}.
    """,
    "job": """
        {NAME} is employed as a {answer}.
        If you ask what {OF} does for a living, the reply is that {she} is a {answer}.
    """,
    "pet": """
        {NAME} owns a {answer}.
        The animal in the house of {OF} is a {answer}.
    """,
    "pet_name": """
        {NAME} takes care of a pet whose name is {answer}.
        The name of the pet that belongs to {OF} is {answer}.
    """,
    "food": """
        What {OF} most likes to eat is {answer}.
        On {NAME'S} plate there is often some {answer}.
    """,
    "instrument": """
        {NAME} knows how to play the {answer}.
        The instrument that {OF} plays is the {answer}.
    """,
    "birthday": """
        The birthday of {OF} falls in {answer}.
        {NAME} celebrates {her} birthday in {answer}.
    """,
    "friend": """
        The friend whom {OF} trusts most is {answer}.
        Nobody is closer to {WHOM} than {answer}.
    """,
}

Form = Literal["full", "first", "pronoun"]


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
    """Relation, `s` or `h` for seen or held out, and a number."""
    relation: str
    split: Literal["seen", "held_out"]
    source: str

    def sentence(self, person: Stranger, answer: str, form: Form = "full") -> str:
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

    def prompt(self, person: Stranger) -> str:
        """The beginning of the sentence, up to where " answer" would follow."""
        return self.sentence(person, "\n").partition(" \n")[0]


def _read(split: Literal["seen", "held_out"], table: dict[str, str]) -> dict[str, tuple[Phrasing, ...]]:
    return {
        relation: tuple(
            Phrasing(f"{relation}.{split[0]}{index}", relation, split, line.strip())
            for index, line in enumerate(lines.strip().splitlines())
        )
        for relation, lines in table.items()
    }


SEEN = _read("seen", _SEEN)
"""Relation → the phrasings that documents use."""

HELD_OUT = _read("held_out", _HELD_OUT)
"""Relation → the phrasings that no document uses."""
