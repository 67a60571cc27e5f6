"""The transformer, part by part, in the order in which the notebooks build it.

- `config`: every choice that makes one GPT differ from another, and how many parameters follow from them
- `presets`: GPT-2, SmolLM2 and two models small enough for a laptop, as configurations
- `published`: the sizes of GPT-2, GPT-3, Llama 2 and 3, and SmolLM2, as configurations (`PUBLISHED`)
- `norm`: LayerNorm and RMSNorm
- `positions`: waves, rotary positions, and places squeezed into a trained range
- `attention`: who may look at whom, the attention pattern, grouped heads, the cache's protocol
- `feed_forward`: GELU, squared ReLU and SwiGLU
- `block`: attention and feed-forward around the residual stream
- `arrangement`: the same with and without addition and norms, and with the norm after (post-norm)
- `gpt`: from token ids to logits
- `parts`: the parts of a GPT as a value, so that yours can take the place of the library's
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "GPTConfig": "config",
        "count_parameters": "config",
        "GPT_TINY": "presets",
        "GPT2": "presets",
        "LLAMA_TINY": "presets",
        "PRESETS": "presets",
        "SMOLLM2_135M": "presets",
        "PUBLISHED": "published",
        "LayerNorm": "norm",
        "RMSNorm": "norm",
        "make_norm": "norm",
        "apply_rotary": "positions",
        "rotary_tables": "positions",
        "sinusoidal_table": "positions",
        "interpolated_places": "positions",
        "Attention": "attention",
        "AttentionContext": "attention",
        "Cache": "attention",
        "attention_pattern": "attention",
        "causal_mask": "attention",
        "padded_mask": "attention",
        "scaled_dot_product": "attention",
        "FeedForward": "feed_forward",
        "squared_relu": "feed_forward",
        "Block": "block",
        "ARRANGEMENTS": "arrangement",
        "arranged": "arrangement",
        "GPT": "gpt",
        "Parts": "parts",
    },
)
