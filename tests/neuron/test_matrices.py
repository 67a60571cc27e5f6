"""A layer of rows computes what its neurons do one by one, and what torch does; a stack without bends is one layer."""

import inspect
import math
import random
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.neuron import MLP, BatchMLP, apply_layer, collapse, draw_spiral, draw_weights

size = st.integers(1, 6)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_by_hand_two_examples_two_neurons():
    """Neuron 0: 2 x − y + 0.5; neuron 1: y."""
    weight, bias = torch.tensor([[2.0, -1.0], [0.0, 1.0]]), torch.tensor([0.5, 0.0])
    scores = apply_layer(torch.tensor([[3.0, 4.0], [0.0, 1.0]]), weight, bias)
    assert scores.tolist() == [[2.5, 4.0], [-0.5, 1.0]]
    assert apply_layer(torch.tensor([3.0, 4.0]), weight, bias).tolist() == [2.5, 4.0]


@settings(max_examples=12, deadline=None)
@given(size, size, size, size)
def test_parity_with_torch_gradients_too(n_batches, n_examples, n_features, n_units):
    inputs = drawn(n_batches, n_examples, n_features), drawn(n_units, n_features, seed=1), drawn(n_units, seed=2)
    for tensor in inputs:
        tensor.requires_grad_()
    ours, theirs = apply_layer(*inputs), F.linear(*inputs)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    direction = drawn(*ours.shape, seed=3)
    for one, other in zip(
        torch.autograd.grad((ours * direction).sum(), inputs),
        torch.autograd.grad((theirs * direction).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 4), min_size=1, max_size=3), st.sampled_from(["tanh", "relu"]))
def test_a_network_is_the_scalar_engines_row_by_row(seed, n_units, hidden):
    """The same weights in `MLP`, one neuron and one example at a time, with its own backward walk."""
    scalar = MLP(2, n_units, hidden=hidden, generator=random.Random(seed))
    packed = BatchMLP(2, n_units, hidden=hidden).double()
    with torch.no_grad():
        for ours, layer in zip(packed.layers, scalar.layers, strict=True):
            ours.weight.copy_(torch.tensor([[w.number for w in neuron.weights] for neuron in layer.neurons]).double())
            ours.bias.copy_(torch.tensor([neuron.bias.number for neuron in layer.neurons]).double())
            for neuron, row in zip(layer.neurons, ours.weight.tolist(), strict=True):
                for weight, number in zip(neuron.weights, row, strict=True):
                    weight.number = number
    examples = [[0.5, -1.5], [2.0, 0.25], [-1.0, 1.0]]
    outputs = packed(torch.tensor(examples, dtype=torch.float64))
    one_by_one = [scalar(example) for example in examples]
    numbers = torch.tensor([[value.number for value in row] for row in one_by_one], dtype=torch.float64)
    torch.testing.assert_close(outputs, numbers, rtol=0, atol=1e-12)
    outputs.sum().backward()
    sum(value for row in one_by_one for value in row).backward()
    slopes = [parameter.gradient for layer in scalar.layers for neuron in layer.neurons for parameter in neuron.weights]
    ours = torch.cat([layer.weight.grad.flatten() for layer in packed.layers])
    torch.testing.assert_close(ours, torch.tensor(slopes, dtype=torch.float64), rtol=0, atol=1e-12)


def test_collapse_by_hand():
    """First 2 x + 1, then −3 y + 4: −6 x + 1."""
    layers = [(torch.tensor([[2.0]]), torch.tensor([1.0])), (torch.tensor([[-3.0]]), torch.tensor([4.0]))]
    assert [part.tolist() for part in collapse(layers)] == [[[-6.0]], [1.0]]
    assert [part.tolist() for part in collapse(layers[::-1])] == [[[-6.0]], [9.0]]


@settings(max_examples=20, deadline=None)
@given(st.lists(size, min_size=2, max_size=6))
def test_collapse_is_the_stack(widths):
    layers = [(drawn(after, before, seed=i), drawn(after, seed=50 + i))
              for i, (before, after) in enumerate(pairwise(widths))]  # fmt: skip
    features = drawn(7, widths[0], seed=99)
    stacked = features
    for layer in layers:
        stacked = F.linear(stacked, *layer)
    weight, bias = collapse(layers)
    torch.testing.assert_close(F.linear(features, weight, bias), stacked, rtol=1e-10, atol=1e-10)
    assert torch.linalg.matrix_rank(weight) <= min(widths)  # no more than the narrowest layer lets through


