"""How far a layer reaches back: by hand, by autograd and by torch's own Jacobian; and how long the queue is."""

import inspect

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.sequence import LSTM, RNN, longest_chain, measure_reach, rnn_reach


def test_by_hand_one_unit():
    states = torch.tensor([[0.6], [0.0], [0.8]])  # slopes 0.64, 1, 0.36
    reach = rnn_reach(states, torch.tensor([[2.0]]), torch.tensor([[-0.5]]))
    assert reach.tolist() == pytest.approx([0.36 * 2, 0.36 * 0.5 * 2, 0.36 * 0.5 * 0.5 * 0.64 * 2])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(1, 3), st.integers(1, 5), st.integers(0, 10_000))
def test_the_chain_rule_agrees_with_autograd(n_tokens, d_input, d_state, seed):
    torch.manual_seed(seed)
    layer, features = RNN(d_input, d_state, gain=1.2).double(), torch.randn(1, n_tokens, d_input, dtype=torch.float64)
    states = layer(features)[0][0]
    by_chain = rnn_reach(states, layer.input_weights, layer.state_weights)
    torch.testing.assert_close(measure_reach(lambda each: layer(each)[0], features).double(), by_chain.detach())


def test_measured_reach_is_the_size_of_torchs_jacobian():
    torch.manual_seed(0)
    layer, features = LSTM(2, 3), torch.randn(1, 5, 2)
    slopes = torch.autograd.functional.jacobian(lambda each: layer(each)[0][0, -1], features)  # unit 1 token feature
    expected = slopes[:, 0].square().sum(dim=(0, 2)).sqrt().flip(0)
    torch.testing.assert_close(measure_reach(lambda each: layer(each)[0], features), expected)


def test_a_batch_gives_the_mean_of_its_sequences():
    torch.manual_seed(0)
    layer, features = RNN(2, 3), torch.randn(2, 4, 2)
    one, two = (measure_reach(lambda each: layer(each)[0], row[None]) for row in features)
    torch.testing.assert_close(measure_reach(lambda each: layer(each)[0], features), (one + two) / 2)


def test_without_tanh_a_rotation_fades_by_its_gain_alone():
    torch.manual_seed(0)
    layer = RNN(2, 6, gain=0.9)
    reach = rnn_reach(torch.zeros(30, 6), layer.input_weights.detach(), layer.state_weights.detach())
    torch.testing.assert_close(reach[1:] / reach[:-1], torch.full((29,), 0.9), atol=1e-4, rtol=0)


def test_by_hand_chains():
    a = torch.tensor(2.0, requires_grad=True)
    assert longest_chain(a * 3) == 1
    assert longest_chain(a * 3 + a * 4) == 2
    assert longest_chain((a * 3 + a).exp().log()) == 4


def test_a_recurrent_chain_grows_by_the_same_number_each_token():
    layer = RNN(2, 3)
    lengths = [longest_chain(layer(torch.zeros(1, n_tokens, 2))[0]) for n_tokens in (4, 5, 6, 20)]
    step = lengths[1] - lengths[0]
    assert step > 0
    assert lengths[2] - lengths[1] == step
    assert lengths[3] - lengths[2] == 14 * step


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(ValueError, match="no computation graph"):
        longest_chain(torch.tensor(1.0))
    with pytest.raises(ValueError, match="all finite"):
        measure_reach(lambda each: each, torch.full((1, 2, 1), float("inf")))
    with pytest.raises(ValueError, match="at least one of each"):
        measure_reach(lambda each: each, torch.zeros(1, 0, 1))
    bare = inspect.unwrap(rnn_reach)  # as outside of tests
    with pytest.raises(ValueError, match="do not fit"):
        bare(torch.zeros(4, 3), torch.zeros(2, 1), torch.zeros(2, 2))
    with pytest.raises(ValueError, match="do not fit"):
        bare(torch.zeros(0, 2), torch.zeros(2, 1), torch.zeros(2, 2))
