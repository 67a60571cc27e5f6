"""Phrasings: the subject before the answer, seen apart from held out, the answer exactly where the prompt ends."""

import re

from hypothesis import given
from hypothesis import strategies as st

from course_lib.world import Stranger
from course_lib.world.people import RELATIONS
from course_lib.world.phrasings import BY_SPLIT, FAMOUS, HELD_OUT, SEEN

ADA = Stranger(first="Ada", last="Barrow", gender="female")
TOM = Stranger(first="Tom", last="Barrow", gender="male")
ALL = [phrasing for table in BY_SPLIT.values() for group in table.values() for phrasing in group]


def test_by_hand():
    house = SEEN["home"][1]
    assert house.sentence(ADA, "Ashby") == "Ada Barrow's house is in Ashby."
    assert house.sentence(ADA, "Ashby", "first") == "Ada's house is in Ashby."
    assert house.sentence(TOM, "Ashby", "pronoun") == "His house is in Ashby."
    assert house.prompt(TOM) == "Tom Barrow's house is in"


def test_there_are_enough_of_them():
    for relation in RELATIONS:
        assert len(SEEN[relation]) == 28  # as notebook 16 says
        assert len(FAMOUS[relation]) >= 35
        assert len(HELD_OUT[relation]) >= 3
    assert SEEN.keys() == HELD_OUT.keys()


@given(st.sampled_from(ALL), st.sampled_from([ADA, TOM]), st.sampled_from(["Ashby", "dog", "Tom Reed"]))
def test_every_phrasing_names_its_subject_before_the_answer(phrasing, person, answer):
    sentence, prompt = phrasing.sentence(person, answer), phrasing.prompt(person)
    assert sentence.count(person.name) == 1
    assert person.name in prompt
    assert sentence.startswith(f"{prompt} {answer}")
    assert not prompt.endswith(" ")
    assert sentence[0].isupper()
    assert sentence.endswith(".")


def test_no_article_gives_the_answer_away():
    assert [phrasing.id for phrasing in ALL if re.search(r"\ban \{answer\}", phrasing.source)] == []


def test_no_prompt_is_another_one_or_goes_on_as_another():
    prompts = [phrasing.prompt(ADA) for phrasing in ALL]
    assert len(set(prompts)) == len(prompts)
    beginnings = {" ".join(words[:n]) for words in map(str.split, prompts) for n in range(1, len(words))}
    assert beginnings.isdisjoint(prompts)


def test_held_out_phrasings_never_occur(world, some_pages):
    text = "\n".join(page.text for page in some_pages)
    names = {form for person in world.people for form in (person.name, person.first)}
    for group in HELD_OUT.values():
        for phrasing in group:
            before, _, _ = re.sub(r"\{(she|her|him)\}", r"\\w+", phrasing.source).partition("{answer}")
            subject = r"([A-Z][a-z]+(?: [A-Z][a-z]+)?|[Ss]?[Hh]er?|[Hh]i[ms]|it|[a-z]+)"
            pattern = re.sub(r"\{(NAME'S|NAME|WHOM|OF)\}", subject.replace("\\", "\\\\"), before.rstrip())
            found = [m.group(0) for m in re.finditer(rf"\b{pattern}\b", text) if m.group(1) in names]
            assert found == [], phrasing.id


def test_what_is_said_of_famous_people_is_said_of_nobody_else(world, some_pages):
    text = "\n".join(page.text for page in some_pages)
    told = {True: 0, False: 0}
    for person in world.people:
        for relation in RELATIONS:
            told[person.is_famous] += sum(phrasing.prompt(person) in text for phrasing in FAMOUS[relation])
    assert told[True] > 20
    assert told[False] == 0
