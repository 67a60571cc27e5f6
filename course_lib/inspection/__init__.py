"""Looking inside a model while it works, through forward hooks on its named parts.

- `capture`: keep what a sub-module returned, and the attention patterns of every layer
- `trace`: every step of one forward pass, with its shape, arithmetic, memory and values
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "attention_patterns": "capture",
        "capture": "capture",
        "TraceStep": "trace",
        "trace": "trace",
    },
)
