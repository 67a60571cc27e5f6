"""Skip-gram: numbers by hand, autograd's slopes, what the scores converge to, and words that find their kind."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError
from torch import nn, tensor
from torch.nn import functional as F

from course_lib.sequence import (
    SkipGram,
    SkipGramConfig,
    company_counts,
    directions,
    negative_sampling_gradients,
    negative_sampling_loss,
    noise_distribution,
    train_skip_gram,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_one_pair_by_hand():
    centre, neighbour, negatives = tensor([[2.0, 0.0]]), tensor([[1.0, 1.0]]), tensor([[[0.0, 3.0], [-1.0, 0.0]]])
    true, strangers = 1 / (1 + math.exp(-2)), (0.5, 1 / (1 + math.exp(2)))
    loss = negative_sampling_loss(centre, neighbour, negatives)
    assert loss.item() == pytest.approx(-math.log(true) - sum(math.log(1 - each) for each in strangers))
    for_centre, for_neighbour, for_negatives = negative_sampling_gradients(centre, neighbour, negatives)
    assert for_neighbour.tolist()[0] == pytest.approx([2 * (true - 1), 0])
    assert for_negatives[0, 0].tolist() == pytest.approx([1, 0])
    assert for_centre.tolist()[0] == pytest.approx([true - 1 - strangers[1], true - 1 + 1.5])


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 4), st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_loss_is_torchs_and_slopes_are_autograds(n_pairs, d_model, n_negatives, seed):
    def draw(*shape):
        return torch.randn(*shape, generator=generator(seed), dtype=torch.float64).requires_grad_()

    inputs = draw(n_pairs, d_model), draw(n_pairs, d_model), draw(n_pairs, n_negatives, d_model)
    loss = negative_sampling_loss(*inputs)
    others = torch.cat((inputs[1][:, None], inputs[2]), dim=1)
    scores = torch.einsum("pd,pkd->pk", inputs[0], others)
    labels = torch.zeros_like(scores)
    labels[:, 0] = 1
    outside = F.binary_cross_entropy_with_logits(scores, labels, reduction="none").sum(dim=1)
    torch.testing.assert_close(loss, outside)
    for mine, autograds in zip(
        negative_sampling_gradients(*inputs), torch.autograd.grad(outside.sum(), inputs), strict=True
    ):
        torch.testing.assert_close(mine, autograds)


def test_one_step_is_that_of_embedding_layers_and_adam():
    word_ids, pages = tensor([0, 1, 2, 0, 1, 2]), torch.zeros(6, dtype=torch.long)
    config = SkipGramConfig(d_model=4, window=1, subsample=1.0, n_passes=1, n_negatives=2)
    model = SkipGram(3, 4, generator())
    layers = [nn.Embedding.from_pretrained(table.detach().clone(), freeze=False) for table in model.parameters()]
    seen = []

    def spy(centre, neighbour, negatives):
        seen.append((centre, neighbour, negatives))
        return negative_sampling_gradients(centre, neighbour, negatives)

    (report,) = train_skip_gram(model, word_ids, pages, config, generator(1), gradients=spy)
    ids = [
        torch.cdist(rows.reshape(-1, 4), layer.weight).argmin(dim=-1).view(rows.shape[:-1])
        for rows, layer in zip(seen[0], (layers[0], layers[1], layers[1]), strict=True)
    ]
    optimizer = torch.optim.Adam([layer.weight for layer in layers], lr=config.learning_rate)
    loss = negative_sampling_loss(layers[0](ids[0]), layers[1](ids[1]), layers[1](ids[2])).mean()
    loss.backward()
    optimizer.step()
    assert report.loss == pytest.approx(loss.item())
    assert report.n_pairs == 10
    for table, layer in zip(model.parameters(), layers, strict=True):
        torch.testing.assert_close(table.detach(), layer.weight.detach())


def test_scores_converge_to_shifted_mutual_information():
    """Levy and Goldberg 2014: with room enough, a score is log P(neighbour | centre) / (k · P(stranger))."""
    word_ids = torch.randint(4, (3000,), generator=generator(3))
    word_ids[1::2] = (word_ids[::2] + torch.randint(2, (1500,), generator=generator(4))) % 4
    pages = torch.zeros_like(word_ids)
    config = SkipGramConfig(
        d_model=4, window=1, subsample=1.0, n_passes=250, batch_size=6000, n_negatives=3, learning_rate=0.03
    )
    model = SkipGram(4, 4, generator())
    for _ in train_skip_gram(model, word_ids, pages, config, generator()):
        pass
    counts = company_counts(word_ids, pages, 4, window=1)
    noise = noise_distribution(torch.bincount(word_ids).float())
    expected = (counts / counts.sum(dim=1, keepdim=True) / (3 * noise)).log()
    torch.testing.assert_close((model.centre @ model.neighbour.T).detach(), expected, atol=0.2, rtol=0)


def test_words_used_alike_end_up_together():
    """Words 0–3 stand beside 8 and 9, words 4–7 beside 10 and 11, at random."""
    kind = torch.randint(2, (4000,), generator=generator(5))
    word = kind * 4 + torch.randint(4, (4000,), generator=generator(6))
    beside = 8 + kind * 2 + torch.randint(2, (4000,), generator=generator(7))
    word_ids = torch.stack((word, beside), dim=1).flatten()
    pages = torch.arange(4000).repeat_interleave(2)
    model = SkipGram(12, 8, generator())
    config = SkipGramConfig(d_model=8, window=1, subsample=1.0, n_passes=30, batch_size=1000)
    reports = list(train_skip_gram(model, word_ids, pages, config, generator()))
    assert reports[-1].loss < 0.8 * reports[0].loss
    rows = directions(model.centre.detach())[:8]
    cosines = rows @ rows.T
    same = torch.block_diag(torch.ones(4, 4), torch.ones(4, 4)).bool()
    assert cosines[same].min() > cosines[~same].max() + 0.3


def test_the_same_seed_gives_the_same_vectors():
    def run():
        model = SkipGram(5, 3, generator())
        word_ids = torch.arange(200) % 5
        list(train_skip_gram(model, word_ids, word_ids * 0, SkipGramConfig(d_model=3, n_passes=1), generator()))
        return model.centre.detach()

    assert run().equal(run())


def test_mistakes_are_named():
    for name in ("d_model", "window", "n_negatives", "n_passes", "batch_size"):
        with pytest.raises(ValueError, match=f"{name} is 0"):
            SkipGramConfig(**{name: 0})
    for rate in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="learning_rate is"):
            SkipGramConfig(learning_rate=rate)
    with pytest.raises(ValueError, match="n_words is 0"):
        SkipGram(0, 4)
    word_ids = tensor([0, 1, 2, 0])
    for n_words, message in ((2, "the tables have 2 rows"), (5, "a positive number for each word")):
        with pytest.raises(ValueError, match=message):
            next(train_skip_gram(SkipGram(n_words, 3), word_ids, word_ids * 0, SkipGramConfig(), generator()))
    with pytest.raises((ValueError, TypeCheckError), match=r"must match|neighbour"):
        negative_sampling_loss(torch.ones(2, 3), torch.ones(2, 4), torch.ones(2, 5, 3))
    model = SkipGram(3, 3)
    model.centre.data[0] = float("nan")
    with pytest.raises(ValueError, match="the loss is nan"):
        list(train_skip_gram(model, word_ids, word_ids * 0, SkipGramConfig(subsample=1.0), generator()))
