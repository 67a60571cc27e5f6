"""Pictures of a model's file: every byte in its place, numbers on their levels, curves and bars as long as told."""

import math

import pytest
import torch

from course_lib.evaluation import Interval
from course_lib.viz import (
    block_figure,
    bytes_figure,
    context_figure,
    ladder_figure,
    png,
    row_sizes_figure,
    scores_figure,
)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_every_byte_has_a_box_and_letters_stand_where_text_is():
    (axes,) = bytes_figure([('"magic"', b"GG"), ("version", b"\x03\x00G")], per_row=4).axes
    assert len(axes.patches) == 5
    assert texts(axes) == ["magic", "G", "G", "version", "03", "00", "47"]
    assert [box.get_xy() for box in axes.patches][-1] == (0, pytest.approx(-1.28))  # the fifth begins a new row


def test_numbers_of_a_block_lie_on_its_levels():
    axes = block_figure(0.5, -1.0, [0, 2, 15], n_levels=16).axes[0]
    assert "3 numbers" in axes.get_xlabel()
    assert axes.lines[0].get_ydata() == pytest.approx([-1.0, 0.0, 6.5])
    assert axes.get_yticks() == pytest.approx([-1.0 + 0.5 * level for level in range(16)])


def test_rows_are_drawn_in_order_and_the_middle_is_marked():
    rows = {"q": torch.tensor([1.0, 2.0, 3.0, 4.0]), "v": torch.ones(4)}
    before, after = row_sizes_figure({"before": rows, "after": {"q": 2 * torch.ones(4)}}, half=2).axes
    assert before.lines[0].get_ydata() == pytest.approx([1, 2, 3, 4])
    assert before.lines[2].get_xdata() == pytest.approx([1.5, 1.5])
    assert [text.get_text() for text in before.get_legend().get_texts()] == ["q", "v"]
    assert after.lines[0].get_ydata() == pytest.approx([2, 2, 2, 2])
    assert (before.get_title(loc="left") + before.get_title(), after.get_ylim()) == ("before", before.get_ylim())


def test_curves_over_the_context_end_with_their_number():
    (axes,) = context_figure({"a": {1: 4000.0, 16: 100.0}, "b": {1: 4000.0, 16: 20.0}}).axes
    assert texts(axes) == ["100", "20"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert list(axes.get_xticks()) == [1, 16]


def test_a_ladder_names_small_and_huge_numbers():
    (axes,) = ladder_figure({"a": 19.2, "b": 3984.0, "c": 6_100_000.0}, "perplexity", ("knows nothing", 49152)).axes
    assert texts(axes) == ["19.2", "3,984", "6 million", " knows nothing"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


@pytest.mark.parametrize("values", [{"a": 19.2, "b": 165.6}, {"a": 3984.0, "b": 11_000_000.0}])
def test_a_ladder_leaves_the_last_number_a_seventh_of_the_width(values):
    (axes,) = ladder_figure(values, "perplexity").axes
    start, end = (math.log(edge) for edge in axes.get_xlim())
    assert (math.log(values["b"]) - start) / (end - start) == pytest.approx(1 / 1.16)


def test_bars_have_their_shares_and_intervals():
    shares = {"one": Interval(value=0.5, low=0.4, high=0.7, n=9), "two": Interval(value=0.1, low=0.0, high=0.2, n=9)}
    (axes,) = scores_figure({"x": shares, "y": shares}, "share").axes
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([0.5, 0.5, 0.1, 0.1])
    (reach,) = axes.collections[0].get_segments()[:1]
    assert reach[:, 1] == pytest.approx([0.4, 0.7])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["x", "y"]


def test_they_can_be_drawn():
    for figure in (bytes_figure([("a", b"\x00")]), block_figure(1.0, 0.0, [3]), ladder_figure({"a": 2.0}, "x")):
        assert png(figure)[1:4] == b"PNG"
