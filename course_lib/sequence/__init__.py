"""What came before the transformer: models of a sequence that guess what comes next.

- `examples`: sequences cut into contexts and what followed them (`next_token_examples`).
- `counting`: n-grams, a table of what followed what (`count_ngrams`, `NGramModel`).
- `information`: how uncertain, how surprised, how far apart (`entropy`, `cross_entropy`, `kl_divergence`).
- `neural`: Bengio's network, where tokens have vectors (`NeuralModel`, `NeuralModelConfig`).
- `scoring`: what any of these is asked (`surprises`, `perplexity`, `sample`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "NGramModel": "counting",
        "NeuralModel": "neural",
        "NeuralModelConfig": "neural",
        "count_ngrams": "counting",
        "cross_entropy": "information",
        "entropy": "information",
        "kl_divergence": "information",
        "next_token_examples": "examples",
        "perplexity": "scoring",
        "sample": "scoring",
        "surprises": "scoring",
    },
)
