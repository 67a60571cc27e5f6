"""Pictures of the first hour: the map shows what is there and what leads where; a row for each layer's guess."""

import pytest

from course_lib.viz.welcome import Stop, course_map_figure, depth_figure, direct_needs, drawable


def stop(number, part="first", needs=(), **more):
    return Stop(number=number, title=f"Title {number}", part=part, needs=needs, **{"is_there": True, **more})


def test_an_arrow_that_others_imply_is_left_out():
    stops = [stop("01"), stop("02", needs=("01",)), stop("03", needs=("02",)), stop("04", needs=("01", "03"))]
    assert direct_needs(stops) == {"01": set(), "02": {"01"}, "03": {"02"}, "04": {"03"}}


def test_the_map_has_a_row_for_each_part_and_a_number_for_each_stop():
    stops = [stop("01"), stop("02", needs=("01",)), stop("03", part="second", is_there=False)]
    (axes,) = course_map_figure(stops).axes
    places = {text.get_text(): text.get_position() for text in axes.texts}
    assert {"first", "second", "01", "02", "03", "Title 03"} <= set(places)
    assert places["01"][1] == places["02"][1] > places["03"][1]
    assert places["01"][0] == places["03"][0] < places["02"][0]


@pytest.mark.parametrize("needed", ["01", "02", "03"])
def test_there_is_one_arrow_for_a_need_wherever_it_stands(needed):
    stops = [stop("01"), stop("02"), stop("03", part="second"), stop("04"), stop("05", part="third", needs=(needed,))]
    (axes,) = course_map_figure(stops).axes
    (arrow,) = (patch for patch in axes.patches if type(patch).__name__ == "FancyArrowPatch")
    assert arrow.get_path() is not None


def test_a_need_that_is_not_on_the_map_is_no_arrow():
    (axes,) = course_map_figure([stop("05", needs=("01",))]).axes
    assert not axes.patches


def test_each_layer_has_its_guess_and_two_bars():
    (axes,) = depth_figure([" is", " $x$", " Paris"], [0.9, 0.5, 0.7], " Paris", [0.0, 0.1, 0.7]).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.9, 0.5, 0.7, 0.0, 0.1, 0.7])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["' is'   0", "' $x$'   1", "' Paris'   2"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first layer stands on top"
    assert not any(label.get_parse_math() for label in axes.get_yticklabels())


def test_a_blank_can_be_seen():
    (axes,) = depth_figure([" ", "  ", " x"], [0.1, 0.2, 0.3], " x", [0.0, 0.0, 0.3]).axes
    assert [label.get_text().split("'")[1] for label in axes.get_yticklabels()] == ["␣", "␣␣", " x"]


def test_an_arrow_along_a_row_does_not_arrive_where_one_from_another_row_does():
    stops = [stop("01"), stop("02", part="second"), stop("03", part="second")]
    stops += [stop("04", part="second", needs=("01",)), stop("05", part="second", needs=("02",))]
    (axes,) = course_map_figure(stops).axes
    down, along = (patch for patch in axes.patches if type(patch).__name__ == "FancyArrowPatch")
    assert down.get_path().get_extents().x1 == pytest.approx(2, abs=0.1), "on top of 04"
    assert along.get_path().get_extents().x1 < 2.95, "at the left of 05"


def test_letters_that_the_type_may_lack_become_dots():
    assert drawable("a\n北") == "a··"
