"""`train` and `generate`: make one of the course's models, and let one write."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

if TYPE_CHECKING:
    from rich.table import Table

Stage = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="STAGE")]
Prompt = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="PROMPT")]


def train(stage: Stage, *, minutes: float | None = None, fresh: bool = False) -> None:
    """Train one of the course's models into my/checkpoints, or all; Ctrl-C saves, the same command goes on from there.

    Args:
        stage: Which, such as base; `all` makes every model from nothing that is not there yet.
        minutes: Shorten it to about so long (all stages together); by default as long as the recipes say.
        fresh: Start anew where an interrupted run could go on, or a finished model is there.
    """
    from rich.console import Console

    from course_lib.common.paths import MY
    from course_lib.common.seed import course_seed
    from course_lib.lineage.from_nothing import train_all
    from course_lib.lineage.stages import train_stage

    seed, started = course_seed(), time.perf_counter()
    try:
        if stage == "all":
            reports = train_all(seed=seed, minutes=minutes, fresh=fresh)
        else:
            reports = {stage: train_stage(stage, seed=seed, minutes=minutes, resume=not fresh)}
    except KeyboardInterrupt:
        same = "the same command without --fresh" if fresh else "the same command"
        raise KeyboardInterrupt(f"interrupted and saved; {same} goes on from there") from None
    console = Console(highlight=False)
    console.print()
    console.print(headline_table(reports.values()))
    console.print(
        f"\n{(time.perf_counter() - started) / 60:.1f} minutes in all, examinations included. The models lie in "
        f"{MY / 'checkpoints'}; COURSE_MODELS=mine makes the notebooks use them.",
        soft_wrap=True,
    )
    for line in stale_lines(MY / "checkpoints"):
        console.print(line, style="yellow", soft_wrap=True)


def headline_table(reports: Iterable[dict[str, Any]]) -> "Table":
    """The measured numbers of some stages, and what they mean.

    Args:
        reports: From `train_stage`, in the order of the rows.

    Returns:
        A table for a rich console.
    """
    from rich.table import Table
    from rich.text import Text

    from course_lib.lineage.headlines import headlines

    table = Table(box=None, pad_edge=False)
    for heading, justify in (("stage", "left"), ("minutes", "right"), ("measured", "right"), ("95 % interval", "left")):
        table.add_column(heading, justify=justify, header_style="dim", no_wrap=True)
    table.add_column("of what", header_style="dim", overflow="fold")
    for report in reports:
        minutes = f"{report['minutes']:.1f}" if "minutes" in report else ""
        for place, each in enumerate(headlines(report)):
            first = (report["stage"], minutes + " (kept)" * report.get("is_kept", False)) if place == 0 else ("", "")
            table.add_row(*first, each.measured(), each.interval(), Text(each.means))
    return table


def stale_lines(folder: Path) -> Iterator[str]:
    """Lines that tell which models in a folder no longer fit those that they were made from, and what to do.

    Args:
        folder: Where the models lie.
    """
    from course_lib.lineage.freshness import orphans

    found = orphans(folder)
    yield from (f"{why}." for why in found.values())
    if found:
        yield f"To make {', '.join(found)} fit again: python course.py train all"


def generate(
    prompt: Prompt, *, stage: str = "base", max_new_tokens: int = 100, temperature: float = 0.8, top_p: float = 0.95
) -> None:
    """Let one of the course's models go on from a prompt, token by token.

    Args:
        prompt: The text to go on from.
        stage: Which model.
        max_new_tokens: How many tokens at most.
        temperature: How random; 0 takes the likeliest token each time.
        top_p: Draw only from the likeliest tokens that have this much of the probability together.
    """
    from course_lib.alignment.chat import text_pieces
    from course_lib.common.seed import seed
    from course_lib.inference import Sampler, stream
    from course_lib.lineage.load import load

    model, tokenizer, _ = load(stage)
    sampler = Sampler(temperature=temperature, top_p=top_p)
    ids = tokenizer.encode(prompt)
    print(prompt, end="", flush=True)
    stops = list(tokenizer.special_tokens.values())
    limits = {"max_new_tokens": max_new_tokens, "stop_token_ids": stops, "generator": seed()}
    for piece in text_pieces(tokenizer, stream(model, ids, sampler=sampler, **limits), stops):
        print(piece, end="", flush=True)
    print()
