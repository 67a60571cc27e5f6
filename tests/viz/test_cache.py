"""Pictures of a cache: what they count is what is drawn, fits are lines, the chosen point stands where it should."""

import pytest

from course_lib.viz import growth_figure, memory_stage, reading_figure


def test_readings_are_counted_and_drawn():
    figure = reading_figure(n_prompt=3, n_new=4)
    without, with_cache = figure.axes
    assert without.get_title(loc="left") == "without a cache: 18 readings"  # 3 + 4 + 5 + 6
    assert with_cache.get_title(loc="left") == "with a cache: 6 readings"  # 3 + 1 + 1 + 1
    read, kept = with_cache.containers
    assert [(bar.get_x(), bar.get_width()) for bar in read] == [(0, 3), (3, 1), (4, 1), (5, 1)]
    assert [bar.get_width() for bar in kept] == [0, 3, 4, 5]
    assert [bar.get_width() for bar in without.containers[0]] == [3, 4, 5, 6]


def test_nothing_to_read_is_one_line():
    with pytest.raises(ValueError, match="n_prompt=0, n_new=4: both must be at least 1"):
        reading_figure(0, 4)


def test_a_power_is_drawn_as_its_line_and_named():
    (axes,) = growth_figure(
        [1, 10, 100], {"work": [2.0, 210.0, 20_000.0]}, "tokens", "FLOPs", {"work": (2.0, 2.0)}
    ).axes
    dots, line = axes.lines
    assert list(dots.get_ydata()) == [2.0, 210.0, 20_000.0]
    assert list(line.get_ydata()) == [2.0, 200.0, 20_000.0]
    assert axes.get_legend().get_texts()[0].get_text() == "work: exponent 2.00"
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_without_a_fit_the_dots_are_joined():
    (axes,) = growth_figure([1, 10], {"a": [1.0, 2.0], "b": [2.0, 3.0]}, "", "").axes
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert len({(line.get_marker(), line.get_linestyle()) for line in axes.lines}) == 2


def test_memory_is_in_billions_of_bytes_and_the_choice_is_marked():
    figure = memory_stage([1024, 2**20], 140e9, {"cache": [1e9, 1024e9], "all heads": [8e9, 8192e9]}, 2**20).figure
    (axes,) = figure.axes
    by_name = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert by_name["weights"] == [140.0, 140.0]
    assert by_name["all heads"] == [8.0, 8192.0]
    marked = next(line for line in axes.lines if line.get_marker() == "o")
    assert (list(marked.get_xdata()), list(marked.get_ydata())) == ([2**20], [1024.0])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1k", "1M"]
    assert "1.02e+03 GB" not in [text.get_text() for text in axes.texts]


def test_a_length_that_is_not_there_is_one_line():
    with pytest.raises(ValueError, match="chosen=5: it must be one of the lengths, 1 to 4"):
        memory_stage([1, 2, 4], 1.0, {"cache": [1.0, 2.0, 4.0]}, 5)
