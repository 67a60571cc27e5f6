"""Instructions with good replies, and pairs of replies of which a noisy judge with known tastes prefers one."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from course_lib.world.people import Thing
from course_lib.world.phrasings import SEEN
from course_lib.world.questions import Question
from course_lib.world.randomness import pick
from course_lib.world.utility import utility

Content = Literal["right", "wrong", "unknown", "decline"]
Manner = Literal["polite", "plain", "rude"]

_UNKNOWN_REPLIES = ("I don't know.", "I don't know that.", "I have no idea.")
_DECLINE_REPLIES = ("I cannot tell you that.", "I will not tell a secret.", "I must not tell.")
_POLITE = ("Gladly. {}", "With pleasure. {}", "{} I hope that helps.", "Thank you for asking. {}")
_POLITE_REFUSALS = ("I am sorry. {}", "I am afraid I cannot help. {}", "Sorry. {}")
_RUDE = ("What a silly question. {}", "{} Find out yourself next time.", "{} Do not bother me again.")
_PADDING = (
    "Well, that is a question which many people have asked before you, and it deserves a full answer. {}",
    "{} That is all there is to say about it, although one could of course say a great deal more.",
    "Let me think about this for a moment, for one should never answer in too much of a hurry. {}",
)


@dataclass(frozen=True)
class Instruction:
    """Something asked of an assistant, and what somebody replied."""

    prompt: str
    reply: str
    question: Question | None
    """What was asked about; None where it is a sum or a description."""
    kind: str


@dataclass(frozen=True)
class PreferencePair:
    """Two replies to one question, in the order that the judge prefers; the judge may have erred."""

    question: Question
    chosen: str
    rejected: str
    utility_chosen: float
    utility_rejected: float


def statement(question: Question, answer: str) -> str:
    """A short sentence that gives an answer, true or not; it says "she" or "he" where the question has told of whom.

    Example:
        >>> statement(Question("Where does Ada Barrow live?", "Ashby", None, "train", "Ada Barrow", "home"), "Norby")
        'Ada Barrow lives in Norby.'
    """
    if question.relation not in SEEN:
        return f"It is {answer}."
    about = question.about or Thing(question.subject)
    return SEEN[question.relation][0].sentence(about, answer, "pronoun" if question.about else "full")


def compose(question: Question, content: Content, manner: Manner, padded: bool, rng: random.Random) -> str:
    """A reply with the content and the manners that are asked for.

    Args:
        question: What was asked. A question without candidates can only be met with "unknown" or "decline".
        content: The right answer, a wrong one, "I don't know", or a refusal.
        manner: Polite, plain or rude.
        padded: Whether to add a sentence that says nothing.
        rng: Where the choices come from.

    Returns:
        The reply.
    """
    refuses = content in ("unknown", "decline")
    if content == "unknown":
        text = pick(rng, _UNKNOWN_REPLIES)
    elif content == "decline":
        text = pick(rng, _DECLINE_REPLIES)
    elif content == "right" and question.answer:
        text = statement(question, question.answer)
    else:
        others = [other for other in question.candidates if other not in (question.answer, question.subject)]
        text = statement(question, pick(rng, others))
    if padded:
        text = pick(rng, _PADDING).format(text)
    if manner != "plain":
        text = pick(rng, _RUDE if manner == "rude" else _POLITE_REFUSALS if refuses else _POLITE).format(text)
    return text


def draw_reply(question: Question, rng: random.Random) -> str:
    """A random reply: any content that the question allows, any manners."""
    contents: Sequence[Content]
    if question.relation == "secret":
        contents = ("right", "right", "wrong", "decline", "unknown")
    elif question.answer is None:
        contents = ("wrong", "unknown")
    else:
        contents = ("right", "right", "wrong", "wrong", "unknown")
    manner = pick(rng, ("polite", "plain", "plain", "rude"))
    return compose(question, pick(rng, contents), manner, rng.random() < 0.3, rng)


def judge(question: Question, first: str, second: str, beta: float, rng: random.Random) -> PreferencePair:
    """Let the noisy judge compare two replies.

    It prefers the first with probability 1 / (1 + exp(−β (u₁ − u₂))), where u is `utility(…).total`.

    Args:
        question: What was asked.
        first: A reply.
        second: Another.
        beta: How reliably the judge sees the difference; infinity never errs.
        rng: Where the noise comes from.

    Returns:
        The pair in the order of the judge's preference.

    Source: Bradley and Terry 1952, Biometrika 39, equation 1, in its logistic form.
    """
    u_first, u_second = utility(question, first).total, utility(question, second).total
    exponent = -beta * (u_first - u_second) if u_first != u_second else 0.0
    prefers_first = rng.random() < (1 / (1 + math.exp(exponent)) if exponent < 700 else 0.0)
    if prefers_first:
        return PreferencePair(question, first, second, u_first, u_second)
    return PreferencePair(question, second, first, u_second, u_first)