def test_first_weights_keep_the_variance():
    weights = draw_weights(400, 500, generator=torch.Generator().manual_seed(1))
    assert weights.std().item() == pytest.approx(1 / math.sqrt(400), rel=0.02)
    assert weights.mean().item() == pytest.approx(0, abs=0.001)
    scores = drawn(200, 400).float() @ weights.T
    assert scores.var().item() == pytest.approx(1, rel=0.05)
    assert draw_weights(3, 2, gain=0).count_nonzero() == 0


@pytest.mark.parametrize(("hidden", "low", "high"), [("relu", 0.4, 2.0), ("none", 0.5, 1.5), ("tanh", 0.1, 0.4)])
def test_use_numbers_keep_their_size_through_30_layers(hidden, low, high):
    network = BatchMLP(256, [256] * 30, hidden=hidden, generator=torch.Generator().manual_seed(0))
    sizes = [numbers.pow(2).mean().sqrt().item() for numbers in network.activations(drawn(64, 256).float())]
    assert low < sizes[-2] < high
    tiny = BatchMLP(256, [256] * 30, hidden=hidden, gain=0.5, generator=torch.Generator().manual_seed(0))
    assert tiny.activations(drawn(64, 256).float())[-2].abs().max() < 1e-6


def test_first_weights_are_those_of_he_et_al():
    """torch's kaiming_normal_ draws with the same standard deviation."""
    theirs = torch.empty(500, 400)
    torch.nn.init.kaiming_normal_(theirs, nonlinearity="relu", generator=torch.Generator().manual_seed(3))
    ours = draw_weights(400, 500, gain=2**0.5, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def right_after_training(hidden, n_layers, steps=250):
    features, labels = draw_spiral(200, seed=0, turns=0.9)
    network = BatchMLP(2, [16] * n_layers + [1], hidden=hidden, generator=torch.Generator().manual_seed(0))
    for _ in range(steps):
        loss = (network(features)[:, 0] - labels).pow(2).mean()
        gradients = torch.autograd.grad(loss, list(network.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(network.parameters(), gradients, strict=True):
                parameter -= 0.1 * gradient
    return ((network(features)[:, 0] > 0.5) == labels.bool()).float().mean().item()


def test_use_it_learns_a_spiral_and_only_with_bends():
    assert right_after_training("relu", 3) > 0.9
    assert right_after_training("none", 3) < 0.85


def test_generators_repeat_a_network():
    one, two = (BatchMLP(2, [4, 1], generator=torch.Generator().manual_seed(5)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: draw_weights(0, 3), "at least 1 of each"),
        (lambda: draw_weights(3, 0), "at least 1 of each"),
        (lambda: draw_weights(3, 3, gain=-1), "must be 0 or more"),
        (lambda: draw_weights(3, 3, gain=math.nan), "must be 0 or more"),
        (lambda: BatchMLP(2, []), "at least one layer"),
        (lambda: BatchMLP(2, [3, 0]), "at least 1 of each"),
        (lambda: BatchMLP(2, [1], hidden="swish"), "choose one of"),
        (lambda: collapse([]), "no layer to collapse"),
        (lambda: collapse([(torch.zeros(3, 2), torch.zeros(3))] * 2), "hands on 3 numbers, the next reads 2"),
        (lambda: collapse([(torch.zeros(3, 2), torch.zeros(2))]), "one bias per neuron"),
    ],
)
def test_what_cannot_be_says_why(build, says):
    with pytest.raises(ValueError, match=says):
        build()


def test_shapes_that_do_not_meet_say_so_without_the_checker():
    bare = inspect.unwrap(apply_layer)
    with pytest.raises(ValueError, match="2 features per example, the neurons have 3 weights each: is something"):
        bare(torch.zeros(4, 2), torch.zeros(5, 3), torch.zeros(5))
    with pytest.raises(ValueError, match="one bias per neuron"):
        bare(torch.zeros(4, 3), torch.zeros(5, 3), torch.zeros(3))
    with pytest.raises(ValueError, match="no axis"):
        bare(torch.tensor(1.0), torch.zeros(5, 3), torch.zeros(5))
