"""Pictures of a GPT: the bars are the largest, small shares are named."""

import pytest
import torch

from course_lib.viz import probability_figure, shares_figure


def test_the_bars_are_the_most_probable_entries_in_order():
    figure = probability_figure(torch.tensor([0.1, 0.6, 0.0, 0.3]), lambda ids: "abcd"[ids[0]], n_shown=3)
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.6, 0.3, 0.1])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["'b'", "'d'", "'a'"]


def test_a_share_too_thin_to_see_is_named_above_its_bar():
    (axes,) = shares_figure({"large": {"small part": 0.5, "rest": 99.5}, "other": {"a": 0.0, "b": 1.0}}, "share").axes
    assert [text.get_text() for text in axes.texts] == ["small part: <1%", "100%", "100%"]
