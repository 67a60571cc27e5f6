"""Byte-pair encoding: by hand, against the `tokenizers` library, and on any text and any bytes."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from course_lib.common.errors import CourseError
from course_lib.text import BPETokenizer, to_visible

SENTENCES = (
    "Mara lives in Delft. It's her dog's bowl, isn't it?\n\n  Two  spaces, 1984 and 3.14; naïve café 🙂 日本語.\t"
    "Tab.\r\n"
    "the cat, the hat, the bat: they'll go there then. <|endoftext|> Ελληνικά и русский.   \n"
) * 20
TOKENIZER = BPETokenizer.train(SENTENCES, vocab_size=360)


def reference(text: str, vocab_size: int, pattern: str = "gpt2") -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level]) if pattern != "gpt2" else byte_level
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def test_the_published_example():
    """aaabdaaabac → ZabdZabac → ZYdZYac → XdXac, as Wikipedia's article on byte-pair encoding shows it."""
    tokenizer = BPETokenizer.train("aaabdaaabac", vocab_size=259, special_tokens=())
    assert [tokenizer.token_bytes(i) for i in (256, 257, 258)] == [b"aa", b"ab", b"aaab"]
    pieces = [tokenizer.token_bytes(i) for i in tokenizer.encode("aaabdaaabac")]
    assert pieces == [b"aaab", b"d", b"aaab", b"a", b"c"]


def test_ties_go_to_the_lowest_ids():
    merges = BPETokenizer.train("ba ab", vocab_size=257, special_tokens=()).merges
    assert merges == [(64, 65)], "a before b, and the space, whose id is high, last"


@pytest.mark.parametrize("alphabet", ["ab", "abc ", "abcde é\n1"])
@pytest.mark.parametrize("pattern", ["gpt2", "single_digits"])
def test_training_and_encoding_agree_with_tokenizers(alphabet, pattern):
    source = random.Random(f"{alphabet}{pattern}")
    for n_characters, n_merges in ((30, 5), (100, 80), (400, 20), (2000, 300)):
        text = "".join(source.choices(alphabet, k=n_characters))
        mine = BPETokenizer.train(text, vocab_size=257 + n_merges, pattern=pattern)
        theirs = reference(text, 257 + n_merges, pattern)
        tokens = [to_visible(token) for token in mine.vocabulary]
        merges = [[tokens[left], tokens[right]] for left, right in mine.merges]
        assert merges == json.loads(theirs.to_str())["model"]["merges"]
        fresh = "".join(source.choices(alphabet, k=300))
        assert mine.encode(fresh) == theirs.encode(fresh).ids


@pytest.mark.parametrize("pattern", ["gpt2", "single_digits"])
def test_tokenizer_json_opens_in_tokenizers_and_comes_back(tmp_path, pattern):
    tokenizer = BPETokenizer.train(SENTENCES, vocab_size=400, pattern=pattern)
    tokenizer.save(tmp_path / "tokenizer.json")
    theirs = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    again = BPETokenizer.load(tmp_path / "tokenizer.json")
    ids = tokenizer.encode(SENTENCES, allow_special=True)
    assert theirs.encode(SENTENCES).ids == ids == again.encode(SENTENCES, allow_special=True)
    assert theirs.decode(ids, skip_special_tokens=False) == SENTENCES
    theirs.save(str(tmp_path / "theirs.json"))
    back = BPETokenizer.load(tmp_path / "theirs.json")
    assert (back.vocabulary, back.merges, back.special_tokens) == (
        tokenizer.vocabulary,
        tokenizer.merges,
        tokenizer.special_tokens,
    )


def test_a_file_trained_by_tokenizers_opens_here(tmp_path):
    theirs = reference(SENTENCES.replace("<|endoftext|>", ""), 380)
    theirs.save(str(tmp_path / "tokenizer.json"))
    mine = BPETokenizer.load(tmp_path / "tokenizer.json")
    assert mine.encode(SENTENCES, allow_special=True) == theirs.encode(SENTENCES).ids


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_comes_back(text):
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes_come_back(data):
    assert TOKENIZER.decode_bytes(TOKENIZER.encode_bytes(data)) == data


