"""One token a character: by hand, any text of its alphabet, and clear words for a character that it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.text import CharacterTokenizer


def test_ids_follow_the_alphabet_behind_the_special_tokens():
    tokenizer = CharacterTokenizer("a cab", special_tokens=("<|end|>",))
    assert tokenizer.vocab_size == 5
    assert tokenizer.encode("cab<|end|>", allow_special=True) == [4, 2, 3, 0]
    assert tokenizer.token_bytes(0) == b"<|end|>"


@given(st.text(alphabet="abc é語\n", max_size=50))
def test_a_text_of_the_alphabet_comes_back(text):
    tokenizer = CharacterTokenizer("abc é語\n")
    ids = tokenizer.encode(text)
    assert len(ids) == len(text)
    assert tokenizer.decode(ids) == text


def test_it_can_be_saved(tmp_path):
    tokenizer = CharacterTokenizer("naïve", special_tokens=("|",))
    tokenizer.save(tmp_path / "characters.json")
    assert CharacterTokenizer.load(tmp_path / "characters.json").encode("vane") == tokenizer.encode("vane")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: CharacterTokenizer("abc").encode("abd"), "character 'd' is not among the 3"),
        (lambda: CharacterTokenizer("abc").encode("a<|end|>", allow_special=True), "character '<'"),
        (lambda: CharacterTokenizer("abc").decode([3]), "outside the vocabulary: 0 to 2"),
        (lambda: CharacterTokenizer("abc").token_bytes(-1), "token id -1"),
        (lambda: CharacterTokenizer(""), "the text is empty"),
        (lambda: CharacterTokenizer("abc", special_tokens=("|", "|")), "be there once"),
        (lambda: CharacterTokenizer("abc", special_tokens=("",)), "hold something"),
    ],
)
def test_errors_are_one_line_and_name_the_value(call, says):
    with pytest.raises(ValueError, match=says) as error:
        call()
    assert isinstance(error.value, CourseError)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [None, "", "[]", '{"characters": ["a"]}'])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "characters.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CourseError, match="tokenizer"):
        CharacterTokenizer.load(path)
