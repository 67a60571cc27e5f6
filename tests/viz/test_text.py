"""Pictures of tokens: a box for each, the same room for the same bytes, and a bill that adds up."""

import pytest

from course_lib.text import CharacterTokenizer, TextError
from course_lib.viz import token_explorer, tokens_figure
from course_lib.viz.text import readable, summary, token_html


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_token_stands_in_a_box_and_rows_say_how_many():
    figure = tokens_figure({"bytes": [b"c", b"a", b"t"], "merged": [b"ca", b"t"]})
    assert words(figure) == ["c", "a", "t", "bytes", "3 tokens", "ca", "t", "merged", "2 tokens"]
    assert len(figure.axes[0].patches) == 5


def test_bytes_that_are_no_character_show_as_numbers():
    assert [readable(token) for token in (b" a", b"\n", "é".encode()[:1], "é".encode())] == ["·a", "↵", "C3", "é"]


def test_text_cannot_break_the_page():
    assert "<script>" not in token_html([(1, b"<script>")])


def test_no_tokens_are_refused():
    with pytest.raises(ValueError, match="the text is empty"):
        tokens_figure({"bytes": []})
    with pytest.raises(ValueError, match="no vocabulary"):
        token_explorer({}, text="a")


def parts(box):
    area, row, picture = box.children
    return area, *row.children, picture


def test_the_explorer_shows_every_vocabulary_and_follows_what_is_typed():
    letters = CharacterTokenizer("abc ")
    vocabularies = {
        "letters": lambda text: [(i, letters.token_bytes(i)) for i in letters.encode(text)],
        "bytes": lambda text: [(byte, bytes([byte])) for byte in text.encode()],
    }
    area, choice, cost, picture = parts(token_explorer(vocabularies, text="a cab"))
    assert "5 tokens · 5 characters · 5 bytes" in picture.value
    area.value = "naïve"
    assert "6 tokens" in picture.value
    assert "cannot write it" in picture.value
    choice.value = "letters"
    assert "character &#x27;n&#x27; is not among the 4" in picture.value
    area.value = ""
    cost.value = 3.0
    assert "0 tokens" in picture.value


def test_a_fault_of_the_program_is_no_message_for_the_reader():
    def broken(text):
        raise TypeError("a bug")

    with pytest.raises(TypeError, match="a bug"):
        token_explorer({"broken": broken}, text="a")


def test_what_cannot_be_encoded_is_said():
    def refuse(text):
        raise TextError("half a character")

    *_, picture = parts(token_explorer({"x": refuse}, text="a"))
    assert "half a character" in picture.value


def test_a_bill_adds_up():
    assert summary("naïve", n_tokens=2, price=1.5).endswith("a million such texts cost 3.00")
    assert "bytes a token" not in summary("", n_tokens=0, price=1.0)
