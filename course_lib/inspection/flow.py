"""What each layer writes to the residual stream, and how long that is beside what is there already."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.inspection.steps import Trace


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Write:
    """One addition to the residual stream."""

    part: str
    """Who wrote: `embedding`, `attention` or `feed_forward`."""
    layer: int
    """In which block; −1 for the embedding, which starts the stream."""
    written: Float[Tensor, "token"]
    """Length of what was added to each token's vector."""
    stream: Float[Tensor, "token"]
    """Length of each token's vector afterwards."""
    along: Float[Tensor, "token"]
    """Cosine of the angle between what was added and what was there: above 0 it lengthens, below 0 it takes away."""


def stream_writes(steps: Trace) -> list[Write]:
    """Follow the residual stream through a trace: what was added to it, by whom, and how long it became.

    Args:
        steps: From `trace`.

    Returns:
        The embedding, then attention and feed-forward layer of each block, in order.

    Example:
        >>> from course_lib.inspection.trace import trace
        >>> from course_lib.transformer import GPT, GPTConfig
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=2, n_heads=1, d_model=4)
        >>> [(write.part, write.layer) for write in stream_writes(trace(GPT(config), [1, 2]))]
        [('embedding', -1), ('attention', 0), ('feed_forward', 0), ('attention', 1), ('feed_forward', 1)]

    Source: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits".
    """
    start = [step.values.float() for step in steps if step.role == "embedding"]
    if not start:
        raise ValueError("these steps hold no embedding, where the stream begins: give the whole trace")
    stream = torch.stack(start).sum(dim=0)
    writes = [
        Write(part="embedding", layer=-1, written=stream.norm(dim=-1), stream=stream.norm(dim=-1),
              along=torch.ones(len(stream)))
    ]  # fmt: skip
    for step in steps:
        if step.role not in ("attention", "feed_forward"):
            continue
        added, layer = step.values.float(), int(step.name.split(".")[1])
        along = torch.cosine_similarity(stream, added, dim=-1)
        stream = stream + added
        writes.append(
            Write(part=step.role, layer=layer, written=added.norm(dim=-1), stream=stream.norm(dim=-1), along=along)
        )
    return writes
