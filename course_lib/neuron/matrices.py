"""A layer as one matrix product over a whole batch: its first weights, networks of such layers, and their collapse.

The same neurons as in `layers`, packed: each neuron is a row of `weight`, each example a row of `features`, and torch
keeps the slopes.
"""

import math
from collections.abc import Sequence

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor, nn

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "none": lambda scores: scores}
"""Name → what the neurons of a layer do to their scores."""

GAINS = {"relu": math.sqrt(2.0), "tanh": 1.0, "sigmoid": 1.0, "none": 1.0}
"""Name → how many times larger first weights should be than 1/√n_inputs: a ReLU throws half of its scores away."""

Pair = tuple[Tensor, Tensor]


def apply_layer(
    features: Float[Tensor, "*batch feature"], weight: Float[Tensor, "unit feature"], bias: Float[Tensor, "unit"]
) -> Float[Tensor, "*batch unit"]:
    """The scores of all neurons for all examples: every row of features meets every row of weights.

    Args:
        features: A row per example; there may be more axes before the last, or none.
        weight: A row per neuron.
        bias: A number per neuron, added to its scores.

    Returns:
        A row per example, with a score per neuron.

    Raises:
        ValueError: If the rows have different lengths, or there is not one bias per neuron.

    Example:
        >>> weight, bias = torch.tensor([[2.0, -1.0], [0.0, 1.0]]), torch.tensor([0.5, 0.0])
        >>> apply_layer(torch.tensor([[3.0, 4.0]]), weight, bias).tolist()         # 2 × 3 − 4 + 0.5 and 4
        [[2.5, 4.0]]
    """
    _check_pair(weight, bias)
    if features.ndim == 0 or features.shape[-1] != weight.shape[1]:
        found = "no axis" if features.ndim == 0 else f"{features.shape[-1]} features per example"
        raise ValueError(
            f"there are {found}, the neurons have {weight.shape[1]} weights each: is something transposed?"
        )
    return einsum(features, weight, "... feature, unit feature -> ... unit") + bias


def _check_pair(weight: Tensor, bias: Tensor) -> None:
    if weight.ndim != 2 or bias.shape != weight.shape[:1]:
        raise ValueError(
            f"weight has shape {tuple(weight.shape)} and bias {tuple(bias.shape)}: "
            "a row of weights and one bias per neuron are wanted"
        )


def draw_weights(
    n_inputs: int, n_units: int, gain: float | int = 1.0, generator: torch.Generator | None = None
) -> Float[Tensor, "unit feature"]:
    """First weights that keep the size of what passes through: normal, standard deviation gain / √n_inputs.

    A score is a sum of `n_inputs` independent terms, and their variances add. Divided so, the sum has the variance of
    one input, times gain².

    Args:
        n_inputs: Features that each neuron reads.
        n_units: Neurons.
        gain: 1 where outputs should vary as much as inputs; √2 before a ReLU, which halves the mean square.
        generator: Where the weights come from; give a seeded one to repeat a run.

    Returns:
        A row per neuron.

    Raises:
        ValueError: If there is no input or no neuron, or the gain is negative or no number.

    Example:
        >>> draw_weights(100, 50, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([50, 100])

    Source: Glorot & Bengio 2010, section 4.2.1; the gain of √2: He et al. 2015, equation 10, arXiv 1502.01852.
    """
    if n_inputs < 1 or n_units < 1:
        raise ValueError(f"n_inputs is {n_inputs} and n_units {n_units}: a layer needs at least 1 of each")
    if not 0 <= gain < math.inf:
        raise ValueError(f"gain is {gain}: it must be 0 or more, and finite")
    return torch.randn(n_units, n_inputs, generator=generator) * (gain / math.sqrt(n_inputs))


