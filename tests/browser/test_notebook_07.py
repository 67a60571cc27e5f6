"""A real browser opens notebook 07, runs it, asks the map for a word, for a sum, and for a word that nobody knows."""

import pytest

from tests.browser.test_notebook_01 import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "07_embeddings.ipynb"
RUN_SECONDS = 300


def ask(page, widget, question: str, words: str) -> None:
    """Type a question, press Enter, and wait for words below the map."""
    area = widget.locator("input[type=text]")
    area.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.wait_for_function("([box, words]) => box.querySelector('[role=status]').innerText.includes(words)",
                           arg=[widget.element_handle(), words], timeout=20_000)  # fmt: skip


def test_the_map_answers_words_and_sums(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    assert widget.locator("img").get_attribute("alt").startswith("Nearest to cello: ")

    ask(page, widget, "July", "Nearest to July: ")
    assert widget.locator("img").get_attribute("alt") == widget.locator("[role=status]").inner_text()
    ask(page, widget, "baker - bakery + library", "Nearest to baker - bakery + library: ")
    ask(page, widget, "zebra", "the word 'zebra' is not among the")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
