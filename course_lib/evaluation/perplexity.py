"""How surprised a model is by a text: perplexity over its tokens, bits over its bytes."""

import math
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from course_lib.common.errors import CourseError


@runtime_checkable
class Encoder(Protocol):
    """Any tokenizer: what scoring a text asks of it."""

    special_tokens: dict[str, int]

    def encode(self, text: str) -> list[int]:
        """Token ids of the text."""


@torch.no_grad()
def token_losses(
    model: nn.Module, token_ids: Int[Tensor, " token"], *, context_length: int | None = None, stride: int | None = None
) -> Float[Tensor, " scored"]:
    """Score every token of a text but the first, each exactly once, on the tokens before it.

    A text longer than the context is read in windows that overlap: each moves on by `stride` tokens and scores only
    those that no earlier window has scored, so that (after the first window) every token is predicted from at least
    `context_length - stride` others.

    Args:
        model: Token ids to logits, such as a `GPT`; left in the mode (training or not) it was in.
        token_ids: The text.
        context_length: Tokens a window; the model's own if not given.
        stride: Tokens that each window adds; half a window if not given.

    Returns:
        Negative log-probabilities in nats, one for each token from the second on.

    Raises:
        CourseError: Fewer than two tokens.
        ValueError: A window or stride that leaves tokens out.
    """
    n_tokens = len(token_ids)
    if n_tokens < 2:
        raise CourseError(f"{n_tokens} token(s): a text needs at least 2, one to read and one to predict")
    context_length = context_length or model.config.context_length
    stride = stride or max(1, context_length // 2)
    if not 1 <= stride <= context_length:
        raise ValueError(f"stride {stride} must lie between 1 and the window's {context_length} tokens")
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        losses, scored = [], 1
        while scored < n_tokens:
            end = min(n_tokens, context_length + 1 if scored == 1 else scored + stride)
            window = token_ids[max(0, end - context_length - 1) : end].to(device)
            logits = model(window[None, :-1])[0].float()
            losses.append(functional.cross_entropy(logits, window[1:].long(), reduction="none")[-(end - scored) :])
            scored = end
        return torch.cat(losses).cpu()
    finally:
        model.train(was_training)


def perplexity(model: nn.Module, token_ids: Int[Tensor, " token"], **windows: int) -> float:
    """The number of equally likely next tokens that would leave a model as unsure as it is.

    Args:
        model: Token ids to logits.
        token_ids: The text; its first token is read, not scored.
        windows: `context_length` and `stride` of `token_losses`.

    Returns:
        exp of the mean loss: 1 for a model that is always right and sure, `vocab_size` for one that knows nothing.

    Example:
        >>> from types import SimpleNamespace
        >>> guesser = nn.Linear(1, 1)                      # knows nothing of its four tokens
        >>> guesser.config = SimpleNamespace(context_length=8)
        >>> guesser.forward = lambda token_ids: torch.zeros(*token_ids.shape, 4)
        >>> round(perplexity(guesser, torch.tensor([0, 1, 2, 3])), 4)
        4.0
    """
    return math.exp(token_losses(model, token_ids, **windows).mean().item())


def bits_per_byte(model: nn.Module, tokenizer: Encoder, text: str, **windows: int) -> float:
    """How many bits the model would need for each byte of a text, were it used to compress it.

    Perplexities of models with different tokenizers cannot be compared, since their tokens are of different length.
    Bytes are the same for all.

    Args:
        model: Token ids to logits.
        tokenizer: The model's own.
        text: Any text; an end-of-text token is read before it where the tokenizer has one, so that all of it is scored.
        windows: `context_length` and `stride` of `token_losses`.

    Returns:
        Bits per byte of UTF-8; 8 would be no compression at all.

    Raises:
        CourseError: The text is empty.

    Source: Shannon 1948, "A mathematical theory of communication"; as a metric, Gao et al. 2020 (arXiv 2101.00027).
    """
    n_bytes = len(text.encode())
    if n_bytes == 0:
        raise CourseError("the text is empty: there is nothing to score")
    ids = tokenizer.encode(text)
    start = tokenizer.special_tokens.get("<|endoftext|>")
    token_ids = torch.tensor(ids if start is None else [start, *ids])
    return token_losses(model, token_ids, **windows).sum().item() / math.log(2) / n_bytes
