"""A real browser opens notebook 04, runs it, takes a step back by keyboard, and changes the optimizer."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "04_training.ipynb"
RUN_SECONDS = 300


def words_become(page, widget, words: str) -> None:
    """Wait until the picture's description contains some words."""
    page.wait_for_function("([box, words]) => box.querySelector('img')?.alt.includes(words)",
                           arg=[widget.element_handle(), words], timeout=20_000)  # fmt: skip


def test_a_walk_downhill_is_stepped_and_its_optimizer_changed(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    before = widget.locator("img").get_attribute("src")
    assert "momentum, rate" in widget.locator("img").get_attribute("alt")
    assert "; step 100: weights" in widget.locator("img").get_attribute("alt")

    widget.get_by_role("slider").last.focus()
    page.keyboard.press("ArrowLeft")
    words_become(page, widget, "; step 99: weights")
    assert widget.locator("img").get_attribute("src") != before

    widget.get_by_role("button", name="Adam", exact=True).press("Enter")
    words_become(page, widget, "Adam, rate")
    assert widget.locator("[role=status]").inner_text() == widget.locator("img").get_attribute("alt")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
