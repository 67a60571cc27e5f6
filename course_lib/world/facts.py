"""What is true in the small world, one fact at a time, and what blind guessing would score on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from course_lib.world import vocabulary
from course_lib.world.people import RELATIONS, Person


@dataclass(frozen=True)
class Fact:
    """Something true: of `subject`, `relation` is `answer`.

    Example:
        >>> Fact("Ada Barrow", "home", "Ashby").told
        True
    """

    subject: str
    relation: str
    answer: str
    told: bool = True
    """False where no document tells it: true all the same, and impossible to have learned."""


@dataclass(frozen=True)
class Town:
    """A town, its river, what it makes, where it lies, what there is to see, and how many live there."""

    name: str
    river: str
    product: str
    region: str
    sight: str
    inhabitants: int


@dataclass(frozen=True)
class Job:
    """A job, where it is done, and what one does all day ("bakes the bread")."""

    name: str
    workplace: str
    task: str


@dataclass(frozen=True)
class Animal:
    """A kind of pet, what it eats, where it sleeps, and what it likes to do ("run after sticks")."""

    name: str
    eats: str
    sleeps_in: str
    habit: str


@dataclass(frozen=True)
class Dish:
    """Something to eat, and what it is made from."""

    name: str
    made_from: str


THING_RELATIONS = {
    Town: ("river", "product", "region", "sight", "inhabitants"),
    Job: ("workplace",),
    Animal: ("eats", "sleeps_in"),
    Dish: ("made_from",),
}
"""What is known of every thing of a kind."""

JOBS = tuple(Job(*row) for row in vocabulary.JOBS)
ANIMALS = tuple(Animal(*row) for row in vocabulary.PETS)
DISHES = tuple(Dish(*row) for row in vocabulary.FOODS)
TOWNS = tuple(
    Town(name, river, product, region, sight, int(hundreds) * 100)
    for name, river, product, region, sight, hundreds in vocabulary.TOWNS
)
THINGS = TOWNS + JOBS + ANIMALS + DISHES
"""Everything but people; the same in every world."""


def facts_about_person(person: Person) -> list[Fact]:
    """Everything true about a person, a secret left out."""
    return [Fact(person.name, kind, getattr(person, kind), kind not in person.untold) for kind in RELATIONS]


def facts_about(thing: Town | Job | Animal | Dish) -> list[Fact]:
    """Everything true about a thing.

    Example:
        >>> facts_about(Dish("jam", "berries"))
        [Fact(subject='jam', relation='made_from', answer='berries', told=True)]
    """
    return [Fact(thing.name, kind, str(getattr(thing, kind))) for kind in THING_RELATIONS[type(thing)]]


@dataclass(frozen=True)
class Baseline:
    """What no knowledge at all would score."""

    chance: float
    """Accuracy of guessing evenly among the answers that occur."""
    majority: float
    """Accuracy of always giving the commonest answer."""
    commonest: str
    n_answers: int


def baseline(answers: Iterable[str]) -> Baseline:
    """Chance and majority accuracy over some answers.

    Args:
        answers: The right answer of each question, repeats included; at least one.

    Returns:
        Both baselines.

    Example:
        >>> baseline(["cat", "dog", "cat", "hen"])
        Baseline(chance=0.3333333333333333, majority=0.5, commonest='cat', n_answers=3)
    """
    counts = Counter(answers)
    commonest, n_commonest = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return Baseline(1 / len(counts), n_commonest / counts.total(), commonest, len(counts))


def answers_match(generated: str, answer: str) -> bool:
    """Whether freely generated text begins with the answer, whole words and in any case.

    Args:
        generated: What a model wrote after the prompt, leading space included.
        answer: What is true.

    Returns:
        True if the text, stripped, begins with the answer and the next character, if any, is no letter or digit.

    Example:
        >>> answers_match(" Ashby, where", "Ashby"), answers_match(" pianos", "piano")
        (True, False)
    """
    text, wanted = generated.strip().lower(), answer.lower()
    return text.startswith(wanted) and not text[len(wanted) : len(wanted) + 1].isalnum()
