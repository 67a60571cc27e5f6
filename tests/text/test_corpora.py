"""Corpora by name: those that are always here can be read, and a name that is none is refused."""

import pytest

from course_lib.text import corpora, corpus, fetch, verify

ALWAYS_HERE = [each for each in corpora() if each.file is None]


@pytest.mark.parametrize("chosen", ALWAYS_HERE, ids=lambda chosen: chosen.name)
def test_what_is_made_here_can_be_read(chosen):
    first = next(iter(chosen.documents()))
    assert first.strip()
    assert chosen.at_hand
    assert fetch(chosen.name) == chosen.paths == []
    assert verify(chosen.name)


def test_every_corpus_says_what_it_is():
    assert len({each.name for each in corpora()}) == len(corpora())
    assert all(each.title and each.licence and each.source for each in corpora())


@pytest.mark.parametrize("call", [corpus, fetch, verify])
def test_an_unknown_name_is_a_value_error(call):
    with pytest.raises(ValueError, match="there is no corpus 'shakespear': choose from world, names"):
        call("shakespear")
