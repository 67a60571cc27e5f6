"""Graphs of calculations: no box covers another, arrows say what went back, the same picture twice."""

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from course_lib.viz import draw_graph, graph_figure, png
from course_lib.viz.graph import in_order, layout, short


@dataclass(eq=False)
class Number:
    """As little as the picture needs."""

    number: float
    parents: tuple = ()
    slopes: tuple = ()
    operation: str = ""
    gradient: float = 0.0


def neuron():
    """w x + b, and the names; gradients as if walked back."""
    w, x, b = Number(2.0, gradient=3.0), Number(3.0, gradient=2.0), Number(-5.0, gradient=1.0)
    product = Number(6.0, (w, x), (3.0, 2.0), "×", gradient=1.0)
    score = Number(1.0, (product, b), (1.0, 1.0), "+", gradient=1.0)
    return score, {"w": w, "x": x, "b": b, "score": score}


def texts(axes):
    return [text.get_text() for text in axes.texts]


@st.composite
def calculations(draw):
    """A calculation of up to 20 random steps from three numbers, whose end uses all that nothing else does."""
    made = [Number(float(place)) for place in range(3)]
    for _ in range(draw(st.integers(1, 20))):
        chosen = draw(st.lists(st.integers(0, len(made) - 1), min_size=1, max_size=2))
        made.append(Number(1.0, tuple(made[place] for place in chosen), (1.0,) * len(chosen)))
    used = {id(parent) for number in made for parent in number.parents}
    loose = tuple(number for number in made if id(number) not in used)
    return Number(0.0, loose, (1.0,) * len(loose))


@settings(max_examples=100, deadline=None)
@given(calculations())
def test_every_box_has_a_place_of_its_own_after_those_it_was_made_from(result):
    places, nodes = layout(result), in_order(result)
    assert len(places) == len(nodes)
    assert nodes[-1] is result
    met = set()
    for node in nodes:
        for parent in node.parents:
            assert id(parent) in met
            assert places[id(parent)][0] < places[id(node)][0]
        met.add(id(node))
    columns = {}
    for column, row in places.values():
        columns.setdefault(column, []).append(row)
    for rows in columns.values():
        rows.sort()
        assert all(lower - upper >= 1 - 1e-9 for upper, lower in pairwise(rows))


def test_by_hand_the_places_of_a_neuron():
    score, names = neuron()
    places = layout(score)
    assert {name: places[id(node)] for name, node in names.items()} == {
        "w": (0, 0), "x": (0, 1), "b": (1, 1.5), "score": (2, 0.5),
    }  # fmt: skip


def test_an_arrow_that_jumps_over_columns_keeps_its_row_free():
    h = Number(1.0)
    bent = Number(0.76, (h,), (0.42,), "tanh")
    result = Number(1.76, (h, bent), (1.0, 1.0), "+")
    places = layout(result)
    assert places[id(bent)] == (1, 1)
    assert places[id(h)] == (0, 0)


def test_a_long_sum_does_not_exhaust_the_stack():
    total = Number(0.0)
    for _ in range(3000):
        total = Number(0.0, (total, Number(1.0)), (1.0, 1.0), "+")
    assert len(in_order(total)) == 6001


def test_all_gradients_are_shown_with_what_each_arrow_passed_back():
    score, names = neuron()
    axes = Figure(figsize=(5, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names)
    said = texts(axes)
    assert {"w", "x", "b", "score (+)", "×", "→ −5", "← 3", "3 × 1\n= 3", "2 × 1\n= 2"} <= set(said)
    assert not any(text.startswith("slope") for text in said)


def test_before_the_walk_only_numbers_and_slopes_are_shown():
    score, names = neuron()
    axes = Figure(figsize=(5, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names, known=(), passed=())
    said = texts(axes)
    assert {"slope 3", "slope 2", "slope 1", "→ 6"} <= set(said)
    assert not any("←" in text or "=" in text for text in said)


def test_halfway_only_what_is_known_is_shown():
    score, names = neuron()
    axes = Figure(figsize=(5, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names, known=(score, names["b"]), passed=(score,))
    said = texts(axes)
    assert sum("←" in text for text in said) == 2
    assert said.count("1 × 1\n= 1") == 1  # to b; the product is not known yet
    assert "slope 3" in said


def test_a_hasty_walk_is_drawn_with_what_each_number_really_passed_on():
    score, names = neuron()
    product = score.parents[0]
    axes = Figure(figsize=(5, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names, passed={score: 1.0, product: 0.25})
    said = texts(axes)
    assert {"3 × 0.25\n= 0.75", "2 × 0.25\n= 0.5", "passed on 0.25", "← 1"} <= set(said)
    assert sum(text.startswith("passed on") for text in said) == 1  # the score ends with what it passed on


def test_where_nothing_came_the_arrow_back_is_dashed():
    w, x = Number(2.0, gradient=0.0), Number(0.0, gradient=2.0)
    product = Number(0.0, (w, x), (0.0, 2.0), "×", gradient=1.0)
    axes = Figure(figsize=(5, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, product, {"w": w, "x": x})
    dashed = [text.arrow_patch for text in axes.texts if getattr(text, "arrow_patch", None) is not None]
    assert [patch.get_linestyle() for patch in dashed] == [(0, (3, 2))]
    assert sum(isinstance(patch, Polygon) for patch in axes.patches) == 1


def test_without_labels_numbers_have_two_digits():
    score, names = neuron()
    score.number = -0.04832
    axes = Figure(figsize=(6, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names, labels=False)
    assert "→ −0.048" in texts(axes)


def test_the_arrow_is_as_thick_as_its_share():
    score, names = neuron()
    axes = Figure(figsize=(6, 2)).add_axes((0, 0, 1, 1))
    draw_graph(axes, score, names, labels=False)
    arrows = [patch.get_xy() for patch in axes.patches if isinstance(patch, Polygon)]
    to_w, to_b = (next(arrow for arrow in arrows if ends_at(arrow, layout(score)[id(names[name])])) for name in "wb")
    assert breadth(axes, to_w) == pytest.approx(1.2 + 6, rel=1e-6)
    assert breadth(axes, to_b) == pytest.approx(1.2 + 6 / 3, rel=1e-6)


def ends_at(corners, place, wide=0.56):
    """Whether an arrow's tip touches the right side of the box there."""
    return tuple(corners[3]) == pytest.approx((place[0] + wide / 2, place[1]))


def breadth(axes, corners):
    """Breadth of an arrow's shaft in points."""
    (x, y), (other_x, other_y) = axes.transData.transform([corners[0], corners[6]])
    return ((x - other_x) ** 2 + (y - other_y) ** 2) ** 0.5 * 72 / axes.figure.dpi


def test_a_number_is_short_with_a_real_minus_and_no_negative_nothing():
    assert [short(x) for x in (0.0, -0.0, 1e-9, -0.5, 12345.0)] == ["0", "0", "0", "−0.5", "1.23e+04"]


def test_the_same_calculation_gives_the_same_picture():
    def picture(seed):
        draw = random.Random(seed)
        score, names = neuron()
        score.number = draw.random()
        return png(graph_figure(score, names))

    assert picture(1) == picture(1)
    assert picture(1) != picture(2)


def test_a_figure_grows_with_its_calculation():
    score, names = neuron()
    small = graph_figure(score, names).get_size_inches()
    longer = Number(1.0, (score,), (1.0,), "tanh")
    assert graph_figure(longer, names).get_size_inches()[0] > small[0]
    assert graph_figure(score, names, labels=False).get_size_inches()[0] < small[0]
