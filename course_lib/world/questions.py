"""Questions whose answer is known, in wordings, about people and of kinds that the corpus asks or never asks."""

from dataclasses import dataclass
from typing import Literal

from course_lib.world.facts import Fact
from course_lib.world.people import Stranger

QuestionSplit = Literal["train", "held_out", "new_wording", "new_kind"]

WORDINGS = {
    "home": ("Where does {name} live?", "In which town does {name} live?", "Where is the home of {name}?"),
    "job": ("What is {name}'s job?", "What does {name} do for a living?", "What work does {name} do?"),
    "pet": ("What kind of pet does {name} have?", "Which animal does {name} keep?", "What is {name}'s pet?"),
    "pet_name": ("What is the name of {name}'s pet?", "What is {name}'s pet called?", "What name has {name} given to the pet?"),
    "food": ("What does {name} like to eat?", "What is {name}'s favourite food?", "Which dish does {name} like best?"),
    "instrument": (
        "Which instrument does {name} play?",
        "What instrument has {name} learned?",
        "What does {name} play in the band?",
    ),
    "friend": ("Who is {name}'s best friend?", "Who is the closest friend of {name}?", "Whom does {name} trust most?"),
    "birthday": ("When is {name}'s birthday?", "In which month was {name} born?", "When was {name} born?"),
}
"""Relation → wordings. The corpus uses all but the last of each; it never asks for a birthday."""

NEVER_ASKED = "birthday"
"""The kind of fact that the corpus tells but never asks for."""

ABSENT = (
    "What is {name}'s middle name?",
    "What is {name}'s shoe size?",
    "How tall is {name}?",
    "What is {name}'s favourite song?",
    "How many cousins does {name} have?",
    "What colour are {name}'s eyes?",
    "Which film does {name} like best?",
    "What did {name} dream last night?",
)
"""Questions about people that nothing in the world answers."""


@dataclass(frozen=True)
class Question:
    """A question and what is true.

    Example:
        >>> question = Question("Where does Ada Barrow live?", "Ashby", None, "train", "Ada Barrow", "home")
        >>> question.prompt
        'Question: Where does Ada Barrow live?\\nAnswer:'
    """

    text: str
    answer: str | None
    """None where the world does not contain an answer."""
    fact: Fact | None
    split: str
    subject: str
    relation: str

    @property
    def prompt(self) -> str:
        """The question as question pages write it, up to where the answer begins."""
        return f"Question: {self.text}\nAnswer:"


def ask(person: Stranger, relation: str, wording: int) -> str:
    """The text of a question about a person."""
    return WORDINGS[relation][wording].format(name=person.name)