class Linear(nn.Module):
    """A layer without activation, trainable: `weight` with a row per neuron, `bias` with a number per neuron.

    Args:
        n_inputs: Features that each neuron reads.
        n_units: Neurons.
        gain: Size of the first weights, in units of 1/√n_inputs.
        generator: Where the first weights come from. The bias starts at 0.

    Example:
        >>> layer = Linear(2, 3)
        >>> layer(torch.zeros(5, 2)).shape, layer.bias.tolist()
        (torch.Size([5, 3]), [0.0, 0.0, 0.0])
    """

    def __init__(
        self, n_inputs: int, n_units: int, gain: float | int = 1.0, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(draw_weights(n_inputs, n_units, gain, generator))
        self.bias = nn.Parameter(torch.zeros(n_units))

    def forward(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch unit"]:
        """Scores of all neurons for all examples."""
        return apply_layer(features, self.weight, self.bias)


class BatchMLP(nn.Module):
    """Layers one after the other, for a whole batch at once: the tensor form of `MLP`.

    Args:
        n_inputs: Features of an example.
        n_units: Neurons per layer, the last number being the outputs, which have no activation.
        hidden: Activation of all layers but the last: `relu`, `tanh`, `sigmoid` or `none`.
        gain: Size of the first weights of all layers but the last, in units of 1/√n_inputs; what suits the activation
            (`GAINS`) if not given. The last layer's is 1.
        generator: Where the first weights come from.

    Raises:
        ValueError: If there is no layer, an empty layer, or an unknown activation.

    Example:
        2 inputs, 8 hidden neurons, 1 output: 8 × (2 + 1) + 1 × (8 + 1) parameters.

        >>> network = BatchMLP(2, [8, 1])
        >>> network(torch.zeros(5, 2)).shape, sum(p.numel() for p in network.parameters())
        (torch.Size([5, 1]), 33)
    """

    def __init__(
        self,
        n_inputs: int,
        n_units: Sequence[int],
        hidden: str = "relu",
        gain: float | int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not n_units:
            raise ValueError("n_units is empty: a network needs at least one layer")
        if hidden not in ACTIVATIONS:
            raise ValueError(f"hidden is {hidden!r}: choose one of {', '.join(ACTIVATIONS)}")
        gains = [GAINS[hidden] if gain is None else gain] * (len(n_units) - 1) + [1.0]
        reads = [n_inputs, *n_units[:-1]]
        made = [Linear(*sizes, generator) for sizes in zip(reads, n_units, gains, strict=True)]
        self.layers = nn.ModuleList(made)
        self.hidden = hidden

    def activations(self, features: Float[Tensor, "*batch feature"]) -> list[Tensor]:
        """What every layer hands on, the first layer's first; the last entry is the output.

        Args:
            features: A row per example.
        """
        handed_on = []
        for place, layer in enumerate(self.layers, 1):
            features = layer(features)
            if place < len(self.layers):
                features = ACTIVATIONS[self.hidden](features)
            handed_on.append(features)
        return handed_on

    def forward(self, features: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch unit"]:
        """The outputs of the last layer."""
        return self.activations(features)[-1]


def collapse(layers: Sequence[Pair]) -> Pair:
    """The one layer that gives what several without activation give, one after the other.

    Two layers give W₂ (W₁ x + b₁) + b₂ = (W₂ W₁) x + (W₂ b₁ + b₂): again a weight and a bias.

    Args:
        layers: Weight (a row per neuron) and bias of each, in the order in which they are applied.

    Returns:
        Weight and bias of the one layer.

    Raises:
        ValueError: If there is no layer, or one reads another number of inputs than the one before it hands on.

    Example:
        >>> double, add_one = (torch.tensor([[2.0]]), torch.tensor([0.0])), (torch.tensor([[1.0]]), torch.tensor([1.0]))
        >>> [part.tolist() for part in collapse([add_one, double])]                # 2 (x + 1) = 2 x + 2
        [[[2.0]], [2.0]]
    """
    if not layers:
        raise ValueError("there is no layer to collapse")
    for pair in layers:
        _check_pair(*pair)
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        if next_weight.shape[1] != weight.shape[0]:
            raise ValueError(f"a layer hands on {weight.shape[0]} numbers, the next reads {next_weight.shape[1]}")
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight, bias
