"""`train` and `generate`: make one of the course's models, and let one write."""

import sys
from typing import Annotated

import tyro

Stage = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="STAGE")]
Prompt = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="PROMPT")]


def train(stage: Stage, *, minutes: float | None = None, fresh: bool = False) -> None:
    """Train one of the course's models into my/checkpoints; Ctrl-C saves, the same command goes on from there.

    Args:
        stage: Which, such as base.
        minutes: Shorten it to about so long; by default as long as its recipe says.
        fresh: Start anew where an interrupted run could go on.
    """
    from course_lib.common.paths import MY
    from course_lib.common.seed import course_seed
    from course_lib.lineage.stages import train_stage

    try:
        report = train_stage(stage, seed=course_seed(), minutes=minutes, resume=not fresh)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted and saved; the same command goes on from there") from None
    print(f"{stage} is trained and lies in {MY / 'checkpoints'}; COURSE_MODELS=mine makes the notebooks use it")
    if "card" in report:
        from course_lib.evaluation.report_card import render

        print(f"\n{render(report['card'])}")


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
    from course_lib.common.seed import seed
    from course_lib.inference import Sampler, stream
    from course_lib.lineage.load import load

    model, tokenizer, _ = load(stage)
    sampler = Sampler(temperature=temperature, top_p=top_p)
    ids = tokenizer.encode(prompt)
    print(prompt, end="", flush=True)
    ends = list(tokenizer.special_tokens.values())
    written = ""
    generated: list[int] = []
    for token_id in stream(
        model, ids, max_new_tokens=max_new_tokens, sampler=sampler, stop_token_ids=ends, generator=seed()
    ):
        generated.append(token_id)
        text = tokenizer.decode(generated)
        if not text.endswith("\N{REPLACEMENT CHARACTER}"):  # a character's bytes may come in several tokens
            sys.stdout.write(text[len(written) :])
            sys.stdout.flush()
            written = text
    print()
