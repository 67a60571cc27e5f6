"""A slip is the source with the replacement made, and nothing that is not there can be replaced."""

import pytest

from course_lib.classroom import Mistake

HALVE = "def halve(x):\n    half = x / 2\n    return half"


def test_a_slip_replaces_wherever_it_stands():
    mistake = Mistake.slip(name="renamed", source=HALVE, old="half", new="part", says="name")
    assert (mistake.name, mistake.says) == ("renamed", "name")
    assert mistake.source == "def halve(x):\n    part = x / 2\n    return part"


def test_further_pairs_are_replaced_after_the_first():
    mistake = Mistake.slip("doubled", HALVE, "/ 2", "* 2", "doubled", ("* 2", "* 4"), ("return half", "return x"))
    assert mistake.source == "def halve(x):\n    half = x * 4\n    return x"


@pytest.mark.parametrize("more", [[], [("/ 4", "/ 5")]])
def test_what_is_not_there_cannot_be_replaced(more):
    old = "/ 2" if more else "/ 4"
    with pytest.raises(ValueError, match="mistake 'quarter': '/ 4' does not occur in 'def halve"):
        Mistake.slip("quarter", HALVE, old, "/ 3", "quarter", *more)


def test_a_table_of_slips_is_a_slip_for_each_row():
    rows = ("doubled", "/ 2", "* 2", "twice"), ("as it was", "= x / 2", "= 1", "one", ("return half", "return x"))
    slips = Mistake.slips(HALVE, *rows)
    assert slips == [Mistake.slip(name, HALVE, old, new, says, *more) for name, old, new, says, *more in rows]


def test_a_table_names_the_row_that_replaces_nothing():
    with pytest.raises(ValueError, match="mistake 'lost'"):
        Mistake.slips(HALVE, ("doubled", "/ 2", "* 2", "twice"), ("lost", "return 2", "return", "nothing"))
