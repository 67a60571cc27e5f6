"""Waves, rotary and squeezed places: by hand, against complex numbers and transformers, and what they exist for."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.transformer import (
    GPT,
    GPTConfig,
    Parts,
    apply_rotary,
    interpolated_places,
    rotary_tables,
    sinusoidal_table,
)


def test_by_hand():
    cos, sin = rotary_tables(torch.tensor([2]), d_head=4, theta=100.0)
    torch.testing.assert_close(cos, torch.tensor([[2.0, 0.2]]).cos())  # pair 0 turns 1 a token, pair 1 a tenth
    torch.testing.assert_close(sin, torch.tensor([[2.0, 0.2]]).sin())


def test_a_turn_is_a_complex_product():
    features, positions = torch.randn(5, 8), torch.arange(5)
    cos, sin = rotary_tables(positions, d_head=8, theta=50.0)
    turned = torch.complex(*features.chunk(2, -1)) * torch.complex(cos, sin)
    expected = torch.cat((turned.real, turned.imag), dim=-1)
    torch.testing.assert_close(apply_rotary(features, cos, sin), expected)


@settings(max_examples=30, deadline=None)
@given(start=st.integers(0, 200), distance=st.integers(0, 50), shift=st.integers(0, 500))
def test_a_score_depends_on_the_distance_alone(start, distance, shift):
    query, key = torch.randn(2, 1, 16, generator=torch.Generator().manual_seed(start))

    def score(first: int) -> float:
        at_key, at_query = (rotary_tables(torch.tensor([place]), 16) for place in (first, first + distance))
        return (apply_rotary(query, *at_query) * apply_rotary(key, *at_key)).sum().item()

    assert abs(score(start) - score(start + shift)) < 1e-3


def test_lengths_stay():
    features = torch.randn(3, 10, 8)
    turned = apply_rotary(features, *rotary_tables(torch.arange(10), 8))
    torch.testing.assert_close(turned.norm(dim=-1), features.norm(dim=-1))


def test_tables_are_float32_where_the_model_is_not():
    cos, sin = rotary_tables(torch.tensor([256, 257]), 8)
    assert cos.dtype == torch.float32
    assert cos[0, 0] != cos[1, 0]
    assert apply_rotary(torch.randn(2, 8).bfloat16(), cos, sin).dtype == torch.bfloat16


def test_turning_has_the_gradients_of_a_complex_product():
    features = torch.randn(2, 5, 8, dtype=torch.float64, requires_grad=True)
    cos, sin = (table.double() for table in rotary_tables(torch.arange(5), 8))
    apply_rotary(features, cos, sin).square().mul(torch.arange(8)).sum().backward()
    ours, features.grad = features.grad, None
    turned = torch.complex(*features.chunk(2, -1)) * torch.complex(cos, sin)
    torch.cat((turned.real, turned.imag), -1).square().mul(torch.arange(8)).sum().backward()
    torch.testing.assert_close(ours, features.grad)


def test_rotary_is_llamas():
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    query, key = torch.randn(2, 1, 3, 6, 8)
    cos, sin = rotary_tables(torch.arange(6), 8)
    theirs = apply_rotary_pos_emb(query, key, *(torch.cat((table, table), -1)[None] for table in (cos, sin)))
    torch.testing.assert_close((apply_rotary(query, cos, sin), apply_rotary(key, cos, sin)), theirs)


def test_the_sinusoidal_table_by_hand():
    expected = [[0.0, 1.0, 0.0, 1.0], [math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)]]
    torch.testing.assert_close(sinusoidal_table(2, 4), torch.tensor(expected))


def test_the_sinusoidal_table_is_distilberts():
    from transformers.models.distilbert.modeling_distilbert import create_sinusoidal_embeddings

    theirs = torch.empty(300, 32)
    create_sinusoidal_embeddings(300, 32, theirs)
    torch.testing.assert_close(sinusoidal_table(300, 32), theirs, atol=1e-6, rtol=0)


@settings(max_examples=30, deadline=None)
@given(place=st.integers(0, 200), distance=st.integers(0, 100), half=st.integers(1, 16))
def test_rows_of_the_sinusoidal_table_meet_by_distance_alone(place, distance, half):
    table = sinusoidal_table(301, 2 * half)
    assert table.abs().max() <= 1
    torch.testing.assert_close(table.square().sum(dim=-1), torch.full((301,), float(half)))
    met = table[place] @ table[place + distance] - table[0] @ table[distance]
    assert abs(met.item()) < 1e-4 * half


def test_a_frozen_table_of_waves_makes_a_model_that_learns():
    config = GPTConfig(vocab_size=6, context_length=12, n_layers=1, n_heads=2, d_model=16, positions="learned")
    torch.manual_seed(0)
    model = GPT(config)
    model.position_embedding.weight.data.copy_(sinusoidal_table(12, 16))
    model.position_embedding.weight.requires_grad_(False)
    token_ids = torch.randint(6, (4, 12), generator=torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam([each for each in model.parameters() if each.requires_grad], lr=1e-2)
    for _ in range(150):
        loss = F.cross_entropy(model(token_ids[:, :-1]).flatten(0, 1), token_ids[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1


@given(n_tokens=st.integers(1, 300), trained_length=st.integers(1, 300))
def test_squeezed_places_stay_within_training_in_equal_steps(n_tokens, trained_length):
    places = interpolated_places(n_tokens, trained_length)
    assert places[0] == 0
    assert places.max() < trained_length
    torch.testing.assert_close(places.diff(), torch.full((n_tokens - 1,), min(1.0, trained_length / n_tokens)),
                               atol=1e-4, rtol=0)  # fmt: skip


def test_a_model_reads_squeezed_places_as_fractions():
    config = GPTConfig(vocab_size=6, context_length=12, n_layers=2, n_heads=2, d_model=16)
    model, token_ids = GPT(config), torch.randint(6, (1, 12))
    places = interpolated_places(12, 6)[None]
    assert not torch.allclose(model(token_ids, positions=places), model(token_ids))
    slower = GPT(config)
    slower.load_state_dict(model.state_dict())
    for parts in slower.modules():  # every angle halved: the same as places halved
        if hasattr(parts, "parts"):
            parts.parts = Parts(positions=lambda features, cos, sin: apply_rotary(features, *halved(cos, sin)))
    torch.testing.assert_close(slower(token_ids), model(token_ids, positions=places), atol=1e-4, rtol=1e-4)


def halved(cos, sin):
    """Cosines and sines of half the angle, for angles that a model of width 8 a head meets at places 0 to 11."""
    return rotary_tables(torch.arange(cos.shape[-2]) / 2, 2 * cos.shape[-1])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: sinusoidal_table(0, 4), "n_positions 0"),
        (lambda: sinusoidal_table(4, 3), "d_model 3"),
        (lambda: sinusoidal_table(4, 0), "d_model 0"),
        (lambda: sinusoidal_table(4, 4, theta=-1.0), "theta is -1"),
        (lambda: sinusoidal_table(4, 4, theta=float("nan")), "theta is nan"),
        (lambda: interpolated_places(0, 4), "n_tokens 0"),
        (lambda: interpolated_places(4, 0), "trained_length 0"),
    ],
)
def test_impossible_sizes_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
