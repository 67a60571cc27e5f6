"""Muon: a momentum step for weight matrices in which every direction is equally long, quick on any hardware.

torch has Muon since 2.9. It orthogonalizes one matrix after the other, always in bfloat16. A processor without
bfloat16 units emulates that, at twenty times the cost. Here all matrices of one shape go together, in the
format that the hardware multiplies fastest; the mathematics, the settings and the saved state are torch's.
"""

from collections import defaultdict
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.common.device import training_dtype


def orthogonalize(
    matrices: Float[Tensor, "layer unit feature"],
    n_steps: int = 5,
    coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, "layer unit feature"]:
    """Bring all singular values of each matrix near 1 and keep its singular vectors, by matrix products alone.

    Each step applies the odd polynomial a·s + b·s³ + c·s⁵ to every singular value s. With the usual coefficients the
    values end up between about 0.7 and 1.2 rather than at 1, which is near enough for a step of an optimizer.

    Args:
        matrices: Matrices of one shape, stacked.
        n_steps: Applications of the polynomial.
        coefficients: a, b and c.
        dtype: Format of the products.

    Returns:
        The matrices U Vᵀ, nearly, in `dtype`.

    Example:
        >>> stretched = torch.diag(torch.tensor([1.0, 0.1]))[None]
        >>> singular_values = torch.linalg.svdvals(orthogonalize(stretched))[0]
        >>> bool(((singular_values > 0.6) & (singular_values < 1.3)).all())
        True

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
    """
    tall = matrices.size(1) > matrices.size(2)
    result = (matrices.mT if tall else matrices).to(dtype)
    result = result / result.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    a, b, c = coefficients
    for _ in range(n_steps):
        gram = result @ result.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        result = torch.baddbmm(result, polynomial, result, beta=a)
    return result.mT if tall else result


class Muon(torch.optim.Muon):
    """torch's Muon, with all matrices of one shape orthogonalized together in the hardware's fastest format.

    Takes the arguments of `torch.optim.Muon` and keeps its state, so that either loads the other's.

    Source: Jordan et al. (2024); scaling and weight decay for large models: Liu et al., arXiv:2502.16982.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> None:
        """Move every matrix that has a gradient."""
        if closure is not None:
            raise ValueError("Muon takes no closure: compute the gradients first, then call step()")
        for group in self.param_groups:
            by_shape: dict[tuple[torch.Size, torch.device], list[Tensor]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape[parameter.shape, parameter.device].append(parameter)
            for matrices in by_shape.values():
                self._move(matrices, group)

    def _move(self, matrices: list[Tensor], group: dict) -> None:
        gradients = [matrix.grad for matrix in matrices]
        buffers = [self._momentum(matrix) for matrix in matrices]
        torch._foreach_lerp_(buffers, gradients, 1 - group["momentum"])
        directions = torch._foreach_lerp(gradients, buffers, group["momentum"]) if group["nesterov"] else buffers
        device = matrices[0].device
        dtype = torch.bfloat16 if training_dtype(device) == torch.bfloat16 else torch.float32
        updates = orthogonalize(torch.stack(directions), group["ns_steps"], group["ns_coefficients"], dtype)
        torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
        scale = group["lr"] * _length(matrices[0].shape, group["adjust_lr_fn"])
        torch._foreach_add_(matrices, list(updates.to(matrices[0].dtype).unbind()), alpha=-scale)

    def _momentum(self, matrix: Tensor) -> Tensor:
        state = self.state[matrix]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(matrix.grad)
        return state["momentum_buffer"]


def _length(shape: torch.Size, adjustment: str | None) -> float:
    """How long an update of this shape is: torch's two ways to make matrices of all shapes move alike."""
    n_units, n_features = shape
    if adjustment == "match_rms_adamw":
        return 0.2 * max(n_units, n_features) ** 0.5
    return max(1.0, n_units / n_features) ** 0.5
