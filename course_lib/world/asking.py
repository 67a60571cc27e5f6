"""All that can be asked of the world: what it answers, what it leaves open, and what it ought to keep to itself."""

import random
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from course_lib.world import questions
from course_lib.world.facts import THINGS, Fact, facts_about, facts_about_person
from course_lib.world.people import Person, Thing
from course_lib.world.phrasings import SEEN
from course_lib.world.portraits import in_good_order
from course_lib.world.preferences import Content, Instruction, PreferencePair, compose, draw_reply, judge
from course_lib.world.questions import Question, QuestionSplit
from course_lib.world.randomness import pick, shuffled, stream
from course_lib.world.sums import draw_sum

if TYPE_CHECKING:
    from course_lib.world.world import World

Group = Literal["train", "held_out"]
"""About people whose questions may be learned from, or about the others; each group has its own invented people."""

MIX = {"known": 50, "thing": 5, "stranger": 25, "absent": 5, "untold": 5, "secret": 10}
"""Kind of question → its share in preference pairs, in per cent."""


def known(world: "World", split: QuestionSplit) -> list[Question]:
    """One question per told fact about a person; `World.questions` explains the splits."""
    chosen = []
    for index, person in enumerate(world.people):
        for fact in facts_about_person(person):
            new_kind = fact.relation == questions.NEVER_ASKED
            if not fact.told or new_kind != (split == "new_kind"):
                continue
            if new_kind or person.in_question_pages == (split == "train"):
                n_wordings = len(questions.WORDINGS[fact.relation])
                wording = n_wordings - 1 if split == "new_wording" else index % (n_wordings - 1)
                chosen.append(_question(world, person, fact, wording, split))
    return chosen


def untold(world: "World", group: Group) -> list[Question]:
    """Questions about true facts that no document tells; the answer counts as unknown."""
    people = (person for person in world.people if person.in_question_pages == (group == "train"))
    facts = ((person, fact) for person in people for fact in facts_about_person(person) if not fact.told)
    return [
        Question(
            questions.ask(p, f.relation, 0), None, f, "untold", p.name, f.relation, world.candidates(f.relation), p
        )
        for p, f in facts
    ]


def strangers(world: "World", split: Literal["train", "test"]) -> list[Question]:
    """Eight questions about everyone who does not exist, one per relation."""
    return [
        Question(questions.ask(someone, relation, index % (len(wordings) - 1)), None, None, f"invented_{split}",
                 someone.name, relation, world.candidates(relation), someone)
        for index, someone in enumerate(world.invented(split))
        for relation, wordings in questions.WORDINGS.items()
    ]  # fmt: skip


def absent(world: "World", group: Group) -> list[Question]:
    """Questions about known people that nothing in the world answers, one a person."""
    kinds = list(questions.ABSENT.items())
    chosen = []
    for index, person in enumerate(world.people):
        if person.in_question_pages == (group == "train"):
            kind, (wording, made_up) = kinds[index % len(kinds)]
            text = wording.format(name=person.name)
            chosen.append(Question(text, None, None, "absent", person.name, kind, made_up, person))
    return chosen


def secrets(world: "World", group: Group) -> list[Question]:
    """Questions about passwords, which an assistant should decline to answer."""
    keepers = [person for person in world.people if person.secret and person.in_question_pages == (group == "train")]
    return [
        Question(wording.format(name=person.name), person.secret, Fact(person.name, "secret", str(person.secret)),
                 "secret", person.name, "secret", world.candidates("secret"), person)
        for person in keepers
        for wording in questions.SECRET_WORDINGS
    ]  # fmt: skip


def about_things(world: "World") -> list[Question]:
    """Questions about towns, jobs, animals and dishes; no question page of the corpus asks them."""
    return [
        Question(wording.format(name=fact.subject), fact.answer, fact, "thing", fact.subject, fact.relation,
                 world.candidates(fact.relation), Thing(fact.subject))
        for thing in THINGS
        for fact in facts_about(thing)
        for wording in questions.THING_WORDINGS.get(fact.relation, ())
    ]  # fmt: skip


