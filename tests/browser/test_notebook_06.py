"""A real browser opens notebook 06, runs it, types a text and sees tokens, bytes and bill change."""

import pytest

from tests.browser.driving import assert_quiet, run_to_widget

pytestmark = pytest.mark.browser

NOTEBOOK = "06_tokenization.ipynb"


def wait_for_words(page, widget, words: str) -> None:
    page.wait_for_function("([box, words]) => box.innerText.includes(words)", arg=[widget.element_handle(), words],
                           timeout=20_000)  # fmt: skip


def test_a_typed_text_is_cut_and_billed_in_every_vocabulary(lab, page):
    widget = run_to_widget(lab, page, NOTEBOOK, holds="table")
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
    assert_quiet(page)
