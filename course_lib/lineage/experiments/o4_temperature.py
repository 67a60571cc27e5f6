"""O4 and O3: what temperature does to facts, and to sentences that should be new and yet right.

Facts: the chat model answers questions that nobody showed it how to answer. Open: the base model writes one sentence
about each person, several times over. What is good is decided without taste: a sentence **fits** if its form, names and
other words of the world masked, is one that the corpus uses; it is **good** if it fits and what it says of the person
is true; it is **new** if it stands on no page of the corpus.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

import torch

from course_lib.alignment.assessment import put
from course_lib.inference import Sampler, generate
from course_lib.lineage.corpus import CorpusRecipe, documents, the_world
from course_lib.lineage.experiments.recipe import Experiment
from course_lib.lineage.load import load
from course_lib.world import Person, World
from course_lib.world.facts import ANIMALS, DISHES, JOBS, TOWNS
from course_lib.world.vocabulary import INSTRUMENTS, MONTHS, PET_NAMES

SENTENCE = re.compile(r"[^.?!]+[.?!]")
_NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TRUTHS = {
    "name": ("name", "friend"),
    "first": ("first", "friend_first"),
    "pronoun": ("gender",),
} | {kind: (kind,) for kind in ("home", "job", "workplace", "task", "pet", "habit", "pet_name", "food", "instrument",
                                "birthday")}  # fmt: skip
"""Kind of word → what of the person a word of that kind can tell."""


@dataclass(slots=True)
class Form:
    """A sentence with its words of the world masked, and what these words tell of the person it begins with."""

    n_seen: int = 0
    told: list[set[str]] = field(default_factory=list)
    """For each masked word: what of the person it has always been so far."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said of one sentence."""

    fits: bool
    """Whether the corpus has a sentence of this form."""
    good: bool
    """Whether it also says nothing false of the person."""
    new: bool
    """Whether it stands on no page of the corpus."""


class Judge:
    """Knows the forms of sentences that begin with a person's name, and every such sentence that was told.

    Args:
        world: Whose people and words.
        pages: The corpus.

    Example:
        >>> world = World.generate(seed=0)
        >>> ada, bob, cal = world.people[:3]
        >>> judge = Judge(world, [f"{each.name} lives in {each.home}. It rains." for each in (ada, bob)])
        >>> judge.judge(f"{cal.name} lives in {cal.home}.", cal)
        Judged(fits=True, good=True, new=True)
    """

    def __init__(self, world: World, pages: Iterable[str]) -> None:
        self.people = {person.name: person for person in world.people}
        self.friends = {person.name: self.people[person.friend].first for person in world.people}
        self.kinds = kinds_of_words(world)
        words = sorted(map(re.escape, self.kinds), key=len, reverse=True)
        self.masked = re.compile(rf"\b(?:{'|'.join(words)}|\d+)\b")
        self.forms: dict[str, Form] = {}
        self.told: set[str] = set()
        for page in pages:
            for sentence in map(str.strip, SENTENCE.findall(page)):
                person = self.people.get(" ".join(re.findall(r"\w+", sentence)[:2]))
                if person is not None and sentence.startswith(person.name) and sentence not in self.told:
                    self.told.add(sentence)
                    self._learn(sentence, person)

    def mask(self, sentence: str) -> tuple[str, list[tuple[str, str]]]:
        """The sentence's form, and kind and wording of each word that was masked."""
        words = [(self.kinds.get(word, "number"), word) for word in self.masked.findall(sentence)]
        return self.masked.sub(lambda found: f"<{self.kinds.get(found[0], 'number')}>", sentence), words

    def judge(self, sentence: str, person: Person) -> Judged:
        """Look at a sentence that begins with a person's name.

        Args:
            sentence: With its full stop.
            person: Whom it is about.
        """
        form, words = self.mask(sentence)
        known = self.forms.get(form)
        fits = known is not None
        good = fits and all(
            not told or told & self._true_of(person, kind, word)
            for told, (kind, word) in zip(known.told, words, strict=True)
        )
        return Judged(fits=fits, good=bool(good), new=sentence not in self.told)

    def _learn(self, sentence: str, person: Person) -> None:
        masked, words = self.mask(sentence)
        true = [self._true_of(person, kind, word) for kind, word in words]
        form = self.forms.setdefault(masked, Form(told=true))
        form.n_seen += 1
        form.told = [told & now for told, now in zip(form.told, true, strict=True)]

    def _true_of(self, person: Person, kind: str, word: str) -> set[str]:
        """What of the person a word tells truly."""
        return {
            what
            for what in TRUTHS.get(kind, ())
            if (self.friends[person.name] if what == "friend_first" else getattr(person, what))
            == (_gender(word) if kind == "pronoun" else word)
        }


def _gender(word: str) -> str:
    return {"she": "female", "her": "female", "he": "male", "his": "male", "him": "male"}.get(word, "")


def kinds_of_words(world: World) -> dict[str, str]:
    """Every word that may stand in a sentence's place → its kind."""
    kinds = dict.fromkeys(_NUMBERS, "number") | dict.fromkeys(("she", "he", "her", "his", "him"), "pronoun")
    kinds |= {person.first: "first" for person in world.people} | {person.name: "name" for person in world.people}
    kinds |= {town.name: "home" for town in TOWNS} | {dish.name: "food" for dish in DISHES}
    kinds |= {job.workplace: "workplace" for job in JOBS} | {job.task: "task" for job in JOBS}
    kinds |= {job.name: "job" for job in JOBS} | {animal.name: "pet" for animal in ANIMALS}
    kinds |= {animal.habit: "habit" for animal in ANIMALS} | dict.fromkeys(PET_NAMES, "pet_name")
    return kinds | dict.fromkeys(INSTRUMENTS, "instrument") | dict.fromkeys(MONTHS, "birthday")


