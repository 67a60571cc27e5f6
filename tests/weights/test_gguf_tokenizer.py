"""The tokenizer inside a GGUF file: the ids of the `tokenizers` library, any text back, no special token typed."""

import codecs
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from course_lib.common.errors import CourseError
from course_lib.text import BPETokenizer, to_visible
from course_lib.weights import gguf_tokenizer, read_gguf
from tests.weights.synthetic import SPECIAL, TOKENIZER, write_gguf


def theirs_of(file) -> Tokenizer:
    """The same vocabulary in the library, cut as SmolLM2's own tokenizer.json cuts: digits singly, then GPT-2's way."""
    tokens, merges = (file.metadata[f"tokenizer.ggml.{name}"] for name in ("tokens", "merges"))
    ids = {token: i for i, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=[tuple(merge.split(" ")) for merge in merges]))
    digits, byte_level = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    types = file.metadata["tokenizer.ggml.token_type"]
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True) for token, kind in zip(tokens, types, strict=True) if kind == 3]
    )
    return tokenizer


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return read_gguf(write_gguf(tmp_path_factory.mktemp("gguf") / "small.gguf", {}, {}))


@pytest.fixture(scope="module")
def pair(file):
    return gguf_tokenizer(file), theirs_of(file)


def test_it_is_the_tokenizer_that_was_written(file):
    ours = gguf_tokenizer(file)
    assert (ours.vocabulary, ours.merges, ours.pattern) == (TOKENIZER.vocabulary, TOKENIZER.merges, "single_digits")
    assert ours.special_tokens == {token: i for i, token in enumerate(SPECIAL)}


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=60), st.text(alphabet="the cat's 198½²\n\t🙂é", max_size=60)))
def test_ids_are_those_of_the_library_and_the_text_comes_back(pair, text):
    ours, theirs = pair
    assert ours.encode(text, allow_special=True) == theirs.encode(text).ids
    assert ours.decode(ours.encode(text)) == text


def test_special_tokens_are_taken_from_templates_and_not_from_people(pair):
    ours, theirs = pair
    text = "<|im_start|>user\n1984?<|im_end|>\n"
    assert ours.encode(text, allow_special=True) == theirs.encode(text).ids
    assert ours.encode(text, allow_special=True)[0] == 1
    assert not {0, 1, 2} & set(ours.encode(text))


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="aé🙂日 1", max_size=30))
def test_tokens_may_be_shown_as_they_come(pair, text):
    """A token may hold a part of a character; a decoder that waits for the rest never shows a wrong one."""
    ours, _ = pair
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    shown = "".join(decoder.decode(ours.token_bytes(token_id)) for token_id in ours.encode(text))
    assert shown + decoder.decode(b"", final=True) == text


def test_a_vocabulary_without_some_bytes_refuses_the_text_that_needs_them(tmp_path):
    """As SmolLM2's: 21 bytes, no letter among them, occurred nowhere in its training text."""
    words = ["<|endoftext|>", *(to_visible(bytes([byte])) for byte in range(256) if byte not in (4, 0xF4))]
    file = read_gguf(write_gguf(tmp_path / "part.gguf", {}, {}, tokenizer=None))
    told = {"model": "gpt2", "pre": "smollm", "tokens": words, "token_type": [3] + [1] * 254, "merges": []}
    file = replace(file, metadata={f"tokenizer.ggml.{name}": value for name, value in told.items()})
    tokenizer = gguf_tokenizer(file)
    assert tokenizer.vocab_size == 255
    assert tokenizer.decode(tokenizer.encode("naïve 🙂")) == "naïve 🙂"
    with pytest.raises(CourseError, match=r"'a?\\x04' holds byte 4, which this vocabulary cannot write: leave it out"):
        tokenizer.encode("a\x04")
    tokenizer.save(tmp_path / "tokenizer.json")
    assert BPETokenizer.load(tmp_path / "tokenizer.json").vocabulary == tokenizer.vocabulary


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "llama"}, "a tokenizer of kind 'llama' that cuts text like 'smollm': this course reads byte-level"),
        ({"pre": "llama-bpe"}, "that cuts text like 'llama-bpe'"),
        ({"model": None}, "a tokenizer of kind None"),
        ({"merges": ["a zz"]}, "incomplete tokenizer: 'zz' is missing or odd"),
        ({"tokens": ["a", "b"]}, "incomplete tokenizer"),
        ({"merges": None}, "incomplete tokenizer: 'tokenizer.ggml.merges' is missing"),
    ],
)
def test_another_tokenizer_is_refused_in_one_line(file, change, says):
    metadata = dict(file.metadata)
    for name, value in change.items():
        metadata[f"tokenizer.ggml.{name}"] = value
        if value is None:
            del metadata[f"tokenizer.ggml.{name}"]
    with pytest.raises(CourseError, match=says) as error:
        gguf_tokenizer(replace(file, metadata=metadata))
    assert "\n" not in str(error.value)
