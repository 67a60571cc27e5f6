"""A real browser runs each notebook to its end, then drives its widget by keyboard: words and picture follow."""

import base64

import pytest

from tests.browser.driving import assert_quiet, move, picture_and_words, run_to_widget, words_become

pytestmark = pytest.mark.browser

DRIVES = {
    "01_a_single_neuron": ("Loss 0.", [
        ("slider", 0, "ArrowRight", "of 120 berries"),
        ("button", "one step downhill", "Enter", "of 120 berries"),
    ]),
    "02_autograd": ("gradients known so far: label -0.523", [
        ("slider", 3, "ArrowRight", "known so far: b 0.22, label"),
        ("button", "one box further", "Enter", "known so far: w 0.439, x 0.11, b 0.22"),
    ]),
    "03_layers_and_matrices": ("12 layers, gain 1.5", [
        ("slider", 0, "ArrowRight", "13 layers, gain 1.5"),
        ("button", "one layer more", "Enter", "14 layers, gain 1.5"),
    ]),
    "04_training": ("; step 100: weights", [
        ("slider", -1, "ArrowLeft", "; step 99: weights"),
        ("button", "Adam", "Enter", "Adam, rate"),
    ]),
    "08_before_transformers": ("Scale 0.90: 60 steps back", [("slider", 0, "ArrowRight", "Scale 0.95: 60 steps back")]),
    "09_attention": ("layer 3, head 2: what", [
        ("slider", 1, "ArrowLeft", "layer 3, head 1: what"),
        ("field", 0, "The cat", "(token 1, the last) looks at"),
    ]),
    "10_many_heads": ("the course's model, layer 1, head 3: what", [
        ("slider", 1, "ArrowLeft", "the course's model, layer 1, head 2: what"),
        ("field", 0, "The cat", "what “cat” (token 1) looks at"),
    ]),
    "11_positions": ("Query at 12, key at 5, 7 apart", [
        ("slider", 0, "ArrowRight", "Query at 13, key at 5, 8 apart"),
        ("button", "both one on", "Enter", "Query at 14, key at 6, 8 apart"),
    ]),
    "12_the_block": ("residual only: x becomes", [
        ("list", 0, "End", "pre-norm: x becomes"),
        ("slider", 0, "ArrowLeft", "pre-norm: x becomes"),
    ]),
    "13_gpt": ("blocks.1.attention.attention_pattern: 4 × 9 × 9 numbers", [
        ("slider", 0, "ArrowRight", "blocks.1.attention.o_proj: 9 × 192 numbers"),
        ("field", 0, "The cat", "blocks.1.attention.o_proj: 2 × 192 numbers"),
    ]),
    "14_sampling": ("tokens may come", [
        ("slider", 0, "ArrowRight", "tokens may come"),
        ("slider", 3, "End", "1 tokens may come"),
    ]),
    "15_kv_cache": ("cache 42.9 GB for 1 × 131,072 tokens", [
        ("slider", 0, "ArrowRight", "cache 85.9 GB for 1 × 262,144 tokens"),
        ("list", 0, "Home", "SmolLM2 135M: weights 0.3 GB"),
    ]),
    "16_pretraining": ("keeps a", [
        ("field", 0, "The cat", "The cat"),
        ("slider", 0, "End", "The cat"),
    ]),
    "24_rlhf": ("At ratio 1.40, with clip 0.20", [("slider", 0, "ArrowRight", "At ratio 1.45, with clip 0.20")]),
}  # fmt: skip
"""Notebook → what its widget says at first, and moves: kind of control, which, key or text, what it says then."""


@pytest.mark.parametrize("name", DRIVES)
def test_the_widget_follows_the_keyboard(lab, page, name):
    start, moves = DRIVES[name]
    widget = run_to_widget(lab, page, f"{name}.ipynb")
    words_become(page, widget, start)
    picture, words = picture_and_words(widget)
    for kind, which, key, expected in moves:
        move(page, widget, kind, which, key)
        page.wait_for_function("([box, old]) => ![old, undefined].includes(box.querySelector('img')?.src)",
                               arg=[widget.element_handle(), picture], timeout=20_000)  # fmt: skip
        words_become(page, widget, expected)
        before, picture, words = words, *picture_and_words(widget)
        assert words != before
        assert base64.b64decode(picture.split(",", 1)[1]).startswith(b"\x89PNG")
    assert_quiet(page)


def test_start_again_goes_back(lab, page):
    widget = run_to_widget(lab, page, "01_a_single_neuron.ipynb")
    start = picture_and_words(widget)
    move(page, widget, "slider", 0, "ArrowRight")
    page.wait_for_function("([box, old]) => box.querySelector('img')?.alt !== old",
                           arg=[widget.element_handle(), start[1]], timeout=20_000)  # fmt: skip
    move(page, widget, "button", "start again", "Enter")
    words_become(page, widget, start[1])
    assert picture_and_words(widget) == start
