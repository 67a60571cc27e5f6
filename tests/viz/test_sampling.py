"""Pictures of choosing: bars stand where the numbers say, what cannot come is marked, ways can be told apart."""

import pytest
import torch

from course_lib.viz import chosen_figure, cuts_figure, png, sampler_figure, temperature_figure, tree_figure

BEFORE = torch.tensor([0.1, 0.5, 0.3, 0.06, 0.04])
AFTER = torch.tensor([0.0, 0.625, 0.375, 0.0, 0.0])


def decode(ids):
    return "abcde"[ids[0]]


def test_both_distributions_stand_in_the_models_order_and_the_rest_is_one_row():
    (axes,) = sampler_figure(BEFORE, AFTER, decode, n_shown=3).figure.axes
    drawn, model = axes.containers
    assert [bar.get_width() for bar in model] == pytest.approx([0.5, 0.3, 0.1, 0.1])
    assert [bar.get_width() for bar in drawn] == pytest.approx([0.625, 0.375, 0.0, 0.0])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["'b'", "'c'", "'a'", "the other 2"]
    assert [text.get_text() for text in axes.texts] == ["0.625", "0.375", "never", "never"]


def test_a_tail_that_may_come_is_counted():
    (axes,) = sampler_figure(BEFORE, BEFORE, decode, n_shown=3).figure.axes
    assert axes.texts[-1].get_text() == "0.100  (2 of them)"


def test_moved_back_it_is_the_same_picture():
    first = png(sampler_figure(BEFORE, AFTER, decode, title="$2 or $3"))
    assert png(sampler_figure(BEFORE, BEFORE, decode, title="$2 or $3")) != first
    assert png(sampler_figure(BEFORE, AFTER, decode, title="$2 or $3")) == first


def test_cuts_stand_behind_the_last_token_that_is_kept():
    rows = {"sure": BEFORE, "unsure": torch.full((5,), 0.2)}
    cuts = {"sure": {"top-k": 2, "top-p": 1}, "unsure": {"top-k": 2, "top-p": 4}}
    for axes, title in zip(cuts_figure(rows, cuts).axes, rows, strict=True):
        curve, *lines = axes.lines
        assert list(curve.get_ydata()) == pytest.approx(sorted(rows[title].tolist(), reverse=True))
        assert [line.get_xdata()[0] - 0.5 for line in lines] == list(cuts[title].values())
        assert lines[0].get_linestyle() != lines[1].get_linestyle()
        assert [text.get_text() for text in axes.texts] == [f"{name} keeps {n}" for name, n in cuts[title].items()]


def test_a_loop_is_hatched_from_where_it_begins():
    (axes,) = chosen_figure([" a", " b", " a", " b"], [0.3, 0.4, 0.8, 0.9], repeated_from=2).axes
    new, again = axes.containers
    assert [bar.get_height() for bar in new] == [0.3, 0.4]
    assert [bar.get_height() for bar in again] == [0.8, 0.9]
    assert again[0].get_hatch() == "///"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["·a", "·b", "·a", "·b"]
    assert len(chosen_figure([" a"], [0.3]).axes[0].containers) == 1


def test_a_tree_tells_products_and_who_takes_which_way():
    tree = {"a": 0.6, "b": 0.4, "a c": 0.5, "a d": 0.5, "b c": 0.9, "b d": 0.1}
    (axes,) = tree_figure(tree, {"greedy": ["a c"], "beam": ["b c"]}).axes
    told = [text.get_text() for text in axes.texts]
    for end in ("0.30   greedy", "0.36   beam", "0.30   ", "0.04   "):
        assert end in told
    assert len(axes.lines) == len(tree)


def test_curves_go_through_means_and_reach_to_the_outermost_seeds():
    curves = {"true": {0.0: [1.0, 1.0], 1.0: [0.4, 0.6]}, "new": {0.0: [0.0, 0.2], 1.0: [0.9, 0.7]}}
    (axes,) = temperature_figure({"sentences": curves}, recommended=(0.3, 0.7)).axes
    true, new = axes.lines
    assert list(true.get_ydata()) == pytest.approx([1.0, 0.5])
    assert list(new.get_ydata()) == pytest.approx([0.1, 0.8])
    assert true.get_marker() != new.get_marker()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["recommended", "true", "new"]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: cuts_figure({}, {}), "no distribution"),
        (lambda: chosen_figure([], []), "at least one"),
        (lambda: chosen_figure(["a"], [0.1, 0.2]), "1 tokens and 2 prob"),
        (lambda: tree_figure({"a b": 0.5}, {}), "no beginning"),
        (lambda: temperature_figure({"a": {"b": {0.0: []}}}), "no share"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_line(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()


def test_every_picture_can_be_saved():
    assert png(sampler_figure(BEFORE, AFTER, decode))[1:4] == b"PNG"
