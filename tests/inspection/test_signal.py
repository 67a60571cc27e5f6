"""What is measured in a stack is its stream and its gradient, and a start without a gain keeps sizes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.inspection import signal_through, start_evenly
from course_lib.transformer import GPT, GPTConfig, Parts, arranged

CONFIG = GPTConfig(
    vocab_size=9, context_length=8, n_layers=3, n_heads=1, d_model=4, positions="none", attention="naive",
    tied_head=False,
)  # fmt: skip
TEXTS = torch.tensor([[1, 2, 3, 1], [4, 5, 6, 7]])


class Doubling(nn.Module):
    """A block that doubles the stream."""

    def forward(self, residual, _context):
        return 2 * residual


def test_by_hand_in_a_stack_that_doubles():
    torch.manual_seed(0)
    model = GPT(CONFIG, Parts(block=lambda *_: Doubling()))
    signal = signal_through(model, TEXTS)
    for lower, higher in zip(signal.size, signal.size[1:], strict=False):
        assert higher == pytest.approx(2 * lower)
    assert signal.gradient == pytest.approx([8.0, 4.0, 2.0, 1.0])
    assert signal.likeness == pytest.approx([signal.likeness[0]] * 4, abs=1e-6)


def test_the_gradient_is_autograds():
    torch.manual_seed(0)
    model = GPT(CONFIG).double()
    signal = signal_through(model, TEXTS)
    assert len(signal.size) == len(signal.gradient) == len(signal.likeness) == 4
    streams = [model.token_embedding(TEXTS)]
    context = model.context(torch.arange(4)[None])
    for block in model.blocks:
        streams.append(block(streams[-1], context))
    logits = model.head(model.final_norm(streams[-1]))
    loss = nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), TEXTS[:, 1:].flatten())
    gradients = [gradient.norm() for gradient in torch.autograd.grad(loss, streams)]
    assert signal.gradient == pytest.approx([(gradient / gradients[-1]).item() for gradient in gradients])
    assert signal.size == pytest.approx([stream.square().mean().sqrt().item() for stream in streams])
    assert not any(block._forward_hooks for block in model.blocks)
    assert all(weights.grad is None for weights in model.parameters())


def test_likeness_is_1_where_all_tokens_are_one():
    class Same(nn.Module):
        def forward(self, residual, _context):
            return torch.ones_like(residual) + 0 * residual

    signal = signal_through(GPT(CONFIG, Parts(block=lambda *_: Same())), TEXTS)
    assert signal.likeness[0] < 0.9
    assert signal.likeness[1:] == pytest.approx([1.0] * 3)


@settings(max_examples=10, deadline=None)
@given(gain=st.floats(0.1, 5), width=st.sampled_from([64, 200]))
def test_a_matrix_multiplies_sizes_by_the_gain(gain, width):
    torch.manual_seed(0)
    layer = start_evenly(nn.Linear(width, 400), gain)
    features = torch.randn(200, width)
    assert (layer(features).norm() / features.norm()).item() * (width / 400) ** 0.5 == pytest.approx(gain, rel=0.1)
    assert not layer.bias.any()


def test_what_writes_to_the_stream_may_start_smaller():
    torch.manual_seed(0)
    model = start_evenly(GPT(GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=64)), 1.0, 0.1)
    block = model.blocks[0]
    ratio = block.attention.o_proj.weight.std() / block.attention.q_proj.weight.std()
    assert ratio.item() == pytest.approx(0.1, rel=0.1)
    assert model.head.weight.std().item() == pytest.approx(1.0, rel=0.1), "a tied head is the embedding"


def test_pre_norm_grows_slowly_and_a_plain_stack_dies():
    sizes = {}
    for arrangement in ("neither", "pre-norm"):
        torch.manual_seed(0)
        model = start_evenly(GPT(CONFIG, Parts(block=arranged(arrangement)))).double()
        sizes[arrangement] = signal_through(model, TEXTS).size
    assert sizes["neither"][-1] < 0.1 * sizes["neither"][0]
    assert sizes["pre-norm"][-1] > sizes["pre-norm"][0]


@pytest.mark.parametrize("factors", [(0.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0), (1.0, 0.0)])
def test_a_gain_that_is_no_gain_is_refused(factors):
    with pytest.raises(ValueError, match="must be above 0"):
        start_evenly(nn.Linear(2, 2), *factors)


@pytest.mark.parametrize("token_ids", [torch.tensor([[1]]), torch.tensor([[3, 3], [4, 4]])])
def test_texts_without_two_tokens_are_refused(token_ids):
    with pytest.raises(ValueError, match="two different ones are needed"):
        signal_through(GPT(CONFIG), token_ids)
