"""A folder in Hugging Face's layout, `config.json` beside safetensors, as a configuration and weights of this course.

Three families are read: Llama, Qwen3 and GPT-2. GPT-2's linear layers are stored the other way round (`Conv1D`: inputs
first), and its queries, keys and values as one matrix; both are put right here.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from course_lib.common.errors import CourseError
from course_lib.transformer import GPT, GPTConfig, Parts
from course_lib.weights.names import GPT2_NAMES, LLAMA_NAMES
from course_lib.weights.strict import build, match

Settings = dict[str, Any]
BUFFERS = (".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq")
"""What older files keep beside the weights: masks and tables, which this course computes."""


def load_huggingface(
    folder: Path | str,
    *,
    dtype: torch.dtype = torch.float32,
    parts: Parts = Parts(),  # noqa: B008  (frozen)
) -> GPT:
    """Load a model from a folder in Hugging Face's layout.

    A `tokenizer.json` beside it is opened by `BPETokenizer.load`, if it is a byte-level BPE.

    Args:
        folder: Holds `config.json`, and `model.safetensors` or its pieces.
        dtype: Number format of the weights.
        parts: The callables to build it from: yours, if you hand them over.

    Returns:
        The model, in evaluation mode.

    Raises:
        CourseError: As for `convert_huggingface`.
    """
    return build(*convert_huggingface(folder), dtype=dtype, parts=parts)


def convert_huggingface(folder: Path | str) -> tuple[GPTConfig, dict[str, Tensor]]:
    """Turn a folder in Hugging Face's layout into what `build` takes.

    Args:
        folder: Holds `config.json`, and `model.safetensors` or its pieces.

    Returns:
        The configuration, and the weights by the course's names, in the files' number formats.

    Raises:
        CourseError: A file is missing or damaged, the model is of another architecture or a variant that this GPT has
            not, or tensors are missing, left over or of another shape.
    """
    folder = Path(folder)
    settings = _read_json(folder / "config.json")
    config = read_config(settings, folder)
    tensors = {name: tensor for name, tensor in _read_tensors(folder).items() if not name.endswith(BUFFERS)}
    is_gpt2 = settings["model_type"] == "gpt2"
    prefix = "transformer." if is_gpt2 else "model."
    if not any(name.startswith(prefix) for name in tensors):  # the trunk was saved without its head
        tensors = {name if name.startswith("lm_head") else prefix + name: tensor for name, tensor in tensors.items()}
    if is_gpt2:
        tensors = _untangle_gpt2(tensors)
    table = GPT2_NAMES if is_gpt2 else LLAMA_NAMES
    _drop_tied_head(tensors, table, config, folder)
    names = match({name: tuple(tensor.shape) for name, tensor in tensors.items()}, table, config, folder)
    return config, {ours: tensors[theirs] for ours, theirs in names.items()}


def read_config(settings: Settings, source: object) -> GPTConfig:
    """Read the configuration from the content of a `config.json`.

    Args:
        settings: The content.
        source: Where it comes from, for messages.

    Returns:
        The shape of its model.

    Raises:
        CourseError: Another architecture, a variant that this GPT has not, or a setting that is missing.

    Example:
        >>> sizes = {"vocab_size": 9, "n_positions": 8, "n_layer": 1, "n_head": 1, "n_embd": 4}
        >>> read_config({"model_type": "gpt2", **sizes}, "config.json").positions
        'learned'
    """
    readers: dict[str, Callable[[Settings], GPTConfig]] = {"llama": _llama, "qwen3": _qwen3, "gpt2": _gpt2}
    kind = settings.get("model_type")
    if kind not in readers:
        raise CourseError(f"{source} is of architecture {kind!r}: this course's GPT reads {', '.join(readers)}")
    if settings.get("quantization_config"):
        method = settings["quantization_config"].get("quant_method")
        raise CourseError(f"{source} has weights packed by {method!r}: take the files in bfloat16, or a GGUF file")
    try:
        _refuse_variants(settings, kind, source)
        return readers[kind](settings)
    except KeyError as error:
        raise CourseError(f"{source} does not say its {error}: is its config.json whole?") from None


def _llama(settings: Settings) -> GPTConfig:
    return GPTConfig(
        vocab_size=settings["vocab_size"],
        context_length=settings["max_position_embeddings"],
        n_layers=settings["num_hidden_layers"],
        n_heads=settings["num_attention_heads"],
        n_kv_heads=settings.get("num_key_value_heads"),
        d_model=settings["hidden_size"],
        d_head=settings.get("head_dim"),
        d_ff=settings["intermediate_size"],
        rope_theta=_rope_theta(settings),
        norm_eps=settings.get("rms_norm_eps", 1e-6),
        bias=settings.get("attention_bias", False),
        tied_head=settings.get("tie_word_embeddings", False),
    )


def _qwen3(settings: Settings) -> GPTConfig:
    return replace(_llama({"head_dim": 128, **settings}), qk_norm=True)


def _gpt2(settings: Settings) -> GPTConfig:
    return GPTConfig(
        vocab_size=settings["vocab_size"],
        context_length=settings["n_positions"],
        n_layers=settings["n_layer"],
        n_heads=settings["n_head"],
        d_model=settings["n_embd"],
        d_ff=settings.get("n_inner"),
        positions="learned",
        norm="layer_norm",
        norm_eps=settings.get("layer_norm_epsilon", 1e-5),
        feed_forward="gelu",
        bias=True,
        tied_head=settings.get("tie_word_embeddings", True),
    )


def _rope(settings: Settings) -> Settings:
    """The rotary settings: `rope_parameters` since transformers 5, before it `rope_scaling` (or nothing)."""
    return settings.get("rope_parameters") or settings.get("rope_scaling") or {}


def _rope_theta(settings: Settings) -> float:
    return float(_rope(settings).get("rope_theta", settings.get("rope_theta", 10_000.0)))


def _refuse_variants(settings: Settings, kind: str, source: object) -> None:
    """Refuse what would load, run, and be quietly wrong."""
    rope = _rope(settings)
    scaling = rope.get("rope_type", rope.get("type", "default"))
    share = rope.get("partial_rotary_factor", settings.get("partial_rotary_factor") or 1)
    activation = settings.get("hidden_act", settings.get("activation_function"))
    usual = ("gelu_new", "gelu_pytorch_tanh") if kind == "gpt2" else ("silu", "swish")
    layer_types = set(settings.get("layer_types") or ()) - {"full_attention"}
    attention_bias, mlp_bias = settings.get("attention_bias", False), settings.get("mlp_bias", False)
    reasons = {
        f"rotary positions scaled by {scaling!r}": scaling != "default",
        "rotary positions that differ from layer to layer": any(isinstance(value, dict) for value in rope.values()),
        f"heads of which a share of {share} turns": share != 1,
        f"the activation {activation!r}": activation is not None and activation not in usual,
        f"layers of {', '.join(sorted(layer_types))}": bool(layer_types),
        "attention through a sliding window": bool(settings.get("use_sliding_window")),
        "biases in some of its layers alone": attention_bias != mlp_bias,
        "scores that are not divided by √d_head alone": settings.get("scale_attn_weights") is False
        or bool(settings.get("scale_attn_by_inverse_layer_idx")),
        "attention to another text": bool(settings.get("add_cross_attention")),
    }
    for reason, is_so in reasons.items():
        if is_so:
            raise CourseError(f"{source} has {reason}: this course's GPT has not, and would be quietly wrong")


def _read_json(path: Path) -> Settings:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise CourseError(f"{path} is damaged or cut short: it is not JSON")
    return content


def _read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of a folder, from one file or from the pieces that an index lists."""
    index = folder / "model.safetensors.index.json"
    pieces = ["model.safetensors"]
    if not (folder / pieces[0]).is_file() and index.is_file():
        pieces = sorted(set(_read_json(index).get("weight_map", {}).values()))
    tensors: dict[str, Tensor] = {}
    for piece in pieces:
        if not (folder / piece).is_file():
            raise CourseError(f"there is no {piece} in {folder}: this course reads weights as safetensors alone")
        try:
            with safe_open(folder / piece, framework="pt") as file:
                tensors |= {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a dict)
        except (SafetensorError, OSError) as error:
            raise CourseError(f"{folder / piece} is damaged or cut short ({error}): fetch it again") from None
    return tensors


def _untangle_gpt2(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Outputs first in every linear layer; queries, keys and values apart."""
    untangled: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        module, _, kind = name.rpartition(".")
        if module.endswith(("c_attn", "c_proj", "c_fc")) and kind == "weight":
            tensor = tensor.T
        if module.endswith("c_attn") and len(tensor) % 3 == 0:
            for letter, third in zip("qkv", tensor.chunk(3), strict=True):
                untangled[f"{module}[{letter}].{kind}"] = third.contiguous()
        else:
            untangled[name] = tensor.contiguous()
    return untangled


def _drop_tied_head(tensors: dict[str, Tensor], table: dict[str, str], config: GPTConfig, source: object) -> None:
    """Leave out a head that a file keeps although it is the embedding; refuse one that is not."""
    embedding = next(theirs for theirs, ours in table.items() if ours == "token_embedding") + ".weight"
    if config.tied_head and "lm_head.weight" in tensors:
        head = tensors.pop("lm_head.weight")
        if embedding in tensors and not torch.equal(head, tensors[embedding]):
            raise CourseError(
                f"{source}: lm_head.weight differs from the embedding, but its config.json ties the two: one of the "
                "files is of another model"
            )
