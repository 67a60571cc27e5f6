"""Named configurations: two published models, and a small one of each family for a laptop."""

from dataclasses import replace

from course_lib.transformer.config import GPTConfig

GPT2 = GPTConfig(
    vocab_size=50_257,
    context_length=1_024,
    n_layers=12,
    n_heads=12,
    d_model=768,
    positions="learned",
    norm="layer_norm",
    feed_forward="gelu",
    bias=True,
)
"""GPT-2, the smallest of its four sizes: 124,439,808 parameters (Radford et al. 2019)."""

GPT_TINY = replace(GPT2, vocab_size=512, context_length=256, n_layers=4, n_heads=4, d_model=128)
"""GPT-2's architecture at a size that trains on a laptop: 0.9 million parameters."""

SMOLLM2_135M = GPTConfig(
    vocab_size=49_152,
    context_length=8_192,
    n_layers=30,
    n_heads=9,
    n_kv_heads=3,
    d_model=576,
    d_ff=1_536,
    rope_theta=100_000.0,
)
"""SmolLM2-135M, a Llama: 134,515,008 parameters (Ben Allal et al. 2025, arXiv 2502.02737)."""

LLAMA_TINY = replace(
    SMOLLM2_135M,
    vocab_size=512,
    context_length=256,
    n_layers=4,
    n_heads=4,
    n_kv_heads=2,
    d_model=128,
    d_ff=344,
    rope_theta=10_000.0,
)
"""A Llama's architecture at a size that trains on a laptop: 0.8 million parameters."""

PRESETS: dict[str, GPTConfig] = {
    "gpt_tiny": GPT_TINY,
    "gpt2": GPT2,
    "llama_tiny": LLAMA_TINY,
    "smollm2_135m": SMOLLM2_135M,
}
"""Every preset by the name that the command line uses."""
