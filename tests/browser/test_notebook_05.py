"""A real browser opens notebook 05, runs it, and types a name, then one that cannot be written in 26 letters."""

import pytest

from tests.browser.driving import assert_quiet, move, picture_and_words, run_to_widget, words_become

pytestmark = pytest.mark.browser

NOTEBOOK = "05_the_next_character.ipynb"


def test_a_typed_name_is_spelled_and_an_unknown_letter_is_named(lab, page):
    widget = run_to_widget(lab, page, NOTEBOOK)
    assert picture_and_words(widget)[1].startswith("siobhan, in the list never read:")
    move(page, widget, "field", 0, "Zelda")
    words_become(page, widget, "Zelda, in the list")
    picture_and_words(widget)
    move(page, widget, "field", 0, "Zoë")
    words_become(page, widget, "ë")
    assert widget.locator("img").count() == 0
    assert_quiet(page)
