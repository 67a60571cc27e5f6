"""A real browser opens notebook 11, runs it, turns one clock hand by keyboard, then both: the score stays."""

import pytest

from tests.browser.test_notebook_01 import run_all
from tests.browser.test_notebook_04 import words_become

pytestmark = pytest.mark.browser

NOTEBOOK = "11_positions.ipynb"
RUN_SECONDS = 300


def test_one_step_changes_the_score_and_two_together_do_not(lab, page):
    run_all(page, lab.url(NOTEBOOK))
    widget = page.locator(".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox").first
    widget.locator("img").wait_for(timeout=RUN_SECONDS * 1000)
    page.get_by_text("| Idle").wait_for(timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    before = widget.locator("img").get_attribute("alt")
    assert before.startswith("Query at 12, key at 5, 7 apart: score ")

    widget.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    words_become(page, widget, "Query at 13, key at 5, 8 apart: score ")
    words, picture = (widget.locator("img").get_attribute(name) for name in ("alt", "src"))
    assert words.split("score")[1] != before.split("score")[1]

    widget.get_by_role("button", name="both one on").press("Enter")
    words_become(page, widget, "Query at 14, key at 6, 8 apart: score" + words.split("score")[1])
    assert widget.locator("img").get_attribute("src") != picture, "the hands have turned"
    assert widget.locator("[role=status]").inner_text() == widget.locator("img").get_attribute("alt")
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
