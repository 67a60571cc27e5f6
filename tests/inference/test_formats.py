"""Output held to a format: by hand, against trying every token, whatever the model and the luck."""

import json

import pytest
import regex
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import PrefixConstrainedLogitsProcessor

from course_lib.common.errors import CourseError
from course_lib.inference import (
    SHORT_TEXT,
    Format,
    Sampler,
    generate,
    generate_held,
    hold,
    one_of,
    record,
    whole_number,
)
from course_lib.text import END_OF_TEXT, BPETokenizer
from course_lib.transformer import GPT, GPTConfig

TEXT = 'Ashby and Ashton lie on the Wend. {"town": "Ashby", "age": 31} ' * 20
TOKENIZER = BPETokenizer.train(TEXT, vocab_size=300, special_tokens=(END_OF_TEXT,))
END = TOKENIZER.special_tokens[END_OF_TEXT]
CONFIG = GPTConfig(vocab_size=300, context_length=64, n_layers=1, n_heads=2, d_model=16)


def form_of(pattern):
    return Format(pattern, TOKENIZER, END)


def pieces(ids):
    return [TOKENIZER.decode([token_id]) for token_id in ids]


def test_by_hand():
    towns = form_of(one_of(["Ashby", "Ashton"]))
    assert all("Ashby".startswith(piece) or "Ashton".startswith(piece) for piece in pieces(towns.allowed("")))
    assert "A" in pieces(towns.allowed(""))
    assert END not in towns.allowed("")
    assert towns.allowed("Ashby") == [END]
    assert towns.fits("Ashton")
    assert not towns.fits("Ash")
    number = form_of(whole_number(2))
    assert {"0", "-", "7"} <= set(pieces(number.allowed("")))
    assert number.allowed("0") == [END]
    assert END in number.allowed("4")
    assert "2" in pieces(number.allowed("4"))


@settings(max_examples=30, deadline=None)
@given(written=st.sampled_from(["", "{", '{"age": ', '{"age": -', '{"age": 31', '{"age": 31, "town": "', "nonsense"]))
def test_allowed_is_what_trying_every_token_finds(written):
    pattern = record({"age": whole_number(2), "town": SHORT_TEXT})
    tried = [
        token_id
        for token_id in range(TOKENIZER.vocab_size)
        if token_id != END
        and "\ufffd" not in TOKENIZER.decode([token_id])
        and regex.fullmatch(pattern, written + TOKENIZER.decode([token_id]), partial=True)
    ]
    assert form_of(pattern).allowed(written) == tried


def test_transformers_masks_the_same():
    form, logits = form_of(one_of(["Ashby", "Ashton"])), torch.randn(1, 300)
    theirs = PrefixConstrainedLogitsProcessor(lambda _batch, ids: form.allowed(TOKENIZER.decode(ids.tolist())), 1)
    written = TOKENIZER.encode("Ash")
    torch.testing.assert_close(theirs(torch.tensor([written]), logits)[0], hold(logits[0], form.allowed("Ash")))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), temperature=st.sampled_from([0.0, 1.0, 5.0]))
def test_any_model_with_any_luck_stays_in_form(seed, temperature):
    torch.manual_seed(seed)
    model = GPT(CONFIG).eval()
    form = form_of(record({"town": one_of(['"Ashby"', '"Ashton"']), "age": whole_number(3)}))
    generator = torch.Generator().manual_seed(seed)
    prompts = [TOKENIZER.encode("The town"), TOKENIZER.encode("A")]
    held = generate_held(model, prompts, form=form, tokenizer=TOKENIZER, max_new_tokens=48,
                         sampler=Sampler(temperature=temperature), generator=generator)  # fmt: skip
    for text in held:
        assert json.loads(text)["town"] in ("Ashby", "Ashton")


def test_a_format_that_allows_everything_changes_nothing():
    torch.manual_seed(1)
    model = GPT(CONFIG).eval()
    prompt = TOKENIZER.encode("Ashton lies on")
    (free,) = generate(model, [prompt], max_new_tokens=1, sampler=Sampler(temperature=0))
    anything = form_of(r"(?s:.*)")
    with torch.no_grad():
        logits = model(torch.tensor([prompt]))[0, -1]
    if free[0] in anything.allowed(""):
        assert hold(logits, anything.allowed("")).argmax().item() == free[0]


def test_mistakes_are_told_in_a_line():
    for wrong in ([], ["yes", ""]):
        with pytest.raises(ValueError, match="at least one"):
            one_of(wrong)
    with pytest.raises(ValueError, match="n_digits=0"):
        whole_number(0)
    with pytest.raises(ValueError, match="at least one field"):
        record({})
    with pytest.raises(ValueError, match="no regular expression"):
        form_of("(")
    with pytest.raises(ValueError, match="no token is allowed"):
        hold(torch.zeros(3), [])
    model = GPT(CONFIG).eval()
    with pytest.raises(CourseError, match="not complete after 2 tokens"):
        generate_held(model, [[5]], form=form_of("A{30}"), tokenizer=TOKENIZER, max_new_tokens=2)
    assert generate_held(model, [], form=form_of("A"), tokenizer=TOKENIZER, max_new_tokens=2) == []
