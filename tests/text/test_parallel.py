"""Sentences side by side: three each, in at least eight scripts, each written in the script that it names."""

import unicodedata

import pytest

from course_lib.text import PARALLEL, BPETokenizer, parallel_text

WRITTEN_IN = {"Kana and Han": ("HIRAGANA", "KATAKANA", "CJK"), "Han": ("CJK",)}


@pytest.mark.parametrize("language", PARALLEL)
def test_a_text_is_written_in_its_script(language):
    script, text = PARALLEL[language]
    letters = [
        unicodedata.name(character)
        for character in text
        if unicodedata.category(character) == "Lo" or character.isalpha()
    ]
    assert all(name.startswith(WRITTEN_IN.get(script, (script.upper(),))) for name in letters)
    assert len(letters) > 20
    assert unicodedata.normalize("NFC", text) == text or language == "Hindi"


def test_there_are_many_scripts_and_three_sentences_each():
    assert len({script for script, _ in PARALLEL.values()}) >= 8
    ends = {language: sum(text.count(end) for end in ".。।") for language, (_, text) in PARALLEL.items()}
    assert {language for language, n_ends in ends.items() if n_ends != 3} == {"Thai"}, (
        "Thai ends sentences with a space"
    )


def test_every_text_comes_back():
    tokenizer = BPETokenizer.train(parallel_text("English"), vocab_size=300)
    assert all(tokenizer.decode(tokenizer.encode(text)) == text for _, text in PARALLEL.values())


def test_an_unknown_language_is_a_value_error():
    with pytest.raises(ValueError, match="no text in 'Klingon': choose from English, German"):
        parallel_text("Klingon")
