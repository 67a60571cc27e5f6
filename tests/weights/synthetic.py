"""Small models of other people's making, written as files: what the weights room must read, and read right."""

from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from course_lib.text import BPETokenizer, to_visible

SIZES = {
    "vocab_size": 320,
    "max_position_embeddings": 64,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.2,
    "rms_norm_eps": 3e-4,
    "rope_parameters": {"rope_type": "default", "rope_theta": 2_000.0},
    "bos_token_id": None,
    "eos_token_id": None,
    "pad_token_id": None,
}
"""Key-value heads ≠ heads, d_ff ≠ d_model, and a theta and an eps that nobody has by default."""

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEXT = "The cat sat on the mat; it's 1984, and the cat's hat is 22 cm wide. naïve café 🙂 日本\n\n" * 9
TOKENIZER = BPETokenizer.train(TEXT, vocab_size=320, special_tokens=SPECIAL, pattern="single_digits")

GGUF_TENSORS = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def spread(model: nn.Module) -> nn.Module:
    """Norms and biases that are not all alike, so that none can be forgotten unnoticed."""
    generator = torch.Generator().manual_seed(1)
    for weight in model.parameters():
        if weight.dim() == 1:
            weight.data += 0.3 * torch.randn(weight.shape, generator=generator)
    return model.eval()


def their_llama(**changes: object) -> LlamaForCausalLM:
    """A small Llama of transformers'."""
    torch.manual_seed(0)
    return spread(LlamaForCausalLM(LlamaConfig(**{**SIZES, "tie_word_embeddings": True, **changes})))


def their_qwen3(**changes: object) -> Qwen3ForCausalLM:
    """A small Qwen3 of transformers', its heads wider than d_model / n_heads."""
    torch.manual_seed(0)
    return spread(Qwen3ForCausalLM(Qwen3Config(**{**SIZES, "head_dim": 32, "tie_word_embeddings": True, **changes})))


def their_gpt2(**changes: object) -> GPT2LMHeadModel:
    """A small GPT-2 of transformers'."""
    torch.manual_seed(0)
    sizes = {"vocab_size": 320, "n_positions": 64, "n_embd": 64, "n_layer": 2, "n_head": 4, "initializer_range": 0.2}
    ends = {"bos_token_id": None, "eos_token_id": None}
    return spread(GPT2LMHeadModel(GPT2Config(**{**sizes, **ends, "layer_norm_epsilon": 3e-4, **changes})))


def permute_like_llama_cpp(weight: np.ndarray, n_heads: int) -> np.ndarray:
    """`LlamaModel.permute` of llama.cpp's converter."""
    halves = weight.reshape(n_heads, 2, weight.shape[0] // n_heads // 2, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def gguf_tensors(model: nn.Module) -> dict[str, np.ndarray]:
    """A model's tensors as llama.cpp's converter names and orders them."""
    config, tensors = model.config, {}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        module, _, kind = name.rpartition(".")
        if module.startswith("model.layers."):
            _, _, layer, part = module.split(".", 3)
            module = f"blk.{layer}.{GGUF_TENSORS[part]}"
        else:
            module = GGUF_TENSORS[module]
        values = tensor.numpy()
        if config.model_type == "llama" and module.endswith(("attn_q", "attn_k")):
            is_query = module.endswith("attn_q")
            heads = config.num_attention_heads if is_query else config.num_key_value_heads
            values = permute_like_llama_cpp(values, heads)
        tensors[f"{module}.{kind}"] = values
    return tensors


def gguf_settings(model: nn.Module) -> dict[str, object]:
    """A model's settings as llama.cpp's converter names them, without the architecture in front."""
    config = model.config
    return {
        "context_length": config.max_position_embeddings,
        "embedding_length": config.hidden_size,
        "block_count": config.num_hidden_layers,
        "feed_forward_length": config.intermediate_size,
        "attention.head_count": config.num_attention_heads,
        "attention.head_count_kv": config.num_key_value_heads,
        "attention.key_length": config.head_dim,
        "attention.value_length": config.head_dim,
        "rope.dimension_count": config.head_dim,
        "rope.freq_base": float(config.rope_parameters["rope_theta"]),
        "attention.layer_norm_rms_epsilon": config.rms_norm_eps,
    }


def write_gguf(
    path: Path,
    settings: dict[str, object],
    tensors: dict[str, np.ndarray],
    *,
    architecture: str = "llama",
    kinds: dict[str, str] | None = None,
    tokenizer: BPETokenizer | None = TOKENIZER,
    cut: str = "smollm",
) -> Path:
    """Write a GGUF file with the `gguf` package; `kinds` says which tensors to pack, and how."""
    writer = gguf.GGUFWriter(path, architecture)
    for name, value in settings.items():
        add = {int: writer.add_uint32, float: writer.add_float32, str: writer.add_string, list: writer.add_array}
        add[type(value)](f"{architecture}.{name}", value)
    if tokenizer is not None:
        special = set(tokenizer.special_tokens.values())
        tokens = [each.decode() if i in special else to_visible(each) for i, each in enumerate(tokenizer.vocabulary)]
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(cut)
        writer.add_token_list(tokens)
        writer.add_token_types([3 if i in special else 1 for i in range(len(tokens))])
        writer.add_token_merges([f"{tokens[left]} {tokens[right]}" for left, right in tokenizer.merges])
    for name, values in tensors.items():
        kind = gguf.GGMLQuantizationType[(kinds or {}).get(name, "F32")]
        writer.add_tensor(name, gguf.quantize(np.ascontiguousarray(values), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_model(path: Path, model: nn.Module, **options: object) -> Path:
    """Write a model of transformers' as llama.cpp's converter would."""
    return write_gguf(path, gguf_settings(model), gguf_tensors(model), architecture=model.config.model_type, **options)


TOKEN_IDS = torch.randint(0, 320, (2, 40), generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def their_logits(model: nn.Module) -> Tensor:
    """What transformers' model scores."""
    return model(TOKEN_IDS).logits
