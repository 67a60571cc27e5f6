"""Pictures of vocabularies show the numbers that they were given, and refuse what cannot be drawn."""

import pytest

from course_lib.viz import bill_html, budgets_figure, cost_figure, shares_right_figure


def test_costs_are_drawn_in_units_of_english():
    figure = cost_figure({"small": {"English": 10, "Greek": 40}, "large": {"English": 5, "Greek": 10}})
    drawn = {line.get_label(): list(line.get_xdata()) for line in figure.axes[0].lines[:2]}
    assert drawn == {"small": [1.0, 4.0], "large": [1.0, 2.0]}
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["English", "Greek"]


def test_rows_lie_below_the_headings_of_their_groups():
    costs = {"small": {"English": 10, "Thai": 1200, "Greek": 40}}
    axes = cost_figure(costs, groups={"one": ["English"], "more": ["Greek", "Thai"]}).axes[0]
    assert list(axes.lines[0].get_xdata()) == [1.0, 4.0, 120.0]
    assert list(axes.lines[0].get_ydata()) == [1, 3, 4]
    assert [text.get_text() for text in axes.texts] == ["10", "40", "1,200", "one", "more"]
    assert [text.get_position()[1] for text in axes.texts[-2:]] == [0, 2]
    shares = shares_right_figure({"a": {"x": [0.5]}}, chance={}, groups={"only": ["a"]}).axes[0]
    assert [text.get_text() for text in shares.texts] == ["0.50", "only"]


def test_every_run_is_a_dot_and_means_are_joined():
    figure = budgets_figure(
        {"bits": {"text": {256: [2.0, 4.0], 512: [1.0]}}, "nats": {"text": {256: [1.0], 512: [2.0]}}}
    )
    left, right = figure.axes
    assert list(left.lines[-1].get_ydata()) == [3.0, 1.0]
    assert list(left.lines[0].get_ydata()) == [2.0, 4.0]
    assert right.get_ylabel() == "nats"


def test_shares_stand_beside_what_one_answer_is_worth():
    rows = {"whole": {"a": [0.2, 0.4]}, "apart": {"a": [0.9], "b": [1.0]}}
    axes = shares_right_figure(rows, chance={"whole": 0.25}).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.30", "0.90", "1.00"]
    assert [list(line.get_xdata()) for line in axes.lines if line.get_linestyle() == ":"] == [[0.25, 0.25]]
    (legend,) = axes.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "small: each seed", "always one answer"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["whole", "apart"]


def test_a_bill_has_a_row_for_each_vocabulary():
    table = bill_html({"bytes": 6, "<b>": 2, "letters": None}, n_bytes=6, price=1.5)
    assert table.count("<tr>") == 4
    assert "3.00" in table
    assert "<b>" not in table


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: cost_figure({}), "no cost of English"),
        (lambda: cost_figure({"a": {"Greek": 3}}), "no cost of English"),
        (lambda: cost_figure({"a": {"English": 0}}), "0 or less"),
        (lambda: cost_figure({"a": {"English": 1}}, groups={"one": []}), "every row once"),
        (lambda: budgets_figure({}), "nothing to draw"),
        (lambda: budgets_figure({"bits": {"text": {256: []}}}), "nothing to draw"),
        (lambda: shares_right_figure({}, chance={}), "nothing to draw"),
        (lambda: shares_right_figure({"row": {"a": []}}, chance={}), "nothing to draw"),
        (lambda: shares_right_figure({"row": {"a": [1.2]}}, chance={}), "between 0 and 1"),
        (lambda: shares_right_figure({"row": {"a": [0.2]}}, chance={"line": 0.5}), "line, which is no row"),
        (lambda: bill_html({"a": -1}, n_bytes=2, price=1), "0 or more"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
