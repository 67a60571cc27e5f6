"""A real browser opens notebook 06, runs it, types a text and sees tokens, bytes and bill change."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "06_tokenization.ipynb"
RUN_SECONDS = 300


def wait_for_words(page, widget, words: str) -> None:
    page.wait_for_function("([box, words]) => box.innerText.includes(words)", arg=[widget.element_handle(), words],
                           timeout=20_000)  # fmt: skip


def test_a_typed_text_is_cut_and_billed_in_every_vocabulary(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("table").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    assert widget.locator("table tr").count() >= 5  # a heading, bytes, characters, the course's, GPT-2-style

    area = widget.locator("textarea")
    area.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("naïve 語")
    wait_for_words(page, widget, "7 characters · 10 bytes")
    assert "cannot write it" in widget.locator("table").inner_text()  # the alphabet of the world has no 語

    choice = widget.locator("select")
    choice.focus()
    page.keyboard.press("Home")  # the first vocabulary: bytes
    wait_for_words(page, widget, "10 tokens · 7 characters")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
