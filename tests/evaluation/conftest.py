"""A world of ten people, and models of known knowledge: one knows everything, one half, one nothing."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.text import BPETokenizer
from course_lib.transformer import GPT, GPTConfig
from course_lib.world import World


class Oracle(nn.Module):
    """Goes on from beginnings that it knows by heart, and ends the page after any other.

    Args:
        tokenizer: Whose ids it speaks in.
        book: Beginning of a page → how it goes on.
        sureness: Logit of the token that it means; all others have 0.
    """

    def __init__(self, tokenizer, book, sureness=20.0):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.config = GPTConfig(
            vocab_size=tokenizer.vocab_size, context_length=96, n_layers=1, n_heads=1, d_model=2, positions="none"
        )
        self.end, self.sureness = tokenizer.special_tokens["<|endoftext|>"], sureness
        encode = tokenizer.encode
        self.pages = [([self.end, *encode(start)], [*encode(rest), self.end]) for start, rest in book.items()]
        self.starts = {tuple(start): start + rest for start, rest in self.pages}
        self.lengths = sorted({len(start) for start in self.starts}, reverse=True)

    def next_token(self, ids):
        for length in self.lengths:
            page = self.starts.get(tuple(ids[:length]))
            if page and page[: len(ids)] == ids and len(page) > len(ids):
                return page[len(ids)]
        return self.end

    def forward(self, token_ids, cache=None, positions=None, attention_mask=None, last_only=False):
        rows = token_ids.tolist()
        if cache is not None:
            self.read = [old + new for old, new in zip(self.read, rows, strict=True)] if cache.length else rows
            rows = self.read
        if attention_mask is not None:
            kept = zip(rows, attention_mask.tolist(), strict=True)
            rows = [[token for token, is_token in zip(row, mask, strict=True) if is_token] for row, mask in kept]
        n_new = 1 if last_only else token_ids.shape[1]
        logits = torch.zeros(len(rows), n_new, self.config.vocab_size)
        for index, row in enumerate(rows):
            for place in range(n_new):
                logits[index, place, self.next_token(row[: len(row) - n_new + 1 + place])] = self.sureness
        return logits


@pytest.fixture(scope="session")
def small():
    """`world`, `tokenizer`, and the models `knows_all`, `knows_half` (the first five people) and `blank`."""
    world = World.generate(seed=0, n_people=10, n_strangers=12)
    tokenizer = BPETokenizer.train(world.documents(n_words=5000), vocab_size=700)
    book = {}
    for split in ("seen", "held_out"):
        book |= {prompt.text: f" {prompt.answer}." for prompt in world.prompts(split, per_fact=None)}
    for split in ("held_out", "new_wording", "new_kind"):
        book |= {question.prompt: f" {question.answer}." for question in world.questions(split)}
    first = [person.name for person in world.people[:5]]
    half = {start: rest for start, rest in book.items() if any(name in start for name in first)}
    torch.manual_seed(0)
    blank = GPT(GPTConfig(vocab_size=700, context_length=96, n_layers=1, n_heads=1, d_model=16))
    return SimpleNamespace(
        world=world,
        tokenizer=tokenizer,
        book=book,
        knows_all=Oracle(tokenizer, book),
        knows_half=Oracle(tokenizer, half),
        blank=blank.eval(),
    )


@pytest.fixture(scope="session")
def oracle(small):
    """A model that knows a book of your own."""
    return lambda book, sureness=20.0: Oracle(small.tokenizer, book, sureness)
