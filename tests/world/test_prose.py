"""Pages: true, well-formed, evenly told, and silent about what is held out."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from course_lib.common.paths import ROOT
from course_lib.world import World
from course_lib.world.people import RELATIONS
from course_lib.world.phrasings import FAMOUS, SEEN
from course_lib.world.portraits import in_good_order
from course_lib.world.prose import IMPLIES, SHARES, pages
from course_lib.world.questions import NEVER_ASKED, WORDINGS

N_SENTENCES = re.compile(r'[.?!](?=["\s]|$)')


def test_a_prompt_is_always_followed_by_the_truth(world, some_pages):
    """Read the facts back with an independent parser: wherever the words of a prompt occur, the true answer follows."""
    number = {person.name: f"#{index}#" for index, person in enumerate(world.people)}
    name = re.compile("|".join(map(re.escape, number)))
    text = name.sub(lambda match: number[match[0]], "\n".join(page.text for page in some_pages))
    n_found = 0
    for relation in (*RELATIONS, "secret"):
        for phrasing in SEEN[relation] + FAMOUS.get(relation, ()):
            prompt = re.sub(r"\{(she|her|him)\}", r"\\w+", phrasing.source.partition(" {answer}")[0])
            prompt = prompt.replace("{NAME'S}", "#(\\d+)#'s")
            for match in re.finditer(re.sub(r"\{(OF|WHOM|NAME)\}", r"#(\\d+)#", prompt) + " ", text):
                answer = getattr(world.people[int(match[1])], relation)
                n_found += 1
                assert text.startswith(number.get(answer, answer), match.end()), text[match.start() :][:80]
    assert n_found > 500


def test_what_a_page_says_it_tells_is_in_its_text(world, some_pages):
    implied = {"job", "pet"} & set(IMPLIES.values())
    for page in some_pages:
        for subject, relation in page.told:
            person = world._by_name.get(subject)
            if person and relation not in implied:
                assert getattr(person, relation) in page.text, page


def test_a_person_is_named_before_anything_is_told(world, some_pages):
    for page in some_pages:
        for subject, relation in page.told:
            person = world._by_name.get(subject)
            if person and page.kind != "questions" and relation not in ("friend", "job"):
                answer = getattr(person, relation)
                assert page.text.index(person.first) < page.text.rindex(answer), page


def test_untold_facts_stay_untold(world, some_pages):
    untold = {(fact.subject, fact.relation) for fact in world.untold_facts}
    assert len(untold) == 40
    assert untold.isdisjoint(told for page in some_pages for told in page.told)


def test_a_million_tokens_in_ten_seconds_tell_every_fact_often():
    """In a process of its own, for shape and type checks slow the generator down."""
    script = """
import json, time
from collections import Counter
from course_lib.common.paths import ROOT
from course_lib.world import World
from course_lib.world.prose import pages
world, start = World.generate(seed=0), time.process_time()
made = list(pages(world, 750_000))
seconds = time.process_time() - start
told = Counter(fact for page in made for fact in page.told)
fewest = min(told[fact.subject, fact.relation] for fact in world.facts)
secret = min(told[fact.subject, fact.relation] for fact in world.secrets)
print(json.dumps([seconds, fewest, secret, sum(len(page.text) for page in made)]))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, fewest, secret, n_characters = json.loads(result.stdout)
    assert seconds < 10
    assert fewest >= 15
    assert secret >= 10
    assert n_characters > 4_000_000


def test_invented_people_occur_nowhere(world, some_pages):
    words = set(re.findall(r"[A-Z][a-z]+", "\n".join(page.text for page in some_pages)))
    assert not words & {stranger.first for stranger in world.strangers}


def test_pages_are_one_to_eight_sentences(some_pages):
    for page in some_pages:
        if page.kind != "questions":
            assert 1 <= len(N_SENTENCES.findall(page.text)) <= 8, page.text


def test_the_english_is_clean(some_pages):
    text = "\n".join(page.text for page in some_pages)
    assert text.isascii()
    assert not re.search(r"[{}\[\]|]|  |\bNAME\b|None", text)
    assert not re.search(r"\b[Aa] [aeio]", text)
    assert not re.search(r"\b[Aa]n [^aeiouh]", text)
    assert not re.search(r" [,.?!;]|,,|\.\.", text)
    for page in some_pages:
        assert page.text == page.text.strip()
        assert page.text[0] in '"' or page.text[0].isupper()
        assert page.text[-1] in '.?!"'
        assert not re.search(r"[.?!] [a-z]", re.sub(r'[.?!]" [a-z]', "", page.text)), page.text


def test_pronouns_agree(world, some_pages):
    """A portrait of a woman alone never says "he", one of a man never "she"."""
    wrong = {"female": re.compile(r"\b(he|his|him)\b", re.I), "male": re.compile(r"\b(she|her|hers)\b", re.I)}
    by_name = {person.name: person for person in world.people}
    portraits = [page for page in some_pages if page.kind == "portrait"]
    for page in portraits:
        assert not wrong[by_name[page.told[0][0]].gender].search(page.text), page.text
    assert len(portraits) > 400


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_question_share_is_kept(world, share):
    found = Counter()
    for page in pages(world, 30_000, question_share=share):
        found[page.kind] += len(page.text.split())
    assert found["questions"] / found.total() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_lies_between_0_and_1(world, share):
    with pytest.raises(ValueError, match="question_share"):
        next(world.documents(100, question_share=share))


def test_question_pages_ask_as_agreed(world, some_pages):
    """Only about half of the people, never for a birthday, never in the held-out wording."""
    lines = [line for page in some_pages if page.kind in ("questions", "quiz") for line in page.text.splitlines()]
    asked = "\n".join(line for line in lines if not line.startswith("Answer:"))
    for person in world.people:
        assert (person.name in asked) == person.in_question_pages
    everything = "\n".join(page.text for page in some_pages)
    for relation, wordings in WORDINGS.items():
        unused = wordings if relation == NEVER_ASKED else wordings[-1:]
        for wording in unused:
            assert not re.search(re.escape(wording).replace(r"\{name\}", r"[A-Z]\w+ [A-Z]\w+"), everything)


def test_all_kinds_of_page_occur(some_pages):
    assert {page.kind for page in some_pages} == {*SHARES, "questions"}


def test_pet_and_its_name_stay_together(world):
    person = world.people[0]
    facts = [fact for fact in world.facts if fact.subject == person.name]
    relations = [fact.relation for fact in in_good_order(facts[::-1])]
    assert relations.index("pet_name") == relations.index("pet") + 1


def test_page_prints(world: World, capsys):
    from course_lib.world import page

    page(world, 2, kind="story")
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 88
    assert " ".join(printed.split()) == [p for p in pages(world, 5_000) if p.kind == "story"][2].text
