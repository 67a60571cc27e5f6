"""Pictures of heads: every head has its square, dots stand where they were measured, counts are those of the dots."""

import pytest
import torch

from course_lib.viz import cut_figure, flips_figure, head_maps_figure, losses_of_heads_figure, png


def test_small_maps_carry_their_numbers_and_large_ones_do_not():
    small = head_maps_figure({"same token": torch.tensor([[0.1, 0.9]])}, {"same token": 0.05})
    axes = small.axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.10", "0.90"]
    assert "chance 0.05" in axes.get_title()
    large = head_maps_figure({kind: torch.rand(30, 9) for kind in "ab"}, {"a": 0.1, "b": 0.1})
    assert not large.axes[0].texts
    assert png(large)
    with pytest.raises(ValueError, match="no map"):
        head_maps_figure({}, {})


def test_cuts_show_every_seed_and_this_run():
    figure = cut_figure({1: [0.1, 0.2], 2: [0.9, 1.0]}, {2: 0.95}, guessing=0.125)
    mean, first, second, live, line = figure.axes[0].lines
    assert mean.get_ydata() == pytest.approx([0.15, 0.95])
    assert list(first.get_ydata()) == [0.1, 0.2]
    assert list(second.get_xdata()) == [2, 2]
    assert list(live.get_ydata()) == [0.95]
    assert line.get_ydata()[0] == 0.125
    assert png(figure)


def test_flips_are_counted():
    margins = {"from it": torch.zeros(3), "from the word": torch.tensor([0.2, -0.1, 0.3])}
    figure = flips_figure(margins, ["by itself", "in the story", "by itself"])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["from it\n0 of 3 follow", "from the word\n2 of 3 follow"]
    assert png(figure)
    with pytest.raises(ValueError, match="one group for each pair"):
        flips_figure(margins, ["by itself"])


def test_costs_alone_and_together():
    singles, recalls = torch.tensor([[0.1, 0.0], [0.3, 0.2]]), torch.tensor([[0.9, 1.0], [0.2, 0.5]])
    figure = losses_of_heads_figure(singles, recalls, [0.0, 0.1], [0.0, 0.4])
    left, right = figure.axes
    assert [line.get_label() for line in left.lines] == ["layer 0", "layer 1"]
    assert list(right.lines[0].get_ydata()) == [0.0, 0.4]
    assert png(figure)