@cache
def judge_of_corpus(n_words: int | None = None) -> Judge:
    """A judge who has read what the base model could read; or only so many words of it."""
    recipe = CorpusRecipe() if n_words is None else CorpusRecipe(n_words=n_words)
    seed = int(load("base")[2].get("seed", 0))
    pages = (page for plain in (False, True) for page in documents(recipe, seed, plain=plain))
    return Judge(the_world(0), pages)


def sampler_of(temperature: float, cut: str) -> Sampler:
    """A sampler by the name of its cut: `none`, `top_p` (0.9) or `min_p` (0.1)."""
    return Sampler(temperature=temperature, **{"none": {}, "top_p": {"top_p": 0.9}, "min_p": {"min_p": 0.1}}[cut])


def write_sentences(sampler: Sampler, n_each: int, seed: int) -> list[tuple[Person, str]]:
    """Let the base model write about everybody: a sentence that begins with the name.

    Args:
        sampler: How tokens are chosen.
        n_each: Sentences for each person.
        seed: Of the drawing.

    Returns:
        Person and sentence; what has no full stop after forty tokens is kept as it is.
    """
    model, tokenizer, _ = load("base")
    start = tokenizer.special_tokens["<|endoftext|>"]
    people = [person for person in the_world(0).people for _ in range(n_each)]
    stops = [start] + [tokenizer.encode(mark)[0] for mark in ".?!"]
    new = generate(
        model,
        [[start, *tokenizer.encode(person.name)] for person in people],
        max_new_tokens=40,
        sampler=sampler,
        stop_token_ids=stops,
        generator=torch.Generator().manual_seed(seed),
        batch_size=256,
    )
    return [
        (who, who.name + tokenizer.decode([i for i in ids if i != start])) for who, ids in zip(people, new, strict=True)
    ]


def open_task(seed: int, temperature: float, cut: str, n_each: int, n_words: int | None) -> dict[str, float]:
    """Shares of all sentences written: that fit, are good, new, both; and how many different good ones came."""
    judge = judge_of_corpus(n_words)
    written = write_sentences(sampler_of(temperature, cut), n_each, seed)
    judged = [judge.judge(sentence, person) for person, sentence in written]
    good = {sentence for (_, sentence), found in zip(written, judged, strict=True) if found.good}
    n = len(written)
    return {
        "fits": sum(found.fits for found in judged) / n,
        "good": sum(found.good for found in judged) / n,
        "new": sum(found.new for found in judged) / n,
        "new_good": sum(found.new and found.good for found in judged) / n,
        "different": len({sentence for _, sentence in written}) / n,
        "different_good": len(good) / n,
    }


def pages_task(seed: int, n_words: int | None) -> dict[str, float]:
    """The same shares for sentences of fresh pages, which are true: what a perfect writer would score."""
    judge, world = judge_of_corpus(n_words), the_world(0)
    fresh = Judge(world, world.documents(40_000, seed=FRESH_SEED + seed, question_share=0.0)).told
    judged = [judge.judge(each, judge.people[" ".join(re.findall(r"\w+", each)[:2])]) for each in sorted(fresh)]
    shares = {name: [getattr(found, name) for found in judged] for name in ("fits", "good", "new")}
    return {name: sum(values) / len(values) for name, values in shares.items()}


def facts_task(seed: int, temperature: float, split: str) -> dict[str, float]:
    """Share of questions about people that the chat model answers rightly."""
    model, tokenizer, _ = load("chat")
    given = put(model, tokenizer, the_world(0).questions(split), Sampler(temperature=temperature),
                generator=torch.Generator().manual_seed(seed))  # fmt: skip
    return {"right": sum(each.is_right for each in given) / len(given)}


def measure(seed: int, *, task: str, temperature: float, cut: str, n: int, n_words: int) -> dict[str, float]:
    """One seed of a task; `n_words` of 0 stands for the whole corpus."""
    if task == "pages":
        return pages_task(seed, n_words or None)
    if task == "open":
        return open_task(seed, temperature, cut, n, n_words or None)
    return facts_task(seed, temperature, task)


FRESH_SEED = 2_000_003
"""Pages from this seed on are in no model's corpus."""

TEMPERATURES = (0.0, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)


def _setting(task: str, temperature: float, cut: str = "none", n: int = 2, n_words: int = 0) -> dict:
    return {"task": task, "temperature": temperature, "cut": cut, "n": n, "n_words": n_words}


EXPERIMENT = Experiment(
    id="O4",
    question="Which temperature is best for facts, and which for sentences that should be many, new and good?",
    measure=measure,
    settings={
        "small": (_setting("open", 0.7, n=1, n_words=60_000),),
        "full": (
            *(_setting(task, each, n=n) for task, n in (("open", 2), ("held_out", 0)) for each in TEMPERATURES),
            _setting("pages", 0.0, n=0),
            *(_setting("open", 2.0, cut) for cut in ("top_p", "min_p")),
        ),
    },
    n_seeds={"small": 1, "full": 5},
)
