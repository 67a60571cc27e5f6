"""Pictures of fine-tuning: a target stands only where one is asked, and batches are drawn place by place."""

import pytest

from course_lib.viz import batch_figure, mask_figure


def test_a_target_stands_below_the_token_that_must_predict_it():
    (axes,) = mask_figure(["<|assistant|>", "Ada"], ["Ada", None]).axes
    places = {text.get_text(): text.get_position() for text in axes.texts if text.get_text()}
    assert [text.get_text() for text in axes.texts if text.get_text()].count("Ada") == 2
    (above,) = [text for text in axes.texts if text.get_text() == "<|assistant|>"]
    below = min((text for text in axes.texts if text.get_text() == "Ada"), key=lambda text: text.get_position()[1])
    assert above.get_position()[0] == below.get_position()[0]
    assert places["<|assistant|>"][1] > below.get_position()[1]


def test_one_arrow_for_each_target():
    (axes,) = mask_figure(["a", "b", "c"], [None, "c", "d"]).axes
    assert sum(text.arrow_patch is not None for text in axes.texts if hasattr(text, "arrow_patch")) == 2


def test_places_without_partner_are_refused():
    with pytest.raises(ValueError, match="2 pieces and 1 targets"):
        mask_figure(["a", "b"], ["b"])


def test_batches_are_drawn_at_one_scale_with_their_share():
    wide = [["read", "scored", "padding", "padding"], ["read", "read", "scored", "scored"]]
    first, second = batch_figure({"wide": wide, "narrow": [["read", "scored"]]}).axes
    assert first.get_title(loc="left") == "wide: 8 places, 38% of them scored"
    assert second.get_title(loc="left") == "narrow: 2 places, 50% of them scored"
    assert first.get_xlim() == second.get_xlim() == (-0.5, 3.5)
    assert first.images[0].get_array().tolist() == [[1, 2, 0, 0], [1, 1, 2, 2]]


def test_padding_is_hatched_and_nothing_else():
    (axes,) = batch_figure(
        {"one": [["read", "scored", "padding", "padding"], ["read", "read", "scored", "scored"]]}
    ).axes
    (hatched,) = [patch for patch in axes.patches if patch.get_hatch()]
    assert (hatched.get_x(), hatched.get_width(), hatched.get_y()) == (1.5, 2, -0.5)
