"""What a model says of people who do not exist, and whether its own confidence gives it away."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from course_lib.evaluation.facts import Answer, Tokenizer, ask, complete, n_answer_tokens, start_ids
from course_lib.evaluation.intervals import Interval, bootstrap_interval
from course_lib.world import World, answers_match
from course_lib.world.people import RELATIONS
from course_lib.world.phrasings import SEEN

CONFIDENT = 0.5
"""An answer is confident when the model gives it at least this probability: more than to all others together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Falsehoods:
    """What a model does when asked about people who do not exist."""

    claimed: Interval
    """Share of prompts after which it states something definite: an answer that is somebody's, and cannot be true."""
    confident: Interval
    """Share after which it does so with a probability of at least one half."""
    chance: float
    """Share after which someone who guesses evenly, and is as sure as that makes them, would be confident."""
    majority: float
    """The same for someone who always says the commonest."""
    confidence_known: Interval
    """Mean probability of what it says about people who exist."""
    confidence_invented: Interval
    """Mean probability of what it says about people who do not."""
    separation: float
    """How often an answer about a real person is the more confident of the two, against one about an invented person
    (the area under the ROC curve): 0.5 is chance, 1 would let a threshold tell them apart."""


def ask_about_strangers(
    model: nn.Module, tokenizer: Tokenizer, world: World, *, n_people: int = 100, split: str = "test"
) -> list[Answer]:
    """Begin sentences about people who do not exist, and keep how the model ends them.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: Whose invented people.
        n_people: How many of them; each is asked for everything that is known of real people.
        split: Which group of invented people, `train` or `test`.

    Returns:
        Answers that want nothing: `wanted` is empty.
    """
    asked = []
    for index, stranger in enumerate(world.invented(split)[:n_people]):
        for relation in RELATIONS:
            phrasing = SEEN[relation][index % len(SEEN[relation])]
            asked.append((phrasing.prompt(stranger), stranger.name, relation))
    written = complete(model, tokenizer, [row[0] for row in asked], max_new_tokens=n_answer_tokens(tokenizer, world))
    return [
        Answer(prompt=prompt, said=said, wanted="", subject=name, relation=relation)
        for (prompt, name, relation), said in zip(asked, written, strict=True)
    ]


def claims(answers: Sequence[Answer], world: World) -> list[str | None]:
    """What each answer states: the answer of its kind that it begins with, or None if it states nothing of the kind."""
    known: dict[str, set[str]] = {}
    for fact in world.facts:
        known.setdefault(fact.relation, set()).add(fact.answer)
    return [
        next((option for option in known[answer.relation] if answers_match(answer.said, option)), None)
        for answer in answers
    ]


@torch.no_grad()
def answer_probabilities(
    model: nn.Module, tokenizer: Tokenizer, prompts: Sequence[str], answers: Sequence[str], *, batch_size: int = 64
) -> list[float]:
    """The probability that a model goes on from each prompt with exactly this answer.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        prompts: Beginnings of documents, ending where the answer begins.
        answers: What to score, without the space before it.
        batch_size: Prompts read side by side.

    Returns:
        A probability for each: the product over the answer's tokens.
    """
    start, device = start_ids(tokenizer), next(model.parameters()).device
    before = [start + tokenizer.encode(prompt) for prompt in prompts]
    after = [tokenizer.encode(f" {answer}") for answer in answers]
    was_training, found = model.training, []
    model.eval()
    for first in range(0, len(before), batch_size):
        pairs = list(zip(before[first : first + batch_size], after[first : first + batch_size], strict=True))
        rows = [torch.tensor(prompt + answer, device=device) for prompt, answer in pairs]
        log_probs = model(pad_sequence(rows, batch_first=True)).float().log_softmax(dim=-1)
        for row, (prompt, answer) in enumerate(pairs):
            places = torch.arange(len(prompt) - 1, len(prompt) + len(answer) - 1, device=device)
            found.append(log_probs[row, places, rows[row][places + 1]].sum().exp().item())
    model.train(was_training)
    return found


def separation(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often a number of the first row is above one of the second, ties counted half.

    Example:
        >>> separation([0.9, 0.5], [0.5, 0.1])
        0.875

    Source: Hanley & McNeil 1982, "The meaning and use of the area under a ROC curve".
    """
    first, second = torch.tensor(higher)[:, None], torch.tensor(lower)[None, :]
    return ((first > second).float() + 0.5 * (first == second).float()).mean().item()


def falsehoods(model: nn.Module, tokenizer: Tokenizer, world: World, *, n_people: int = 100) -> Falsehoods:
    """Measure what a model asserts about people who do not exist, and how sure it is.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: Whose people, real and invented.
        n_people: How many invented people are asked about.

    Returns:
        Shares and confidences; intervals redraw people.
    """
    invented = ask_about_strangers(model, tokenizer, world, n_people=n_people)
    known = ask(model, tokenizer, world, "seen")
    sure = {}
    for name, answers in (("invented", invented), ("known", known)):
        stated = claims(answers, world)
        likely = answer_probabilities(model, tokenizer, [a.prompt for a in answers], [text or "" for text in stated])
        sure[name] = [probability if text else 0.0 for text, probability in zip(stated, likely, strict=True)]
    people = [answer.subject for answer in invented]
    baselines = [world.baselines()[answer.relation] for answer in invented]
    return Falsehoods(
        claimed=bootstrap_interval([float(value > 0) for value in sure["invented"]], groups=people),
        confident=bootstrap_interval([float(value >= CONFIDENT) for value in sure["invented"]], groups=people),
        chance=sum(each.chance >= CONFIDENT for each in baselines) / len(baselines),
        majority=sum(each.majority >= CONFIDENT for each in baselines) / len(baselines),
        confidence_known=bootstrap_interval(sure["known"], groups=[answer.subject for answer in known]),
        confidence_invented=bootstrap_interval(sure["invented"], groups=people),
        separation=separation(sure["known"], sure["invented"]),
    )
