"""Pictures of a stack: what was measured stands where it was measured, and names can be told apart."""

from types import SimpleNamespace

import pytest

from course_lib.viz import (
    bends_figure,
    edit_figure,
    losses_figure,
    png,
    runs_figure,
    stack_explorer,
    stack_figure,
)


def signal(size=1.0, n_blocks=2):
    return SimpleNamespace(
        size=[size * 2**n for n in range(n_blocks + 1)],
        gradient=[0.5] * n_blocks + [1.0],
        likeness=[0.1] * (n_blocks + 1),
    )


def test_three_panels_show_size_gradient_and_likeness_of_every_stack():
    figure = stack_figure({"pre-norm": signal(), "post-norm": signal(3.0)})
    size, gradient, likeness = figure.axes
    assert size.lines[0].get_xydata().tolist() == [[0, 1.0], [1, 2.0], [2, 4.0]]
    assert list(gradient.lines[1].get_ydata()) == [0.5, 0.5, 1.0]
    assert list(likeness.lines[0].get_ydata()) == [0.1] * 3
    assert (size.get_yscale(), gradient.get_yscale(), likeness.get_yscale()) == ("log", "log", "linear")
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(size.lines[0], look)() != getattr(size.lines[1], look)()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["pre-norm", "post-norm"]


def test_the_explorer_asks_for_what_the_controls_say_and_is_pure():
    asked = []

    def simulate(*wanted):
        asked.append(wanted)
        return signal(n_blocks=wanted[1])

    draw = stack_explorer(simulate, n_blocks=4)
    first = png(draw(arrangement="pre-norm", depth=3, loudness=1.0))
    assert asked == [("pre-norm", 3, 1.0)]
    assert png(draw(arrangement="neither", depth=4, loudness=1.0)) != first
    assert png(draw(arrangement="pre-norm", depth=3, loudness=1.0)) == first


def test_each_run_is_a_ring_and_the_bar_stands_at_the_mean():
    (axes,) = runs_figure({"GELU": [1.0, 3.0], "ReLU": [2.0]}, "loss (nats)", guide=(1.5, "none")).axes
    rings, bar = axes.lines[:2]
    assert rings.get_xydata().tolist() == [[1.0, 0.0], [3.0, 0.0]]
    assert list(bar.get_xdata()) == [2.0, 2.0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["GELU", "ReLU"]


def test_a_bar_for_each_part_and_layer_with_its_interval():
    lost = {
        "at the name": {"attention": [(0.1, 0.0, 0.2), (0.3, 0.2, 0.4)], "feed-forward": [(0.5, 0.4, 0.6)] * 2},
        "at the last token": {"attention": [(0.2, 0.1, 0.3)] * 2, "feed-forward": [(0.0, 0.0, 0.1)] * 2},
    }
    figure = losses_figure(lost)
    name, last = figure.axes
    assert [bar.get_height() for bar in name.patches] == [0.1, 0.3, 0.5, 0.5]
    assert name.get_title(loc="left") or name.get_title() == "at the name"
    assert len(last.patches) == 4
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["attention", "feed-forward"]


def test_an_edit_has_a_mark_before_and_after():
    shares = {"the edited fact": (0.0, 0.0, 0.1), "others": (1.0, 0.9, 1.0)}
    (axes,) = edit_figure(shares, {"the edited fact": (0.9, 0.8, 1.0), "others": (0.95, 0.9, 1.0)}).axes
    marks = [line for line in axes.lines if line.get_marker() in ("o", "s")]
    assert [line.get_xdata()[0] for line in marks] == [0.0, 1.0, 0.9, 0.95]
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"before", "after one edit"}


def test_bends_stand_where_they_bend():
    (axes,) = bends_figure({"ReLU": ([-1, 0, 1], [0, 0, 1])}).axes
    assert axes.lines[0].get_xydata().tolist() == [[-1, 0], [0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: stack_figure({}), "no stack"),
        (lambda: stack_figure({"empty": signal(n_blocks=0)}), "without blocks"),
        (lambda: bends_figure({}), "no bend"),
        (lambda: runs_figure({"GELU": []}, "loss"), "no run"),
        (lambda: losses_figure({}), "nothing to draw"),
        (lambda: edit_figure({"a": (0, 0, 0)}, {}), "different kinds"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()
