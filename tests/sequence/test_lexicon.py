"""The words of a text: cut, counted, numbered, page by page."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_lib.sequence import Lexicon, words_of


def test_words_are_lower_case_and_bare():
    assert words_of("“Éva’s well-kept cat,” said O'Neil.") == ["éva", "well-kept", "cat", "said", "o'neil"]
    assert words_of("3 + 4 = 7!") == []


def test_the_commonest_come_first_and_the_rare_are_left_out():
    lexicon = Lexicon.of(["a b b c", "b c"], min_count=2)
    assert lexicon.words == ("b", "c")
    assert lexicon.counts.tolist() == [3, 2]
    assert "a" not in lexicon
    assert lexicon.ids_of(["c", "b"]).tolist() == [1, 0]
    word_ids, page_numbers = lexicon.encode(["a b c", "", "c"])
    assert word_ids.tolist() == [0, 1, 1]
    assert page_numbers.tolist() == [0, 0, 2]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="ab 'c.", max_size=30), min_size=1))
def test_with_every_word_kept_numbers_lead_back_to_the_words(pages):
    assume(any(map(words_of, pages)))
    lexicon = Lexicon.of(pages, min_count=1)
    word_ids, page_numbers = lexicon.encode(pages)
    assert [lexicon.words[number] for number in word_ids] == [word for page in pages for word in words_of(page)]
    assert lexicon.counts.tolist() == [int((word_ids == number).sum()) for number in range(len(lexicon))]
    assert page_numbers.tolist() == sorted(page_numbers.tolist())


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="no word occurs 5 times"):
        Lexicon.of(["too short"])
    with pytest.raises(ValueError, match="the text is empty"):
        Lexicon.of([])
    with pytest.raises(ValueError, match="min_count is 0"):
        Lexicon.of(["a"], min_count=0)
    with pytest.raises(ValueError, match="the word 'dog' is not among the 1"):
        Lexicon.of(["cat"], min_count=1).id_of("dog")
