"""A tokenizer and models so small that they learn in seconds."""

import pytest
import torch

from course_lib.lineage.base import SPECIAL_TOKENS
from course_lib.text import BPETokenizer
from course_lib.transformer import GPT, GPTConfig


@pytest.fixture(autouse=True)
def one_thread():
    """Small products run faster alone."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def tokenizer() -> BPETokenizer:
    """Bytes, a few merges, and the lineage's special tokens."""
    text = "Where does Ada live? Ada lives in Ashby. I don't know. " * 3
    return BPETokenizer.train(text, vocab_size=300, special_tokens=SPECIAL_TOKENS)


@pytest.fixture
def model(tokenizer) -> GPT:
    """A GPT of two small layers, freshly drawn, whose attention patterns are not all flat."""
    torch.manual_seed(0)
    config = GPTConfig(vocab_size=tokenizer.vocab_size, context_length=64, n_layers=2, n_heads=2, d_model=32)
    model = GPT(config).eval()
    for parameter in model.parameters():
        parameter.data.mul_(4 if parameter.ndim > 1 else 1)
    return model
