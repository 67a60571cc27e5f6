"""Pictures of words: squares hold their numbers, the map answers in time, and only what was asked is ringed."""

import time

import pytest
import torch
from torch import tensor

from course_lib.viz import (
    company_figure,
    draw_words,
    lookup_figure,
    png,
    pull_figure,
    score_dots_figure,
    word_map,
)

PLACES = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
KINDS = ["town"] * 5 + ["river"] * 5 + [""] * 30


def answer(question):
    row = int(question)
    return [row], [(f"word {row + step}", row + step, 1 - step / 10) for step in range(1, 4)]


def test_a_lookup_shows_both_factors_and_the_product():
    one_hot, table = tensor([[0.0, 1.0, 0.0]]), tensor([[1.0, 2.0], [-3.0, 0.5], [0.0, 0.0]])
    left, middle, right = lookup_figure(one_hot, table, ["a", "b", "c"]).axes
    assert [text.get_text() for text in right.texts] == ["-3", "0.5"]
    assert [label.get_text() for label in left.get_yticklabels()] == ["b"]
    assert len(middle.texts) == 6


def test_every_square_holds_its_count():
    (axes,) = company_figure(tensor([[8.0, 0.0], [1.0, 2.0]]), ["cat", "dog"], ["a", "the"]).axes
    assert [text.get_text() for text in axes.texts] == ["8", "0", "1", "2"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "the"]
    assert axes.images[0].get_array().max() == 1


def test_an_empty_row_of_counts_can_be_drawn():
    (axes,) = company_figure(torch.zeros(1, 2), ["cat"], ["a", "the"]).axes
    assert axes.images[0].get_array().max() == 0


def test_a_step_is_drawn_from_dashed_to_solid():
    before, after = tensor([[1.0, 0.0], [0.0, 1.0]]), tensor([[1.0, 0.5], [0.5, 1.0]])
    (axes,) = pull_figure(before, after, ["cat", "dog"]).axes
    dashed = [line.get_xydata()[1].tolist() for line in axes.lines if line.get_linestyle() == "--"]
    solid = [line.get_xydata()[1].tolist() for line in axes.lines if line.get_linestyle() == "-"]
    assert (dashed, solid) == (before.tolist(), after.tolist())
    assert [text.get_text() for text in axes.texts] == ["cat", "dog"]


def test_kinds_differ_in_shape_or_colour():
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    kinds = [f"kind {number}" for number in range(11)]
    draw_words(axes, PLACES[:11], kinds)
    looks = [
        (points.get_paths()[0].vertices.tobytes(), tuple(points.get_facecolor()[0]))
        for points in axes.collections
        if points.get_label() in kinds
    ]
    assert len(set(looks)) == 11


def test_the_map_rings_what_was_asked_and_lists_what_is_near():
    draw = word_map(PLACES, KINDS, 0.2, answer)
    stage = draw("3")
    asked, near = stage.moving[:2]
    assert asked.get_xydata().tolist() == [pytest.approx(PLACES[3].tolist())]
    assert len(near.get_xydata()) == 3
    assert [artist.get_text().strip() for artist in stage.moving[2:6]] == ["1", "2", "3", ""]
    assert [artist.get_text() for artist in stage.moving[-8:-5]] == [
        "1  word 4  0.90",
        "2  word 5  0.80",
        "3  word 6  0.70",
    ]
    assert stage.moving[10].get_width() == pytest.approx(0.9)
    first = png(stage)
    assert png(draw("4")) != first
    assert png(draw("3")) == first


def test_asking_again_takes_under_150_ms():
    draw = word_map(PLACES, KINDS, 0.2, answer)
    png(draw("0"))
    spent = []
    for number in range(5):
        start = time.process_time()
        png(draw(str(number)))
        spent.append(time.process_time() - start)
    assert min(spent) < 0.15


def test_a_line_for_each_thing_and_a_mark_for_each_score():
    scores = {"capitals": {"sum": 0.4, "no sum": 0.0}, "plural": {"sum": 0.6, "no sum": 0.3}}
    figure = score_dots_figure(scores, "share")
    (axes,) = figure.axes
    marks = [line.get_xydata()[0].tolist() for line in axes.lines if len(line.get_xdata()) == 1]
    assert marks == [[0.4, 0.0], [0.0, 0.0], [0.6, 1.0], [0.3, 1.0]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["sum", "no sum"]
