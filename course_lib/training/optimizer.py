"""Who moves which weight: Muon for the matrices inside blocks, AdamW for everything else, as one optimizer."""

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from course_lib.training.muon import Muon

Role = Literal["matrix", "embedding", "head", "vector"]
"""What a parameter is for, which decides how it is trained."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimizerConfig:
    """Peak learning rates and decay by role; the schedule multiplies all rates alike."""

    kind: Literal["muon", "adamw"] = "muon"
    """What moves the matrices inside blocks; AdamW always moves the rest."""
    matrix_learning_rate: float = 0.01
    """For matrices inside blocks. Muon's unit: how far every direction moves in a step; AdamW wants about a tenth."""
    embedding_learning_rate: float = 0.01
    """For token and position embeddings (and a head tied to them)."""
    head_learning_rate: float = 0.01
    """For an untied head."""
    vector_learning_rate: float = 0.01
    """For norms and biases."""
    matrix_weight_decay: float = 0.0
    """Decay of matrices inside blocks, per unit of learning rate; embeddings, head, norms and biases have none."""
    momentum: float = 0.95
    """Muon's: the share of the old direction that a step keeps (Nesterov's form)."""
    betas: tuple[float, float] = (0.9, 0.95)
    """AdamW's memory of the gradient and of its square."""
    epsilon: float = 1e-8
    """AdamW's guard against division by 0."""

    def __post_init__(self) -> None:
        for role in ("matrix", "embedding", "head", "vector"):
            rate = getattr(self, f"{role}_learning_rate")
            if not 0 <= rate < 10:
                raise ValueError(f"{role}_learning_rate is {rate}: it must be between 0 and 10 (1e-4 to 1e-1 is usual)")
        if self.matrix_weight_decay < 0:
            raise ValueError(f"matrix_weight_decay is {self.matrix_weight_decay}: it must be 0 or more")
        if not 0 <= self.momentum < 1:
            raise ValueError(f"momentum is {self.momentum}: it must be at least 0 and below 1")


def parameter_role(name: str, parameter: Tensor) -> Role:
    """Say what a parameter is for, by its name in the model and its number of axes.

    Args:
        name: Qualified name, as `named_parameters()` gives it.
        parameter: The parameter.

    Returns:
        `matrix` for two axes inside `blocks`, `embedding` and `head` by name, `vector` for the rest with one axis.
        Other parameters with more axes are treated like a head.

    Example:
        >>> parameter_role("blocks.0.attention.q_proj.weight", torch.zeros(4, 4))
        'matrix'
        >>> parameter_role("token_embedding.weight", torch.zeros(9, 4))
        'embedding'
        >>> parameter_role("final_norm.weight", torch.ones(4))
        'vector'
    """
    if parameter.ndim < 2:
        return "vector"
    parts = name.split(".")
    if "blocks" in parts and parameter.ndim == 2:
        return "matrix"
    return "embedding" if any(part.endswith("embedding") for part in parts) else "head"


class RoleOptimizer:
    """Several torch optimizers that step, forget and save together.

    It has what a loop and a `GradScaler` ask of an optimizer: `param_groups`, `step`, `zero_grad`, and a state to
    save. Each group says its `role` and its peak rate `initial_lr`.

    Args:
        optimizers: By name; the first one's first group gives the rate that reports show.
        config: The settings they were made from.
    """

    def __init__(self, optimizers: dict[str, torch.optim.Optimizer], config: OptimizerConfig) -> None:
        self.optimizers, self.config = optimizers, config

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The groups of all optimizers, the matrices first; changing a group's `lr` takes effect at the next step."""
        return [group for optimizer in self.optimizers.values() for group in optimizer.param_groups]

    def step(self) -> None:
        """Move all weights."""
        for optimizer in self.optimizers.values():
            optimizer.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients."""
        for optimizer in self.optimizers.values():
            optimizer.zero_grad(set_to_none=set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """What a later run needs to go on: the moments, by optimizer."""
        return {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a saved state.

        Raises:
            ValueError: The state belongs to other optimizers, or to parameters of another number.
        """
        if state.keys() != self.optimizers.keys():
            raise ValueError(f"the state is that of {sorted(state)}, this optimizer has {sorted(self.optimizers)}")
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state[name])


def make_optimizer(model: nn.Module, config: OptimizerConfig) -> RoleOptimizer:
    """Give every trainable parameter of a model to the optimizer that suits its role.

    Args:
        model: Any module; roles follow the names of `GPT`'s parts. Frozen parameters are left out.
        config: Rates and decay by role.

    Returns:
        One optimizer.

    Raises:
        ValueError: The model has nothing to train.

    Example:
        >>> model = nn.ModuleDict({"token_embedding": nn.Embedding(5, 4), "blocks": nn.ModuleList([nn.Linear(4, 4)])})
        >>> optimizer = make_optimizer(model, OptimizerConfig())
        >>> [(group["role"], group["lr"]) for group in optimizer.param_groups]
        [('matrix', 0.01), ('embedding', 0.01), ('vector', 0.01)]

    Source: AdamW: Loshchilov & Hutter, arXiv:1711.05101; the split by role: Jordan et al. (2024).
    """
    by_role: dict[Role, list[Tensor]] = {"matrix": [], "embedding": [], "head": [], "vector": []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            by_role[parameter_role(name, parameter)].append(parameter)
    if not any(by_role.values()):
        raise ValueError("the model has no trainable parameter: were all of them frozen?")
    matrices, others = [], []
    for role, parameters in by_role.items():
        if parameters:
            decay = config.matrix_weight_decay if role == "matrix" else 0.0
            rate = getattr(config, f"{role}_learning_rate")
            group = {"params": parameters, "role": role, "lr": rate, "initial_lr": rate, "weight_decay": decay}
            (matrices if role == "matrix" and config.kind == "muon" else others).append(group)
    optimizers: dict[str, torch.optim.Optimizer] = {}
    if matrices:
        optimizers["muon"] = Muon(matrices, momentum=config.momentum)
    if others:
        optimizers["adamw"] = torch.optim.AdamW(others, betas=config.betas, eps=config.epsilon, fused=True)
    return RoleOptimizer(optimizers, config)
