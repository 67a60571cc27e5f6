"""A real browser opens notebook 14, runs it, heats the next token's distribution, and cuts its tail away."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "14_sampling.ipynb"
RUN_SECONDS = 400


TEMPERATURE, MIN_P = 0, 3


def press(page, widget, slider: int, key: str, times: int) -> str:
    """Move a slider by its keys, wait for other words below the picture, and return them."""
    status = widget.locator("[role=status]")
    before = status.inner_text()
    widget.get_by_role("slider").nth(slider).focus()
    for _ in range(times):
        page.keyboard.press(key)
    page.wait_for_function("([box, words]) => box.querySelector('[role=status]').innerText !== words",
                           arg=[widget.element_handle(), before], timeout=20_000)  # fmt: skip
    return status.inner_text()


def n_tokens(words: str) -> int:
    """The number at the beginning of the widget's words."""
    return int(words.split()[0].replace(",", ""))


def test_heat_lets_more_tokens_come_and_min_p_cuts_them(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    start = n_tokens(widget.locator("[role=status]").inner_text())
    hot = n_tokens(press(page, widget, TEMPERATURE, "ArrowRight", 5))
    assert hot >= start
    cut = n_tokens(press(page, widget, MIN_P, "ArrowRight", 10))
    assert cut < hot
    assert widget.locator("img").get_attribute("alt") == widget.locator("[role=status]").inner_text()
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
