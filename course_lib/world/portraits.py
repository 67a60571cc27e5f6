"""A page about one person or thing: a few facts, told in different ways, with a little air between them."""

import random

from course_lib.world.facts import Fact
from course_lib.world.grammar import template
from course_lib.world.pairs import PAIRS
from course_lib.world.people import Person, Thing
from course_lib.world.phrasings import FAMOUS, SEEN, Form, Phrasing
from course_lib.world.randomness import pick, pick_common

_AIR = {
    "home": """
        It is a [quiet|lively|friendly] place, and it suits {a.him}.
        {a.She} knows every stone there.
        [Nobody|No one] there is surprised by anything.
        The rent is low, and the view is [good|fine].
    """,
    "job": """
        It is hard work, but {a.she} [likes|enjoys] it.
        {a.She} [has never wanted|would not want] to do anything else.
        {a.She} gets up [early|at five] for it.
        The pay is [poor|fair], and the days are [long|never dull].
    """,
    "pet": """
        The two of them get on [very well|most of the time].
        [Visitors|Guests] are [sometimes|often] surprised.
        It has [its own chair|a blanket of its own|eaten two hats already].
        It takes up more room than one would think.
    """,
    "pet_name": """
        [Nobody|No one] knows where the name comes from.
        The name was [a joke at first|an idea of the children next door].
        One calls, and it [comes running|does not come].
    """,
    "food": """
        {a.She} [even|sometimes] has it for breakfast.
        The recipe is [an old one|a secret|from an aunt].
        A second helping is always welcome.
    """,
    "instrument": """
        {a.She} is better at it every [year|month].
        The windows are [usually|always] open, so everybody hears it.
        It is a joy to listen.
        {a.She} knows [twenty|a hundred] songs by heart.
    """,
    "birthday": """
        There is always [cake|dancing|singing].
        {a.She} invites the whole street.
        [Nobody|No one] is allowed to ask how old {a.she} is.
    """,
    "friend": """
        They have known each other [since school|for many years].
        The two [laugh|talk] a great deal.
        Nothing could come between them.
    """,
}

_OPENERS = """
[Let me tell you about|Here is something about|You may have heard of|This page is about] {a.name}.
[Who does not know|Have you met] {a.name}?
{a.name} is [a quiet|a cheerful|a patient|a curious|a busy] sort of person.
[Few|Not many] people are as [cheerful|patient|curious|busy] as {a.name}.
{a.name} and {a.her} [old bicycle|red umbrella|green hat|long coat] are a familiar sight.
""".strip().splitlines()

_AIR_LINES = {relation: [line.strip() for line in text.strip().splitlines()] for relation, text in _AIR.items()}


def write_portrait(subject: Person | Thing, facts: list[Fact], rng: random.Random, in_any_way: bool = False) -> str:
    """A short description that tells some facts about one subject.

    Args:
        subject: Whom or what it is about.
        facts: What to tell; at most five facts.
        rng: Where the choices come from.
        in_any_way: Whether to tell the facts in any of the ways in which people speak of the famous.

    Returns:
        One paragraph of at most eight sentences. The full name comes first, then first name or pronoun.
    """
    is_person = isinstance(subject, Person)
    sentences: list[str] = []
    if is_person and rng.random() < 0.2:
        sentences.append(template(pick(rng, _OPENERS)).write({"a": subject}, rng)[0])
    left, n_air, last = list(facts), 2, ""
    while left:
        form = _form(bool(sentences), last, rng)
        partner = _partner(left) if rng.random() < 0.4 else None
        if partner:
            last = left[0].relation
            text = pick(rng, PAIRS[frozenset((last, partner.relation))])[form].write({"a": subject}, rng)[0]
            left = [fact for fact in left[1:] if fact is not partner]
            last = "friend" if "friend" in (last, partner.relation) else partner.relation
        else:
            fact, *left = left
            last = fact.relation
            text = _phrasing(last, rng, in_any_way).sentence(subject, fact.answer, form)
        _add(sentences, text, subject, rng)
        if is_person and not partner and n_air and rng.random() < 0.22:
            n_air -= 1
            sentences.append(template(pick(rng, _AIR_LINES[last])).write({"a": subject}, rng)[0])
    return " ".join(sentences)


def _phrasing(relation: str, rng: random.Random, in_any_way: bool) -> Phrasing:
    """A way to tell a fact: of famous people any, all alike; of anybody else, mostly a common one.

    A model that has read of a few people in many ways knows what these ways ask for, and can then say of everybody
    what it has read in others.

    Source: Allen-Zhu & Li 2024, "Physics of language models: part 3.1", on celebrities, arXiv 2309.14316.
    """
    if in_any_way:
        return pick(rng, SEEN[relation] + FAMOUS[relation])
    return pick_common(rng, SEEN[relation])


def _partner(facts: list[Fact]) -> Fact | None:
    """The first later fact that can be told together with the first one."""
    return next((fact for fact in facts[1:] if frozenset((facts[0].relation, fact.relation)) in PAIRS), None)


def _form(introduced: bool, last: str, rng: random.Random) -> Form:
    """How the subject is named: after a friend was named, "she" could be either."""
    if not introduced:
        return "full"
    return "first" if last == "friend" or rng.random() < 0.3 else "pronoun"


def _add(sentences: list[str], text: str, subject: Person | Thing, rng: random.Random) -> None:
    """Append a sentence, or join it to the last one by "and"."""
    joins = text.startswith((f"{subject.She} ", f"{subject.Her} ")) and rng.random() < 0.3
    if joins and sentences and sentences[-1].count(",") == 0 and sentences[-1].endswith("."):
        sentences[-1] = f"{sentences[-1][:-1]}, and {text[0].lower()}{text[1:]}"
    else:
        sentences.append(text)


def in_good_order(facts: list[Fact]) -> list[Fact]:
    """The same facts, the pet's name right after the pet if both are there.

    Example:
        >>> facts = [Fact("Ada Barrow", r, "…") for r in ("pet_name", "home", "pet")]
        >>> [fact.relation for fact in in_good_order(facts)]
        ['home', 'pet', 'pet_name']
    """
    relations = [fact.relation for fact in facts]
    if "pet" not in relations or "pet_name" not in relations:
        return facts
    name = facts[relations.index("pet_name")]
    rest = [fact for fact in facts if fact is not name]
    after = [fact.relation for fact in rest].index("pet") + 1
    return [*rest[:after], name, *rest[after:]]
