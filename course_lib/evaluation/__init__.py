"""Is it any good? What a model remembers, what it makes up, how surprised it is, and how far to trust the number.

- `intervals`: the bootstrap, and what a perfect score does not prove.
- `perplexity`: surprise per token and per byte.
- `facts`: facts recalled in freely generated text, confident falsehoods, questions continued instead of answered.
- `report_card`: all of it on one page.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Interval": "intervals",
        "bootstrap_interval": "intervals",
        "bits_per_byte": "perplexity",
        "perplexity": "perplexity",
        "token_losses": "perplexity",
    },
)
