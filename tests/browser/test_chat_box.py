"""A real browser: type a question, press Enter, see the reply."""

import json
import re

import nbformat
import pytest

from tests.browser.driving import run_all

pytestmark = pytest.mark.browser

NOTEBOOK = "talk.ipynb"
CELL = """
import time
from pathlib import Path

from course_lib.viz.chat import chat_box


def echo(turns):
    yield "You"
    time.sleep(0.2)
    yield " said"
    time.sleep(0.2)
    while not Path("go-on").exists():
        time.sleep(0.05)
    yield " " + turns[-1][1]


chat_box({"low": echo, "loud": lambda turns: (piece.upper() for piece in echo(turns))})
"""


@pytest.fixture
def notebook(lab):
    """A notebook with two assistants, who need no model."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL, id="talk")], metadata=kernel)
    (lab.folder / NOTEBOOK).write_text(json.dumps(book), encoding="utf-8")
    return lab.url(NOTEBOOK)


def test_a_question_typed_and_entered_is_answered_word_by_word(notebook, page, lab):
    run_all(page, notebook)
    line = page.get_by_label("you", exact=True)
    line.wait_for(timeout=60_000)
    low, loud = (page.get_by_role("log", name=f"conversation with {name}") for name in ("low", "loud"))
    line.focus()
    page.keyboard.type("what is <b>this</b>?")
    page.keyboard.press("Enter")
    low.get_by_text(re.compile(r"You said$")).wait_for(timeout=20_000)
    (lab.folder / "go-on").touch()  # only now comes the last word
    loud.get_by_text("YOU SAID WHAT IS <B>THIS</B>?").wait_for(timeout=20_000)
    assert low.get_by_text("You said what is <b>this</b>?").count() == 1
    assert line.input_value() == ""
    page.wait_for_function("() => document.activeElement.placeholder === 'type a question and press Enter'")

    page.keyboard.type("again")  # the keyboard is still there
    page.keyboard.press("Enter")
    loud.get_by_text("YOU SAID AGAIN").wait_for(timeout=20_000)
    page.get_by_role("button", name="new conversation").press("Enter")
    page.wait_for_function("() => !document.body.innerText.includes('YOU SAID AGAIN')", timeout=20_000)
    assert page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
