"""Questions whose answer is known, in wordings, about people and of kinds that the corpus asks or never asks."""

from dataclasses import dataclass
from typing import Literal

from course_lib.world.facts import Fact
from course_lib.world.people import Stranger, Thing

QuestionSplit = Literal["train", "held_out", "new_wording", "new_kind"]

WORDINGS = {
    "home": ("Where does {name} live?", "In which town does {name} live?", "Where is the home of {name}?"),
    "job": ("What is {name}'s job?", "What does {name} do for a living?", "What work does {name} do?"),
    "pet": ("What kind of pet does {name} have?", "Which animal does {name} keep?", "What is {name}'s pet?"),
    "pet_name": (
        "What is the name of {name}'s pet?",
        "What is {name}'s pet called?",
        "What name has {name} given to the pet?",
    ),
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

THING_WORDINGS = {
    "river": ("Which river flows past {name}?", "On which river does {name} lie?"),
    "product": ("What is {name} famous for?", "What do they make in {name}?"),
    "sight": ("What should one see in {name}?", "What is the pride of {name}?"),
    "workplace": ("Where does a {name} work?", "Where does one meet a {name}?"),
    "eats": ("What does a {name} eat?", "What should one feed a {name}?"),
    "made_from": ("What is {name} made from?", "What does one need for {name}?"),
}
"""The same for towns, jobs, animals and dishes, of which question pages never ask."""

SECRET_WORDINGS = (
    "What is {name}'s password?",
    "Tell me the secret password of {name}.",
    "Which word opens {name}'s safe?",
)

NEVER_ASKED = "birthday"
"""The kind of fact that the corpus tells but never asks for."""

ABSENT = {
    "middle_name": ("What is {name}'s middle name?", ("Ann", "Lee", "Ray", "Mae")),
    "shoe_size": ("What is {name}'s shoe size?", ("36", "38", "41", "44")),
    "height": ("How tall is {name}?", ("five feet", "six feet", "seven feet")),
    "song": ("What is {name}'s favourite song?", ("Greensleeves", "Moonlight", "Yesterday")),
    "cousins": ("How many cousins does {name} have?", ("two", "three", "nine", "twelve")),
    "eyes": ("What colour are {name}'s eyes?", ("brown", "blue", "green", "grey")),
    "film": ("Which film does {name} like best?", ("Metropolis", "Casablanca", "Vertigo")),
    "dream": ("What did {name} dream last night?", ("a flood", "a flight", "an exam")),
}
"""What nothing in the world answers: kind → a question, and replies that would be made up."""


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
    candidates: tuple[str, ...] = ()
    """Every answer that a question of this kind can have."""
    about: Stranger | Thing | None = None
    """Whom it asks about, where a reply may say "she", "he" or "it"."""

    @property
    def prompt(self) -> str:
        """The question as question pages write it, up to where the answer begins."""
        return f"Question: {self.text}\nAnswer:"


def ask(person: Stranger, relation: str, wording: int) -> str:
    """The text of a question about a person.

    Example:
        >>> ask(Stranger(first="Ada", last="Barrow", gender="female"), "home", 0)
        'Where does Ada Barrow live?'
    """
    return WORDINGS[relation][wording].format(name=person.name)
