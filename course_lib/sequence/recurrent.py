"""Recurrent networks: a state that is carried from token to token, plain (RNN) or behind gates (LSTM)."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def rnn_step(
    features: Float[Tensor, "*batch feature"],
    state: Float[Tensor, "*batch unit"],
    input_weights: Float[Tensor, "unit feature"],
    state_weights: Float[Tensor, "unit unit"],
    bias: Float[Tensor, "unit"],
) -> Float[Tensor, "*batch unit"]:
    """Read one token: the new state is tanh of a weighted sum of the token's features and of the old state.

    Args:
        features: What stands at this place.
        state: What was kept from all places before it.
        input_weights: A row for each unit of the state.
        state_weights: How each unit hears every unit of the old state.
        bias: One number a unit.

    Returns:
        The new state, between −1 and 1.

    Raises:
        ValueError: Two shapes do not fit each other.

    Example:
        A state of one unit: tanh(2 · 0.5 + 3 · 0 + 0) = tanh 1.

        >>> weights = torch.tensor([[2.0]]), torch.tensor([[3.0]]), torch.tensor([0.0])
        >>> rnn_step(torch.tensor([0.5]), torch.tensor([0.0]), *weights)
        tensor([0.7616])

    Source: Elman 1990, Finding structure in time; in this form `torch.nn.RNN`.
    """
    _check_weights(features, state, input_weights, state_weights, bias, n_sums=1)
    return torch.tanh(F.linear(features, input_weights, bias) + F.linear(state, state_weights))


def lstm_step(
    features: Float[Tensor, "*batch feature"],
    state: Float[Tensor, "*batch unit"],
    cell: Float[Tensor, "*batch unit"],
    input_weights: Float[Tensor, "4*unit feature"],
    state_weights: Float[Tensor, "4*unit unit"],
    bias: Float[Tensor, "4*unit"],
) -> tuple[Float[Tensor, "*batch unit"], Float[Tensor, "*batch unit"]]:
    """Read one token: keep a share of the cell, add a share of what is new, show a share of the result.

    Args:
        features: What stands at this place.
        state: What was shown at the place before it.
        cell: What is kept behind the gates.
        input_weights, state_weights, bias: Four blocks of rows: input gate, forget gate, candidate, output gate.

    Returns:
        The new state and the new cell.

    Raises:
        ValueError: Two shapes do not fit each other.

    Example:
        With weights 0 every gate is half open and the candidate is 0: half of the cell is left.

        >>> zeros = torch.zeros(4, 1), torch.zeros(4, 1), torch.zeros(4)
        >>> state, cell = lstm_step(torch.ones(1), torch.zeros(1), torch.tensor([2.0]), *zeros)
        >>> cell
        tensor([1.])

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory; the forget gate: Gers, Schmidhuber & Cummins 2000.
    """
    _check_weights(features, state, input_weights, state_weights, bias, n_sums=4)
    sums = F.linear(features, input_weights, bias) + F.linear(state, state_weights)
    let_in, keep, candidate, show = sums.chunk(4, dim=-1)
    cell = torch.sigmoid(keep) * cell + torch.sigmoid(let_in) * torch.tanh(candidate)
    return torch.sigmoid(show) * torch.tanh(cell), cell


class RNN(nn.Module):
    """A plain recurrent layer: the same step at every place, each waiting for the one before.

    Args:
        d_input: Features of a token.
        d_state: Units of the state.
        gain: What the state's weights begin as: this multiple of a random rotation. None: small uniform numbers, as in
            `torch.nn.RNN`.
        step: Computes the new state; yours may take the place of `rnn_step`.

    Raises:
        ValueError: A size is not positive, or the gain is negative.

    Example:
        >>> outputs, state = RNN(3, 5)(torch.zeros(2, 4, 3))
        >>> outputs.shape, state.shape                    # batch, token, unit; batch, unit
        (torch.Size([2, 4, 5]), torch.Size([2, 5]))

    Source: Elman 1990; rotations to begin with: Saxe, McClelland & Ganguli 2013, arXiv 1312.6120.
    """

    def __init__(self, d_input: int, d_state: int, *, gain: float | None = None, step: Callable = rnn_step) -> None:
        super().__init__()
        _add_weights(self, d_input, d_state, n_sums=1)
        self.step = step
        if gain is not None:
            if not gain >= 0:
                raise ValueError(f"gain is {gain}: it is a length, 0 or more")
            nn.init.orthogonal_(self.state_weights, gain=gain)

    def forward(
        self, features: Float[Tensor, "batch token feature"], state: Float[Tensor, "batch unit"] | None = None
    ) -> tuple[Float[Tensor, "batch token unit"], Float[Tensor, "batch unit"]]:
        """Read a sequence.

        Args:
            features: The tokens, in reading order.
            state: Where an earlier sequence ended; None: zeros.

        Returns:
            The state after every token, and the last of these.

        Raises:
            ValueError: There is no token, a number is not finite, or a shape does not fit.
        """
        _check_features(features, self.d_input)
        state = features.new_zeros(len(features), self.d_state) if state is None else state
        states = []
        for token in features.unbind(dim=1):
            state = self.step(token, state, self.input_weights, self.state_weights, self.bias)
            states.append(state)
        return torch.stack(states, dim=1), state


class LSTM(nn.Module):
    """A recurrent layer whose memory, the cell, is added to and kept behind gates.

    Args:
        d_input: Features of a token.
        d_state: Units of the state, and of the cell.
        forget_bias: What the forget gates' bias begins as; above 0 they begin nearly open, so the cell is kept.
        step: Computes the new state and cell; yours may take the place of `lstm_step`.

    Raises:
        ValueError: A size is not positive.

    Example:
        >>> outputs, (state, cell) = LSTM(3, 5)(torch.zeros(2, 4, 3))
        >>> outputs.shape, state.shape, cell.shape
        (torch.Size([2, 4, 5]), torch.Size([2, 5]), torch.Size([2, 5]))

    Source: Hochreiter & Schmidhuber 1997; a forget bias of 1: Jozefowicz, Zaremba & Sutskever 2015.
    """

    def __init__(self, d_input: int, d_state: int, *, forget_bias: float = 1.0, step: Callable = lstm_step) -> None:
        super().__init__()
        _add_weights(self, d_input, d_state, n_sums=4)
        self.step = step
        nn.init.constant_(self.bias[d_state : 2 * d_state].detach(), forget_bias)

    def forward(
        self,
        features: Float[Tensor, "batch token feature"],
        memory: tuple[Float[Tensor, "batch unit"], Float[Tensor, "batch unit"]] | None = None,
    ) -> tuple[Float[Tensor, "batch token unit"], tuple[Float[Tensor, "batch unit"], Float[Tensor, "batch unit"]]]:
        """Read a sequence.

        Args:
            features: The tokens, in reading order.
            memory: State and cell where an earlier sequence ended; None: zeros.

        Returns:
            The state after every token, and the last state and cell.

        Raises:
            ValueError: There is no token, a number is not finite, or a shape does not fit.
        """
        _check_features(features, self.d_input)
        zeros = features.new_zeros(len(features), self.d_state)
        state, cell = (zeros, zeros) if memory is None else memory
        states = []
        for token in features.unbind(dim=1):
            state, cell = self.step(token, state, cell, self.input_weights, self.state_weights, self.bias)
            states.append(state)
        return torch.stack(states, dim=1), (state, cell)


def _add_weights(layer: nn.Module, d_input: int, d_state: int, n_sums: int) -> None:
    """Give a layer its weights, uniform within 1/√d_state as torch's."""
    for name, size in (("d_input", d_input), ("d_state", d_state)):
        if size < 1:
            raise ValueError(f"{name} is {size}: it counts numbers, 1 or more")
    layer.d_input, layer.d_state = d_input, d_state
    shapes = {"input_weights": (d_input,), "state_weights": (d_state,), "bias": ()}
    for name, columns in shapes.items():
        weights = torch.empty(n_sums * d_state, *columns).uniform_(-(d_state**-0.5), d_state**-0.5)
        setattr(layer, name, nn.Parameter(weights))


def _check_weights(
    features: Tensor, state: Tensor, input_weights: Tensor, state_weights: Tensor, bias: Tensor, n_sums: int
) -> None:
    """Refuse shapes that do not fit, in a line."""
    n_rows, d_input, d_state = n_sums * state.shape[-1], features.shape[-1], state.shape[-1]
    wanted = {"input_weights": (n_rows, d_input), "state_weights": (n_rows, d_state), "bias": (n_rows,)}
    for (name, shape), given in zip(wanted.items(), (input_weights, state_weights, bias), strict=True):
        if tuple(given.shape) != shape:
            raise ValueError(
                f"{name} has shape {tuple(given.shape)}: with {d_input} features and {d_state} units it must be {shape}"
            )


def _check_features(features: Tensor, d_input: int) -> None:
    """Refuse what is no sequence for this layer, in a line."""
    if features.ndim != 3 or features.shape[-1] != d_input or not features.shape[1]:
        raise ValueError(
            f"the features have shape {tuple(features.shape)}: batch, token (1 or more), {d_input} is wanted"
        )
    if not features.isfinite().all():
        raise ValueError("the features hold a NaN or an infinity, which a state would carry to every later token")
