"""Inference: what happens between a trained model and a text.

- `sampling`: how the next token is chosen from the logits: greedy, temperature, top-k, top-p, min-p
- `beam`: several beginnings kept side by side, to find a more probable text
- `formats`: output held to a format, such as one of N answers or a small JSON record
- `cache`: keys and values kept, so that no token is read twice
- `generate`: prompts in, continuations out, in batches or as a stream
- `memory`: bytes of weights and of a cache, from a configuration
- `work`: operations of a forward pass, from a configuration
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
        "pick": "sampling",
        "Beam": "beam",
        "beam_search": "beam",
        "longer_beams": "beam",
        "Format": "formats",
        "SHORT_TEXT": "formats",
        "generate_held": "formats",
        "hold": "formats",
        "one_of": "formats",
        "record": "formats",
        "whole_number": "formats",
        "KVCache": "cache",
        "Work": "work",
        "cache_bytes": "memory",
        "check_prompt": "generate",
        "forward_work": "work",
        "generate": "generate",
        "stream": "generate",
        "weight_bytes": "memory",
    },
)
