"""Everything measured about a model, on one page."""

from dataclasses import asdict
from typing import Any

import torch
from torch import nn

from course_lib.evaluation.continuation import reactions
from course_lib.evaluation.facts import Phrasing, Tokenizer, ask, complete, recall_by_relation, score
from course_lib.evaluation.falsehoods import falsehoods
from course_lib.evaluation.perplexity import bits_per_byte
from course_lib.inference import Sampler
from course_lib.world import World

RECALL: dict[Phrasing, str] = {
    "seen": "facts, in words of the corpus",
    "famous": "the same, in words that it uses of the famous alone",
    "held_out": "facts, in words that it never uses",
    "question": "questions about people of whom it asks nothing",
    "new_wording": "the same in new words",
    "new_kind": "questions of a kind that it never asks",
    "untold": "facts that it never tells (a control)",
}
"""Ways of asking → how the card calls them."""

REACTIONS = {
    "answer": "it answers",
    "right": "and is right",
    "question": "it asks another",
    "prose": "it writes on",
    "end": "the page ends",
}
"""What may follow a question in prose → how the card calls it."""

UNREAD_SEED = 1_000_003
"""Pages of this seed are in no model's corpus."""


def report_card(
    model: nn.Module, tokenizer: Tokenizer, world: World, *, per_fact: int | None = 1, n_pages: int = 3
) -> dict[str, Any]:
    """Measure what a model knows, makes up and sounds like.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        world: What it has read about.
        per_fact: How many phrasings a fact; None for all.
        n_pages: How many pages it writes of its own.

    Returns:
        What JSON can hold: `recall` by way of asking (value, low, high, n, n_answers, chance, majority), the value by
        kind of fact in `by_relation`, `falsehoods`, `reactions` to a question in prose, `bits_per_byte` on unread
        pages, and `pages` of its own. A way of asking is left out where there is nobody to ask about: in a small world
        everybody is famous.
    """
    asked = {phrasing: ask(model, tokenizer, world, phrasing, per_fact=per_fact) for phrasing in RECALL}
    answers = {phrasing: given for phrasing, given in asked.items() if given}
    unread = "\n".join(world.documents(n_words=4000, seed=UNREAD_SEED, question_share=0.0))
    card = {
        "recall": {phrasing: asdict(score(given, world)) for phrasing, given in answers.items()},
        "by_relation": {phrasing: recall_by_relation(given) for phrasing, given in answers.items()},
        "falsehoods": asdict(falsehoods(model, tokenizer, world)),
        "reactions": asdict(reactions(model, tokenizer, world)),
        "bits_per_byte": bits_per_byte(model, tokenizer, unread),
        "pages": write_pages(model, tokenizer, n_pages),
    }
    return rounded(card)


def write_pages(model: nn.Module, tokenizer: Tokenizer, n_pages: int = 3, *, seed: int = 0) -> list[str]:
    """Let a model write pages from nothing, at temperature 0.8.

    Args:
        model: A `GPT`.
        tokenizer: Its tokenizer.
        n_pages: How many.
        seed: Of the sampling.

    Returns:
        The pages.
    """
    generator = torch.Generator().manual_seed(seed)
    return complete(
        model, tokenizer, [""] * n_pages, max_new_tokens=120, sampler=Sampler(temperature=0.8), generator=generator
    )


def rounded(value: Any, digits: int = 4) -> Any:
    """The same with every float rounded, so that a card reads well and is compared easily.

    Example:
        >>> rounded({"recall": [0.98765432, 3]})
        {'recall': [0.9877, 3]}
    """
    if isinstance(value, dict):
        return {name: rounded(each, digits) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each, digits) for each in value]
    return round(value, digits) if isinstance(value, float) else value


def render(card: dict[str, Any]) -> str:
    """A report card as a table of plain text.

    Args:
        card: From `report_card`; its part "reactions" may be left out.

    Returns:
        Lines to print: what was measured, the share, its interval, chance and majority.
    """
    lines = [f"{'':52}{'share':>7}   {'95 % interval':17}{'chance':>8}{'majority':>10}"]
    lines += [
        _line(title, card["recall"][phrasing]) for phrasing, title in RECALL.items() if phrasing in card["recall"]
    ]
    lines += ["", _line("invented people: states something definite", card["falsehoods"]["claimed"])]
    confident = card["falsehoods"]["confident"] | {key: card["falsehoods"][key] for key in ("chance", "majority")}
    lines.append(_line("invented people: and is confident of it", confident))
    lines.append(_line("confidence about real people", card["falsehoods"]["confidence_known"]))
    lines.append(_line("confidence about invented people", card["falsehoods"]["confidence_invented"]))
    lines.append(f"{'confidence tells real from invented (chance 0.5)':52}{card['falsehoods']['separation']:7.3f}")
    if "reactions" in card:
        lines.append("")
        lines += [_line(f"a question in prose: {title}", card["reactions"][kind]) for kind, title in REACTIONS.items()]
    return "\n".join([*lines, "", f"{'bits per byte of unread pages':52}{card['bits_per_byte']:7.3f}"])


def _line(title: str, measured: dict[str, float]) -> str:
    interval = f"{measured['low']:.3f} to {measured['high']:.3f}"
    text = f"{title:52}{measured['value']:7.3f}   {interval:17}"
    return text + (f"{measured['chance']:8.3f}{measured['majority']:10.3f}" if "chance" in measured else "")
