"""A real browser opens notebook 05, runs it, and types a name, then one that cannot be written in 26 letters."""

import re

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "05_the_next_character.ipynb"
RUN_SECONDS = 240


def test_a_typed_name_is_spelled_and_an_unknown_letter_is_named(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    picture = widget.locator("img")
    picture.wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    assert re.match(r"marianne, in the list \w+", picture.get_attribute("alt"))

    box = widget.get_by_role("textbox")
    box.fill("Zelda")
    box.press("Enter")
    page.wait_for_function("box => box.querySelector('img')?.alt.startsWith('Zelda')",
                           arg=widget.element_handle(), timeout=10_000)  # fmt: skip
    assert widget.locator("[role=status]").inner_text() == widget.locator("img").get_attribute("alt")

    box.fill("Zoë")
    box.press("Enter")
    page.wait_for_function("box => box.querySelector('[role=status]').innerText.includes('ë')",
                           arg=widget.element_handle(), timeout=10_000)  # fmt: skip
    assert widget.locator("img").count() == 0
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
