"""What a language model is scored by: its surprise at the token that came next, as a sum and a count."""

from typing import NamedTuple, Protocol, runtime_checkable

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

IGNORE = -100
"""The target that says "do not score this place" (padding, or a prompt whose answer alone should be learned)."""


@runtime_checkable
class TokenBatch(Protocol):
    """What `next_token_loss` reads of a batch: `text.Batch` has both."""

    token_ids: Tensor
    """What the model sees, [batch token]."""
    targets: Tensor
    """What should come next at each place, [batch token]; `IGNORE` where nothing is scored."""


class Loss(NamedTuple):
    """A loss as a sum and the number of terms in it, so that micro-batches of unequal size add up exactly.

    Example:
        >>> loss = Loss(torch.tensor(6.0), 4)
        >>> loss.mean.item()
        1.5
    """

    total: Tensor
    """Sum over the terms, a scalar that carries the gradient."""
    count: int
    """How many terms were added: scored tokens, or preference pairs."""

    @property
    def mean(self) -> Tensor:
        """The loss per term: what is usually called "the loss" (not a number when nothing was scored)."""
        return self.total / self.count if self.count else self.total * torch.nan


def token_losses(
    logits: Float[Tensor, "batch token vocab"], targets: Int[Tensor, "batch token"]
) -> Float[Tensor, "batch token"]:
    """The surprise −log p(target) at every place, in nats, taken in float32; 0 where the target is `IGNORE`.

    Args:
        logits: Unnormalised log-probabilities.
        targets: Token ids, or `IGNORE`.

    Returns:
        One loss per place.

    Example:
        >>> even = torch.zeros(1, 2, 4)                                   # four tokens, equally likely
        >>> token_losses(even, torch.tensor([[3, IGNORE]])).exp()         # surprise log 4 at the first place alone
        tensor([[4., 1.]])

    Source: Shannon, "A Mathematical Theory of Communication" (1948), §6; the cross-entropy of every language model.
    """
    losses = F.cross_entropy(
        rearrange(logits, "batch token vocab -> (batch token) vocab").float(),
        rearrange(targets, "batch token -> (batch token)").long(),
        ignore_index=IGNORE,
        reduction="none",
    )
    return rearrange(losses, "(batch token) -> batch token", batch=len(targets))


def next_token_loss(model: nn.Module, batch: TokenBatch) -> Loss:
    """Score a model's predictions of the next token: the loss of pre-training, and with masked targets of SFT.

    Args:
        model: Maps token ids to logits.
        batch: Token ids and targets, on any device.

    Returns:
        The summed surprise in nats and the number of scored tokens.

    Example:
        >>> from types import SimpleNamespace
        >>> table = nn.Embedding(4, 4)                                    # a bigram model, all its logits equal
        >>> _ = nn.init.zeros_(table.weight)
        >>> batch = SimpleNamespace(token_ids=torch.tensor([[0, 1]]), targets=torch.tensor([[1, 2]]))
        >>> loss = next_token_loss(table, batch)
        >>> f"{loss.mean.item():.4f} nats over {loss.count} tokens"       # log 4
        '1.3863 nats over 2 tokens'
    """
    device = next(model.parameters()).device
    n_scored = int((batch.targets != IGNORE).sum())
    targets = batch.targets.to(device, non_blocking=True)
    losses = token_losses(model(batch.token_ids.to(device, non_blocking=True)), targets)
    return Loss(losses.sum(), n_scored)
