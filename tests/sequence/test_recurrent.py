"""Recurrent layers compute what torch's do, gradients included, carry their state, and learn to remember."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.sequence import LSTM, RNN, lstm_step, rnn_step

sizes = st.tuples(st.integers(1, 3), st.integers(1, 7), st.integers(1, 4), st.integers(1, 5))
LAYERS = [(RNN, nn.RNN), (LSTM, nn.LSTM)]
each_kind = pytest.mark.parametrize(("ours", "theirs"), LAYERS, ids=["RNN", "LSTM"])


def pair(ours, theirs, d_input, d_state):
    """A layer and torch's with the same weights, in float64; torch adds two biases, ours has one."""
    layer, twin = ours(d_input, d_state).double(), theirs(d_input, d_state, batch_first=True).double()
    with torch.no_grad():
        twin.weight_ih_l0.copy_(layer.input_weights)
        twin.weight_hh_l0.copy_(layer.state_weights)
        twin.bias_ih_l0.copy_(layer.bias)
        twin.bias_hh_l0.zero_()
    return layer, twin


def test_by_hand_a_state_fades():
    weights = torch.tensor([[1.0]]), torch.tensor([[0.5]]), torch.tensor([0.0])
    first = rnn_step(torch.tensor([1.0]), torch.tensor([0.0]), *weights)
    second = rnn_step(torch.tensor([0.0]), first, *weights)
    assert first.item() == pytest.approx(0.761594, abs=1e-6)
    assert second.item() == pytest.approx(0.363400, abs=1e-6)  # tanh(0.380797)


def test_by_hand_open_and_closed_gates():
    bias = torch.tensor([-100.0, 100.0, 0.0, 100.0])  # nothing let in, all kept, all shown
    weights = torch.zeros(4, 1), torch.zeros(4, 1), bias
    state, cell = lstm_step(torch.ones(1), torch.zeros(1), torch.tensor([0.7]), *weights)
    assert cell.item() == pytest.approx(0.7)
    assert state.item() == pytest.approx(0.604368, abs=1e-6)  # tanh 0.7
    full = torch.tensor([100.0, -100.0, 100.0, 100.0])  # all let in, nothing kept, the candidate 1
    _, cell = lstm_step(torch.ones(1), torch.zeros(1), torch.tensor([0.7]), *weights[:2], full)
    assert cell.item() == pytest.approx(1.0)


@each_kind
@settings(max_examples=20, deadline=None)
@given(size=sizes, seed=st.integers(0, 10_000))
def test_layers_match_torch_gradients_too(ours, theirs, size, seed):
    n_sequences, n_tokens, d_input, d_state = size
    torch.manual_seed(seed)
    layer, twin = pair(ours, theirs, d_input, d_state)
    features = torch.randn(n_sequences, n_tokens, d_input, dtype=torch.float64)
    mine, other = features.clone().requires_grad_(), features.clone().requires_grad_()
    outputs, _ = layer(mine)
    expected, _ = twin(other)
    torch.testing.assert_close(outputs, expected, rtol=1e-12, atol=1e-12)
    pull = torch.randn_like(outputs)
    (outputs * pull).sum().backward()
    (expected * pull).sum().backward()
    torch.testing.assert_close(mine.grad, other.grad, rtol=1e-10, atol=1e-12)
    names = {"input_weights": "weight_ih_l0", "state_weights": "weight_hh_l0", "bias": "bias_ih_l0"}
    for name, torchs in names.items():
        torch.testing.assert_close(getattr(layer, name).grad, getattr(twin, torchs).grad, rtol=1e-10, atol=1e-12)


def test_the_last_memory_is_torchs_too():
    torch.manual_seed(0)
    layer, twin = pair(LSTM, nn.LSTM, 2, 3)
    features = torch.randn(2, 5, 2, dtype=torch.float64)
    for mine, theirs in zip(layer(features)[1], twin(features)[1], strict=True):
        torch.testing.assert_close(mine, theirs[0], rtol=1e-12, atol=1e-12)


