"""T3 by itself: what is asked, with what examples; a model that knows the answers, one that does not; the cache."""

import pytest
import torch
from torch import nn

from course_lib.lineage.experiments import t3_letters
from course_lib.lineage.experiments.t3_letters import (
    SHOWN,
    count_letters,
    draw,
    name_last_letters,
    prompt,
    read_all,
    spell_words,
)
from course_lib.text import END_OF_TEXT, BPETokenizer
from course_lib.transformer import GPT, GPTConfig

SPECIAL = (END_OF_TEXT, "<|im_start|>", "<|im_end|>")
TOKENIZER = BPETokenizer.train("", vocab_size=256 + len(SPECIAL), special_tokens=SPECIAL)


class Oracle(nn.Module):
    """Reads the last case of the prompt and gives the right next byte the highest score; or always the byte 1."""

    def __init__(self, knows: bool) -> None:
        super().__init__()
        self.knows = knows
        self.config = GPTConfig(vocab_size=TOKENIZER.vocab_size, context_length=4, n_layers=1, n_heads=1, d_model=4)
        self.read: list[int] = []

    def answer(self, text: str) -> str:
        if not self.knows or "Answer: " not in text:
            return "1"
        case = text.rsplit("In: ", 1)[1]
        if "Answer: " not in case:  # the part that all prompts share may end in the midst of a case
            return "1"
        shown, letter = case.split("\n")[0], case.split("Count: ")[1].split("\n")[0]
        return str(shown.split(" ").count(letter) if len(letter) > 1 else shown.count(letter))

    def forward(self, token_ids, cache=None):
        ids = token_ids[0].tolist()
        if cache.length == 0:
            self.read = ids
        text = TOKENIZER.decode(self.read[: cache.length] + ids)
        scores = torch.zeros(1, len(ids), TOKENIZER.vocab_size)
        for place, following in enumerate(ids[1:]):
            scores[0, place, following if self.knows else 0] = 1.0
        scores[0, -1, TOKENIZER.encode(self.answer(text))[0]] = 1.0
        return scores


@pytest.mark.parametrize("shown", SHOWN)
def test_a_model_that_knows_is_right_and_one_that_guesses_in_a_third(shown):
    kwargs = {"form": "examples", "shown": shown, "n_questions": 12}
    said, answers = count_letters(Oracle(knows=True), TOKENIZER, 0, **kwargs)
    assert said == answers
    assert sorted(answers) == [1] * 4 + [2] * 4 + [3] * 4
    said, answers = count_letters(Oracle(knows=False), TOKENIZER, 0, **kwargs)
    assert sum(mine == answer for mine, answer in zip(said, answers, strict=True)) == 4


def test_spelling_is_right_only_if_every_letter_is():
    assert all(spell_words(Oracle(knows=True), TOKENIZER, 0, 3))
    assert not any(spell_words(Oracle(knows=False), TOKENIZER, 0, 3))


@pytest.mark.parametrize("shown", ["whole", "spaces"])
def test_last_letters_are_asked_once_a_word(shown):
    said, right = name_last_letters(Oracle(knows=True), TOKENIZER, 0, shown=shown, n_questions=6)
    assert len(said) == len(right) <= 6
    assert set(said) <= set(t3_letters.ALPHABET)


def test_questions_are_shared_out_and_no_example_is_asked():
    drawn = [draw(seed, 24) for seed in range(5)]
    questions = [pair for _, asked in drawn for pair in asked]
    assert len(set(questions)) == len(questions) == 120
    for examples, asked in drawn:
        assert sorted(word.count(letter) for word, letter in examples) == [1, 1, 2, 2, 3, 3]
        assert not set(examples) & set(asked)
    with pytest.raises(ValueError, match="are too many"):
        draw(0, 300)


def test_prompts_by_hand():
    text = TOKENIZER.decode(prompt(TOKENIZER, ("bed", "e"), [("dad", "d")], "examples", "spaces"))
    assert text == "In: d a d\nCount: d\nAnswer: 2\n\nIn: b e d\nCount: e\nAnswer: "
    chat = TOKENIZER.decode(prompt(TOKENIZER, ("bed", "e"), [], "chat", "nouns"))
    assert 'How many times does "book" occur in "dog book house"? Answer with a number.<|im_end|>' in chat
    assert chat.endswith("<|im_start|>assistant\nThe answer is ")


def test_what_prompts_share_is_read_once_and_changes_nothing():
    torch.manual_seed(0)
    config = GPTConfig(vocab_size=20, context_length=16, n_layers=2, n_heads=2, d_model=16)
    model = GPT(config).eval()
    prompts = [[1, 2, 3, 4, 5], [1, 2, 3, 9], [1, 2, 3, 4, 5, 6, 7]]
    with torch.no_grad():
        for ids, scores in zip(prompts, read_all(model, prompts), strict=True):
            alone = model(torch.tensor([ids]))[0]
            torch.testing.assert_close(scores, alone[-len(scores) :], atol=1e-5, rtol=1e-5)


def test_measure_gives_shares(monkeypatch):
    monkeypatch.setattr(t3_letters, "smollm2", lambda: (Oracle(knows=True), TOKENIZER))
    (row,) = t3_letters.EXPERIMENT.run(0, "small")
    assert row["right"] == 1.0
    assert t3_letters.measure(1, form="spelling", shown="whole", n_questions=3)["right"] == 1.0
