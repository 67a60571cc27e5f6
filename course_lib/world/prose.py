"""The corpus as a stream of pages: which kinds there are, how often each comes, and whom it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from textwrap import fill
from typing import TYPE_CHECKING

from course_lib.world import scenes, stories
from course_lib.world.facts import ANIMALS, DISHES, JOBS, TOWNS, Fact, facts_about, facts_about_person
from course_lib.world.grammar import Template
from course_lib.world.people import Person, Thing
from course_lib.world.portraits import in_good_order, write_portrait
from course_lib.world.questions import NEVER_ASKED, WORDINGS, ask
from course_lib.world.randomness import Deck, pick, shuffled, stream
from course_lib.world.sums import draw_sum
from course_lib.world.vocabulary import MONTHS

if TYPE_CHECKING:
    from course_lib.world.world import World

SHARES = {
    "portrait": 52,
    "story": 24,
    "thing": 4,
    "trade": 4,
    "town": 4,
    "sum": 5,
    "birthday": 2,
    "secret": 4,
    "quiz": 2,
}
"""Kind of page → its share of the words that are left beside question pages."""

FAMOUS_SHARE = 0.2
"""Share of portraits that are sure to be of somebody famous; the others are of everybody in turn."""

IMPLIES = {"workplace": "job", "task": "job", "habit": "pet"}
"""What else a story lets slip: who works at the bakery is the baker."""


@dataclass(frozen=True)
class Page:
    """A document, what kind it is, and which facts it tells."""

    text: str
    kind: str
    told: tuple[tuple[str, str], ...]
    """(subject, relation) of every fact told."""


def pages(
    world: "World", n_words: int, *, seed: int = 0, question_share: float = 0.1, plain: bool = False
) -> Iterator[Page]:
    """The corpus with its bookkeeping; `World.documents` yields the texts alone.

    Args:
        world: Whose facts to tell.
        n_words: Stop after the page that reaches this many words.
        seed: Another seed, other pages.
        question_share: Share of words in question-and-answer pages, 0 to 1.
        plain: Whether to speak of famous people as of everybody.

    Yields:
        One page at a time.

    Raises:
        ValueError: A share that is none.
    """
    if not 0 <= question_share <= 1:
        raise ValueError(f"question_share is {question_share}: a share lies between 0 and 1")
    author = Author(world, seed, plain)
    shares = {kind: share * (1 - question_share) / sum(SHARES.values()) for kind, share in SHARES.items()}
    shares["questions"] = question_share
    kinds = [kind for kind, share in shares.items() if share > 0]
    words = dict.fromkeys(kinds, 0)
    written = 0
    while written < n_words:
        kind = pick(author.rng, kinds)
        if words[kind] > shares[kind] * written:
            continue
        page = author.write(kind)
        length = len(page.text.split())
        words[kind] += length
        written += length
        yield page


def page(world: "World", number: int = 0, kind: str | None = None) -> None:
    """Print a page, with its lines broken as in a book.

    Args:
        world: The world it is about.
        number: Which page.
        kind: Only count pages of this kind (a key of `SHARES`, or "questions").
    """
    wanted = (found for found in pages(world, 2_000_000) if kind in (None, found.kind))
    text = next(islice(wanted, number, None)).text
    print("\n".join(fill(line, width=88) for line in text.splitlines()))


def _templates(source: str) -> list[Template]:
    return [Template(" ".join(paragraph.split())) for paragraph in source.strip().split("\n\n")]


_TEMPLATES = {
    "story": _templates(stories.STORIES),
    "town": _templates(scenes.TOWNS),
    "birthday": _templates(scenes.BIRTHDAYS),
    "secret": _templates(scenes.SECRETS),
    "sum": _templates(scenes.SUMS),
    "trade": _templates(scenes.TRADES),
}


_THINGS = {"town": TOWNS, "job": JOBS, "animal": ANIMALS, "dish": DISHES}


class Author:
    """Writes pages about a world, giving everybody and everything its turn.

    Args:
        world: Whose facts to tell.
        seed: Where the choices come from.
        plain: Whether to speak of famous people as of everybody.
    """

    def __init__(self, world: "World", seed: int, plain: bool = False) -> None:
        self._is_plain = plain
        self.rng = stream(seed, f"pages of world {world.seed}")
        self._people = {person.name: person for person in world.people}
        self._towns = {town.name: town for town in TOWNS}
        self._portraits, self._leads, self._others = (Deck(self.rng, world.people) for _ in range(3))
        self._famous = Deck(self.rng, [person for person in world.people if person.is_famous])
        self._keepers = Deck(self.rng, [person for person in world.people if person.secret])
        self._asked = Deck(self.rng, [person for person in world.people if person.in_question_pages])
        self._visits = Deck(self.rng, TOWNS)
        self._templates = {kind: Deck(self.rng, written) for kind, written in _TEMPLATES.items()}
        told = {p.name: [fact for fact in facts_about_person(p) if fact.told] for p in world.people}
        self._facts = {name: Deck(self.rng, facts) for name, facts in told.items()}
        self._questions = {
            person.name: Deck(self.rng, [fact for fact in told[person.name] if fact.relation != NEVER_ASKED])
            for person in world.people
        }
        self._things = {kind: Deck(self.rng, things) for kind, things in _THINGS.items()}

    def write(self, kind: str) -> Page:
        """A new page of that kind."""
        if kind in _TEMPLATES:
            return self._from_template(kind)
        return {
            "portrait": self._portrait,
            "thing": self._things_page,
            "questions": self._question_page,
            "quiz": self._quiz,
        }[kind]()

    def _portrait(self) -> Page:
        of_famous = not self._is_plain and self.rng.random() < FAMOUS_SHARE
        person = (self._famous if of_famous else self._portraits).deal()
        n_facts = 2 + int(self.rng.random() * 4)
        facts = in_good_order(list(dict.fromkeys(self._facts[person.name].deal() for _ in range(n_facts))))
        text = write_portrait(person, facts, self.rng, in_any_way=person.is_famous and not self._is_plain)
        return Page(text, "portrait", tuple((fact.subject, fact.relation) for fact in facts))

    def _things_page(self) -> Page:
        """A few plain truths about one town, or about two or three jobs, animals or dishes."""
        kind = pick(self.rng, list(_THINGS))
        facts, parts = [], []
        for _ in range(1 if kind == "town" else 2 + int(self.rng.random() * 2)):
            thing = self._things[kind].deal()
            chosen = shuffled(self.rng, facts_about(thing))[: 4 if kind == "town" else 1]
            parts.append(write_portrait(Thing(thing.name), chosen, self.rng))
            facts += chosen
        return Page(" ".join(dict.fromkeys(parts)), "thing", tuple((fact.subject, fact.relation) for fact in facts))

    def _from_template(self, kind: str) -> Page:
        template = self._templates[kind].deal()
        cast = self._cast(kind)
        while self._gives_away(template, cast):
            cast = self._cast(kind)
        text, slots = template.write(cast, self.rng)
        told = ((cast[role].name, IMPLIES.get(what, what)) for role, what in slots if hasattr(cast[role], "name"))
        return Page(text, kind, tuple(dict.fromkeys(told)))

    def _cast(self, kind: str) -> dict[str, object]:
        """Who plays the roles of a template."""
        lead = self._keepers.deal() if kind == "secret" else self._leads.deal()
        other = self._others.deal()
        while other is lead or other.name == lead.friend or other.birthday == lead.birthday:
            other = self._others.deal()
        friend = self._people[lead.friend]
        cast = {"a": lead, "b": friend, "c": other, "t": self._towns[lead.home], "u": self._towns[other.home]}
        if kind == "town":
            cast["t"], cast["u"] = self._visits.deal(), self._visits.deal()
            while cast["t"].inhabitants == cast["u"].inhabitants:
                cast["u"] = self._visits.deal()
        by_size = sorted((cast["t"], cast["u"]), key=lambda town: town.inhabitants)
        by_month = sorted((lead, other), key=lambda person: MONTHS.index(person.birthday))
        cast |= {"j": pick(self.rng, JOBS), "p": pick(self.rng, ANIMALS), "d": pick(self.rng, DISHES)}
        cast |= {"smaller": by_size[0], "larger": by_size[1], "early": by_month[0], "n": draw_sum(self.rng)}
        return cast

    @staticmethod
    def _gives_away(template: Template, cast: dict[str, object]) -> bool:
        """Whether the template would tell what is to stay untold."""
        return any(
            IMPLIES.get(what, what) in cast[role].untold
            for role, what in template.slots
            if isinstance(cast[role], Person)
        )

    def _question_page(self) -> Page:
        facts = [self._questions[self._asked.deal().name].deal() for _ in range(1 + int(self.rng.random() * 3))]
        lines = [f"Question: {self._wording(fact)}\nAnswer: {fact.answer}." for fact in facts]
        return Page("\n".join(lines), "questions", tuple((fact.subject, fact.relation) for fact in facts))

    def _quiz(self) -> Page:
        """Questions without answers, as on a sheet that is handed out."""
        facts = [self._questions[self._asked.deal().name].deal() for _ in range(2 + int(self.rng.random() * 3))]
        return Page(" ".join(self._wording(fact) for fact in facts), "quiz", ())

    def _wording(self, fact: Fact) -> str:
        n_used = len(WORDINGS[fact.relation]) - 1
        return ask(self._people[fact.subject], fact.relation, int(self.rng.random() * n_used))
