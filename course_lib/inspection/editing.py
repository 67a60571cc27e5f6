"""Editing a fact: the smallest change of one matrix that makes it answer one key with another value."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.inspection.capture import capture


def rank_one_update(
    weight: Float[Tensor, "d_out d_in"],
    key: Float[Tensor, "d_in"],
    value: Float[Tensor, "d_out"],
    covariance: Float[Tensor, "d_in d_in"] | None = None,
) -> Float[Tensor, "d_out d_in"]:
    """What to add to a matrix so that it answers `key` with `value` and other keys as nearly as before as can be.

    Args:
        weight: The matrix W.
        key: The vector k whose answer shall change.
        value: The answer wanted, v.
        covariance: Mean of k kᵀ over keys that should keep their answers; the identity if not given, which means that
            keys in all directions are equally usual.

    Returns:
        (v − W k)(C⁻¹k)ᵀ / (kᵀ C⁻¹ k), a matrix of rank one.

    Raises:
        ValueError: The key is all zeros, or the covariance cannot be inverted.

    Example:
        >>> rank_one_update(torch.eye(2), torch.tensor([1.0, 1.0]), torch.tensor([3.0, 1.0])).tolist()
        [[1.0, 1.0], [0.0, 0.0]]

    Source: Meng et al. 2022 (ROME), equation 2, arXiv 2202.05262.
    """
    if not key.any():
        raise ValueError("the key is all zeros: no change of the matrix can give it another answer")
    direction = key
    if covariance is not None:
        try:
            direction = torch.linalg.solve(covariance, key)
        except torch.linalg.LinAlgError:
            raise ValueError("the covariance cannot be inverted: take more keys than d_in, or add to it") from None
    return torch.outer(value - weight @ key, direction) / (key @ direction)


@torch.no_grad()
def inner_covariance(
    model: nn.Module, name: str, token_ids: Tensor, ridge: float | int = 1e-3
) -> Float[Tensor, "d_in d_in"]:
    """The mean of k kᵀ over what a linear layer reads in some texts: which keys are usual.

    Args:
        model: Takes token ids.
        name: The linear sub-module, as `model.named_modules()` names it.
        token_ids: The texts, `batch token`.
        ridge: Added to the diagonal, as a share of its mean, so that directions never seen can be divided by.

    Raises:
        ValueError: There is no sub-module of that name, or the ridge is not above 0.

    Example:
        >>> twice = nn.Sequential(nn.Embedding.from_pretrained(torch.eye(2)), nn.Linear(2, 1))
        >>> inner_covariance(twice, "1", torch.tensor([[0, 0, 1, 0]]), ridge=0.5).tolist()
        [[1.0, 0.0], [0.0, 0.5]]
    """
    if not ridge > 0:
        raise ValueError(f"ridge is {ridge}: it must be above 0, or unseen directions are divided by zero")
    keys: list[Tensor] = []
    with capture(model, [name]):  # checks the name
        handle = model.get_submodule(name).register_forward_pre_hook(lambda _, inputs: keys.append(inputs[0]))
        try:
            model(token_ids)
        finally:
            handle.remove()
    flat = keys[0].flatten(0, -2)
    covariance = flat.T @ flat / len(flat)
    return covariance + ridge * covariance.diagonal().mean() * torch.eye(len(covariance))
