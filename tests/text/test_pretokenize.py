"""Cutting text before merging: where the cuts are, against the `tokenizers` library, and nothing lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import pre_tokenizers

from course_lib.text import BYTE_ORDER, PATTERNS, BPETokenizer, from_visible, split, to_visible
from course_lib.text.pretokenize import split_special

BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False)
THEIRS = {
    "gpt2": BYTE_LEVEL,
    "single_digits": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), BYTE_LEVEL]),
}


def test_cuts_by_hand():
    assert split("It's 3rd, isn't it?") == ["It", "'s", " 3", "rd", ",", " isn", "'t", " it", "?"]
    assert split("two  spaces") == ["two", " ", " spaces"]
    assert split("") == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="abE é1 9'\n\t.,!-語ά", max_size=60), st.sampled_from(sorted(PATTERNS)))
def test_cuts_are_those_of_the_tokenizers_library(text, pattern):
    theirs = [piece for piece, _ in THEIRS[pattern].pre_tokenize_str(text)]
    assert [to_visible(piece.encode()) for piece in split(text, pattern)] == theirs


@settings(max_examples=150, deadline=None)
@given(st.text(), st.sampled_from(sorted(PATTERNS)))
def test_the_pieces_are_the_text(text, pattern):
    assert "".join(split(text, pattern)) == text


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_visible_characters_lead_back_to_the_bytes(data):
    assert from_visible(to_visible(data)) == data


def test_all_bytes_are_there_once_in_the_order_of_the_tokenizers_library():
    assert sorted(BYTE_ORDER) == list(range(256))
    assert {to_visible(bytes([byte])) for byte in BYTE_ORDER} == set(pre_tokenizers.ByteLevel.alphabet())


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: split("text", pattern="gpt5"), "choose from gpt2, single_digits"),
        (lambda: from_visible("a b"), "stands for no byte"),
        (lambda: split_special("text", ["<|end|>", ""]), "is empty"),
        (lambda: BPETokenizer(BPETokenizer.train("a", vocab_size=257).vocabulary, [], pattern="x"), "'x' is unknown"),
    ],
)
def test_what_cannot_be_cut_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
