"""Learning-rate shapes: corners by hand, torch's cosine, and that no shape leaves its range."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.training import ScheduleConfig, learning_rate_at


def test_corners_of_the_cosine() -> None:
    config = ScheduleConfig(n_steps=110, kind="cosine", n_warmup_steps=10, final_share=0.1)
    assert learning_rate_at(0, config) == pytest.approx(0.1)
    assert learning_rate_at(9, config) == learning_rate_at(10, config) == 1.0
    assert learning_rate_at(60, config) == pytest.approx(0.55)
    assert learning_rate_at(110, config) == pytest.approx(0.1)


def test_cosine_is_torchs() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20, eta_min=0.1)
    config = ScheduleConfig(n_steps=20, kind="cosine", final_share=0.1)
    for step in range(20):
        assert learning_rate_at(step, config) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-9)
        optimizer.step()
        theirs.step()


@given(
    st.sampled_from(["constant", "cosine", "warmup_stable_decay"]),
    st.integers(1, 300),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_rises_then_falls_within_range(kind: str, n_steps: int, warmup: float, decay: float, final: float) -> None:
    n_warmup = int(warmup * n_steps)
    config = ScheduleConfig(n_steps=n_steps, kind=kind, n_warmup_steps=n_warmup, decay_share=decay, final_share=final)
    rates = [learning_rate_at(step, config) for step in range(n_steps)]
    assert all(0 <= rate <= 1 for rate in rates)
    assert rates[:n_warmup] == sorted(rates[:n_warmup])
    assert rates[n_warmup:] == sorted(rates[n_warmup:], reverse=True)


@pytest.mark.parametrize(
    "wrong", [{"n_steps": 0}, {"n_steps": 5, "n_warmup_steps": 6}, {"n_steps": 5, "decay_share": 2.0}]
)
def test_impossible_shapes_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(reversed(wrong))):
        ScheduleConfig(**wrong)
