"""What a model makes of a question that stands in prose: an answer, another question, or the next line of a story."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from course_lib.evaluation.facts import Tokenizer, complete
from course_lib.evaluation.intervals import Interval, bootstrap_interval
from course_lib.inference import Sampler
from course_lib.world import World

Reaction = Literal["answer", "question", "prose", "end"]
"""`answer`: it says something that answers a question of the kind, true or not. `question`: it asks another.
`prose`: it writes on. `end`: it ends the page."""

_SENTENCE = re.compile(r"[^.?!]*[.?!]?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reactions:
    """How often each reaction came."""

    answer: Interval
    """Share of questions that were answered, truly or falsely."""
    right: Interval
    """Share that were answered truly."""
    question: Interval
    """Share followed by another question."""
    prose: Interval
    """Share followed by other prose."""
    end: Interval
    """Share after which the document ended."""


def classify(written: str, answers: Sequence[str]) -> Reaction:
    """Say what a continuation does, by its first sentence.

    Args:
        written: What a model wrote after a question.
        answers: Everything that would answer a question of this kind.

    Returns:
        The reaction.

    Example:
        >>> towns = ["Ashby", "Corham"]
        >>> classify(" In Corham, of course.", towns), classify(" What is her job?", towns)
        ('answer', 'question')
        >>> classify(" It rained all day. Ashby was wet.", towns), classify("", towns)
        ('prose', 'end')
    """
    sentence = _SENTENCE.match(written.strip()).group()
    if not sentence:
        return "end"
    if sentence.endswith("?"):
        return "question"
    said = any(re.search(rf"\b{re.escape(answer)}\b", sentence, re.IGNORECASE) for answer in answers)
    return "answer" if said else "prose"


def reactions(
    model: nn.Module, tokenizer: Tokenizer, world: World, *, temperature: float = 1.0, seed: int = 0
) -> Reactions:
    """Ask questions as a line of prose, without the form of a question page, and see what comes.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: Whose questions; those about people of whom the corpus asks nothing.
        temperature: Of the sampling; 1 draws what the model itself holds likely.
        seed: Of the sampling.

    Returns:
        Shares; intervals redraw people.
    """
    asked = world.questions("held_out")
    written = complete(
        model,
        tokenizer,
        [question.text for question in asked],
        max_new_tokens=32,
        sampler=Sampler(temperature=temperature),
        generator=torch.Generator().manual_seed(seed),
    )
    options: dict[str, set[str]] = {}
    for fact in world.facts:
        options.setdefault(fact.relation, set()).add(fact.answer)
    seen = [classify(text, sorted(options[q.relation])) for text, q in zip(written, asked, strict=True)]
    true = [classify(text, [q.answer]) == "answer" for text, q in zip(written, asked, strict=True)]
    people = [question.subject for question in asked]

    def share(hits: list[bool]) -> Interval:
        return bootstrap_interval(hits, groups=people)

    by_kind = {kind: share([each == kind for each in seen]) for kind in ("answer", "question", "prose", "end")}
    return Reactions(right=share(true), **by_kind)
