"""The README's table of results, written from the measured files so that no number is copied by hand."""

import csv
import json
import tomllib
from collections import Counter
from functools import reduce
from operator import getitem
from statistics import fmean

from course_lib.common.errors import CourseError
from course_lib.common.paths import DATA, ROOT, atomic_write

README = ROOT / "README.md"
START, END = "<!-- results: `python course.py build` writes them from data/ -->", "<!-- end of results -->"
ASKED = {
    "seen": "facts that the base model recalls, asked in phrasings it has read",
    "famous": "the same, in phrasings that it has read about a few famous people, asked about the others",
    "held_out": "the same, in phrasings of another author, which it has never read",
    "question": "questions answered about people of whom its corpus asks none",
}
"""Ways of asking in the base model's report card → how the README calls them."""


ASSISTANT = {
    "chat": (
        (
            ("greedy", "known", "right"),
            "questions the chat model answers right, about people of whom no demonstration asks",
        ),
        (("greedy", "invented", "made_up"), "people who do not exist: the chat model makes something up"),
    ),
    "reward": (
        (("clear",), "pairs of clearly different worth that the reward model puts in order, people never labelled"),
    ),
    "rlhf": (
        (("greedy", "known", "right"), "questions about real people that it still answers right after RLHF"),
        (("greedy", "unasked", "right"), "the same, about people whom RLHF never asked about"),
        (("greedy", "invented", "unknown"), "people who do not exist: after RLHF it says that it does not know"),
    ),
}
"""Stage → places in its report card, and how the README calls them."""


def read_report(stage: str) -> dict | None:
    """The report of a stage that ships; None if it does not."""
    path = DATA / "checkpoints" / f"{stage}.report.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def assistant_rows() -> list[str]:
    """Rows of the report cards of the assistants and of their judge, with 95 % intervals."""
    rows = []
    for stage, told in ASSISTANT.items():
        if report := read_report(stage):
            for place, title in told:
                share = reduce(getitem, place, report["card"])
                rows.append(f"| {title} | {share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%}) |")
    return rows


def base_rows() -> list[str]:
    """Rows of the base model's report card, with 95 % intervals; none if it does not ship."""
    report = read_report("base")
    if report is None:
        return []
    rows = [f"| minutes to train the base model on two cores | {report['minutes']:.0f} ({report['dtype']}) |"]
    for asked, title in ASKED.items():
        recall = report["card"]["recall"][asked]
        share = f"{recall['value']:.1%} ({recall['low']:.1%} to {recall['high']:.1%}; chance {recall['chance']:.1%})"
        rows.append(f"| {title} | {share} |")
    return rows


def shakespeare_rows() -> list[str]:
    """The recipe of the course at nanoGPT's budget, over its seeds; none if it was not measured."""
    path = DATA / "results" / "shakespeare.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        losses = [float(row["validation_loss"]) for row in csv.DictReader(file) if row["optimizer"] == "muon"]
    title = "loss on tiny-shakespeare's validation text at nanoGPT's CPU budget (its own recipe: 1.88)"
    return [f"| {title} | {fmean(losses):.3f} (seeds: {len(losses)}) |"]


def claim_rows() -> list[str]:
    """How many claims of articles the notebooks have put to the test, and how they came out."""
    path = DATA / "claims.toml"
    claims = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    verdicts = Counter(claim["verdict"].split(":")[0] for claim in claims.values())
    if not verdicts:
        return []
    told = ", ".join(f"{verdict}: {n}" for verdict, n in verdicts.most_common())
    return [f"| [claims](data/claims.toml) of articles put to the test so far | {verdicts.total()} ({told}) |"]


def results() -> str:
    """The table as Markdown.

    Returns:
        Measured results of the models and of the recipe, then how the claims came out.
    """
    rows = [*base_rows(), *assistant_rows(), *shakespeare_rows(), *claim_rows()]
    return "\n".join(["| what | measured |", "|---|---|", *rows]) if rows else "Nothing is measured yet."


def with_results(text: str) -> str:
    """The README's text with the table of today.

    Args:
        text: The README as it is.

    Returns:
        The same with what stands between the two markers replaced.

    Raises:
        CourseError: If a marker is missing.
    """
    if text.count(START) != 1 or text.count(END) != 1:
        raise CourseError(f"README.md has lost a marker of its results: {START} or {END}")
    before, rest = text.split(START)
    return f"{before}{START}\n\n{results()}\n\n{END}{rest.split(END)[1]}"


def write_results() -> None:
    """Bring the README's table up to date."""
    old = README.read_text(encoding="utf-8")
    new = with_results(old)
    if new != old:
        with atomic_write(README) as temporary:
            temporary.write_text(new, encoding="utf-8")
