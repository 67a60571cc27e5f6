"""A real browser opens notebook 15, runs it, makes a text longer by keyboard and takes another model."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "15_kv_cache.ipynb"
RUN_SECONDS = 300


def words_become(page, widget, words: str) -> None:
    """Wait until the picture's description contains some words."""
    page.wait_for_function("([box, words]) => box.querySelector('img')?.alt.includes(words)",
                           arg=[widget.element_handle(), words], timeout=20_000)  # fmt: skip


def test_a_text_is_made_longer_and_another_model_chosen(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    before = widget.locator("img").get_attribute("src")
    assert "cache 42.9 GB for 1 × 131,072 tokens" in widget.locator("img").get_attribute("alt")

    widget.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    words_become(page, widget, "cache 85.9 GB for 1 × 262,144 tokens")
    assert widget.locator("img").get_attribute("src") != before

    widget.locator("select").first.focus()
    page.keyboard.press("Home")  # the first of the list
    words_become(page, widget, "SmolLM2 135M: weights 0.3 GB")
    assert widget.locator("[role=status]").inner_text() == widget.locator("img").get_attribute("alt")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
