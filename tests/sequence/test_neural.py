"""Bengio's network: its equation, its sizes, what it may see, and that it learns."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.sequence import NeuralModel, NeuralModelConfig, next_token_examples, perplexity, surprises

SMALL = NeuralModelConfig(vocab_size=5, context_length=3, d_vector=2, n_hidden=4)


def model_of(config: NeuralModelConfig) -> NeuralModel:
    torch.manual_seed(0)
    return NeuralModel(config)


def test_one_neuron_by_hand():
    model = model_of(NeuralModelConfig(vocab_size=3, context_length=2, d_vector=1, n_hidden=1))
    with torch.no_grad():
        model.vectors.copy_(torch.tensor([[0.0], [1.0], [2.0]]))
        model.hidden.weight.copy_(torch.tensor([[1.0, -0.5]]))  # the earlier token, the later one
        model.hidden.bias.fill_(0.25)
        model.head.weight.copy_(torch.tensor([[0.0], [1.0], [-1.0]]))
        model.head.bias.copy_(torch.tensor([0.5, 0.0, 0.0]))
        scores = model(torch.tensor([[1, 2]]))[0]
    hidden = torch.tensor(1.0 * 1 - 0.5 * 2 + 0.25).tanh().item()
    assert scores.tolist() == pytest.approx([0.5, hidden, -hidden])


def test_parity_with_the_same_network_of_torchs_parts_gradients_too():
    model, contexts = model_of(SMALL), torch.tensor([[0, 1, 2], [4, 4, 0], [3, 0, 1]])
    twin = nn.Sequential(nn.Embedding(5, 2), nn.Flatten(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 5))
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        theirs.data.copy_(ours)
    assert torch.allclose(model(contexts), twin(contexts))
    for network in (model, twin):
        F.cross_entropy(network(contexts), torch.tensor([1, 0, 4])).backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(ours.grad, theirs.grad, atol=1e-7)


def test_the_number_of_parameters_follows_from_the_configuration():
    n_parameters = sum(weight.numel() for weight in model_of(SMALL).parameters())
    assert n_parameters == 5 * 2 + (3 * 2 + 1) * 4 + (4 + 1) * 5


def test_order_matters_and_rows_are_independent():
    model = model_of(SMALL)
    rows = torch.tensor([[1, 2, 3], [3, 2, 1], [0, 0, 4]])
    together = model(rows)
    assert not torch.allclose(together[0], together[1])
    for place in range(3):
        assert torch.allclose(together[place], model(rows[place : place + 1])[0], atol=1e-6)


def test_before_training_it_is_nearly_undecided():
    examples = next_token_examples([[1, 2, 3, 4]], context_length=3)
    assert perplexity(surprises(model_of(SMALL), *examples)) == pytest.approx(5, rel=0.05)


def test_dropout_acts_in_training_alone():
    model = model_of(NeuralModelConfig(vocab_size=5, context_length=3, dropout=0.5))
    contexts = torch.tensor([[0, 1, 2]])
    assert not torch.equal(model(contexts), model(contexts))
    model.eval()
    assert torch.equal(model(contexts), model(contexts))


def test_use_it_learns_one_batch_by_heart():
    model = model_of(SMALL)
    contexts, targets = next_token_examples([[1, 2, 3], [2, 4], [3, 1, 4, 2]], context_length=3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05, weight_decay=0.0)
    for _ in range(300):
        optimizer.zero_grad()
        F.cross_entropy(model(contexts), targets).backward()
        optimizer.step()
    firsts = torch.tensor([1.0, 1.0, 1.0]) / 3  # after an empty context three beginnings are equally frequent
    assert torch.allclose(model(contexts[:1]).softmax(dim=-1)[0, 1:4], firsts, atol=0.05)
    assert perplexity(surprises(model, contexts, targets)) < 1.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vocab_size": 0}, "vocab_size is 0"),
        ({"vocab_size": 5, "context_length": 0}, "context_length is 0"),
        ({"vocab_size": 5, "d_vector": -1}, "d_vector is -1"),
        ({"vocab_size": 5, "n_hidden": 0}, "n_hidden is 0"),
        ({"vocab_size": 5, "dropout": 1.0}, "dropout is 1.0"),
        ({"vocab_size": 5, "dropout": -0.1}, "dropout is -0.1"),
        ({"vocab_size": 5, "dropout": float("nan")}, "dropout is nan"),
    ],
)
def test_sizes_that_cannot_be_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        NeuralModelConfig(**change)


def test_contexts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="contexts have 2 tokens, the network was made for 3"):
        model_of(SMALL)(torch.tensor([[0, 1]]))
    with pytest.raises(ValueError, match="contexts hold the token id 5"):
        model_of(SMALL)(torch.tensor([[0, 1, 5]]))
