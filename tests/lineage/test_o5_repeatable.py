"""O5 by itself: the luck is given, so a batch of one and of eight draw the same; what is refused; a run."""

import pytest
import torch

from course_lib.lineage.experiments.o5_repeatable import EXPERIMENT, measure, write
from course_lib.transformer import GPT, GPTConfig


def test_texts_do_not_depend_on_the_size_of_the_batch():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=20, context_length=16, n_layers=1, n_heads=2, d_model=8)).double().eval()
    prompts, spins = torch.randint(20, (5, 3)), torch.rand(5, 6)
    alone, first = write(model, prompts, spins, 1.0, 1)
    together, again = write(model, prompts, spins, 1.0, 4)
    assert alone == together
    torch.testing.assert_close(first, again)
    assert [len(text) for text in alone] == [6] * 5


def test_greedy_needs_no_luck():
    torch.manual_seed(0)
    model = GPT(GPTConfig(vocab_size=20, context_length=16, n_layers=1, n_heads=2, d_model=8)).eval()
    prompts = torch.randint(20, (3, 2))
    assert write(model, prompts, torch.rand(3, 4), 0.0, 3)[0] == write(model, prompts, torch.rand(3, 4), 0.0, 3)[0]


def test_a_run_of_the_smallest_rung():
    nothing, neighbours = EXPERIMENT.run(0, "small")
    assert (nothing["same"], nothing["largest_change"]) == (1.0, 0.0)
    assert neighbours["largest_change"] < 1e-3


def test_an_unknown_change_is_refused():
    with pytest.raises(ValueError, match="choose from nothing, neighbours"):
        measure(0, change="weather", model="base", temperature=0.0, n_texts=1, n_tokens=1)
