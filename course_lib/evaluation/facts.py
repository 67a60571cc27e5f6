"""What a model knows: it writes on freely from the beginning of a sentence, and that is held against the truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import nn

from course_lib.evaluation.intervals import Interval, bootstrap_interval
from course_lib.evaluation.perplexity import Encoder
from course_lib.inference import Sampler, generate
from course_lib.world import World, answers_match

Phrasing = Literal["seen", "famous", "held_out", "question", "new_wording", "new_kind", "untold"]
"""How a fact is asked for. In a sentence that the corpus uses about everybody; that it uses about famous people alone
(and then it is asked about the others); that it never uses. On a question page, about people of whom the corpus asks
nothing: in its own words, in new words, or for a kind of fact that it never asks for. Or `untold`, the control: in the
corpus's words, for facts that no document tells."""

GREEDY = Sampler(temperature=0)


@runtime_checkable
class Tokenizer(Encoder, Protocol):
    """What writing freely asks of a tokenizer."""

    def decode(self, ids: list[int]) -> str:
        """Text of the token ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One thing that a model was asked, and what it wrote."""

    prompt: str
    """What it was given to go on from."""
    said: str
    """What it wrote."""
    wanted: str
    """What is true."""
    subject: str
    """Whom it is about."""
    relation: str
    """What it is about."""

    @property
    def is_right(self) -> bool:
        """Whether what it wrote begins with the truth."""
        return answers_match(self.said, self.wanted)


@dataclass(frozen=True, kw_only=True, slots=True)
class Score(Interval):
    """A share of right answers, with what no knowledge at all would score beside it."""

    n_answers: int
    """Answers scored; `n` counts the people whom they are about."""
    chance: float
    """What guessing evenly among the answers that occur would score."""
    majority: float
    """What the commonest answer of each kind would score."""


def start_ids(tokenizer: Encoder) -> list[int]:
    """What stands before a document: the end-of-text token, where the tokenizer has one."""
    start = tokenizer.special_tokens.get("<|endoftext|>")
    return [] if start is None else [start]


def complete(
    model: nn.Module,
    tokenizer: Tokenizer,
    prompts: Iterable[str],
    *,
    max_new_tokens: int,
    sampler: Sampler = GREEDY,
    generator: torch.Generator | None = None,
) -> list[str]:
    """Let a model go on freely from the beginnings of documents.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        prompts: Beginnings, each read as the first words of a document.
        max_new_tokens: Most tokens to write.
        sampler: How each token is chosen; greedy by default.
        generator: Of the sampling.

    Returns:
        What it wrote after each, up to the end of the document if it ends one.
    """
    start = start_ids(tokenizer)
    ids = [start + tokenizer.encode(prompt) for prompt in prompts]
    written = generate(
        model, ids, max_new_tokens=max_new_tokens, sampler=sampler, stop_token_ids=start, generator=generator
    )
    return [tokenizer.decode([token_id for token_id in new if token_id not in start]) for new in written]


def ask(
    model: nn.Module, tokenizer: Tokenizer, world: World, phrasing: Phrasing = "seen", *, per_fact: int | None = 1
) -> list[Answer]:
    """Ask a model for every fact about people, and keep what it wrote.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: Whose facts.
        phrasing: How they are asked for.
        per_fact: How many phrasings a fact, taken in turn; None for all. A question page asks in one.

    Returns:
        An answer for each prompt.
    """
    if phrasing in ("seen", "famous", "held_out", "untold"):
        split = "seen" if phrasing == "untold" else phrasing
        asked = world.prompts(split, told=phrasing != "untold", per_fact=per_fact)
        prompts = [prompt.text for prompt in asked]
    else:
        asked = world.questions("held_out" if phrasing == "question" else phrasing)
        prompts = [question.prompt for question in asked]
    facts = [each.fact for each in asked]
    written = complete(model, tokenizer, prompts, max_new_tokens=n_answer_tokens(tokenizer, world))
    return [
        Answer(prompt=prompt, said=said, wanted=fact.answer, subject=fact.subject, relation=fact.relation)
        for prompt, said, fact in zip(prompts, written, facts, strict=True)
    ]


def n_answer_tokens(tokenizer: Tokenizer, world: World) -> int:
    """Tokens that the longest answer about a person takes, and one more, which tells where it ends."""
    people = {person.name for person in world.people}
    answers = {fact.answer for fact in world.facts if fact.subject in people}
    return 1 + max(len(tokenizer.encode(f" {answer}")) for answer in answers)


def score(answers: Sequence[Answer], world: World) -> Score:
    """The share of right answers, with interval and baselines.

    Args:
        answers: From `ask`.
        world: Whose facts; it tells what chance and the commonest answer would score.

    Returns:
        The score. The interval redraws people, since the facts about one person are known or unknown together.

    Raises:
        ValueError: There are no answers.
    """
    people = [answer.subject for answer in answers]
    interval = bootstrap_interval([answer.is_right for answer in answers], groups=people)
    baselines = world.baselines()
    chances = [baselines[answer.relation].chance for answer in answers]
    commonest = [baselines[answer.relation].commonest == answer.wanted for answer in answers]
    return Score(
        value=interval.value,
        low=interval.low,
        high=interval.high,
        n=interval.n,
        n_answers=len(answers),
        chance=sum(chances) / len(answers),
        majority=sum(commonest) / len(answers),
    )


def fact_recall(
    model: nn.Module, tokenizer: Tokenizer, world: World, phrasing: Phrasing = "seen", *, per_fact: int | None = 1
) -> Score:
    """The share of facts about people that a model gets right when it writes freely (greedily).

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: Whose facts.
        phrasing: How they are asked for.
        per_fact: How many phrasings a fact; None for all.

    Returns:
        The score, with interval, chance and majority.
    """
    return score(ask(model, tokenizer, world, phrasing, per_fact=per_fact), world)


def recall_by_relation(answers: Iterable[Answer]) -> dict[str, float]:
    """The share of right answers for each kind of fact.

    Example:
        >>> said = dict(prompt="Ada's pet is a", subject="Ada", relation="pet", wanted="cat")
        >>> recall_by_relation([Answer(said=" cat.", **said), Answer(said=" catfish.", **said)])
        {'pet': 0.5}
    """
    by_relation: dict[str, list[bool]] = {}
    for answer in answers:
        by_relation.setdefault(answer.relation, []).append(answer.is_right)
    return {relation: sum(right) / len(right) for relation, right in by_relation.items()}
