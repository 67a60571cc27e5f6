"""A neuron, a layer of neurons side by side, and layers one after the other."""

import math
import random
from collections.abc import Callable, Sequence

from course_lib.common.errors import CourseError
from course_lib.neuron.value import Number, Value, as_value

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "sigmoid": Value.sigmoid,
    "tanh": Value.tanh,
    "relu": Value.relu,
    "none": lambda score: score,
}
"""Name → what a neuron does to its weighted sum."""


class Neuron:
    """A weighted sum of the inputs, a bias, and an activation.

    Weights start at random, drawn evenly from ±1/√n_inputs so that the sum has a similar size however many inputs there
    are; the bias starts at 0.

    Args:
        n_inputs: How many features it reads.
        activation: `sigmoid`, `tanh`, `relu`, or `none` for the bare score.
        generator: Where the first weights come from; give a seeded one to repeat a run.

    Raises:
        ValueError: If the activation is unknown or there is no input.

    Example:
        >>> neuron = Neuron(2, activation="relu")
        >>> neuron.weights, neuron.bias = [Value(2.0), Value(-1.0)], Value(0.5)
        >>> neuron([3.0, 4.0]).number            # 2 × 3 − 1 × 4 + 0.5
        2.5
    """

    def __init__(self, n_inputs: int, activation: str = "sigmoid", generator: random.Random | None = None) -> None:
        if n_inputs < 1:
            raise ValueError(f"n_inputs is {n_inputs}: a neuron needs at least 1 input")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}: choose one of {', '.join(ACTIVATIONS)}")
        draw = (generator or random.Random()).uniform
        reach = 1.0 / math.sqrt(n_inputs)
        self.weights = [Value(draw(-reach, reach)) for _ in range(n_inputs)]
        self.bias = Value(0.0)
        self.activation = activation

    def __call__(self, features: Sequence[Value | Number]) -> Value:
        """The neuron's output for one example."""
        if len(features) != len(self.weights):
            raise CourseError(f"the neuron got {len(features)} features, it has weights for {len(self.weights)}")
        score = self.bias
        for weight, feature in zip(self.weights, features, strict=True):
            score = score + weight * as_value(feature)
        return ACTIVATIONS[self.activation](score)

    def parameters(self) -> list[Value]:
        """Everything that training may change: the weights, then the bias."""
        return [*self.weights, self.bias]


class Layer:
    """Neurons side by side: all read the same inputs, each has its own weights.

    Args:
        n_inputs: How many features each reads.
        n_units: How many neurons there are.
        activation: Their activation.
        generator: Where the first weights come from.

    Example:
        >>> len(Layer(2, 3)([0.5, -1.0]))
        3
    """

    def __init__(
        self,
        n_inputs: int,
        n_units: int,
        activation: str = "sigmoid",
        generator: random.Random | None = None,
    ) -> None:
        if n_units < 1:
            raise ValueError(f"n_units is {n_units}: a layer needs at least 1 neuron")
        self.neurons = [Neuron(n_inputs, activation, generator) for _ in range(n_units)]

    def __call__(self, features: Sequence[Value | Number]) -> list[Value]:
        """The outputs of its neurons, in order."""
        return [neuron(features) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        """The parameters of its neurons, in order."""
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]


class MLP:
    """Layers one after the other, each reading the outputs of the one before: a multi-layer perceptron.

    Args:
        n_inputs: How many features the first layer reads.
        n_units: Neurons per layer, the last number being the outputs.
        hidden: str of all layers but the last.
        output: str of the last layer.
        generator: Where the first weights come from.

    Example:
        >>> network = MLP(2, [2, 1], hidden="tanh", output="sigmoid")     # 2 inputs, 2 hidden neurons, 1 output
        >>> len(network([0.0, 1.0])), len(network.parameters())           # 2 × (2 + 1) + 1 × (2 + 1) = 9
        (1, 9)
    """

    def __init__(
        self,
        n_inputs: int,
        n_units: Sequence[int],
        hidden: str = "tanh",
        output: str = "none",
        generator: random.Random | None = None,
    ) -> None:
        if not n_units:
            raise ValueError("n_units is empty: a network needs at least one layer")
        widths = [n_inputs, *n_units]
        activations = [hidden] * (len(n_units) - 1) + [output]
        self.layers = [
            Layer(reads, units, activation, generator)
            for reads, units, activation in zip(widths, n_units, activations, strict=False)
        ]

    def __call__(self, features: Sequence[Value | Number]) -> list[Value]:
        """The outputs of the last layer for one example."""
        for layer in self.layers:
            features = layer(features)
        return list(features)

    def parameters(self) -> list[Value]:
        """The parameters of all layers, in order."""
        return [parameter for layer in self.layers for parameter in layer.parameters()]
