"""Checks of a notebook that exists for the tests alone: a function, a class, a repair, a part of a GPT."""

import torch

from course_lib.classroom import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.transformer import causal_mask


class Counter:
    """Counts."""

    def __init__(self, start=0):
        self.value = start

    def up(self):
        """One more."""
        self.value += 1

    def down(self):
        """One less."""
        self.value -= 1


def double(x):
    """Twice x."""
    return 2 * x


def check_double(candidate):
    """Negative numbers, and a tensor that a wrong version may change in place."""
    x = torch.tensor([1.0, -2.0])
    if torch.equal(candidate(x), x**2):
        raise Wrong("2 became 4, but 1 stayed 1:\n squared rather than doubled?")
    if not torch.equal(candidate(x), torch.tensor([2.0, -4.0])):
        raise Wrong("twice -2 is -4")


def check_mask(candidate):
    """Compare with the library's."""
    if candidate(4)[0, 1]:
        raise Wrong("row 0 may look at token 1. Triangle upside down?")
    if not torch.equal(candidate(4), causal_mask(4)):
        raise Wrong("the mask is not a triangle")


def check_counter(candidate):
    """Up and down."""
    counter = candidate(3)
    counter.up()
    if counter.value != 4:
        raise Wrong("up from 3 is 4")
    counter.down()
    counter.down()
    if counter.value != 2:
        raise Wrong("down twice from 4 is 2")


SOLVED_COUNTER = """
class Counter:
    def __init__(self, start=0):
        self.value = start

    def up(self):
        self.value += 1

    def down(self):
        self.value -= 1
"""

EXERCISES = [
    Exercise(
        id="98.double",
        reference=double,
        check=check_double,
        hints=("What is twice a number?", "x and x again", "def double(x):\n    return x + x"),
        mistakes=[
            Mistake(name="squared", source="def double(x):\n    return x * x", says="squared rather than doubled?"),
            Mistake(name="sign lost", source="def double(x):\n    return 2 * abs(x)", says="twice -2 is -4"),
        ],
    ),
    Exercise(
        id="98.causal_mask",
        reference=causal_mask,
        check=check_mask,
        hints=(
            "Look left.",
            "the lower triangle",
            "def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).tril().bool()",
        ),
        part="mask",
    ),
    Exercise(
        id="98.Counter",
        reference=Counter,
        check=check_counter,
        hints=("Count.", "add, take away", SOLVED_COUNTER),
        methods=("up", "down"),
    ),
    Exercise(
        id="98.broken_double",
        reference=double,
        check=check_double,
        hints=("Try -2.", "no abs", "def broken_double(x):\n    return 2 * x"),
        broken="def broken_double(x):\n    return 2 * abs(x)",
    ),
]
QUIZ = [
    Question(
        id="98.q1",
        text="What is twice 2?",
        from_notebook="98",
        choices=[("4", None), ("2", "that is the number itself"), ("8", "that is its cube")],
    ),
    Question(
        id="98.q2",
        text="What is twice -1?",
        from_notebook="98",
        choices=[("-2", None), ("1", "that is its square"), ("2", "the sign was lost")],
    ),
]
CLAIMS = {
    "Z8": Claim(
        id="Z8",
        text="Doubling makes a number larger.",
        rule="holds if the ratio is above 1",
        decide=lambda ratio: "holds" if ratio > 1 else "wrong as stated: not for negative numbers",
    ),
    "Z9": Claim(id="Z9", text="A rule that says something else.", rule="none", decide=lambda: "perhaps"),
}
DIAGNOSES = {"98.loss": Diagnosis(above="Was the rate changed?", below="Did the test set leak?")}