WITHOUT_SPECIAL = SENTENCES.replace("<|endoftext|>", "")
REFERENCE = reference(WITHOUT_SPECIAL, 400)
PLAIN = BPETokenizer.train(WITHOUT_SPECIAL, vocab_size=400)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="aeht 1'é\n", max_size=400))
def test_encoding_agrees_with_tokenizers_on_any_text(text):
    assert PLAIN.encode(text) == REFERENCE.encode(text).ids


@pytest.mark.parametrize("text", ["t" * 5000, "thethat" * 900, "abab" * 99, "th" * 101])
def test_long_words_agree_with_tokenizers(text):
    assert PLAIN.encode(text) == REFERENCE.encode(text).ids


def test_special_tokens_are_recognised_only_when_asked():
    assert TOKENIZER.special_tokens == {"<|endoftext|>": 0}
    assert TOKENIZER.encode("<|endoftext|>hi", allow_special=True)[0] == 0
    assert 0 not in TOKENIZER.encode("<|endoftext|>hi")
    assert TOKENIZER.decode([0]) == "<|endoftext|>"


def test_half_a_character_shows_as_a_replacement_sign():
    assert TOKENIZER.decode(TOKENIZER.encode_bytes("é".encode()[:1])) == "\ufffd"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: BPETokenizer.train("text", vocab_size=200), "vocab_size is 200"),
        (lambda: BPETokenizer.train("text", vocab_size=300, special_tokens=("x",)), "two characters"),
        (lambda: BPETokenizer.train("text", vocab_size=300, pattern="gpt5"), "gpt5"),
        (lambda: TOKENIZER.decode([360]), "outside the vocabulary: 0 to 359"),
        (lambda: TOKENIZER.decode([-1]), "token id -1"),
        (lambda: TOKENIZER.encode("\ud800"), "U\\+D800"),
        (lambda: BPETokenizer.load("no/such/file.json"), "cannot read"),
        (lambda: BPETokenizer([b"a"], []), "no token for"),
        (lambda: BPETokenizer(TOKENIZER.vocabulary, [(0, 999)]), "ids 0 to 999; there are 360"),
        (lambda: BPETokenizer(TOKENIZER.vocabulary, [(-1, 5)]), "ids -1 to 5"),
        (lambda: BPETokenizer(TOKENIZER.vocabulary, [], {"<|end|>": 360}), "there are 360"),
        (lambda: BPETokenizer.train("", vocab_size=300), "the text is empty: 43 merges"),
        (lambda: BPETokenizer.train(["<|endoftext|>"], vocab_size=300), "the text is empty"),
        (lambda: BPETokenizer.train("text", vocab_size=300, special_tokens=("<|a|>", "<|a|>")), "to be unique"),
        (lambda: TOKENIZER.shrink(256), "can shrink to 257 to 360"),
        (lambda: TOKENIZER.shrink(361), "can shrink to 257 to 360"),
    ],
)
def test_errors_are_one_line_and_name_the_value(call, says):
    with pytest.raises(CourseError, match=says) as error:
        call()
    assert "\n" not in str(error.value)
    assert isinstance(error.value, ValueError) or "cannot read" in str(error.value)


@pytest.mark.parametrize("vocab_size", [257, 258, 300, 360])
def test_a_smaller_vocabulary_is_the_beginning_of_a_larger_one(vocab_size):
    small, trained = TOKENIZER.shrink(vocab_size), BPETokenizer.train(SENTENCES, vocab_size=vocab_size)
    assert (small.vocabulary, small.merges) == (trained.vocabulary, trained.merges)
    assert small.encode(SENTENCES, allow_special=True) == trained.encode(SENTENCES, allow_special=True)


def test_no_text_is_no_tokens():
    assert TOKENIZER.encode("") == []
    assert TOKENIZER.decode([]) == ""
    assert TOKENIZER.encode_bytes(b"") == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model": {"type": "WordPiece"}}', '{"model": {"type": "BPE"}}'])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(CourseError, match="tokenizer"):
        BPETokenizer.load(tmp_path / "tokenizer.json")
