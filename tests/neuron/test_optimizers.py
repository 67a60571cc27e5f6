"""Optimizers by hand move like torch's for a hundred steps, and bring a network down."""

import pytest
import torch
from torch import nn

from course_lib.neuron import SGD, Adam, clip_by_length

N_STEPS = 100
AdamL2 = {"weight_decay": 0.1, "decoupled": False}

PAIRS = {
    "plain": (lambda w: SGD(w, 0.05), lambda w: torch.optim.SGD(w, lr=0.05)),
    "L2": (
        lambda w: SGD(w, 0.05, weight_decay=0.1),
        lambda w: torch.optim.SGD(w, lr=0.05, weight_decay=0.1),
    ),
    "momentum": (lambda w: SGD(w, 0.02, momentum=0.9), lambda w: torch.optim.SGD(w, lr=0.02, momentum=0.9)),
    "Nesterov": (
        lambda w: SGD(w, 0.02, momentum=0.9, nesterov=True),
        lambda w: torch.optim.SGD(w, lr=0.02, momentum=0.9, nesterov=True),
    ),
    "Adam": (lambda w: Adam(w, 0.01), lambda w: torch.optim.Adam(w, lr=0.01)),
    "Adam, other betas": (
        lambda w: Adam(w, 0.01, betas=(0.8, 0.95), epsilon=1e-3),
        lambda w: torch.optim.Adam(w, lr=0.01, betas=(0.8, 0.95), eps=1e-3),
    ),
    "Adam, L2": (lambda w: Adam(w, 0.01, **AdamL2), lambda w: torch.optim.Adam(w, lr=0.01, weight_decay=0.1)),
    "AdamW": (lambda w: Adam(w, 0.01, weight_decay=0.1), lambda w: torch.optim.AdamW(w, lr=0.01, weight_decay=0.1)),
}


def small_task():
    """A network of two layers in float64 and something smooth for it to learn."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    features = torch.randn(32, 2, dtype=torch.float64)
    return network, features, (features[:, :1] * 2).sin() + features[:, 1:]


def losses(optimize, by_hand, limit=None, rate_at=None):
    """The loss at each step, and the last weights."""
    network, features, targets = small_task()
    weights = list(network.parameters())
    optimizer, found = optimize(weights), []
    for step in range(N_STEPS):
        loss = (network(features) - targets).square().mean()
        gradients = torch.autograd.grad(loss, weights)
        found.append(loss.item())
        if by_hand:
            optimizer.learning_rate = rate_at(step) if rate_at else optimizer.learning_rate
            optimizer.step(clip_by_length(gradients, limit)[0] if limit else gradients)
            continue
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        if limit:
            nn.utils.clip_grad_norm_(weights, limit)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step) if rate_at else group["lr"]
        optimizer.step()
    return found, [weight.detach() for weight in weights]


def assert_same(ours, theirs):
    assert ours[0] == pytest.approx(theirs[0], abs=1e-6)
    for mine, other in zip(ours[1], theirs[1], strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", PAIRS)
def test_a_hundred_steps_match_torch(name):
    ours, theirs = PAIRS[name]
    assert_same(losses(ours, by_hand=True), losses(theirs, by_hand=False))


def test_a_hundred_clipped_steps_with_a_changing_rate_match_torch():
    def rate_at(step):
        return 0.03 * min(1.0, (step + 1) / 20)

    ours, theirs = PAIRS["momentum"]
    assert_same(losses(ours, True, 0.3, rate_at), losses(theirs, False, 0.3, rate_at))


@pytest.mark.parametrize("name", PAIRS)
def test_use_the_loss_falls(name):
    found, _ = losses(PAIRS[name][0], by_hand=True)
    assert found[-1] < found[0] / 2


def test_nothing_is_left_of_the_graph():
    weight = torch.ones(2, requires_grad=True)
    Adam([weight], 0.1).step(torch.autograd.grad(weight.square().sum(), [weight]))
    assert weight.is_leaf
    assert weight.tolist() == pytest.approx([0.9, 0.9])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: SGD([], 0.1), "no weights"),
        (lambda: Adam([], 0.1), "no weights"),
        (lambda: SGD([torch.ones(1)], -0.1), "learning_rate is -0.1"),
        (lambda: SGD([torch.ones(1)], 0.1, momentum=1.5), "momentum is 1.5"),
        (lambda: Adam([torch.ones(1)], 0.1, weight_decay=-1.0), "weight_decay is -1.0"),
        (lambda: Adam([torch.ones(1)], float("nan")), "learning_rate is nan"),
        (lambda: Adam([torch.ones(1)], 0.1, betas=(1.0, 0.9)), r"betas\[0\] is 1.0"),
        (lambda: SGD([torch.ones(1)], 0.1).step([]), "0 gradients for 1 weights"),
        (lambda: SGD([torch.ones(1)], 0.1).step([torch.ones(2)]), r"shape \(2,\), its weight \(1,\)"),
        (lambda: Adam([torch.ones(1)], 0.1).step([torch.tensor([float("nan")])]), "not finite"),
    ],
)
def test_bad_input_is_told_in_a_line(call, says):
    with pytest.raises(ValueError, match=says):
        call()
