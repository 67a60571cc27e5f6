"""A page about one person: a few facts, told in different ways, with a little air between them."""

import random

from course_lib.world.grammar import template
from course_lib.world.people import RELATIONS, Person
from course_lib.world.phrasings import SEEN
from course_lib.world.randomness import pick, shuffled

_AIR = """
{a.She} [rarely|seldom] talks about it.
[Everybody|Everyone] [in the street|around there] knows {a.first}.
That is how {a.first} likes it.
[Nobody|No one] can remember it otherwise.
{a.She} laughs easily, and [often|loudly].
{a.She} gets up [early|late], and hums while the kettle boils.
In [winter|summer|spring|autumn] {a.she} reads by the window.
{a.first} is fond of long walks [in the rain|by the water|after dark].
There are worse ways to live.
{a.She} has [a good memory|a quick tongue|a kind word for everyone|an old bicycle].
The neighbours [smile|wave] when {a.first} goes by.
It suits {a.him} well.
""".strip().splitlines()

_OPENERS = """
[Let me tell you about|Here is something about|You may have heard of|This page is about] {a.name}.
[Who does not know|Have you met] {a.name}?
{a.name} is [a quiet|a cheerful|a patient|a curious|a busy] sort of person.
[Few|Not many] people are as [cheerful|patient|curious|busy] as {a.name}.
{a.name} and {a.her} [old bicycle|red umbrella|green hat|long coat] are a familiar sight.
""".strip().splitlines()


def write_portrait(person: Person, relations: list[str], rng: random.Random) -> str:
    """A short description of a person that tells some facts.

    Args:
        person: Whom it is about.
        relations: Which facts to tell, in this order; two to six.
        rng: Where the choices come from.

    Returns:
        One paragraph. The full name comes first, then first name or pronoun.
    """
    sentences: list[str] = []
    if rng.random() < 0.3:
        sentences.append(template(pick(rng, _OPENERS)).write({"a": person}, rng)[0])
    for relation in relations:
        form = "full" if not sentences else "pronoun" if rng.random() < 0.65 else "first"
        text = pick(rng, SEEN[relation]).sentence(person, getattr(person, relation), form)
        begins_with_pronoun = text.startswith((f"{person.She} ", f"{person.Her} "))
        if sentences and begins_with_pronoun and rng.random() < 0.35 and sentences[-1].endswith(".") and ", and" not in sentences[-1]:
            sentences[-1] = f"{sentences[-1][:-1]}, and {text[0].lower()}{text[1:]}"
        else:
            sentences.append(text)
        if rng.random() < 0.12:
            sentences.append(template(pick(rng, _AIR)).write({"a": person}, rng)[0])
    return " ".join(sentences[:8])


def choose_relations(person: Person, n: int, rng: random.Random) -> list[str]:
    """Some of the relations that may be told of a person, in random order."""
    return shuffled(rng, [relation for relation in RELATIONS if relation not in person.untold])[:n]
