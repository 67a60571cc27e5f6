"""A GGUF file as a configuration and weights by this course's names.

llama.cpp turns neighbouring features of a query or key together, Hugging Face's Llama (and this course) feature `i` of
the first half of a head with feature `i` of its second half. For `llama` files the converter therefore re-ordered the
rows of `attn_q` and `attn_k`, head by head; here they are put back. Values, projections and other architectures were
never re-ordered.
"""

from typing import Any

from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.transformer import GPTConfig
from course_lib.weights.gguf import GGUFFile
from course_lib.weights.names import GGUF_NAMES
from course_lib.weights.strict import match

ARCHITECTURES = ("llama", "qwen3")
"""What is read: Llama and its like (SmolLM2, TinyLlama, Mistral's first), and Qwen3's dense models."""

REORDERED = "llama"
"""The architecture whose queries and keys the converter re-ordered."""


def undo_rotary_order(weight: Float[Tensor, "d_heads *d_model"], n_heads: int) -> Float[Tensor, "d_heads *d_model"]:
    """Put rows that stand as neighbouring pairs back into first halves and second halves, head by head.

    Args:
        weight: A query or key projection (or its bias) of a `llama` GGUF file.
        n_heads: Heads that its rows make: query heads for queries, key-value heads for keys.

    Returns:
        The same rows in the order of Hugging Face's Llama.

    Example:
        One head of four features, whose pairs are (0, 2) and (1, 3):

        >>> import torch
        >>> undo_rotary_order(torch.tensor([0.0, 2.0, 1.0, 3.0]), n_heads=1).tolist()
        [0.0, 1.0, 2.0, 3.0]

    Source: Su et al. 2021, equations 15 and 34, arXiv 2104.09864, and `LlamaModel.permute` in llama.cpp's converter.
    """
    return rearrange(weight, "(head pair side) ... -> (head side pair) ...", head=n_heads, side=2)


def to_rotary_order(weight: Float[Tensor, "d_heads *d_model"], n_heads: int) -> Float[Tensor, "d_heads *d_model"]:
    """Stand the rows of a query or key projection as neighbouring pairs: the way back from `undo_rotary_order`.

    Args:
        weight: A query or key projection (or its bias) in the order of Hugging Face's Llama.
        n_heads: Heads that its rows make.

    Returns:
        The same rows in the order of a `llama` GGUF file.
    """
    return rearrange(weight, "(head side pair) ... -> (head pair side) ...", head=n_heads, side=2)


def convert_gguf(file: GGUFFile) -> tuple[GPTConfig, dict[str, Tensor]]:
    """Turn a GGUF file into what `build` takes.

    Args:
        file: An opened file.

    Returns:
        The configuration, and the weights in float32 by the course's names.

    Raises:
        CourseError: Another architecture, a variant that this GPT has not (scaled rotary positions, experts), or
            tensors that are missing, left over or of another shape.
    """
    config = read_config(file)
    shapes = {name: tensor.shape for name, tensor in file.tensors.items()}
    names = match(shapes, GGUF_NAMES, config, file.path.name)
    state = {ours: file.tensors[theirs].values() for ours, theirs in names.items()}
    if file.metadata["general.architecture"] == REORDERED:
        for name, weight in state.items():
            if ".q_proj." in name or ".k_proj." in name:
                state[name] = undo_rotary_order(weight, config.n_heads if ".q_proj." in name else config.n_kv_heads)
    return config, state


def read_config(file: GGUFFile) -> GPTConfig:
    """Read the configuration from a file's settings.

    Args:
        file: An opened file.

    Returns:
        The shape of its model. Whether the head is tied follows from there being no `output.weight`.

    Raises:
        CourseError: Another architecture, a variant that this GPT has not, or a setting that is missing.
    """
    source, architecture = file.path.name, file.metadata.get("general.architecture")
    if architecture not in ARCHITECTURES:
        raise CourseError(
            f"{source} is of architecture {architecture!r}: this course's GPT reads {' and '.join(ARCHITECTURES)}"
        )
    settings = {
        name.removeprefix(f"{architecture}."): value
        for name, value in file.metadata.items()
        if name.startswith(f"{architecture}.")
    }

    def setting(name: str) -> Any:
        if name not in settings:
            raise CourseError(f"{source} does not say its {architecture}.{name}: is its header whole?")
        return settings[name]

    d_model, n_heads = setting("embedding_length"), setting("attention.head_count")
    d_head = settings.get("attention.key_length", d_model // n_heads)
    _refuse_variants(file, settings, d_head)
    if "token_embd.weight" not in file.tensors:
        raise CourseError(f"{source} lacks token_embd.weight: is it whole, and a model's rather than a part of one?")
    return GPTConfig(
        vocab_size=file.tensors["token_embd.weight"].shape[0],
        context_length=setting("context_length"),
        n_layers=setting("block_count"),
        n_heads=n_heads,
        n_kv_heads=settings.get("attention.head_count_kv", n_heads),
        d_model=d_model,
        d_head=d_head,
        d_ff=setting("feed_forward_length"),
        rope_theta=settings.get("rope.freq_base", 10_000.0),
        norm_eps=setting("attention.layer_norm_rms_epsilon"),
        qk_norm=architecture == "qwen3",
        tied_head="output.weight" not in file.tensors,
    )


def _refuse_variants(file: GGUFFile, settings: dict[str, Any], d_head: int) -> None:
    """Refuse what would load, run, and be quietly wrong."""
    scaling = settings.get("rope.scaling.type", "none")
    reasons = {
        f"rotary positions scaled by {scaling!r}": scaling != "none",
        "rotary positions scaled linearly": settings.get("rope.scale_linear", 1.0) != 1.0,
        "rotary positions scaled pair by pair (rope_freqs)": "rope_freqs.weight" in file.tensors,
        f"heads of {d_head} features that do not all turn": settings.get("rope.dimension_count", d_head) != d_head,
        "values of another width than keys": settings.get("attention.value_length", d_head) != d_head,
        "experts": settings.get("expert_count", 0) > 0,
        "heads that differ from layer to layer": any(
            isinstance(settings.get(f"attention.{name}"), list) for name in ("head_count", "head_count_kv")
        ),
        "attention through a sliding window": settings.get("attention.sliding_window", 0) > 0,
    }
    for reason, is_so in reasons.items():
        if is_so:
            raise CourseError(f"{file.path.name} has {reason}: this course's GPT has not, and would be quietly wrong")
