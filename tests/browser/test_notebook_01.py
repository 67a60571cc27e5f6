"""A real browser opens notebook 01, runs it, moves a slider by keyboard and sees the picture change."""

import base64
import re

import pytest

pytestmark = pytest.mark.browser

NOTEBOOK = "01_a_single_neuron.ipynb"
RUN_SECONDS = 120


def run_all(page, url: str) -> None:
    """Open a notebook and run it from top to bottom."""
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.get_by_text("| Idle").wait_for(timeout=60_000)  # the status bar, once the kernel is connected
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()


def test_a_slider_moved_by_keyboard_redraws_the_picture(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    picture = widget.locator("img")
    picture.wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    before, words = picture.get_attribute("src"), picture.get_attribute("alt")
    assert before.startswith("data:image/png;base64,")
    assert base64.b64decode(before.split(",", 1)[1]).startswith(b"\x89PNG")
    assert re.match(r"Loss 0\.\d+; \d+ of 120 berries", words)

    handle = widget.get_by_role("slider").first
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([image, old]) => image.isConnected === false || image.src !== old",
                           arg=[picture.element_handle(), before], timeout=10_000)  # fmt: skip
    after = widget.locator("img")
    assert after.get_attribute("src") != before
    assert after.get_attribute("alt") != words
    assert widget.locator("[role=status]").inner_text() == after.get_attribute("alt")

    widget.get_by_role("button", name="start again").press("Enter")
    page.wait_for_function("([box, words]) => box.querySelector('img').alt === words",
                           arg=[widget.element_handle(), words], timeout=10_000)  # fmt: skip
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
