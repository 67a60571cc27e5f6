"""Muon: singular values by hand, step by step against torch's own, and what it is for."""

import pytest
import torch

from course_lib.training import Muon, orthogonalize


def test_singular_values_come_near_one() -> None:
    matrices = torch.randn(3, 12, 8, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalize(matrices))
    assert ((values > 0.6) & (values < 1.3)).all()


def test_directions_stay() -> None:
    """With the coefficients of Newton's iteration, which converges to exactly 1, the result is U Vᵀ."""
    matrices = torch.randn(2, 6, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrices, full_matrices=False)
    result = orthogonalize(matrices, n_steps=60, coefficients=(1.875, -1.25, 0.375), dtype=torch.float64)
    torch.testing.assert_close(result, left @ right, rtol=0, atol=1e-9)


@pytest.mark.parametrize("adjustment", ["original", "match_rms_adamw"])
@pytest.mark.parametrize("nesterov", [True, False])
def test_steps_are_torchs(adjustment: str, nesterov: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch orthogonalizes in bfloat16, so steps agree to its rounding; the momentum agrees exactly."""
    monkeypatch.setattr("course_lib.training.muon.training_dtype", lambda device: torch.bfloat16)
    generator = torch.Generator().manual_seed(0)
    shapes = [(6, 6), (6, 6), (12, 6), (6, 12)]
    settings = {"lr": 0.02, "weight_decay": 0.1, "nesterov": nesterov, "adjust_lr_fn": adjustment}
    ours = [torch.randn(shape, generator=generator).requires_grad_() for shape in shapes]
    theirs = [matrix.detach().clone().requires_grad_() for matrix in ours]
    our_muon, their_muon = Muon(ours, **settings), torch.optim.Muon(theirs, **settings)
    for _ in range(3):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(mine.shape, generator=generator)
            other.grad = mine.grad.clone()
        our_muon.step()
        their_muon.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=3 * 0.02 * 0.1)
        torch.testing.assert_close(our_muon.state[mine], their_muon.state[other])
    Muon(ours, **settings).load_state_dict(their_muon.state_dict())


def test_no_gradient_no_movement() -> None:
    moving, still = torch.eye(3).requires_grad_(), torch.eye(3).requires_grad_()
    moving.grad = torch.ones(3, 3)
    Muon([moving, still], lr=0.1).step()
    assert torch.equal(still, torch.eye(3))
    assert not torch.equal(moving, torch.eye(3))


def test_every_direction_is_learned_at_the_same_pace() -> None:
    """Two directions differ a thousandfold in gradient: Muon fits the weak one too, plain descent does not."""
    scales = torch.tensor([1.0, 1e-3])

    def remaining_error(optimizer_class: type, rate: float) -> float:
        weight = torch.zeros(2, 2, requires_grad=True)
        optimizer = optimizer_class([weight], lr=rate, weight_decay=0.0)
        for _ in range(60):
            optimizer.zero_grad()
            ((weight - torch.eye(2)).square() * scales[:, None]).sum().backward()
            optimizer.step()
        return (weight - torch.eye(2))[1].norm().item()

    assert remaining_error(Muon, 0.05) < 0.3
    assert remaining_error(torch.optim.SGD, 0.5) > 0.9
