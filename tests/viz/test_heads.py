"""Pictures of heads: every head has its square, dots stand where they were measured, counts are those of the dots."""

import pytest
import torch

from course_lib.viz import (
    cut_figure,
    flips_figure,
    head_maps_figure,
    head_stage,
    losses_of_heads_figure,
    pieces_figure,
    png,
)


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


def test_every_number_of_a_piece_has_the_colour_of_its_token():
    vectors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    right, wrong = torch.tensor([[[1.0], [3.0]], [[2.0], [4.0]]]), torch.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
    figure = pieces_figure(vectors, {"right": right, "wrong": wrong})
    tokens = [axes.images[0].get_array().tolist() for axes in figure.axes]
    assert tokens == [[[0, 0], [1, 1]], *[[[0], [1]]] * 2, [[0], [0]], [[1], [1]]]
    assert [text.get_text() for text in figure.axes[3].texts] == ["1", "2"]
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == [
        "the vectors",
        "right",
        "",
        "wrong",
        "",
    ]
    assert png(figure)


@pytest.mark.parametrize("vectors", [torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 2.0]])])
def test_a_number_that_is_nobodys_or_everybodys_is_refused(vectors):
    with pytest.raises(ValueError, match="belong to one token"):
        pieces_figure(vectors, {"cut": torch.tensor([[[1.0]], [[5.0]]])})


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


def test_only_where_there_is_room_a_dot_has_its_number():
    singles, recalls = torch.tensor([[0.1, 0.0], [0.101, 0.2]]), torch.tensor([[0.9, 1.0], [0.9, 0.5]])
    left = losses_of_heads_figure(singles, recalls, [0.0], [0.0]).axes[0]
    assert sorted(text.get_text() for text in left.texts) == ["1", "1"]


PATTERN = torch.tensor([[1.0, 0.0, 0.0], [0.98, 0.02, 0.0], [0.01, 0.6, 0.39]])
TOKENS = ["the", "cat", "slept"]


def test_a_head_to_explore_names_its_token_and_draws_an_arc_for_each_share_that_counts():
    title, image, row, frame, *rest = head_stage(PATTERN, TOKENS, 2, "layer 2, head 3").moving
    arcs, shares = rest[:3], rest[3:]
    assert title.get_text() == "layer 2, head 3: what “slept” looks at"
    assert [arc.get_visible() for arc in arcs] == [False, True, True]
    assert arcs[1].get_linewidth() > arcs[2].get_linewidth()
    assert [text.get_text() for text in shares] == ["0.01", "0.60", "0.39"]
    assert row.get_y() == 1.5
    assert image.get_array().mask.tolist() == [[False, True, True], [False, False, True], [False, False, False]]
    assert arcs[2].get_xdata()[0] == pytest.approx(frame.get_x() + frame.get_width() / 2)  # they begin at the frame


def test_the_same_head_is_the_same_picture_whatever_was_drawn_before():
    first = png(head_stage(PATTERN, TOKENS, 1, "x"))
    assert first != png(head_stage(PATTERN, TOKENS, 2, "x"))
    assert first == png(head_stage(PATTERN, TOKENS, 1, "x"))
    assert png(head_stage(torch.ones(1, 1), ["a token too long to be written, with $5$"], 0, "x"))


@pytest.mark.parametrize(("pattern", "query"), [(torch.ones(2, 2), 0), (PATTERN, 3), (PATTERN, -1)])
def test_a_head_to_explore_wants_a_square_for_its_tokens_and_one_of_them(pattern, query):
    with pytest.raises(ValueError, match="there are 3 tokens"):
        head_stage(pattern, TOKENS, query, "x")