@each_kind
@settings(max_examples=20, deadline=None)
@given(size=sizes, cut=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_a_sequence_may_be_read_in_two_parts(ours, theirs, size, cut, seed):
    n_sequences, n_tokens, d_input, d_state = size
    torch.manual_seed(seed)
    layer, features = ours(d_input, d_state), torch.randn(n_sequences, n_tokens + cut, d_input)
    whole, _ = layer(features)
    first, memory = layer(features[:, :cut])
    second, _ = layer(features[:, cut:], memory)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)


@each_kind
def test_no_state_knows_a_later_token(ours, theirs):
    torch.manual_seed(0)
    layer, features = ours(2, 4), torch.randn(1, 6, 2)
    changed = features.clone()
    changed[:, 3:] += 1
    before, after = layer(features)[0], layer(changed)[0]
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert (before[:, 3:] != after[:, 3:]).any(dim=-1).all()


def test_beginnings():
    torch.manual_seed(0)
    turned = RNN(3, 8, gain=0.5).state_weights
    torch.testing.assert_close(turned @ turned.T, 0.25 * torch.eye(8), atol=1e-6, rtol=0)
    assert RNN(3, 16).state_weights.abs().max() <= 0.25
    layer = LSTM(3, 4, forget_bias=2.0)
    assert layer.bias[4:8].tolist() == [2.0] * 4
    assert (layer.bias[:4] != 2.0).all()


def test_a_step_of_your_own_takes_the_librarys_place():
    called = []

    def step(*given):
        called.append(len(given))
        return rnn_step(*given)

    layer = RNN(2, 3, step=step)
    layer(torch.zeros(1, 4, 2))
    assert called == [5] * 4


@each_kind
def test_it_learns_to_remember_its_first_token(ours, theirs):
    torch.manual_seed(0)
    layer, readout = ours(1, 8), nn.Linear(8, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *readout.parameters()], lr=0.02)
    for _ in range(150):
        features = torch.randn(32, 5, 1).sign()
        loss = (readout(layer(features)[0][:, -1]) - features[:, 0]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: RNN(0, 3), "d_input is 0"),
        (lambda: LSTM(2, 0), "d_state is 0"),
        (lambda: RNN(2, 3, gain=-1.0), "gain is -1.0"),
        (lambda: RNN(2, 3, gain=float("nan")), "gain is nan"),
    ],
)
def test_impossible_layers_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


@each_kind
def test_what_is_no_sequence_is_refused(ours, theirs):
    layer = ours(2, 3)
    with pytest.raises(ValueError, match=r"shape \(1, 4, 5\): batch, token \(1 or more\), 2"):
        layer(torch.zeros(1, 4, 5))
    with pytest.raises(ValueError, match=r"shape \(1, 0, 2\)"):
        layer(torch.zeros(1, 0, 2))
    with pytest.raises(ValueError, match="NaN or an infinity"):
        layer(torch.full((1, 2, 2), float("nan")))


def test_weights_that_do_not_fit_are_refused():
    features, state = torch.zeros(2), torch.zeros(3)
    bare_rnn, bare_lstm = inspect.unwrap(rnn_step), inspect.unwrap(lstm_step)  # as outside of tests
    with pytest.raises(ValueError, match=r"input_weights has shape \(3, 4\): .* it must be \(3, 2\)"):
        bare_rnn(features, state, torch.zeros(3, 4), torch.zeros(3, 3), torch.zeros(3))
    with pytest.raises(ValueError, match=r"state_weights has shape \(3, 3\): .* it must be \(12, 3\)"):
        bare_lstm(features, state, state, torch.zeros(12, 2), torch.zeros(3, 3), torch.zeros(12))
    with pytest.raises(ValueError, match=r"bias has shape \(3,\)"):
        bare_lstm(features, state, state, torch.zeros(12, 2), torch.zeros(12, 3), torch.zeros(3))
