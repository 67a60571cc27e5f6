"""A real browser opens notebook 07, runs it, asks the map for a word, for a sum, and for a word that nobody knows."""

import pytest

from tests.browser.driving import assert_quiet, move, picture_and_words, run_to_widget, words_become

pytestmark = pytest.mark.browser

NOTEBOOK = "07_embeddings.ipynb"


def ask(page, widget, question: str, words: str) -> None:
    """Type a question, press Enter, and wait for words below the map."""
    move(page, widget, "field", 0, question)
    words_become(page, widget, words)


def test_the_map_answers_words_and_sums(lab, page):
    widget = run_to_widget(lab, page, NOTEBOOK)
    assert picture_and_words(widget)[1].startswith("Nearest to cello: ")
    ask(page, widget, "July", "Nearest to July: ")
    picture_and_words(widget)
    ask(page, widget, "baker - bakery + library", "Nearest to baker - bakery + library: ")
    ask(page, widget, "zebra", "the word 'zebra' is not among the")
    assert_quiet(page)
