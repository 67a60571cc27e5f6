"""`quiz`: questions that read without a kernel, and buttons that say why a wrong choice is wrong."""

import string
from typing import TYPE_CHECKING

from course_lib.classroom import checks
from course_lib.classroom.record import changing
from course_lib.classroom.registry import Question

if TYPE_CHECKING:
    import ipywidgets


def as_markdown(question: Question, place: int) -> str:
    """A question and its lettered choices, as text that does not give the answer away."""
    rows = [f"**{place}.** {question.text}", ""]
    rows += [
        f"- {letter}. {text}" for letter, (text, _) in zip(string.ascii_uppercase, question.shuffled(), strict=False)
    ]
    return "\n".join(rows)


def answer(number: str, question: Question, choice: int) -> str:
    """Record an answer and say whether it is right, or why not.

    Args:
        number: The notebook whose quiz it is.
        question: What was asked.
        choice: The place of the choice, from 0, in the shuffled order.

    Returns:
        One line for the learner.
    """
    reason = question.shuffled()[choice][1]
    with changing("quiz", f"{number}/{question.id}") as entry:
        entry.setdefault("right_at_first", reason is None)
        entry["right"] = entry.get("right", False) or reason is None
    letter = string.ascii_uppercase[choice]
    return f"✓ {letter} is right. {question.why}".rstrip() if reason is None else f"✗ {letter}: {reason}"


def _buttons(number: str, question: Question) -> "ipywidgets.Widget":
    """One button per choice and a line for the reply."""
    import ipywidgets

    reply = ipywidgets.HTML(value="")
    buttons = []
    for index, (text, _) in enumerate(question.shuffled()):
        button = ipywidgets.Button(
            description=string.ascii_uppercase[index], tooltip=text, layout=ipywidgets.Layout(width="3em")
        )

        def on_click(_: object, index: int = index) -> None:
            reply.value = answer(number, question, index)

        button.on_click(on_click)
        buttons.append(button)
    return ipywidgets.VBox([ipywidgets.HBox(buttons), reply])


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def quiz(number: str) -> None:
    """Ask the questions of a notebook's quiz.

    Args:
        number: The notebook's two digits, as in `09`.

    Raises:
        CourseError: If that notebook has no checks.
    """
    questions = checks.find_questions(number)
    if not _in_notebook():
        print("\n\n".join(as_markdown(question, place) for place, question in enumerate(questions, 1)))
        return
    from IPython.display import Markdown, display

    for place, question in enumerate(questions, 1):
        display(Markdown(as_markdown(question, place)))
        display(_buttons(number, question))
