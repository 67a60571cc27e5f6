"""A trace: every step of one forward pass, with its shape, its arithmetic, its memory and its values."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.transformer import GPT, Attention, Block, FeedForward


@dataclass(frozen=True, kw_only=True, slots=True)
class TraceStep:
    """What one named part of the model did."""

    name: str
    """The sub-module's name, as `model.named_modules()` gives it."""
    kind: str
    """Its class."""
    n_parameters: int
    """Trained numbers in it, those of the parts inside it left out."""
    n_flops: int
    """Multiplications and additions of its own matrix products, those of the parts inside it left out."""
    values: Float[Tensor, "token feature"]
    """What it returned, for the one sequence traced."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Tokens and features."""
        return tuple(self.values.shape)

    @property
    def n_bytes(self) -> int:
        """Memory of what it returned."""
        return self.values.numel() * self.values.element_size()


def _own_flops(module: nn.Module, n_tokens: int) -> int:
    """Two operations, a product and a sum, for each weight and token; attention has no weights but pairs of tokens."""
    if isinstance(module, nn.Linear):
        return 2 * n_tokens * module.in_features * module.out_features
    if isinstance(module, Attention):
        d_query = module.q_proj.out_features
        return 2 * (2 * n_tokens * n_tokens * d_query)
    return 0


@torch.no_grad()
def trace(model: GPT, token_ids: Sequence[int]) -> list[TraceStep]:
    """Run a model once and keep every step, in the order in which the steps finished.

    Args:
        model: A GPT of this course.
        token_ids: The text to read, in tokens.

    Returns:
        A step for each embedding, norm, projection, attention, feed-forward layer and block, up to the head. Norms of
        single heads (QK-norm) are part of their attention's step and are not listed.

    Example:
        >>> from course_lib.transformer import GPTConfig
        >>> config = GPTConfig(vocab_size=10, context_length=8, n_layers=1, n_heads=2, d_model=4)
        >>> steps = trace(GPT(config), [1, 2, 3])
        >>> steps[0].name, steps[0].shape, steps[-1].name, steps[-1].shape
        ('token_embedding', (3, 4), 'head', (3, 10))
    """
    steps: list[TraceStep] = []

    def keep(name: str) -> object:
        def hook(module: nn.Module, _inputs: object, output: Tensor) -> None:
            n_own = sum(parameter.numel() for parameter in module.parameters(recurse=False))
            steps.append(
                TraceStep(
                    name=name,
                    kind=type(module).__name__,
                    n_parameters=n_own,
                    n_flops=_own_flops(module, len(token_ids)),
                    values=output.detach()[0],
                )
            )

        return hook

    kinds = (nn.Embedding, nn.Linear, Attention, FeedForward, Block)
    handles = [
        module.register_forward_hook(keep(name))
        for name, module in model.named_modules()
        if isinstance(module, kinds) or name.endswith(("attention_norm", "feed_forward_norm", "final_norm"))
    ]
    was_training = model.training
    model.eval()
    try:
        model(torch.tensor([list(token_ids)], device=next(model.parameters()).device))
    finally:
        model.train(was_training)
        for handle in handles:
            handle.remove()
    return steps
