"""Strict loading: nothing missing, nothing left over, nothing of another shape."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.transformer import GPT, GPTConfig, Parts
from course_lib.weights.names import module_names

N_NAMED = 3
"""How many names an error lists before it counts the rest."""


def expected_shapes(config: GPTConfig) -> dict[str, tuple[int, ...]]:
    """The tensors that a GPT of this shape is made of; a tied head counts as the embedding.

    Example:
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=4)
        >>> expected_shapes(config)["token_embedding.weight"], len(expected_shapes(config))
        ((9, 4), 11)
    """
    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in GPT(config).state_dict().items()}
    if config.tied_head:
        del shapes["head.weight"]
    return shapes


def match(
    shapes: Mapping[str, tuple[int, ...]], table: dict[str, str], config: GPTConfig, source: object
) -> dict[str, str]:
    """Pair every tensor of a file with its place in the model, or say which does not fit.

    Args:
        shapes: The file's tensors: their name → shape.
        table: Their modules → ours, from `names`.
        config: The model that they should make.
        source: Where they come from, for messages.

    Returns:
        Our tensor's name → theirs, complete.

    Raises:
        CourseError: A tensor is missing, has no place in the model, or another shape.

    Example:
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=4)
        >>> from course_lib.weights.names import GGUF_NAMES
        >>> match({"token_embd.weight": (9, 4)}, GGUF_NAMES, config, "model.gguf")
        Traceback (most recent call last):
        course_lib.common.errors.CourseError: model.gguf lacks blk.0.attn_norm.weight, ... and 7 more: ...
    """
    wanted = expected_shapes(config)
    ours = module_names(table, config.n_layers)
    theirs = {our: their for their, our in ours.items()}

    def their_name(name: str) -> str:
        module, _, kind = name.rpartition(".")
        return f"{theirs.get(module, module)}.{kind}"

    found = {their_name(name): name for name in wanted}
    missing = [name for name in found if name not in shapes]
    if missing:
        raise CourseError(f"{source} lacks {_some(missing)}: is it whole, and a model's rather than a part of one?")
    if left_over := [name for name in shapes if name not in found]:
        raise CourseError(
            f"{source} has {_some(left_over)}, for which this architecture has no place: "
            "without it the model would be another one"
        )
    for name, our_name in found.items():
        if tuple(shapes[name]) != wanted[our_name]:
            raise CourseError(
                f"{source}: {name} has shape {tuple(shapes[name])}, the configuration makes {our_name} "
                f"{wanted[our_name]}: do the two belong together?"
            )
    return {our_name: name for name, our_name in found.items()}


def _some(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    names = list(names)
    more = len(names) - N_NAMED
    return ", ".join(names[:N_NAMED]) + (f" and {more} more" if more > 0 else "")


def build(
    config: GPTConfig,
    state: Mapping[str, Tensor],
    *,
    dtype: torch.dtype = torch.float32,
    parts: Parts = Parts(),  # noqa: B008  (frozen)
) -> GPT:
    """Make the model that these weights are of, ready to use.

    Args:
        config: Its shape.
        state: Its weights, by the course's names; without the head's where that is tied.
        dtype: Number format of the weights.
        parts: The callables to build it from: yours, if you hand them over.

    Returns:
        The model, in evaluation mode.

    Example:
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=1, n_heads=1, d_model=4)
        >>> model = build(config, GPT(config).state_dict())
        >>> model.head.weight is model.token_embedding.weight
        True
    """
    weights = {name: tensor.to(dtype) for name, tensor in state.items()}
    if config.tied_head:
        weights["head.weight"] = weights["token_embedding.weight"]
    with torch.device("meta" if parts == Parts() else "cpu"):  # weights that are replaced at once need no numbers
        model = GPT(config, parts)
    model.load_state_dict(weights, assign=True)
    if config.tied_head:
        model.head.weight = model.token_embedding.weight
    return model.eval()
