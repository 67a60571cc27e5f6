"""What other files call the parts of a GPT, and what this course calls them: one table for each way of naming.

Each entry is a module, `{}` the number of its layer; a tensor's name adds `.weight` or `.bias`.
"""

LLAMA_NAMES: dict[str, str] = {
    "model.embed_tokens": "token_embedding",
    "model.layers.{}.input_layernorm": "blocks.{}.attention_norm",
    "model.layers.{}.self_attn.q_proj": "blocks.{}.attention.q_proj",
    "model.layers.{}.self_attn.k_proj": "blocks.{}.attention.k_proj",
    "model.layers.{}.self_attn.v_proj": "blocks.{}.attention.v_proj",
    "model.layers.{}.self_attn.q_norm": "blocks.{}.attention.q_norm",
    "model.layers.{}.self_attn.k_norm": "blocks.{}.attention.k_norm",
    "model.layers.{}.self_attn.o_proj": "blocks.{}.attention.o_proj",
    "model.layers.{}.post_attention_layernorm": "blocks.{}.feed_forward_norm",
    "model.layers.{}.mlp.gate_proj": "blocks.{}.feed_forward.gate_proj",
    "model.layers.{}.mlp.up_proj": "blocks.{}.feed_forward.up_proj",
    "model.layers.{}.mlp.down_proj": "blocks.{}.feed_forward.down_proj",
    "model.norm": "final_norm",
    "lm_head": "head",
}
"""Hugging Face's Llama and Qwen3 → this course's GPT. (Their "layernorm" is an RMSNorm.)"""

GPT2_NAMES: dict[str, str] = {
    "transformer.wte": "token_embedding",
    "transformer.wpe": "position_embedding",
    "transformer.h.{}.ln_1": "blocks.{}.attention_norm",
    "transformer.h.{}.attn.c_attn[q]": "blocks.{}.attention.q_proj",
    "transformer.h.{}.attn.c_attn[k]": "blocks.{}.attention.k_proj",
    "transformer.h.{}.attn.c_attn[v]": "blocks.{}.attention.v_proj",
    "transformer.h.{}.attn.c_proj": "blocks.{}.attention.o_proj",
    "transformer.h.{}.ln_2": "blocks.{}.feed_forward_norm",
    "transformer.h.{}.mlp.c_fc": "blocks.{}.feed_forward.up_proj",
    "transformer.h.{}.mlp.c_proj": "blocks.{}.feed_forward.down_proj",
    "transformer.ln_f": "final_norm",
    "lm_head": "head",
}
"""Hugging Face's GPT-2 → this course's GPT; `c_attn` holds queries, keys and values side by side."""

GGUF_NAMES: dict[str, str] = {
    "token_embd": "token_embedding",
    "blk.{}.attn_norm": "blocks.{}.attention_norm",
    "blk.{}.attn_q": "blocks.{}.attention.q_proj",
    "blk.{}.attn_k": "blocks.{}.attention.k_proj",
    "blk.{}.attn_v": "blocks.{}.attention.v_proj",
    "blk.{}.attn_q_norm": "blocks.{}.attention.q_norm",
    "blk.{}.attn_k_norm": "blocks.{}.attention.k_norm",
    "blk.{}.attn_output": "blocks.{}.attention.o_proj",
    "blk.{}.ffn_norm": "blocks.{}.feed_forward_norm",
    "blk.{}.ffn_gate": "blocks.{}.feed_forward.gate_proj",
    "blk.{}.ffn_up": "blocks.{}.feed_forward.up_proj",
    "blk.{}.ffn_down": "blocks.{}.feed_forward.down_proj",
    "output_norm": "final_norm",
    "output": "head",
}
"""llama.cpp's names in a GGUF file → this course's GPT. (Its `output` is the head, `attn_output` the projection.)"""


def module_names(table: dict[str, str], n_layers: int) -> dict[str, str]:
    """Write a table out for every layer.

    Args:
        table: One of the tables above.
        n_layers: Blocks of the model.

    Returns:
        Their module → ours.

    Example:
        >>> module_names({"output": "head", "blk.{}.attn_q": "blocks.{}.attention.q_proj"}, n_layers=2)["blk.1.attn_q"]
        'blocks.1.attention.q_proj'
    """
    return {
        theirs.format(layer): ours.format(layer)
        for theirs, ours in table.items()
        for layer in range(n_layers if "{}" in theirs else 1)
    }
