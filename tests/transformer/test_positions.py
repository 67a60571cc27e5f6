"""Rotary positions: by hand, against complex numbers, and the property they exist for."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.transformer import apply_rotary, rotary_tables


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
