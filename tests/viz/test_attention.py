"""Pictures of attention: what is forbidden differs from what is hardly looked at, and no share is left out."""

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from course_lib.transformer import causal_mask
from course_lib.viz import draw_pattern, pattern_figure

TOKENS = ["the", "cat", "slept"]
PATTERN = torch.tensor([[1.0, 0.0, 0.0], [0.98, 0.02, 0.0], [0.01, 0.6, 0.39]])


def hatched(axes):
    return [patch for patch in axes.patches if isinstance(patch, PathPatch) and patch.get_hatch()]


def test_forbidden_squares_are_hatched_and_no_others():
    axes = Figure().subplots()
    draw_pattern(axes, PATTERN, TOKENS, allowed=causal_mask(3))
    (outline,) = hatched(axes)
    inside = [[outline.get_path().contains_point((key, query)) for key in range(3)] for query in range(3)]
    assert inside == (~causal_mask(3)).tolist()


@pytest.mark.parametrize("allowed", [None, torch.ones(3, 3, dtype=torch.bool)])
def test_without_a_mask_nothing_is_hatched(allowed):
    axes = Figure().subplots()
    draw_pattern(axes, PATTERN, TOKENS, allowed=allowed)
    assert hatched(axes) == []


def test_a_share_is_written_where_it_is_large_enough():
    axes = Figure().subplots()
    draw_pattern(axes, PATTERN, TOKENS)
    said = {(round(text.get_position()[1]), round(text.get_position()[0])): text.get_text() for text in axes.texts}
    assert said == {(0, 0): "1.00", (1, 0): "0.98", (1, 1): "0.02", (2, 0): "0.01", (2, 1): "0.60", (2, 2): "0.39"}


def test_only_the_pattern_that_had_a_mask_is_hatched():
    figure = pattern_figure({"open": PATTERN, "masked": PATTERN}, TOKENS, {"masked": causal_mask(3)})
    assert [len(hatched(axes)) for axes in figure.axes] == [0, 1]
