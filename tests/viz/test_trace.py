"""Pictures of a trace: tributaries as tall as what they write, a row for each token, the present step marked."""

from types import SimpleNamespace

import pytest
import torch
from matplotlib.patches import Rectangle

from course_lib.viz import flow_figure, step_figure


def write(part, layer, written, stream):
    return SimpleNamespace(part=part, layer=layer, written=torch.tensor(written), stream=torch.tensor(stream))


WRITES = [
    write("embedding", -1, [1.0, 3.0], [1.0, 3.0]),
    write("attention", 0, [2.0, 4.0], [2.5, 5.0]),
    write("feed_forward", 0, [8.0, 6.0], [9.0, 8.0]),
]


def step(name, role, values, n_flops=0, axes="token d_model"):
    return SimpleNamespace(name=name, role=role, values=values, shape=tuple(values.shape), n_flops=n_flops,
                           formula="x Wᵀ", axes=axes)  # fmt: skip


STEPS = [
    step("token_embedding", "embedding", torch.randn(3, 200)),
    step("blocks.0", "block", torch.randn(3, 200), 50),
    step("blocks.0.attention.attention_pattern", "pattern", torch.full((8, 3, 3), 0.3), 100, "head query key"),
    step("head", "head", torch.arange(30.0).reshape(3, 10), 900, "token vocab"),
]


@pytest.mark.parametrize(("token", "lengths"), [(1, [4.0, 6.0]), (None, [3.0, 7.0])])
def test_boxes_are_as_tall_as_what_is_written(token, lengths):
    (axes,) = flow_figure(WRITES, token, "a title").axes
    heights = [patch.get_height() for patch in axes.patches if isinstance(patch, Rectangle)]
    assert heights[1] / heights[0] == pytest.approx(lengths[1] / lengths[0])
    words = {text.get_text() for text in axes.texts}
    assert {f"{length:.0f}" for length in lengths} <= words
    assert "block 0" in words


def test_attention_flows_in_from_above_and_each_kind_has_its_hatch():
    (axes,) = flow_figure(WRITES).axes
    above, below = (patch for patch in axes.patches if isinstance(patch, Rectangle))
    assert above.get_y() > 0 > below.get_y()
    assert above.get_hatch() != below.get_hatch()


def test_a_deep_model_has_no_numbers():
    deep = [WRITES[0]] + [write(part, layer, [1.0], [2.0]) for layer in range(30) for part in ("attention", "ff")]
    (axes,) = flow_figure(deep, 0).axes
    assert "block 25" in {text.get_text() for text in axes.texts}
    assert not any(text.get_text().isdigit() for text in axes.texts)


def test_a_step_is_an_image_with_tokens_as_labels():
    figure = step_figure(STEPS, 0, [" a", "b", "c"])
    axes, strip, bar = figure.axes[0], figure.axes[-1], figure.axes[1]
    assert axes.images[0].get_array().shape == (3, 96)
    assert "first 96 of 200" in axes.get_xlabel()
    assert [text.get_text() for text in axes.texts] == ["' a'", "'b'", "'c'"]
    assert bar.get_ylim()[1] == pytest.approx(STEPS[0].values.abs().max().item())
    assert "blocks.0" in {text.get_text() for text in strip.texts}
    assert "0 · token_embedding" in {text.get_text() for text in figure.texts}


def test_a_pattern_is_drawn_head_by_head():
    figure = step_figure(STEPS, 2, ["a", "b", "c"])
    assert any("white 0, black 1" in text.get_text() for text in figure.texts)
    axes = figure.axes[0]
    assert sum(text.get_text().startswith("head ") for text in axes.texts) == 6, "of eight"
    assert axes.images[0].get_array().shape == (3, 6 * 3 + 5)


def test_of_the_head_the_likeliest_entries_are_drawn():
    axes = step_figure(STEPS, 3, ["a", "b", "c"], decode=lambda ids: f"w{ids[0]}").axes[0]
    assert [text.get_text() for text in axes.texts][3:5] == ["'w9'", "'w8'"]
    assert axes.images[0].get_array()[-1, 0] == 29.0
