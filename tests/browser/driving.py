"""How a test opens a notebook in the browser, runs it, and drives its widget by keyboard alone."""

import re

RUN_SECONDS = 300
ANSWER_SECONDS = 20
BOX = ".jp-OutputArea-output .widget-vbox, .jp-OutputArea-output .jupyter-widget-vbox"
STDERR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'

RESTING = """() => {
    const bar = document.querySelector('#jp-main-statusbar');
    if (!bar.textContent.includes('| Idle')) window.idleSince = undefined;
    else window.idleSince ??= Date.now();
    return Date.now() - window.idleSince > 2000;
}"""
"""Whether the kernel has had nothing to do for two seconds; between two cells it is idle for a moment."""


def run_all(page, url: str) -> None:
    """Open a notebook and run it from top to bottom."""
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.get_by_text("| Idle").wait_for(timeout=60_000)  # the status bar, once the kernel is connected
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()


def run_to_widget(lab, page, notebook: str, holds: str = "img"):
    """Run a notebook and return its first widget once it holds something and the kernel has nothing left to do."""
    run_all(page, lab.url(notebook))
    widget = page.locator(BOX).first
    widget.locator(holds).first.wait_for(timeout=RUN_SECONDS * 1000)
    page.wait_for_function(RESTING, polling=200, timeout=RUN_SECONDS * 1000)  # a busy kernel would answer late
    return widget


def move(page, widget, kind: str, which: int | str, key: str) -> None:
    """Press a key on a slider, list (both by number) or button (by name), or type a text into a field and enter it."""
    if kind == "field":
        widget.locator("input[type=text]").nth(which).focus()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        return
    if kind == "slider":
        control = widget.get_by_role("slider").nth(which)
    elif kind == "list":
        control = widget.locator("select").nth(which)
    else:
        control = widget.get_by_role("button", name=which, exact=True)
    control.focus()
    page.keyboard.press(key)


def words_become(page, widget, words: str) -> None:
    """Wait until the words below the picture contain some words."""
    page.wait_for_function("([box, words]) => box.querySelector('[role=status]')?.innerText.includes(words)",
                           arg=[widget.element_handle(), words], timeout=ANSWER_SECONDS * 1000)  # fmt: skip


def picture_and_words(widget) -> tuple[str, str]:
    """The picture's source and its description, which also stands below it; read at one moment."""
    source, words, below = widget.evaluate(
        "box => { const image = box.querySelector('img');"
        " return [image.src, image.alt, box.querySelector('[role=status]').innerText]; }"
    )
    assert below.split() == words.split()
    return source, words


def assert_quiet(page) -> None:
    """No cell wrote to its error stream."""
    assert page.locator(STDERR).count() == 0
