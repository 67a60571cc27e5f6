"""Pictures of places: hands stand where a turn puts them, and curves where they were measured."""

import time

import pytest
import torch

from course_lib.transformer import apply_rotary, rotary_tables
from course_lib.viz import beyond_figure, codes_figure, png, rotary_explorer, schemes_figure

SPEEDS = (1.0, 0.1)


@pytest.fixture
def explorer():
    query, key = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))
    return rotary_explorer(query, key, SPEEDS, longest=20), query, key


def test_hands_and_score_are_those_of_the_library(explorer):
    draw, query, key = explorer
    stage = draw(7, 3)
    tables = [rotary_tables(torch.tensor([place]), 4, theta=100.0) for place in (7, 3)]
    turned = [apply_rotary(each[None], *table)[0] for each, table in zip((query, key), tables, strict=True)]
    for pair in range(2):
        for hand, vector in zip(stage.moving[3 * pair : 3 * pair + 2], turned, strict=True):
            tip = [line[-1] for line in hand.get_data()]
            assert tip == pytest.approx([vector[pair].item(), vector[pair + 2].item()], abs=1e-5)
    ((distance,), (score,)) = stage.moving[-1].get_data()
    assert distance == 4
    assert score == pytest.approx((turned[0] @ turned[1]).item(), abs=1e-5)


def test_moving_both_leaves_the_dot_and_moves_the_hands(explorer):
    draw, *_ = explorer
    dot, first = draw(7, 3).moving[-1].get_data(), png(draw(7, 3))
    assert draw(12, 8).moving[-1].get_data() == dot
    assert png(draw(12, 8)) != first
    assert png(draw(7, 3)) == first


def test_the_clocks_are_drawn_anew_in_time(explorer):
    draw, *_ = explorer
    png(draw(1, 0))
    start = time.thread_time()
    png(draw(2, 0))
    assert time.thread_time() - start < 0.15


def test_codes_have_a_row_for_each_place():
    figure = codes_figure({"one": torch.zeros(5, 3), "two": torch.ones(5, 8)})
    images = [axes.images[0].get_array().shape for axes in figure.axes if axes.images]
    assert images[:2] == [(5, 3), (5, 8)]


def test_a_curve_goes_through_means_and_a_thin_line_through_each_seed():
    curves = {"rotary": {8: [1.0, 3.0], 64: [2.0, 2.0]}, "none": {8: [4.0, 4.0], 64: [5.0, 7.0]}}
    (axes,) = beyond_figure(curves, trained_length=32).axes
    lines = {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}
    assert lines["rotary"].get_xydata().tolist() == [[8, 2.0], [64, 2.0]]
    assert lines["none"].get_ydata()[1] == 6.0
    thin = [list(line.get_ydata()) for line in axes.lines if line.get_linewidth() == 0.7]
    assert [1.0, 2.0] in thin
    assert [3.0, 2.0] in thin
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(lines["rotary"], look)() != getattr(lines["none"], look)()
    assert axes.get_ylabel() == "surprise in nats"


def test_a_tuned_model_has_a_look_of_its_own():
    names = ("rotary", "windowed", "squeezed", "squeezed, tuned", "tuned")
    (axes,) = beyond_figure({name: {4: [1.0], 8: [2.0]} for name in names}, trained_length=6).axes
    looks = {(line.get_color(), line.get_marker()) for line in axes.lines if line.get_label() in names}
    assert len(looks) == len(names)


def test_guessing_is_a_level_line_that_says_so():
    (axes,) = beyond_figure({"rotary": {8: [1.0], 64: [2.0]}}, trained_length=32, guessing=2.77).axes
    assert any(list(line.get_ydata()) == [2.77, 2.77] for line in axes.lines)
    assert any(text.get_text() == "guessing" and text.get_position()[1] == 2.77 for text in axes.texts)


def test_runs_are_rings_with_their_mean_told_and_guesses_are_stars():
    (axes,) = schemes_figure({"rotary": [1.0, 2.0], "none": [3.0, 3.0]}, "nats", {"none": 2.5}).axes
    assert [text.get_text() for text in axes.texts] == ["1.50", "3.00"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["rotary", "none"]
    (star,) = [line for line in axes.lines if line.get_marker() == "*"]
    assert star.get_xydata().tolist() == [[2.5, 1]]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: codes_figure({}), "no table"),
        (lambda: codes_figure({"empty": torch.zeros(0, 2)}), "empty"),
        (lambda: rotary_explorer(torch.zeros(4), torch.zeros(4), (1.0,), 9), "1 pairs need 2"),
        (lambda: beyond_figure({}, 64), "no curve"),
        (lambda: beyond_figure({"rotary": {8: []}}, 64), "empty"),
        (lambda: schemes_figure({"rotary": []}, "nats"), "no run"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()
