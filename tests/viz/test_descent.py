"""Pictures of a walk downhill: heights are the landscape's, every draw is the same, and quick."""

import time

import torch
from matplotlib.figure import Figure

from course_lib.viz import descent_explorer, descent_figure, draw_landscape, heights_along, png

FRAME = (-4, 4, -2, 2)


def bowl(points):
    return points.square().sum(dim=-1)


def spiral_in(landscape=0, share=0.9):
    steps = torch.arange(101)[:, None]
    return share**steps * torch.cat([(steps / 3).cos(), (steps / 3).sin()], dim=1) * (3 if landscape == 0 else 1)


def test_heights_are_counted_from_the_lowest_point():
    path = torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    assert heights_along(bowl, path, lowest=0)[0] == 25.0
    assert heights_along(lambda at: bowl(at) - 7, path, lowest=-7)[0] == 25.0
    assert 0 < heights_along(bowl, path, lowest=0)[1] <= 1e-8


def test_lines_of_a_landscape_fill_its_frame():
    axes = Figure().subplots()
    draw_landscape(axes, bowl, FRAME, lowest=0, n_lines=5)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-4, 4), (-2, 2))
    levels = axes.collections[-1].levels
    assert len(levels) == 5
    assert levels[-1] == 20  # a corner's height
    assert (levels[1:] - levels[:-1])[0] < (levels[1:] - levels[:-1])[-1]  # denser near the bottom


def test_each_path_has_its_name_and_its_curve():
    figure = descent_figure(bowl, {"slow": spiral_in(share=0.99), "fast": spiral_in(share=0.8)}, FRAME)
    plane, curve = figure.axes
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["slow", "fast"]
    assert len(curve.lines) == 2
    assert curve.lines[0].get_linestyle() != curve.lines[1].get_linestyle()
    assert plane.lines[0].get_xdata()[0] == 3.0


def test_the_same_numbers_give_the_same_picture_whatever_came_between():
    draw = descent_explorer([("bowl", bowl, FRAME, 0), ("the same", bowl, FRAME, 0)], spiral_in)
    first = png(draw(landscape=0, step=10, share=0.9))
    others = [png(draw(landscape=0, step=11, share=0.9)), png(draw(landscape=0, step=10, share=0.5))]
    others.append(png(draw(landscape=1, step=10, share=0.9)))
    assert len({first, *others}) == 4
    assert png(draw(landscape=0, step=10, share=0.9)) == first


def test_a_path_that_flies_off_or_ends_early_is_drawn():
    far = torch.tensor([[1.0, 1.0], [1e5, -1e5]])
    draw = descent_explorer([("bowl", bowl, FRAME, 0)], lambda landscape: far)
    assert png(draw(landscape=0, step=50))[1:4] == b"PNG"


def test_a_redraw_takes_less_than_the_eye_notices():
    draw = descent_explorer([("bowl", bowl, FRAME, 0)], spiral_in)
    png(draw(landscape=0, step=3, share=0.9))
    start = time.process_time()
    for step in range(5):
        png(draw(landscape=0, step=step, share=0.9))
    assert (time.process_time() - start) / 5 < 0.15