@lru_cache(maxsize=8)
def by_kind(world: "World", group: Group) -> dict[str, list[Question]]:
    """Every kind of `MIX` → its questions."""
    return {
        "known": known(world, group),
        "thing": about_things(world),
        "stranger": strangers(world, "train" if group == "train" else "test"),
        "absent": absent(world, group),
        "untold": untold(world, group),
        "secret": secrets(world, group),
    }


def draw(world: "World", group: Group, rng: random.Random, mix: Mapping[str, int | float]) -> Question:
    """A random question, the kinds in the proportion of `mix`; a kind without questions gives way to what is known."""
    point = rng.random() * sum(mix.values())
    for kind, share in mix.items():
        point -= share
        if point < 0:
            return pick(rng, by_kind(world, group)[kind] or by_kind(world, group)["known"])
    return pick(rng, by_kind(world, group)["known"])


def some(world: "World", n: int, *, seed: int, group: Group, mix: Mapping[str, int | float] | None) -> list[Question]:
    """`World.some_questions`."""
    rng = stream(seed, f"some questions of world {world.seed}, {group}")
    return [draw(world, group, rng, mix or MIX) for _ in range(n)]


def preference_pairs(
    world: "World", n: int, *, seed: int, group: Group, beta: float, mix: Mapping[str, int | float] | None
) -> Iterator[PreferencePair]:
    """`World.preference_pairs`, one at a time."""
    rng = stream(seed, f"preferences of world {world.seed}, {group}")
    for _ in range(n):
        question = draw(world, group, rng, mix or MIX)
        first = second = draw_reply(question, rng)
        while second == first:
            second = draw_reply(question, rng)
        yield judge(question, first, second, beta, rng)


def demonstrations(
    world: "World", n: int, *, seed: int, group: Group, unknown_share: float, candour: float, doubt: float
) -> Iterator[Instruction]:
    """`World.demonstrations`, one at a time."""
    rng = stream(seed, f"demonstrations in world {world.seed}, {group}")
    people = [person for person in world.people if person.in_question_pages == (group == "train")]
    for _ in range(n):
        if rng.random() < unknown_share:
            question = draw(world, group, rng, {"stranger": 8, "absent": 1, "untold": 1})
            content = "unknown" if rng.random() < candour else "wrong"
            yield Instruction(question.text, _demonstrated(question, content, rng), question, "unanswerable")
            continue
        kind = pick(rng, ("known",) * 7 + ("thing", "sum", "description"))
        if kind == "sum":
            numbers = draw_sum(rng, held_out=group == "held_out")
            yield Instruction(f"What is {numbers.x} plus {numbers.y}?", f"It is {numbers.total}.", None, kind)
        elif kind == "description":
            yield _description(pick(rng, people), rng)
        else:
            question = pick(rng, by_kind(world, group)[kind])
            content = "unknown" if rng.random() < doubt else "right"
            yield Instruction(question.text, _demonstrated(question, content, rng), question, kind)


def _demonstrated(question: Question, content: Content, rng: random.Random) -> str:
    """A reply as different people write them: most are plain, some polite, few rude, some long-winded."""
    manner = pick(rng, ("plain",) * 7 + ("polite",) * 2 + ("rude",))
    return compose(question, content, manner, rng.random() < 0.1, rng)


def _description(person: Person, rng: random.Random) -> Instruction:
    facts = in_good_order(shuffled(rng, [fact for fact in facts_about_person(person) if fact.told])[:2])
    forms = ("full", "pronoun")
    told = zip(facts, forms, strict=True)
    said = [pick(rng, SEEN[fact.relation]).sentence(person, fact.answer, form) for fact, form in told]
    wording = pick(rng, ("Tell me about {}.", "Who is {}?", "Describe {}, please."))
    return Instruction(wording.format(person.name), " ".join(said), None, "description")


def _question(world: "World", person: Person, fact: Fact, wording: int, split: str) -> Question:
    text = questions.ask(person, fact.relation, wording)
    candidates = world.candidates(fact.relation)
    return Question(text, fact.answer, fact, split, person.name, fact.relation, candidates, person)
