"""Beam search: several beginnings kept side by side, so that a good sentence may start with a second-best word."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.inference.cache import KVCache
from course_lib.inference.generate import check_prompt


@dataclass(frozen=True, slots=True)
class Beam:
    """A continuation and the logarithm of its probability.

    Example:
        >>> Beam((4, 7), -0.5).with_token(2, -0.75)
        Beam(token_ids=(4, 7, 2), log_prob=-0.75)
    """

    token_ids: tuple[int, ...]
    log_prob: float
    """Sum over its tokens, in nats; 0 for the empty continuation."""

    def with_token(self, token_id: int, log_prob: float) -> "Beam":
        """The same with one token more.

        Args:
            token_id: The new token.
            log_prob: Of the longer continuation.
        """
        return Beam((*self.token_ids, token_id), log_prob)


def longer_beams(beams: Sequence[Beam], log_probs: Float[Tensor, "beam vocab"], n_kept: int) -> list[tuple[Beam, int]]:
    """Every beam with every token added, and of these the most probable.

    Args:
        beams: The beginnings.
        log_probs: Logarithm of the probability of each next token, for each beginning.
        n_kept: How many to keep; all if there are fewer.

    Returns:
        The longer beams, best first, each with the place of the beginning that it comes from.

    Example:
        Two beginnings of probability 0.6 and 0.4; the second has the better way on, 0.4 · 0.9 = 0.36.

        >>> beams = [Beam((0,), -0.511), Beam((1,), -0.916)]
        >>> next_probabilities = torch.tensor([[0.6, 0.4], [0.1, 0.9]])
        >>> [(beam.token_ids, parent) for beam, parent in longer_beams(beams, next_probabilities.log(), 2)]
        [((1, 1), 1), ((0, 0), 0)]
    """
    scores = torch.tensor([beam.log_prob for beam in beams], device=log_probs.device)
    totals = (scores[:, None] + log_probs).flatten()
    best = totals.topk(min(n_kept, totals.numel()))
    found = []
    for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
        parent, token_id = divmod(place, log_probs.shape[-1])
        found.append((beams[parent].with_token(token_id, total), parent))
    return found


@torch.inference_mode()
def beam_search(
    model: nn.Module,
    prompt: Sequence[int],
    *,
    n_beams: int,
    max_new_tokens: int,
    stop_token_ids: Sequence[int] = (),
) -> list[Beam]:
    """Look for the most probable continuations; it finds good ones, not always the best.

    Args:
        model: A `GPT` in evaluation mode.
        prompt: Token ids to go on from.
        n_beams: Beginnings kept side by side; 1 is the greedy choice.
        max_new_tokens: Longest continuation, in tokens; shorter where the context is full.
        stop_token_ids: Tokens that end a continuation; it is then kept as it is, and others go on.

    Returns:
        At most `n_beams` continuations, the most probable first. A short one is not held against a long one: the sums
        are compared as they are (what transformers calls `length_penalty=0`).

    Raises:
        ValueError: `n_beams` or `max_new_tokens` is below 1.
        CourseError: The prompt is empty, too long, or has an id out of range.

    Source: Graves 2012, section 2.2, arXiv 1211.3711; Sutskever, Vinyals & Le 2014, section 3.2, arXiv 1409.3215.
    """
    if n_beams < 1 or max_new_tokens < 1:
        raise ValueError(f"n_beams={n_beams}, max_new_tokens={max_new_tokens}: both must be at least 1")
    check_prompt(model.config, prompt)
    weight, stops = next(model.parameters()), set(stop_token_ids)
    n_most = min(max_new_tokens, model.config.context_length + 1 - len(prompt))
    cache = KVCache(model.config, 1, len(prompt) + n_most, weight.dtype, weight.device)
    unread = torch.tensor([list(prompt)], device=weight.device)
    running, finished = [Beam((), 0.0)], []
    for n_new in range(1, n_most + 1):
        log_probs = model(unread, cache=cache, last_only=True)[:, -1].float().log_softmax(dim=-1)
        cache.advance(unread.shape[1])
        longer = longer_beams(running, log_probs, max(2, 1 + len(stops)) * n_beams)
        ended = [n_new == n_most or beam.token_ids[-1] in stops for beam, _ in longer]
        finished += [beam for (beam, _), has_ended in list(zip(longer, ended, strict=True))[:n_beams] if has_ended]
        finished = sorted(finished, key=lambda beam: -beam.log_prob)[:n_beams]
        going_on = [pair for pair, has_ended in zip(longer, ended, strict=True) if not has_ended][:n_beams]
        if not going_on or (len(finished) == n_beams and finished[-1].log_prob >= going_on[0][0].log_prob):
            break
        running, parents = [beam for beam, _ in going_on], [parent for _, parent in going_on]
        cache.keys, cache.values = cache.keys[:, parents], cache.values[:, parents]
        unread = torch.tensor([[beam.token_ids[-1]] for beam in running], device=weight.device)
    return finished
