"""Inference: what happens between a trained model and a text.

- `sampling`: how the next token is chosen from the logits: greedy, temperature, top-k, top-p, min-p
- `cache`: keys and values kept, so that no token is read twice
- `generate`: prompts in, continuations out, in batches or as a stream
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Sampler": "sampling",
        "apply_temperature": "sampling",
        "keep_min_p": "sampling",
        "keep_top_k": "sampling",
        "keep_top_p": "sampling",
        "KVCache": "cache",
        "check_prompt": "generate",
        "generate": "generate",
        "stream": "generate",
    },
)
