"""Pictures of layers show the numbers that they were given, and the same numbers give the same picture."""

import torch
from matplotlib.figure import Figure

from course_lib.viz import grid, png, product_figure, random_layers, surfaces_figure, tables_figure

FEATURES, WEIGHT = torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]), torch.tensor([[5.0, -1.0], [0.5, 2.0]])


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_tables_hold_the_product():
    figure = product_figure(FEATURES, WEIGHT, 1, 0, ("a", "b", "c"), ("A", "B"))
    shown = words(figure)
    for number in ("3", "11", "5.5", "9.5", "4.5"):  # 5 − 2, 15 − 4, ½ + 5 is no score, 1.5 + 8, ½ + 4
        assert (number in shown) == (number != "5.5")
    bold = {text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"}
    assert bold == {"3", "4", "5", "−1", "11"}
    assert {"a", "b", "c", "A", "B", "features", "weight.T", "scores", "3 × 5 + 4 × −1 = 11"} <= set(shown)


def test_tables_stand_side_by_side():
    figure = tables_figure([torch.tensor([[1.0], [2.0]]), torch.tensor([5.0, 7.0])], ["(2, 1)", "(2,)"], signs="+")
    shown = words(figure)
    assert sorted(shown) == sorted(["1", "2", "5", "7", "(2, 1)", "(2,)", "+"])
    assert len(figure.axes[0].patches) == 4


def test_the_grid_covers_the_square():
    points = grid(2.0, 3)
    assert points[:3].tolist() == [[-2, -2], [0, -2], [2, -2]]
    assert points[-1].tolist() == [2, 2]


def test_each_panel_shows_its_own_network():
    outputs = [lambda points: (points[:, 0] > 0).float(), lambda points: torch.zeros(len(points))]
    figure = surfaces_figure(outputs, FEATURES, torch.tensor([0.0, 1.0, 0.0]), ("steep", "flat"), n_points=5)
    steep, flat = (panel.images[0].get_array() for panel in figure.axes)
    assert steep[0].tolist() == [0, 0, 0, 1, 1]
    assert flat.max() == 0
    assert [panel.get_title(loc="left") or panel.get_title() for panel in figure.axes] == ["steep", "flat"]


def test_random_layers_follow_their_numbers_and_nothing_else():
    def sizes_and_surface(depth: int, gain: float):
        return [gain] * depth, [1.0] * depth, torch.full((9,), gain)

    draw = random_layers(sizes_and_surface, max_depth=5, reach=2)
    first, other = png(draw(3, 0.5)), png(draw(2, 0.1))
    assert first != other
    assert png(draw(3, 0.5)) == first
    assert png(draw(3, 0.0))  # nothing left: drawn at the lower edge
