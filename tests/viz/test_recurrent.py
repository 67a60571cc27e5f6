"""Pictures of recurrence: curves stand where they were measured, guesses and kinds can be told apart."""

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from course_lib.viz import (
    paths_figure,
    png,
    queue_figure,
    reach_explorer,
    reach_figure,
    recall_by_distance_figure,
)


def test_a_reach_begins_at_the_last_token_and_both_curves_differ_in_three_ways():
    (axes,) = reach_figure({"RNN": [1.0, 0.1, 0.01], "LSTM": [1.0, 0.9, 0.8]}).axes
    one, other = axes.lines
    assert one.get_xydata().tolist() == [[0, 1.0], [1, 0.1], [2, 0.01]]
    assert axes.get_yscale() == "log"
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(one, look)() != getattr(other, look)()


def test_a_model_has_one_look_whatever_stands_before_it_and_in_whichever_picture():
    (usual,) = reach_figure({"RNN": [1.0, 0.1], "LSTM, forget bias 5": [1.0, 0.9]}).axes
    (by_distance,) = recall_by_distance_figure({"LSTM, gates open": {4: [1.0]}, "RNN": {4: [1.0]}}, chance=0.1).axes
    colours = {line.get_label(): line.get_color() for line in by_distance.lines}
    assert [line.get_color() for line in usual.lines] == [colours["RNN"], colours["LSTM, gates open"]]


def test_the_explorer_moves_its_lines_and_nothing_else():
    draw = reach_explorer(lambda scale: ([2.0, 2 * scale], [[scale, 0.0]]), n_steps=2, n_units=1)
    stage = draw(0.5)
    measured, power, unit = stage.moving
    assert list(measured.get_ydata()) == [2.0, 1.0]
    assert list(power.get_ydata()) == [2.0, 1.0]
    assert list(unit.get_ydata()) == [0.5, 0.0]
    first = png(stage)
    assert png(draw(1.5)) != first
    assert png(draw(0.5)) == first


def test_an_rnn_has_an_arrow_for_each_step_and_attention_one_from_the_first_to_the_last():
    rnn, attention = paths_figure(["a", "b", "c", "d"]).axes
    titles = [axes.get_title(loc="left") or axes.get_title() for axes in (rnn, attention)]
    assert titles == ["RNN: 3 steps, one after another", "attention: one step"]
    ways = [(text.xyann, text.xy) for text in attention.texts if isinstance(text, Annotation)]
    assert [start for start, _ in ways] == [(0, 0.0), (1, 0.0), (2, 0.0)]
    assert [end[0] for _, end in ways] == [3, 3, 3]
    heights = [end[1] for _, end in ways]
    assert len(set(heights)) == 3, "no arrow head hides another"
    steps = [text for text in rnn.texts if isinstance(text, Annotation)]
    assert len(steps) == 4 + 3  # from each token to its state, and from state to state


def test_each_seed_is_a_dot_and_the_line_goes_through_means():
    runs = {"RNN": {4: [1.0, 0.8], 16: [0.2, 0.1]}, "attention": {4: [1.0, 1.0], 16: [1.0, 1.0]}}
    figure = recall_by_distance_figure(runs, chance=0.125)
    (axes,) = figure.axes
    line = next(line for line in axes.lines if line.get_label() == "RNN")
    assert list(line.get_ydata()) == pytest.approx([0.9, 0.15])
    rings = [line for line in axes.lines if line.get_marker() == "o" and line.get_linestyle() == "None"]
    assert [sorted(each.get_ydata()) for each in rings if len(each.get_ydata())] == [[0.8, 1.0], [0.1, 0.2]]
    assert {"hollow: one run", "full: mean"} <= {line.get_label() for line in axes.lines}
    assert [text.get_text() for text in axes.get_xticklabels()] == ["4", "16"]


def test_a_curve_looks_the_same_in_every_panel_and_the_legend_is_told_once():
    panels = {
        "waiting": ("operations", {"RNN": {16: 40, 32: 80}, "attention": {16: 30, 32: 30}}),
        "time": ("milliseconds", {"attention": {16: 1.0, 32: 1.5}, "RNN": {16: 2.0, 32: 4.0}}),
    }
    figure = queue_figure(panels)
    left, right = figure.axes
    assert left.lines[0].get_color() == right.lines[1].get_color()
    assert left.lines[1].get_marker() == right.lines[0].get_marker()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["RNN", "attention"]
    assert right.get_ylabel() == "milliseconds"


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: reach_figure({}), "no curve"),
        (lambda: reach_figure({"RNN": []}), "empty"),
        (lambda: paths_figure(["one"]), "1 token"),
        (lambda: recall_by_distance_figure({"RNN": {4: []}}, chance=0.1), "no run"),
        (lambda: queue_figure({}), "nothing to draw"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()


def test_every_picture_can_be_saved():
    assert isinstance(reach_figure({"RNN": [1.0, 0.5]}), Figure)
    assert png(paths_figure(["a", "b"]))[1:4] == b"PNG"
