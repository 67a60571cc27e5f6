"""Templates: alternatives, nesting, and the account of what was told."""

import random

import pytest

from course_lib.world import Stranger, Town
from course_lib.world.grammar import Template

ADA = Stranger(first="Ada", last="Barrow", gender="female")
NORBY = Town("Norby", "Esk", "gloves", "north", "fountain", 1600)


def test_all_alternatives_occur():
    template = Template("[red|green [pale|dark]] {a.name}")
    written = {template.write({"a": ADA}, random.Random(seed))[0] for seed in range(60)}
    assert written == {"red Ada Barrow", "green pale Ada Barrow", "green dark Ada Barrow"}


def test_only_written_facts_are_counted():
    template = Template("{t.name}[ on the {t.river}|]")
    for seed in range(20):
        text, told = template.write({"t": NORBY}, random.Random(seed))
        assert told == ([("t", "river")] if "Esk" in text else [])


def test_slots_and_roles_are_known_beforehand():
    template = Template("{a.name} saw {t.name}[ and the {t.river}|].")
    assert template.slots == (("a", "name"), ("t", "name"), ("t", "river"))
    assert template.roles == ("a", "t")


@pytest.mark.parametrize("source", ["[open", "close]", "[a|[b]"])
def test_unbalanced_brackets_are_refused(source):
    with pytest.raises(ValueError, match="bracket"):
        Template(source)
