"""Pictures of preferences: a choice's slope is its surprise, bars hang from zero, and the diagonal is honest."""

import pytest

from course_lib.viz import calibration_figure, choice_figure, order_figure, surprise_figure


def test_a_toss_up_costs_log_two_and_pushes_by_half():
    left, right = choice_figure([0.0]).axes
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["+0.0: chosen with 0.50"]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["+0.0: loss 0.69, slope -0.50"]
    slope = next(line for line in right.lines if line.get_linewidth() == 2.5)
    (x0, x1), (y0, y1) = slope.get_xdata(), slope.get_ydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(-0.5)


def test_every_token_has_its_bar_and_the_likeliest_one_its_line():
    panels = surprise_figure({"right": [("In", -0.1, -0.1)], "wrong": [("In", -0.1, -0.1), ("Norby", -9, -0.2)]}).axes
    assert [[bar.get_height() for bar in axes.patches] for axes in panels] == [[-0.1], [-0.1, -9]]
    assert [line.get_ydata()[0] for line in panels[1].lines] == [-0.1, -0.2]
    assert [label.get_text() for label in panels[1].get_xticklabels()] == ["In", "Norby"]
    assert panels[0].get_ylim() == panels[1].get_ylim()


@pytest.mark.parametrize("replies", [{}, {"empty": []}])
def test_a_reply_without_tokens_is_refused(replies):
    with pytest.raises(ValueError, match="at least one token"):
        surprise_figure(replies)


def test_each_curve_has_a_share_in_every_group():
    (axes,) = order_figure({"a": [0.5, 0.9], "b": [0.6, 0.8]}, ["near", "far"], "difference", 0.5).axes
    assert [list(line.get_ydata()) for line in axes.lines[:2]] == [[0.5, 0.9], [0.6, 0.8]]
    with pytest.raises(ValueError, match="a has 1 shares for 2 groups"):
        order_figure({"a": [0.5]}, ["near", "far"], "difference", 0.5)


def test_predictions_that_come_true_lie_on_the_diagonal():
    (axes,) = calibration_figure({"fair": [(0.6, 0.6, 100), (0.9, 0.9, 100)]}).axes
    fair = axes.containers[0].lines[0]
    assert list(fair.get_xdata()) == list(fair.get_ydata()) == [0.6, 0.9]


def test_a_bin_where_all_came_true_still_has_an_error():
    (axes,) = calibration_figure({"sure": [(0.95, 1.0, 4)]}).axes
    (bars,) = axes.containers[0].lines[2]
    low, high = bars.get_segments()[0][:, 1]
    assert high - low == pytest.approx(0.2)
