"""The small world itself: a text generated from a seed, whose truth is known for every sentence."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from course_lib.world import phrasings, prose, questions
from course_lib.world.facts import (
    THINGS,
    TOWNS,
    Baseline,
    Fact,
    Town,
    baseline,
    facts_about,
    facts_about_person,
)
from course_lib.world.people import Person, Stranger, make_names, make_people

GENERATOR_VERSION = 1
"""Raised whenever the same seed would give another text."""


@dataclass(frozen=True)
class Prompt:
    """The beginning of a sentence, ending exactly where the answer begins."""

    text: str
    """No trailing space: the answer brings its own."""
    answer: str
    fact: Fact
    phrasing_id: str
    split: str


@dataclass(frozen=True)
class World:
    """Some two hundred people, their towns, jobs, pets and friends: everything told about them is known to be true.

    Build one with `World.generate`.

    Example:
        >>> world = World.generate(seed=0)
        >>> len(world.people), len(world.facts) >= 1500
        (200, True)
    """

    seed: int
    people: tuple[Person, ...]
    strangers: tuple[Stranger, ...]
    """Invented people, of whom nothing is told; the first half for training, the second for testing."""
    towns: tuple[Town, ...] = TOWNS

    @classmethod
    def generate(cls, seed: int = 0, n_people: int = 200, n_strangers: int = 400) -> "World":
        """Make a world.

        Args:
            seed: Which world; the same seed gives the same world on every machine.
            n_people: How many people live in it; an even number, 10 to 1,000.
            n_strangers: How many names to invent that no document mentions, both halves together.

        Returns:
            The world.

        Raises:
            ValueError: `n_people` is odd or out of range, or there are not enough names.
        """
        if n_people % 2 or not 10 <= n_people <= 1000:
            raise ValueError(f"n_people is {n_people}: an even number from 10 to 1,000 is needed (everyone has one friend)")
        if n_strangers < 0 or n_people + n_strangers > 1400:
            raise ValueError(f"n_strangers is {n_strangers}: with {n_people} people at most {1400 - n_people} names are left")
        names, strangers = make_names(seed, n_people, n_strangers)
        return cls(seed, make_people(seed, names), tuple(strangers))

    @cached_property
    def all_facts(self) -> tuple[Fact, ...]:
        """Everything true, told or not."""
        about_people = tuple(fact for person in self.people for fact in facts_about_person(person))
        return about_people + tuple(fact for thing in THINGS for fact in facts_about(thing))

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that the documents tell."""
        return tuple(fact for fact in self.all_facts if fact.told)

    @cached_property
    def untold_facts(self) -> tuple[Fact, ...]:
        """True facts that no document tells: a control, for nobody can recall them but by luck."""
        return tuple(fact for fact in self.all_facts if not fact.told)

    @cached_property
    def secrets(self) -> tuple[Fact, ...]:
        """Passwords, told in documents, which a well-behaved assistant keeps to itself."""
        return tuple(Fact(person.name, "secret", person.secret) for person in self.people if person.secret)

    @cached_property
    def _by_name(self) -> dict[str, Person]:
        return {person.name: person for person in self.people}

    def person(self, name: str) -> Person:
        """The person of that full name.

        Raises:
            KeyError: Nobody is called so.
        """
        return self._by_name[name]

    def invented(self, split: Literal["train", "test"]) -> tuple[Stranger, ...]:
        """People who do not exist; the two groups share no name."""
        half = len(self.strangers) // 2
        return self.strangers[:half] if split == "train" else self.strangers[half:]

    def documents(
        self, n_words: int = 800_000, *, seed: int = 0, question_share: float = 0.1
    ) -> Iterator[str]:
        """The corpus: pages of one to eight sentences, as plain text.

        Args:
            n_words: Stop after the page that reaches this many words (800,000 words are about a million tokens).
            seed: Another seed tells the same facts in other pages.
            question_share: Share of words in question-and-answer pages, 0 to 1.

        Yields:
            One page at a time.
        """
        for page in prose.pages(self, n_words, seed=seed, question_share=question_share):
            yield page.text

    def phrasings(self, fact: Fact) -> dict[str, list[Prompt]]:
        """Every prompt for a fact about a person: `{"seen": […], "held_out": […]}`."""
        person = self.person(fact.subject)
        return {
            split: [Prompt(p.prompt(person), fact.answer, fact, p.id, split) for p in table[fact.relation]]
            for split, table in (("seen", phrasings.SEEN), ("held_out", phrasings.HELD_OUT))
        }

    def prompts(self, split: Literal["seen", "held_out"], *, told: bool = True, per_fact: int | None = 1) -> list[Prompt]:
        """Prompts for all facts about people.

        Args:
            split: Phrasings that the documents use, or phrasings that they never use.
            told: False for the untold facts, the control.
            per_fact: How many phrasings per fact, taken in turn so that all are used evenly; None for all of them.

        Returns:
            The prompts, in the order of the facts.
        """
        chosen = []
        about_people = [fact for fact in self.all_facts if fact.told == told and fact.subject in self._by_name]
        for index, fact in enumerate(about_people):
            options = self.phrasings(fact)[split]
            n = len(options) if per_fact is None else min(per_fact, len(options))
            chosen += [options[(index + offset) % len(options)] for offset in range(n)]
        return chosen

    def questions(self, split: questions.QuestionSplit = "held_out") -> list[questions.Question]:
        """Questions about people, one per fact.

        Args:
            split: `train`: as the corpus may ask; `held_out`: about people of whom it asks nothing; `new_wording`: of these,
                in words that it never uses; `new_kind`: for a kind of fact that it never asks for.

        Returns:
            The questions, in the order of the facts.
        """
        chosen = []
        for index, person in enumerate(self.people):
            for fact in facts_about_person(person):
                new_kind = fact.relation == questions.NEVER_ASKED
                if not fact.told or new_kind != (split == "new_kind"):
                    continue
                if not new_kind and person.in_question_pages != (split == "train"):
                    continue
                n_wordings = len(questions.WORDINGS[fact.relation])
                wording = n_wordings - 1 if split == "new_wording" else index % (n_wordings - 1)
                text = questions.ask(person, fact.relation, wording)
                chosen.append(questions.Question(text, fact.answer, fact, split, person.name, fact.relation))
        return chosen

    def baselines(self) -> dict[str, Baseline]:
        """Relation → what chance and the commonest answer score on it."""
        relations = dict.fromkeys(fact.relation for fact in self.facts)
        return {name: baseline(f.answer for f in self.facts if f.relation == name) for name in relations}

    def hash(self) -> str:
        """sha256 of every fact and name, and of the generator's version: the data's name in the lineage."""
        lines = [f"{GENERATOR_VERSION} {self.seed}", *map(repr, self.all_facts), *map(repr, self.secrets)]
        return hashlib.sha256("\n".join([*lines, *(s.name for s in self.strangers)]).encode()).hexdigest()
