"""A real browser opens notebook 13, runs it, steps through the pass by keyboard, and reads a prompt of its own."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "13_gpt.ipynb"
RUN_SECONDS = 300


def words_become(page, widget, words: str) -> None:
    """Wait until the picture's description contains some words."""
    page.wait_for_function("([box, words]) => box.querySelector('img')?.alt.includes(words)",
                           arg=[widget.element_handle(), words], timeout=20_000)  # fmt: skip


def test_the_pass_is_stepped_through_and_the_prompt_changed(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    before = widget.locator("img").get_attribute("src")
    assert "blocks.1.attention.attention_pattern: 4 × 9 × 9 numbers" in widget.locator("img").get_attribute("alt")

    widget.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    words_become(page, widget, "blocks.1.attention.o_proj: 9 × 192 numbers")
    assert widget.locator("img").get_attribute("src") != before

    area = widget.locator("input[type=text]").first
    area.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("The cat")
    page.keyboard.press("Enter")
    words_become(page, widget, "blocks.1.attention.o_proj: 2 × 192 numbers")
    assert widget.locator("[role=status]").inner_text() == widget.locator("img").get_attribute("alt")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
