"""Heads: what one looks at, as a score that chance can be compared with."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.inspection.capture import attention_patterns
from course_lib.transformer import GPT


def even_pattern(n_tokens: int) -> Float[Tensor, "query key"]:
    """The pattern of a head that knows nothing: every token shares evenly among itself and those before it.

    Args:
        n_tokens: Length of the text, in tokens.

    Returns:
        Shares; a score of this pattern is what chance would give.

    Raises:
        ValueError: There is no token.

    Example:
        >>> even_pattern(2).tolist()
        [[1.0, 0.0], [0.5, 0.5]]
    """
    if n_tokens < 1:
        raise ValueError(f"n_tokens is {n_tokens}: a pattern needs at least one token")
    places = torch.arange(n_tokens)
    return (places[:, None] >= places) / (places[:, None] + 1)


def share_on(pattern: Float[Tensor, "*batch query key"], wanted: Bool[Tensor, "query key"]) -> Float[Tensor, "*batch"]:
    """The mean share that falls on wanted keys, over the queries that have one.

    Args:
        pattern: Shares: who looks at whom.
        wanted: True where a look counts; a row without any True is left out.

    Returns:
        For each pattern a number between 0 and 1.

    Raises:
        ValueError: The sizes differ, no key is wanted, or a share is not a number.

    Example:
        The second of two tokens looks at the first with a share of 0.3.

        >>> pattern = torch.tensor([[1.0, 0.0], [0.3, 0.7]])
        >>> round(share_on(pattern, torch.tensor([[False, False], [True, False]])).item(), 3)
        0.3
    """
    if pattern.shape[-2:] != wanted.shape:
        raise ValueError(f"a pattern of {tuple(pattern.shape[-2:])} and wanted of {tuple(wanted.shape)} do not fit")
    if not wanted.any():
        raise ValueError("no key is wanted in any row: is there a token before another, or one that occurs twice?")
    if pattern.isnan().any():
        raise ValueError("a share is not a number (NaN): was a row masked completely?")
    counts = wanted.any(dim=-1)
    return (pattern * wanted).sum(dim=-1)[..., counts].mean(dim=-1)


def previous_token_score(pattern: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch"]:
    """The mean share that a token gives to the one just before it.

    Args:
        pattern: Shares of a text of two tokens or more.

    Example:
        >>> previous_token_score(torch.tensor([[1.0, 0.0], [0.75, 0.25]])).item()
        0.75

    Source: Voita et al. 2019, section 4, arXiv 1905.09418.
    """
    n_tokens = pattern.shape[-1]
    return share_on(pattern, torch.diag(torch.ones(n_tokens - 1, dtype=torch.bool), diagonal=-1))


def first_token_score(pattern: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch"]:
    """The mean share that tokens from the third on give to the very first: how much of a sink it is.

    Args:
        pattern: Shares of a text of three tokens or more. (The second token's look at the first is also one at the
            token before, so it says nothing.)

    Example:
        >>> round(first_token_score(torch.tensor([[1.0, 0.0, 0.0], [0.2, 0.8, 0.0], [0.9, 0.0, 0.1]])).item(), 3)
        0.9

    Source: Xiao et al. 2023, section 3.1, arXiv 2309.17453.
    """
    wanted = torch.zeros(pattern.shape[-2:], dtype=torch.bool)
    wanted[2:, :1] = True
    return share_on(pattern, wanted)


def duplicate_token_score(
    pattern: Float[Tensor, "*batch query key"], token_ids: Int[Tensor, "query"]
) -> Float[Tensor, "*batch"]:
    """The mean share that a token gives to its own earlier occurrences, where it has any.

    Args:
        pattern: Shares.
        token_ids: The text, in which some token occurs twice.

    Example:
        >>> pattern = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.7, 0.2, 0.1]])
        >>> round(duplicate_token_score(pattern, torch.tensor([4, 9, 4])).item(), 3)      # the 4 looks at the first 4
        0.7

    Source: Wang et al. 2022, section 3.1, arXiv 2211.00593.
    """
    return share_on(pattern, (token_ids[:, None] == token_ids).tril(-1))


def induction_score(
    pattern: Float[Tensor, "*batch query key"], token_ids: Int[Tensor, "query"]
) -> Float[Tensor, "*batch"]:
    """The mean share that a token gives to what followed its earlier occurrences: what would come next by copying.

    Args:
        pattern: Shares.
        token_ids: The text, in which some token occurs twice.

    Example:
        >>> pattern = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.7, 0.2, 0.1]])
        >>> round(induction_score(pattern, torch.tensor([4, 9, 4])).item(), 3)      # after the first 4 came the 9
        0.2

    Source: Olsson et al. 2022, section "Argument 4", arXiv 2209.11895.
    """
    after = (token_ids[:, None] == token_ids).tril(-1).roll(1, dims=1)
    after[:, 0] = False
    return share_on(pattern, after)


KINDS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "previous token": lambda pattern, token_ids: previous_token_score(pattern),
    "first token": lambda pattern, token_ids: first_token_score(pattern),
    "same token": duplicate_token_score,
    "induction": induction_score,
}
"""Kind of head → its score, from a pattern and the tokens."""


def repeated_tokens(
    n_texts: int, n_tokens: int, vocab_size: int, generator: torch.Generator
) -> Int[Tensor, "batch token"]:
    """Texts without meaning: random tokens, none twice, and then the same ones again.

    Args:
        n_texts: How many.
        n_tokens: Length before the repetition.
        vocab_size: Ids are drawn from 0 up to this, evenly.
        generator: What draws them.

    Returns:
        Twice `n_tokens` ids a row.

    Raises:
        ValueError: A number is below 1, or there are fewer ids than tokens.

    Example:
        >>> row = repeated_tokens(1, 3, vocab_size=100, generator=torch.Generator().manual_seed(0))[0]
        >>> row[:3].equal(row[3:]), len(set(row.tolist()))
        (True, 3)
    """
    if n_texts < 1 or n_tokens < 1 or vocab_size < n_tokens:
        raise ValueError(f"{n_texts} texts of {n_tokens} different tokens out of {vocab_size}: that cannot be drawn")
    once = torch.stack([torch.randperm(vocab_size, generator=generator)[:n_tokens] for _ in range(n_texts)])
    return torch.cat((once, once), dim=1)


def head_scores(model: GPT, token_ids: Int[Tensor, "batch token"]) -> dict[str, Float[Tensor, "layer head"]]:
    """Every head's scores, in the mean over some texts.

    Args:
        model: A GPT of this course.
        token_ids: Texts in which tokens occur twice, such as `repeated_tokens` makes.

    Returns:
        Kind of head → score, for every layer and head.

    Example:
        >>> from course_lib.transformer import GPT_TINY
        >>> sorted(head_scores(GPT(GPT_TINY), torch.tensor([[1, 2, 1, 2]])))
        ['first token', 'induction', 'previous token', 'same token']
    """
    found: dict[str, list[Tensor]] = {kind: [] for kind in KINDS}
    for row in token_ids:
        patterns = attention_patterns(model, row.tolist())
        for kind, score in KINDS.items():
            found[kind].append(score(patterns, row.cpu()))
    return {kind: torch.stack(scores).mean(dim=0) for kind, scores in found.items()}
