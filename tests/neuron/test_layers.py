"""Neurons, layers and networks compute what torch's do, and learn."""

import random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.neuron import MLP, Layer, Neuron, Value

XOR = [((0.0, 0.0), 0), ((0.0, 1.0), 1), ((1.0, 0.0), 1), ((1.0, 1.0), 0)]


def test_by_hand_neuron():
    neuron = Neuron(2, activation="none")
    neuron.weights, neuron.bias = [Value(2.0), Value(-10.0)], Value(5.0)
    assert neuron([8.0, 3.0]).number == -9.0


def test_first_weights_are_small_seeded_and_the_bias_is_zero():
    one, two = (Neuron(4, generator=random.Random(3)) for _ in range(2))
    assert [weight.number for weight in one.weights] == [weight.number for weight in two.weights]
    assert all(abs(weight.number) <= 0.5 for weight in one.weights)
    assert one.bias.number == 0.0


def as_torch(network):
    """The same network in torch, float64."""
    modules = []
    for layer in network.layers:
        linear = torch.nn.Linear(len(layer.neurons[0].weights), len(layer.neurons), dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor([[w.number for w in neuron.weights] for neuron in layer.neurons]))
            linear.bias.copy_(torch.tensor([neuron.bias.number for neuron in layer.neurons]))
        activation = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
        modules += [linear, activation.get(layer.neurons[0].activation, torch.nn.Identity)()]
    return torch.nn.Sequential(*modules)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.sampled_from(["sigmoid", "tanh", "relu", "none"]),
    st.lists(st.floats(-2, 2), min_size=1, max_size=3),
)
def test_networks_match_torch(seed, n_units, hidden, features):
    torch.set_default_dtype(torch.float64)
    try:
        network = MLP(len(features), n_units, hidden=hidden, output="sigmoid", generator=random.Random(seed))
        twin = as_torch(network)
        ours, theirs = sum(network(features)), twin(torch.tensor(features)).sum()
        ours.backward()
        theirs.backward()
    finally:
        torch.set_default_dtype(torch.float32)
    assert ours.number == pytest.approx(theirs.item(), abs=1e-12)
    for layer, linear in zip(network.layers, twin[::2], strict=True):
        for neuron, weights, bias in zip(layer.neurons, linear.weight.grad, linear.bias.grad, strict=True):
            assert [w.gradient for w in neuron.weights] == pytest.approx(weights.tolist(), abs=1e-12)
            assert neuron.bias.gradient == pytest.approx(bias.item(), abs=1e-12)


def train(network, steps, learning_rate):
    """Gradient descent on the squared error over the four XOR points; returns the last loss."""
    for _ in range(steps):
        loss = sum((network(features)[0] - label) ** 2 for features, label in XOR) / 4
        for parameter in network.parameters():
            parameter.gradient = 0.0
        loss.backward()
        for parameter in network.parameters():
            parameter.number -= learning_rate * parameter.gradient
    return loss.number


def n_right(network):
    return sum((network(features)[0].number > 0.5) == label for features, label in XOR)


def test_use_three_neurons_learn_xor():
    network = MLP(2, [2, 1], hidden="tanh", output="sigmoid", generator=random.Random(1))
    assert train(network, steps=400, learning_rate=2.0) < 0.02
    assert n_right(network) == 4


@pytest.mark.parametrize("seed", range(3))
def test_use_one_neuron_does_not_learn_xor(seed):
    network = MLP(2, [1], output="sigmoid", generator=random.Random(seed))
    assert train(network, steps=200, learning_rate=2.0) > 0.2
    assert n_right(network) <= 3


@pytest.mark.parametrize(
    ("build", "error", "says"),
    [
        (lambda: Neuron(0), ValueError, "at least 1 input"),
        (lambda: Neuron(2, activation="swish"), ValueError, "choose one of"),
        (lambda: Layer(2, 0), ValueError, "at least 1 neuron"),
        (lambda: MLP(2, []), ValueError, "at least one layer"),
        (lambda: Neuron(2)([1.0, 2.0, 3.0]), CourseError, "got 3 features, it has weights for 2"),
    ],
)
def test_what_cannot_be_built_says_why(build, error, says):
    with pytest.raises(error, match=says):
        build()
