"""Who lives in the small world: people with unique names, all that is true about them, and people who do not exist."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import chain

from course_lib.world import vocabulary
from course_lib.world.randomness import Deck, pick, shuffled, stream

N_FAMOUS = 24
"""How many people are famous: documents speak of them more often and in more ways."""

RELATIONS = ("home", "job", "pet", "pet_name", "food", "instrument", "birthday", "friend")
"""What is known of every person. `secret` exists too, for some."""

_PRONOUNS = {"female": ("she", "her", "her", "hers"), "male": ("he", "his", "him", "his")}


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A name that could be somebody's, and is nobody's in this world: no document mentions it.

    Example:
        >>> somebody = Stranger(first="Ada", last="Barrow", gender="female")
        >>> somebody.name, somebody.she, somebody.her, somebody.him
        ('Ada Barrow', 'she', 'her', 'her')
    """

    first: str
    last: str
    gender: str

    def __post_init__(self) -> None:
        she, her, him, hers = _PRONOUNS[self.gender]
        forms = {"name": f"{self.first} {self.last}", "she": she, "her": her, "him": him, "hers": hers}
        forms |= {"She": she.capitalize(), "Her": her.capitalize()}
        self.__dict__.update(forms)


@dataclass(frozen=True)
class Thing:
    """What is no person and can still be spoken of: a town, a job, an animal, a dish."""

    name: str

    def __post_init__(self) -> None:
        self.__dict__.update(first=self.name, she="it", her="its", him="it", She="It", Her="Its")


@dataclass(frozen=True, kw_only=True)
class Person(Stranger):
    """Somebody of the small world, with all that is true about them."""

    home: str
    job: str
    pet: str
    pet_name: str
    food: str
    instrument: str
    birthday: str
    friend: str
    """Full name of the best friend; friendship is mutual."""
    secret: str | None
    """A password that only they should know; most people have none."""
    untold: frozenset[str]
    """Relations that are true, yet told in no document: what nobody can have learned."""
    in_question_pages: bool
    """Whether question pages of the corpus may ask about this person."""
    is_famous: bool
    """Whether documents speak of this person more often, and in ways that they use about nobody else."""

    def __post_init__(self) -> None:
        super().__post_init__()
        work = {row[0]: row for row in vocabulary.JOBS}[self.job]
        habit = {row[0]: row[3] for row in vocabulary.PETS}[self.pet]
        self.__dict__.update(workplace=work[1], task=work[2], habit=habit)


def _is_usable(name: str) -> bool:
    return 3 <= len(name) <= 8 and not name.endswith(("s", "x", "z")) and name not in _taken_words()


@lru_cache(maxsize=1)
def _taken_words() -> frozenset[str]:
    """Lower-cased words that mean something else in the world and so cannot be a name."""
    towns, jobs, pets, foods = vocabulary.TOWNS, vocabulary.JOBS, vocabulary.PETS, vocabulary.FOODS
    singles = (vocabulary.PET_NAMES, vocabulary.INSTRUMENTS, vocabulary.MONTHS, vocabulary.SECRETS)
    words = chain(*towns, *jobs, *pets, *foods, *singles)
    return vocabulary.COMMON_WORDS | {part for word in words for part in word.lower().split()}


def _ranked(file: str) -> dict[str, float]:
    """Name → how many per cent bear it, most frequent first."""
    lines = (resources.files("names") / file).read_text(encoding="ascii").splitlines()
    return {row[0].lower(): float(row[1]) for row in map(str.split, lines[:4500]) if row}


@lru_cache(maxsize=1)
def name_lists() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Female first names, male first names and last names, most frequent first (US Census, by the `names` package).

    Left out: names that both men and women bear (unless ten times as often), common words, Mc, and endings in s, x, z.
    """
    female, male, last = (_ranked(f"dist.{kind}") for kind in ("female.first", "male.first", "all.last"))

    def firsts(names: dict[str, float], others: dict[str, float]) -> tuple[str, ...]:
        kept = (name for name, share in names.items() if _is_usable(name) and share > 10 * others.get(name, 0.0))
        return tuple(name.capitalize() for name in kept)

    lasts = (n for n in last if _is_usable(n) and n not in female and n not in male and not n.startswith("mc"))
    return firsts(female, male), firsts(male, female), tuple(name.capitalize() for name in lasts)


def make_names(seed: int, n_people: int, n_strangers: int) -> tuple[list[Stranger], list[Stranger]]:
    """Draw names for the people and for those who do not exist; no first name is given twice.

    Args:
        seed: The world's seed.
        n_people: How many people there are.
        n_strangers: How many further names to invent.

    Returns:
        The people's names and the invented ones. Last names are shared by some two or three people, and by both lists.
    """
    rng = stream(seed, "names")
    n_each = (n_people + n_strangers + 1) // 2
    female, male, last = name_lists()
    last_names = Deck(rng, last[: max(60, n_people // 2)])
    drawn = [("female", n) for n in shuffled(rng, female[: n_each + n_each // 3])[:n_each]]
    drawn += [("male", n) for n in shuffled(rng, male[: n_each + n_each // 3])[:n_each]]
    names = [Stranger(first=first, last=last_names.deal(), gender=gender) for gender, first in shuffled(rng, drawn)]
    return names[:n_people], names[n_people : n_people + n_strangers]


def make_people(seed: int, names: list[Stranger]) -> tuple[Person, ...]:
    """Give every name a life: home, job, pet, and what else is true.

    Args:
        seed: The world's seed.
        names: An even number of names; neighbours in this list become best friends.

    Returns:
        The people, in the order of the names.
    """
    rng = stream(seed, "lives")
    homes, jobs = Deck(rng, [row[0] for row in vocabulary.TOWNS]), Deck(rng, [row[0] for row in vocabulary.JOBS])
    pets, pet_names = Deck(rng, [row[0] for row in vocabulary.PETS]), Deck(rng, vocabulary.PET_NAMES)
    secrets = shuffled(rng, vocabulary.SECRETS)
    people = []
    for index, name in enumerate(names):
        untold = frozenset({pick(rng, RELATIONS[:-1])} if index % 5 == 4 else ())
        person = Person(
            first=name.first, last=name.last, gender=name.gender,
            home=homes.deal(), job=jobs.deal(), pet=pets.deal(), pet_name=pet_names.deal(),
            food=pick(rng, vocabulary.FOODS)[0], instrument=pick(rng, vocabulary.INSTRUMENTS),
            birthday=pick(rng, vocabulary.MONTHS), friend=names[index ^ 1].name,
            secret=secrets.pop() if index % 8 in (1, 4) and secrets else None,
            untold=untold, in_question_pages=index % 4 in (0, 3), is_famous=index < N_FAMOUS,
        )  # fmt: skip
        people.append(person)
    return tuple(people)
