"""Choosing the next token: by hand, against transformers' warpers, and by counting what is drawn."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

from course_lib.inference import Sampler, apply_temperature, keep_min_p, keep_top_k, keep_top_p, pick

# Probabilities 0.4, 0.3, 0.2, 0.1, not in order of size.
LOGITS = torch.tensor([0.2, 0.4, 0.1, 0.3]).log()


def kept(logits):
    return logits.isfinite().nonzero().flatten().tolist()


def test_by_hand():
    torch.testing.assert_close(apply_temperature(LOGITS, 2.0), LOGITS / 2)
    assert kept(keep_top_k(LOGITS, 2)) == [1, 3]
    assert kept(keep_top_k(LOGITS, 9)) == [0, 1, 2, 3]
    assert kept(keep_top_p(LOGITS, 0.39)) == [1]
    assert kept(keep_top_p(LOGITS, 0.41)) == [1, 3]  # 0.4 is not yet enough: the next one comes too
    assert kept(keep_top_p(LOGITS, 0.71)) == [0, 1, 3]
    assert kept(keep_min_p(LOGITS, 0.51)) == [1, 3]  # at least 0.204
    assert kept(keep_min_p(LOGITS, 1.0)) == [1]


def test_filters_leave_the_odds_of_the_rest():
    torch.testing.assert_close(Sampler(top_k=2).probabilities(LOGITS), torch.tensor([0, 4 / 7, 0, 3 / 7]))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    temperature=st.floats(0.1, 3.0),
    k=st.integers(1, 30),
    p=st.floats(0.01, 0.99),
    min_p=st.floats(0.01, 0.99),
)
def test_transformers_agrees(seed, temperature, k, p, min_p):
    logits = 3 * torch.randn(2, 23, generator=torch.Generator().manual_seed(seed))
    pairs = [
        (apply_temperature(logits, temperature), TemperatureLogitsWarper(temperature)),
        (keep_top_k(logits, k), TopKLogitsWarper(k)),
        (keep_top_p(logits, p), TopPLogitsWarper(p)),
        (keep_min_p(logits, min_p), MinPLogitsWarper(min_p)),
    ]
    for ours, warper in pairs:
        torch.testing.assert_close(ours, warper(None, logits))
    theirs = logits
    for _, warper in pairs:
        theirs = warper(None, theirs)
    ours = Sampler(temperature=temperature, top_k=k, top_p=p, min_p=min_p).filter(logits)
    torch.testing.assert_close(ours, theirs)


def test_frequencies_are_the_probabilities():
    sampler = Sampler(temperature=0.7, top_k=3)
    generator = torch.Generator().manual_seed(0)
    drawn = sampler.choose(LOGITS.expand(20_000, -1), generator)
    frequencies = drawn.bincount(minlength=4) / 20_000
    torch.testing.assert_close(frequencies, sampler.probabilities(LOGITS), atol=0.015, rtol=0)


def test_greedy_takes_the_likeliest_and_needs_no_luck():
    logits = torch.randn(5, 11)
    assert torch.equal(Sampler(temperature=0).choose(logits), logits.argmax(-1))
    assert Sampler(temperature=0).probabilities(logits).amax(-1).tolist() == [1.0] * 5


def test_cold_becomes_greedy_and_hot_becomes_even():
    torch.testing.assert_close(Sampler(temperature=0.01).probabilities(LOGITS), torch.tensor([0.0, 1.0, 0.0, 0.0]))
    torch.testing.assert_close(
        Sampler(temperature=1e5).probabilities(LOGITS), torch.full((4,), 0.25), atol=1e-4, rtol=0
    )


def test_the_same_generator_draws_the_same():
    logits = torch.randn(50, 11)
    first, second = (Sampler().choose(logits, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"temperature": -1.0}, "temperature=-1.0: it must be 0"),
        ({"top_k": 0}, "top_k=0: at least 1 token"),
        ({"top_p": 90.0}, "top_p=90.0: .*per cent"),
        ({"top_p": 0.0}, "top_p=0.0: it is a share, above 0"),
        ({"min_p": 5.0}, "min_p=5.0: .*per cent"),
    ],
)
def test_settings_out_of_range_are_refused_in_one_line(setting, says):
    with pytest.raises(ValueError, match=says):
        Sampler(**setting)


@settings(max_examples=40, deadline=None)
@given(
    levels=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    k=st.integers(1, 14),
    p=st.floats(0.02, 0.98),
    min_p=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_ties_and_edges_are_treated_as_transformers_treats_them(levels, k, p, min_p):
    """Of equal tokens at the edge of the nucleus any may stay; how many stay, and what remains for all, is the same."""
    logits = torch.tensor([levels]).float()
    torch.testing.assert_close(keep_top_k(logits, k), TopKLogitsWarper(k)(None, logits))
    torch.testing.assert_close(keep_min_p(logits, min_p), MinPLogitsWarper(min_p)(None, logits))
    shares = logits.softmax(-1).sort(descending=True).values.cumsum(-1)
    if (shares - p).abs().min() > 1e-5:  # exactly on the edge, rounding decides
        ours, theirs = keep_top_p(logits, p), TopPLogitsWarper(p)(None, logits)
        torch.testing.assert_close(ours.sort().values, theirs.sort().values)


def test_everything_is_kept_at_the_open_ends():
    assert kept(keep_top_p(LOGITS, 1.0)) == kept(keep_min_p(LOGITS, 0.0)) == kept(keep_top_k(LOGITS, 4)) == [0, 1, 2, 3]
    alone = torch.tensor([[5.0]])
    for sampler in (Sampler(top_k=3), Sampler(top_p=0.01), Sampler(min_p=1.0), Sampler(temperature=0.01)):
        assert sampler.probabilities(alone).tolist() == [[1.0]]


def test_the_best_token_survives_every_filter():
    logits = torch.randn(50, 17, generator=torch.Generator().manual_seed(0))
    for sampler in (Sampler(top_k=1), Sampler(top_p=1e-6), Sampler(min_p=1.0), Sampler(top_k=3, top_p=0.1, min_p=0.9)):
        assert torch.equal(sampler.probabilities(logits).argmax(-1), logits.argmax(-1))


def test_filters_apply_one_after_the_other():
    probabilities = torch.tensor([0.4, 0.3, 0.2, 0.1])
    assert kept(keep_top_p(probabilities.log(), 0.5)) == [0, 1]
    assert kept(keep_top_p(keep_top_k(probabilities.log(), 2), 0.5)) == [0]  # 0.4 / 0.7 is more than one half


def test_a_spin_falls_on_its_slice():
    slices = torch.tensor([0.5, 0.0, 0.25, 0.25])
    spins = torch.tensor([0.0, 0.499, 0.5, 0.749, 0.75, 0.999])
    assert pick(slices.expand(6, -1), spins).tolist() == [0, 0, 2, 2, 3, 3]
    assert pick(torch.tensor([0.0, 1.0]), torch.tensor(0.0)).item() == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999))
def test_spins_choose_as_often_as_the_probabilities_say(seed):
    generator = torch.Generator().manual_seed(seed)
    probabilities = torch.rand(6, generator=generator)
    probabilities[seed % 6] = 0.0
    probabilities /= probabilities.sum()
    spins = torch.arange(0.5, 4000) / 4000
    found = pick(probabilities.expand(4000, -1), spins).bincount(minlength=6) / 4000
    torch.testing.assert_close(found, probabilities, atol=1e-3, rtol=0)
    assert found[seed % 6] == 0
