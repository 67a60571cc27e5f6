"""The signal in a stack of blocks: how large the stream is, how large its gradient, and how alike its tokens become."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.transformer import GPT


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """What was measured below the first block, between blocks and above the last: one number more than blocks."""

    size: list[float]
    """Root of the mean square of the residual stream."""
    gradient: list[float]
    """Root of the mean square of the loss's gradient for the stream there, divided by that above the last block."""
    likeness: list[float]
    """Mean cosine between the vectors of different tokens of a text: 1 if they can no longer be told apart."""


@torch.no_grad()
def start_evenly(model: nn.Module, gain: float = 1.0, into_stream: float = 1.0) -> nn.Module:
    """Draw every matrix so that it neither lengthens nor shortens a random vector, times a gain.

    Args:
        model: Its `Linear` layers and embeddings are drawn anew from torch's random state; biases become 0.
        gain: What a matrix multiplies the size of a random vector by.
        into_stream: A further factor for the matrices that write to the residual stream, `o_proj` and `down_proj`;
            GPT-2 takes 1 / √(2 × blocks).

    Returns:
        The model itself.

    Raises:
        ValueError: A factor is not above 0.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> layer = start_evenly(nn.Linear(400, 400))
        >>> round(layer.weight.std().item() * 400**0.5, 1)
        1.0

    Source: LeCun et al. 1998, "Efficient BackProp", section 4.6; Radford et al. 2019 (GPT-2), section 2.3.
    """
    for name, factor in (("gain", gain), ("into_stream", into_stream)):
        if not 0 < factor < float("inf"):
            raise ValueError(f"{name} is {factor}: it must be above 0 and finite, since it multiplies sizes")
    for name, layer in model.named_modules():
        if not isinstance(layer, nn.Linear):
            continue
        factor = gain * (into_stream if name.endswith(("o_proj", "down_proj")) else 1.0)
        nn.init.normal_(layer.weight, std=factor / layer.in_features**0.5)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    for module in model.modules():  # last, since a tied head shares its matrix with the embedding
        if isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight)
    return model


def signal_through(model: GPT, token_ids: Int[Tensor, "batch token"]) -> Signal:
    """Run a model forward and backward once, and measure the stream at every depth.

    Args:
        model: A GPT; in double precision its sizes may reach 1e150, in single 1e19. Where they grow so large, let it
            take the naive path of attention: the fused one loses their gradient.
        token_ids: Texts; the loss is that of guessing each next token.

    Returns:
        Sizes, gradients and likeness, from below the first block to above the last. Likeness compares tokens with
        different ids alone, since equal ids begin as equal vectors.

    Raises:
        ValueError: The texts have fewer than two tokens, or are all one token.

    Example:
        >>> from course_lib.transformer import GPT_TINY
        >>> len(signal_through(GPT(GPT_TINY), torch.tensor([[1, 2, 3]])).size) == GPT_TINY.n_layers + 1
        True
    """
    if token_ids.shape[1] < 2 or (token_ids == token_ids[:, :1]).all():
        raise ValueError(
            f"texts of shape {tuple(token_ids.shape)} with one kind of token: two different ones are needed"
        )
    streams: list[Tensor] = []

    def keep(_module: nn.Module, inputs: tuple, output: Tensor | None = None) -> None:
        stream = inputs[0] if output is None else output
        stream.retain_grad()
        streams.append(stream)

    handles = [model.blocks[0].register_forward_pre_hook(keep)]
    handles += [block.register_forward_hook(keep) for block in model.blocks]
    try:
        with torch.enable_grad():
            logits = model(token_ids)
            F.cross_entropy(logits[:, :-1].flatten(0, 1), token_ids[:, 1:].flatten()).backward()
    finally:
        for handle in handles:
            handle.remove()
        model.zero_grad()
    gradients = [_size(stream.grad) for stream in streams]
    top = gradients[-1] or float("nan")
    different = token_ids[:, :, None] != token_ids[:, None, :]
    return Signal(
        size=[_size(stream) for stream in streams],
        gradient=[gradient / top for gradient in gradients],
        likeness=[_likeness(stream.detach(), different) for stream in streams],
    )


def _size(values: Tensor) -> float:
    return values.detach().square().mean().sqrt().item()


def _likeness(stream: Tensor, different: Tensor) -> float:
    scaled = stream / stream.abs().amax(dim=-1, keepdim=True).clamp(min=1e-300)  # else tiny vectors have no direction
    units = F.normalize(scaled, dim=-1)
    return (units @ units.transpose(1, 2))[different].mean().item()
