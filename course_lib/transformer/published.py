"""Published models as configurations: what a paper's table or a config.json says, in this course's words."""

from dataclasses import replace

from course_lib.transformer.config import GPTConfig
from course_lib.transformer.presets import GPT2, SMOLLM2_135M

_LLAMA2 = GPTConfig(vocab_size=32_000, context_length=4_096, n_layers=32, n_heads=32, d_model=4_096, d_ff=11_008,
                    tied_head=False)  # fmt: skip
_LLAMA3 = replace(_LLAMA2, vocab_size=128_256, context_length=8_192, n_kv_heads=8, d_ff=14_336, rope_theta=500_000.0)

PUBLISHED: dict[str, GPTConfig] = {
    "GPT-2": GPT2,
    "GPT-2 medium": replace(GPT2, n_layers=24, n_heads=16, d_model=1_024),
    "GPT-2 large": replace(GPT2, n_layers=36, n_heads=20, d_model=1_280),
    "GPT-2 XL": replace(GPT2, n_layers=48, n_heads=25, d_model=1_600),
    "GPT-3": replace(GPT2, context_length=2_048, n_layers=96, n_heads=96, d_model=12_288),
    "Llama 2 7B": _LLAMA2,
    "Llama 2 13B": replace(_LLAMA2, n_layers=40, n_heads=40, d_model=5_120, d_ff=13_824),
    "Llama 2 70B": replace(_LLAMA2, n_layers=80, n_heads=64, n_kv_heads=8, d_model=8_192, d_ff=28_672),
    "Llama 3 8B": _LLAMA3,
    "Llama 3 70B": replace(_LLAMA3, n_layers=80, n_heads=64, d_model=8_192, d_ff=28_672),
    "Llama 3.1 405B": replace(_LLAMA3, context_length=131_072, n_layers=126, n_heads=128, d_model=16_384, d_ff=53_248),
    "SmolLM2 135M": SMOLLM2_135M,
    "SmolLM2 360M": replace(SMOLLM2_135M, n_layers=32, n_heads=15, n_kv_heads=5, d_model=960, d_ff=2_560),
    "SmolLM2 1.7B": replace(
        SMOLLM2_135M, n_layers=24, n_heads=32, n_kv_heads=32, d_model=2_048, d_ff=8_192, rope_theta=130_000.0
    ),
}
"""Name → configuration. Llama 3.1 scales its rotary positions besides, which moves no size.

Source: Radford et al. 2019, table 2; Brown et al. 2020, table 2.1, arXiv 2005.14165; Touvron et al. 2023, arXiv
2307.09288; Grattafiori et al. 2024, table 3, arXiv 2407.21783; Ben Allal et al. 2025, arXiv 2502.02737.
"""
