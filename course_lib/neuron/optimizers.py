"""Optimizers by hand: what a list of weights needs to be moved downhill step by step (`SGD`, `Adam`)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.neuron.steps import Number, adam_step, check_adam, check_rate, check_share, decay_weight, momentum_step


class SGD:
    """Gradient descent with momentum for a list of weights, which it changes in place.

    Args:
        weights: The tensors to move.
        learning_rate: May be changed between steps.
        momentum: Share of the velocity that is kept; 0 for plain descent.
        nesterov: See `momentum_step`.
        weight_decay: Strength of an L2 penalty: this share of each weight is added to its gradient.

    Raises:
        ValueError: There are no weights, or a number is out of range.

    Example:
        >>> weight = torch.tensor([1.0])
        >>> SGD([weight], learning_rate=0.1).step([torch.tensor([2.0])])
        >>> weight
        tensor([0.8000])
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        learning_rate: Number,
        momentum: Number = 0.0,
        nesterov: bool = False,
        weight_decay: Number = 0.0,
    ) -> None:
        _check_settings(weights, learning_rate, weight_decay)
        check_share("momentum", momentum)
        self.weights, self.learning_rate = list(weights), learning_rate
        self.momentum, self.nesterov, self.weight_decay = momentum, nesterov, weight_decay
        self.velocities = [torch.zeros_like(weight) for weight in weights]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor]) -> None:
        """Move every weight against its gradient."""
        _check_gradients(self.weights, gradients)
        for place, (weight, gradient) in enumerate(zip(self.weights, gradients, strict=True)):
            gradient = gradient + self.weight_decay * weight
            moved, self.velocities[place] = momentum_step(
                weight, gradient, self.velocities[place], self.learning_rate, self.momentum, self.nesterov
            )
            weight.copy_(moved)


class Adam:
    """Adam for a list of weights, which it changes in place; AdamW if its decay is decoupled.

    Args:
        weights: The tensors to move.
        learning_rate: May be changed between steps.
        betas: What the running means of gradient and square keep.
        epsilon: Added to the usual size of a gradient.
        weight_decay: Strength of the decay.
        decoupled: True shrinks the weights themselves (AdamW); False adds the decay to the gradient (L2).

    Raises:
        ValueError: There are no weights, or a number is out of range.

    Example:
        >>> weight = torch.tensor([1.0])
        >>> Adam([weight], learning_rate=0.1).step([torch.tensor([2000.0])])
        >>> weight
        tensor([0.9000])
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        learning_rate: Number,
        betas: tuple[Number, Number] = (0.9, 0.999),
        epsilon: Number = 1e-8,
        weight_decay: Number = 0.0,
        decoupled: bool = True,
    ) -> None:
        _check_settings(weights, learning_rate, weight_decay)
        check_adam(1, betas, epsilon)
        self.weights, self.learning_rate, self.betas, self.epsilon = list(weights), learning_rate, betas, epsilon
        self.weight_decay, self.decoupled, self.n_steps = weight_decay, decoupled, 0
        self.means = [torch.zeros_like(weight) for weight in weights]
        self.squares = [torch.zeros_like(weight) for weight in weights]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor]) -> None:
        """Move every weight by its gradient's running mean in units of its usual size."""
        _check_gradients(self.weights, gradients)
        self.n_steps += 1
        for place, (weight, gradient) in enumerate(zip(self.weights, gradients, strict=True)):
            start = decay_weight(weight, self.learning_rate, self.weight_decay) if self.decoupled else weight
            gradient = gradient if self.decoupled else gradient + self.weight_decay * weight
            means = self.means[place], self.squares[place]
            moved, self.means[place], self.squares[place] = adam_step(
                start, gradient, *means, self.n_steps, self.learning_rate, self.betas, self.epsilon
            )
            weight.copy_(moved)


def _check_settings(weights: Sequence[Tensor], learning_rate: Number, weight_decay: Number) -> None:
    if not weights:
        raise ValueError("there are no weights to move: was the list of parameters used up?")
    check_rate("learning_rate", learning_rate)
    check_rate("weight_decay", weight_decay)


def _check_gradients(weights: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
    if len(weights) != len(gradients):
        raise ValueError(f"there are {len(gradients)} gradients for {len(weights)} weights: one each is needed")
    for weight, gradient in zip(weights, gradients, strict=True):
        if weight.shape != gradient.shape:
            raise ValueError(f"a gradient has shape {tuple(gradient.shape)}, its weight {tuple(weight.shape)}")
