"""The corpus as a stream of pages: which kinds there are, how often each comes, and whom it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.world.portraits import choose_relations, write_portrait
from course_lib.world.questions import NEVER_ASKED, WORDINGS, ask
from course_lib.world.randomness import Deck, pick, shuffled, stream

if TYPE_CHECKING:
    from course_lib.world.world import World


@dataclass(frozen=True)
class Page:
    """A document, what kind it is, and which facts about people it tells."""

    text: str
    kind: str
    told: tuple[tuple[str, str], ...]
    """(subject, relation) of every fact told."""


def pages(world: "World", n_words: int, *, seed: int = 0, question_share: float = 0.1) -> Iterator[Page]:
    """The corpus with its bookkeeping; `World.documents` yields the texts alone."""
    if not 0 <= question_share <= 1:
        raise ValueError(f"question_share is {question_share}: a share lies between 0 and 1")
    rng = stream(seed, f"documents of world {world.seed}")
    people = Deck(rng, world.people)
    asked = Deck(rng, [person for person in world.people if person.in_question_pages])
    written = question_words = 0
    while written < n_words:
        if question_words < question_share * written:
            page = _question_page(asked, rng)
            question_words += len(page.text.split())
        else:
            person = people.deal()
            relations = choose_relations(person, 2 + int(rng.random() * 4), rng)
            page = Page(write_portrait(person, relations, rng), "portrait", tuple((person.name, r) for r in relations))
        written += len(page.text.split())
        yield page


def _question_page(asked: Deck, rng) -> Page:
    lines, told = [], []
    for _ in range(1 + int(rng.random() * 3)):
        person = asked.deal()
        for relation in shuffled(rng, [r for r in WORDINGS if r != NEVER_ASKED and r not in person.untold])[:1]:
            text = ask(person, relation, int(rng.random() * (len(WORDINGS[relation]) - 1)))
            lines.append(f"Question: {text}\nAnswer: {getattr(person, relation)}.")
            told.append((person.name, relation))
    return Page("\n".join(lines), "questions", tuple(told))
