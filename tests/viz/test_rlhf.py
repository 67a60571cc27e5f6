"""Pictures of learning from feedback: what is drawn is what was given."""

import pytest
import torch

from course_lib.viz import (
    clip_figure,
    conduct_figure,
    course_figure,
    estimates_figure,
    parts_figure,
    places_figure,
    proxy_figure,
    slope_at,
    token_bars_figure,
)


def gain(ratio, advantage, clip):
    """PPO's clipped gain."""
    return torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)


def test_histograms_share_their_axis_and_say_mean_and_spread():
    estimates = {"wide": torch.tensor([-1.0, 3.0]), "narrow": torch.ones(4)}
    first, second = estimates_figure(estimates, 1.0, "slope", (-2.0, 2.0)).axes
    assert first.get_title(loc="left") == "wide: mean 1.000, spread 2.828"
    assert second.get_title(loc="left") == "narrow: mean 1.000, spread 0.000"
    assert first.get_xlim() == second.get_xlim()
    assert sum(patch.get_height() for patch in first.patches) == 1  # what lies outside is not drawn
    assert sum(patch.get_height() for patch in second.patches) == 4


@pytest.mark.parametrize(("ratio", "good", "bad"), [(1.5, False, True), (0.5, True, False), (1.1, True, True)])
def test_the_clip_says_who_is_still_pushed(ratio, good, bad):
    panels = clip_figure(gain, ratio, 0.2).axes
    for axes, is_pushed in zip(panels, (good, bad), strict=True):
        assert ("still pushed" in axes.get_title(loc="left")) == is_pushed
        assert list(axes.lines[2].get_xdata()) == [ratio]
        assert max(axes.lines[1].get_ydata()) <= 2.0


def test_height_and_slope_at_a_ratio():
    assert slope_at(gain, 1.5, 2.0, 0.2) == (pytest.approx(2.4), 0.0)
    assert slope_at(gain, 1.5, -2.0, 0.2) == (pytest.approx(-3.0), -2.0)


def test_a_bar_for_each_token_at_one_scale():
    first, second = token_bars_figure(["a", "b"], {"price": [0.5, -1.0], "score": [0.0, 2.0]}).axes
    assert [patch.get_height() for patch in first.patches] == [0.5, -1.0]
    assert [text.get_text() for text in second.texts] == ["0.00", "2.00"]
    assert first.get_ylim() == second.get_ylim()
    assert [label.get_text() for label in second.get_xticklabels()] == ["'a'", "'b'"]


def test_rows_of_different_units_may_have_a_scale_each():
    first, second = token_bars_figure(["a"], {"nats": [4.0], "earned": [-0.5]}, one_scale=False).axes
    assert first.get_ylim() == (-1.0, 5.0)
    assert second.get_ylim() == (-0.625, 0.125)


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="price: 1 numbers for 2 tokens"):
        token_bars_figure(["a", "b"], {"price": [0.5]})


def test_curves_count_from_one_and_another_run_stands_behind():
    curves = {"score": [0.1, 0.4], "distance": [0.0, 1.0]}
    first, second = course_figure(curves, "round", before={"score": [0.3, 0.2, 0.1]}).axes
    assert [list(line.get_xdata()) for line in first.lines] == [[1, 2, 3], [1, 2]]
    assert [list(line.get_ydata()) for line in second.lines] == [[], [0.0, 1.0]]
    assert first.get_xlabel() == "round"


def test_iterations_in_which_only_the_critic_learns_have_a_grey_ground():
    (axes,) = course_figure({"score": [0.1, 0.2, 0.3]}, n_waiting=2).axes
    (ground,) = axes.patches
    assert (ground.get_x(), ground.get_x() + ground.get_width()) == (0.5, 2.5)


def test_a_mark_has_its_name_beside_it():
    (axes,) = places_figure({"start": (0.0, 0.1), "end": (2.0, 0.7)}, "nats", "score").axes
    assert [list(line.get_xdata()) for line in axes.lines] == [[0.0], [2.0]]
    assert [text.get_text() for text in axes.texts] == ["start", "end"]


def test_conduct_has_a_bar_for_each_model_and_numbers_where_there_is_room():
    groups = {"known": {"chat": {"right": 0.98, "made up": 0.02}}, "invented": {"chat": {"right": 0.0, "made up": 1.0}}}
    (axes,) = conduct_figure(groups, "share").axes
    assert [patch.get_width() for patch in axes.patches] == pytest.approx([0.98, 0.02, 0.0, 1.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["known: chat", "invented: chat"]
    assert [text.get_text() for text in axes.texts] == ["98%", "100%"]
    assert list(axes.get_yticks()) == [0.0, 1.5]


def test_parts_have_a_bar_for_each_model_in_each_subject():
    (axes,) = parts_figure({"chat": {"truth": 0.5, "style": -0.2}, "rlhf": {"truth": 0.7, "style": 0.1}}, "mark").axes
    assert sorted(patch.get_width() for patch in axes.patches) == [-0.2, 0.1, 0.5, 0.7]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["truth", "style"]


def test_proxy_and_truth_are_drawn_for_each_run_and_in_the_mean():
    runs = [[(0.0, 0.0), (1.0, 0.5)], [(0.0, 0.0), (3.0, -0.5)]]
    figure = proxy_figure({"few labels": runs, "many": runs[:1]}, "quarter of the run")
    first = figure.axes[0]
    means = [line for line in first.lines if line.get_marker() not in ("None", None, "")]
    assert [list(line.get_ydata()) for line in means] == [[0.0, 2.0], [0.0, 0.0]]
    assert list(means[0].get_xdata()) == [1, 2]
    assert first.get_xlabel() == "quarter of the run"
