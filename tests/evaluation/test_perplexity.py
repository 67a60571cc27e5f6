"""Surprise per token and per byte: by hand, against one long window, and on a model that knows the text."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from course_lib.common.errors import CourseError
from course_lib.evaluation import bits_per_byte, perplexity, token_losses


class Bigram(nn.Module):
    """Logits that depend on the last token alone, so that windows cannot change them."""

    def __init__(self, vocab_size: int, context_length: int = 8):
        super().__init__()
        self.config = SimpleNamespace(context_length=context_length)
        self.table = nn.Embedding(vocab_size, vocab_size)
        self.longest = 0

    def forward(self, token_ids):
        self.longest = max(self.longest, token_ids.shape[1])
        return self.table(token_ids)


class Bytes:
    def __init__(self):
        self.special_tokens = {"<|endoftext|>": 256}

    def encode(self, text):
        return list(text.encode())


@pytest.fixture
def bigram():
    torch.manual_seed(0)
    return Bigram(257)


@pytest.mark.parametrize("n_tokens", [2, 8, 9, 10, 31])
@pytest.mark.parametrize("stride", [1, 3, 8])
def test_every_token_is_scored_once_whatever_the_windows(bigram, n_tokens, stride):
    token_ids = torch.randint(257, (n_tokens,))
    losses = token_losses(bigram, token_ids, stride=stride)
    log_probs = bigram.table.weight[token_ids[:-1]].log_softmax(dim=-1)
    expected = -log_probs[torch.arange(n_tokens - 1), token_ids[1:]]
    assert torch.allclose(losses, expected)
    assert bigram.longest <= 8


def test_by_hand():
    model = Bigram(2)
    with torch.no_grad():
        model.table.weight.copy_(torch.tensor([[0.0, math.log(3)], [0.0, 0.0]]))
    # the odds after token 0 are 1 to 3, after token 1 they are even
    losses = token_losses(model, torch.tensor([0, 1, 0]))
    assert losses.tolist() == pytest.approx([math.log(4 / 3), math.log(2)])
    assert perplexity(model, torch.tensor([0, 1, 0])) == pytest.approx((4 / 3 * 2) ** 0.5)


def test_bits_per_byte_of_a_model_that_knows_nothing_is_the_logarithm_of_its_vocabulary():
    model = Bigram(257)
    nn.init.zeros_(model.table.weight)
    assert bits_per_byte(model, Bytes(), "naïve") == pytest.approx(math.log2(257))


def test_the_mode_is_given_back(bigram):
    bigram.train()
    token_losses(bigram, torch.tensor([1, 2, 3]))
    assert bigram.training
    bigram.eval()
    token_losses(bigram, torch.tensor([1, 2, 3]))
    assert not bigram.training


def test_too_little_text_is_an_error(bigram):
    with pytest.raises(CourseError, match="1 token"):
        perplexity(bigram, torch.tensor([1]))
    with pytest.raises(CourseError, match="empty"):
        bits_per_byte(bigram, Bytes(), "")
    with pytest.raises(ValueError, match="stride 9"):
        token_losses(bigram, torch.tensor([1, 2, 3]), stride=9)
