"""A replaced part says what it is told to, where it is told to, and afterwards it speaks for itself again."""

import pytest
import torch

from course_lib.inspection import capture, replaced
from course_lib.transformer import GPT, GPTConfig

CONFIG = GPTConfig(vocab_size=11, context_length=16, n_layers=2, n_heads=2, d_model=8)
TEXTS = torch.tensor([[1, 5, 2, 7], [3, 3, 9, 0]])
PART = "blocks.0.feed_forward"


@pytest.fixture
def model() -> GPT:
    torch.manual_seed(0)
    return GPT(CONFIG)


def test_only_the_named_part_at_the_named_tokens_changes(model):
    where = torch.tensor([[False, True, False, False], [False, False, False, True]])
    with capture(model, [PART]) as before:
        model(TEXTS)
    mean = torch.arange(8.0)
    with replaced(model, [PART], where, by=[mean]), capture(model, [PART]) as after:
        model(TEXTS)
    assert (after[PART][where] == mean).all()
    torch.testing.assert_close(after[PART][~where], before[PART][~where])


def test_causality_what_is_replaced_changes_nothing_earlier(model):
    whole = model(TEXTS)
    with replaced(model, [PART], torch.tensor([[False, False, True, False]])):
        cut = model(TEXTS)
    torch.testing.assert_close(cut[:, :2], whole[:, :2])
    assert not torch.allclose(cut[:, 2:], whole[:, 2:])


def test_zero_everywhere_is_a_model_without_the_part(model):
    expected = GPT(CONFIG)
    expected.load_state_dict(model.state_dict())
    torch.nn.init.zeros_(expected.blocks[0].feed_forward.down_proj.weight)
    with replaced(model, [PART], torch.ones(1, 4, dtype=torch.bool)):
        torch.testing.assert_close(model(TEXTS), expected(TEXTS))


def test_the_model_is_left_as_it_was_even_after_an_error(model):
    whole = model(TEXTS)
    with pytest.raises(RuntimeError), replaced(model, [PART], torch.ones(1, 4, dtype=torch.bool)):
        raise RuntimeError
    torch.testing.assert_close(model(TEXTS), whole)
    assert not any(module._forward_hooks for module in model.modules())


def test_mistakes_are_told_in_a_line(model):
    everywhere = torch.ones(1, 4, dtype=torch.bool)
    with pytest.raises(ValueError, match=r"no sub-module 'blocks.9'"), replaced(model, ["blocks.9"], everywhere):
        pass
    with pytest.raises(ValueError, match="2 values for 1 names"), replaced(model, [PART], everywhere, by=[0.0, 1.0]):
        pass
