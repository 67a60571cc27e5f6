"""Pictures of next-letter models: what is drawn is what was given."""

import pytest
import torch
from matplotlib import pyplot as plt

from course_lib.viz import follows_figure, letter_map_figure, one_in, png, spelling_figure
from course_lib.viz.letters import plane


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def test_the_area_of_a_square_is_the_share_of_its_row():
    table = torch.tensor([[0.0, 1.0], [0.25, 0.75]])
    (axes,) = follows_figure(table, ".a").axes
    (squares,) = axes.collections
    assert squares.get_offsets().tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]  # across: what follows; down: before
    assert (squares.get_sizes() / squares.get_sizes().max()).tolist() == [0, 1, 0.25, 0.75]
    (never,) = axes.lines
    assert never.get_xydata().tolist() == [[0, 0]]  # a × where the share is 0
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [".", "a"]
    assert axes.yaxis_inverted()


def test_each_letter_has_its_probability_and_each_row_its_product():
    (axes,) = spelling_figure({"pairs": [0.5, 0.25, 0.001], "none": [0.0, 0.5, 1.0]}, ["a", "b", "."]).axes
    said = [text.get_text() for text in axes.texts]
    assert said == [".50", ".25", "<.01", "1 in 8,000", "0", ".50", "1.00", "never"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["a", "b", "."]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["pairs", "none"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 in 1"),
        (2.5, "1 in 2.5"),
        (12, "1 in 12"),
        (999_000, "1 in 1,000,000"),
        (1e9, "1 in 1.0 billion"),
        (3.4e11, "1 in 340 billion"),
    ],
)
def test_small_numbers_as_people_say_them(number, said):
    assert one_in(1 / number) == said


def test_a_long_text_still_fits_on_the_page():
    letters = list("wolfeschlegelsteinhausenberger.")
    figure = spelling_figure({"pairs": [0.1] * len(letters)}, letters)
    assert png(figure)[1:4] == b"PNG"
    assert len(figure.axes[0].texts) == len(letters) + 1


def test_letters_lie_where_their_vectors_differ_most():
    vectors = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    places = plane(vectors)
    expected = torch.pca_lowrank(vectors, q=5)[1][:2]  # singular values: how far they lie apart
    assert torch.allclose(places.norm(dim=0), expected, atol=1e-4)
    assert torch.allclose(places.mean(dim=0), torch.zeros(2), atol=1e-5)
    assert torch.allclose(plane(vectors + 3), places, atol=1e-4)


def test_the_map_shows_every_letter_and_marks_some():
    figure = letter_map_figure(torch.eye(4), "abcd", marked="a")
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == list("abcd")
    assert [text.get_color() == "white" for text in texts] == [True, False, False, False]
    assert png(figure) == png(letter_map_figure(torch.eye(4), "abcd", marked="a"))


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_no_plane_without_two_directions(shape):
    with pytest.raises(ValueError, match="at least two"):
        plane(torch.ones(shape))
