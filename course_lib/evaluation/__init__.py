"""Is it any good? What a model remembers, what it makes up, how surprised it is, and how far to trust the number.

- `intervals`: the bootstrap, and what a perfect score does not prove.
- `perplexity`: surprise per token and per byte.
- `facts`: facts recalled in freely generated text, beside chance and the commonest answer.
- `falsehoods`: what it asserts about people who do not exist, and how sure it is.
- `continuation`: what it makes of a question that stands in prose.
- `report_card`: all of it on one page.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Answer": "facts",
        "Falsehoods": "falsehoods",
        "Interval": "intervals",
        "Reactions": "continuation",
        "Score": "facts",
        "answer_probabilities": "falsehoods",
        "ask": "facts",
        "bits_per_byte": "perplexity",
        "bootstrap_interval": "intervals",
        "complete": "facts",
        "fact_recall": "facts",
        "falsehoods": "falsehoods",
        "perplexity": "perplexity",
        "reactions": "continuation",
        "recall_by_relation": "facts",
        "render": "report_card",
        "report_card": "report_card",
        "score": "facts",
        "separation": "falsehoods",
        "token_losses": "perplexity",
        "write_pages": "report_card",
    },
)
