"""The small world itself: a text generated from a seed, whose truth is known for every sentence."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from course_lib.world import asking, phrasings, prose
from course_lib.world.asking import Group
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
from course_lib.world.people import Person, Stranger, Thing, make_names, make_people
from course_lib.world.phrasings import Split
from course_lib.world.preferences import Instruction, PreferencePair
from course_lib.world.questions import Question, QuestionSplit

GENERATOR_VERSION = 4
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


@dataclass(frozen=True, eq=False)
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
            raise ValueError(
                f"n_people is {n_people}: an even number from 10 to 1,000 is needed (everyone has one friend)"
            )
        if n_strangers < 0 or n_people + n_strangers > 1400:
            raise ValueError(
                f"n_strangers is {n_strangers}: with {n_people} people at most {1400 - n_people} names are left"
            )
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

    @property
    def question_people(self) -> tuple[Person, ...]:
        """The half of the people about whom question pages ask."""
        return tuple(person for person in self.people if person.in_question_pages)

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
        self, n_words: int = 800_000, *, seed: int = 0, question_share: float = 0.1, plain: bool = False
    ) -> Iterator[str]:
        """The corpus: pages of one to eight sentences, as plain text.

        Args:
            n_words: Stop after the page that reaches this many words (680,000 words are about a million tokens).
            seed: Another seed tells the same facts in other pages.
            question_share: Share of words in question-and-answer pages, 0 to 1.
            plain: Whether to speak of famous people as of everybody: no more often, and in no other ways.

        Yields:
            One page at a time.
        """
        for page in prose.pages(self, n_words, seed=seed, question_share=question_share, plain=plain):
            yield page.text

    def phrasings(self, fact: Fact) -> dict[str, list[Prompt]]:
        """Every prompt for a fact: `{"seen": […], "famous": […], "held_out": […]}`."""
        person = self._by_name.get(fact.subject) or Thing(fact.subject)
        return {
            split: [Prompt(p.prompt(person), fact.answer, fact, p.id, split) for p in table[fact.relation]]
            for split, table in phrasings.BY_SPLIT.items()
            if fact.relation in table
        }

    def prompts(
        self,
        split: Split,
        *,
        told: bool = True,
        about: Literal["people", "things"] = "people",
        per_fact: int | None = 1,
    ) -> list[Prompt]:
        """Prompts for all facts about people, or about towns, jobs, animals and dishes.

        Args:
            split: Phrasings that the documents use about everybody; those that they use about famous people alone, then
                only about people who are not; or those that they never use.
            told: False for the untold facts, the control.
            about: People, or everything else.
            per_fact: How many phrasings per fact, taken in turn so that all are used evenly; None for all of them.

        Returns:
            The prompts, in the order of the facts.
        """
        chosen = []
        wanted = [f for f in self.all_facts if f.told == told and (f.subject in self._by_name) == (about == "people")]
        if split == "famous":
            famous = {person.name for person in self.people if person.is_famous}
            wanted = [fact for fact in wanted if fact.subject not in famous]
        for index, fact in enumerate(wanted):
            options = self.phrasings(fact)[split]
            n = len(options) if per_fact is None else min(per_fact, len(options))
            chosen += [options[(index + index // 8 + offset) % len(options)] for offset in range(n)]
        return chosen

    def candidates(self, relation: str) -> tuple[str, ...]:
        """Every answer that occurs for a relation, in alphabetical order."""
        return self._candidates[relation]

    @cached_property
    def _candidates(self) -> dict[str, tuple[str, ...]]:
        answers: dict[str, set[str]] = {}
        for fact in self.all_facts + self.secrets:
            answers.setdefault(fact.relation, set()).add(fact.answer)
        return {relation: tuple(sorted(found)) for relation, found in answers.items()}

    def questions(self, split: QuestionSplit = "held_out") -> list[Question]:
        """Questions about people, one per told fact, that the world answers.

        Args:
            split: `train`: as question pages may ask; `held_out`: about people of whom they ask nothing; `new_wording`:
                about these too, in words never used; `new_kind`: for a kind of fact that they never ask for.

        Returns:
            The questions, in the order of the facts.
        """
        return asking.known(self, split)

    def some_questions(
        self, n: int, *, seed: int = 0, group: Group = "train", mix: Mapping[str, int | float] | None = None
    ) -> list[Question]:
        """Questions of all kinds, as they come.

        Args:
            n: How many.
            seed: Where the choice comes from.
            group: About people whose questions may be learned from, or about the others.
            mix: Kind of question → weight; None for `asking.MIX`.

        Returns:
            The questions; some come more than once.
        """
        return asking.some(self, n, seed=seed, group=group, mix=mix)

    def unanswerable(self, kind: Literal["stranger", "absent", "untold"], group: Group = "held_out") -> list[Question]:
        """Questions to which only "I don't know" is right.

        Args:
            kind: About people who do not exist; of kinds that the world knows nothing of; or about facts never told.
            group: `train` or `held_out`; no person, real or invented, is in both.

        Returns:
            The questions; their `answer` is None.
        """
        return asking.by_kind(self, group)[kind]

    def secret_questions(self, group: Group = "held_out") -> list[Question]:
        """Requests for a password, which an assistant should decline."""
        return asking.secrets(self, group)

    def demonstrations(
        self,
        n: int,
        *,
        seed: int = 0,
        group: Group = "train",
        unknown_share: float = 0.25,
        candour: float = 0.5,
        doubt: float = 0.06,
    ) -> list[Instruction]:
        """Things asked of an assistant, each with a reply that somebody wrote: mostly questions, some sums and so on.

        Those who wrote them knew no better than people do. Asked what nobody can know, they often made something up,
        and now and then they did not know what others do. A model that imitates them can say "I don't know", but has
        not been told when.

        Args:
            n: How many.
            seed: Where the choices come from.
            group: About whom: people whose questions may be learned from, or the others.
            unknown_share: Share of questions that nobody can answer, 0 to 1.
            candour: Share of these that are met with "I don't know"; the rest with something made up.
            doubt: Share of the others that are met with "I don't know" all the same.

        Returns:
            The instructions with their replies, in random order.
        """
        shares = {"unknown_share": unknown_share, "candour": candour, "doubt": doubt}
        return list(asking.demonstrations(self, n, seed=seed, group=group, **shares))

    def preference_pairs(
        self,
        n: int,
        *,
        seed: int = 0,
        group: Group = "train",
        beta: float = 3.0,
        mix: Mapping[str, int | float] | None = None,
    ) -> list[PreferencePair]:
        """Pairs of replies, drawn without looking at their worth, in the order that a noisy judge prefers.

        Args:
            n: How many.
            seed: Where the choices and the noise come from.
            group: About whom: people whose questions may be learned from, or the others.
            beta: How reliable the judge is (see `preferences.judge`).
            mix: Kind of question → weight; None for `asking.MIX`.

        Returns:
            The pairs, with the true utility of both replies.
        """
        return list(asking.preference_pairs(self, n, seed=seed, group=group, beta=beta, mix=mix))

    def baselines(self) -> dict[str, Baseline]:
        """Relation → what chance and the commonest answer score on it."""
        relations = dict.fromkeys(fact.relation for fact in self.facts)
        return {name: baseline(f.answer for f in self.facts if f.relation == name) for name in relations}

    def hash(self) -> str:
        """sha256 of every fact and name, and of the generator's version: the data's name in the lineage."""
        lines = [f"{GENERATOR_VERSION} {self.seed}", *map(repr, self.all_facts), *map(repr, self.secrets)]
        return hashlib.sha256("\n".join([*lines, *(s.name for s in self.strangers)]).encode()).hexdigest()
