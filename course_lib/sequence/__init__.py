"""What came before the transformer: models of a sequence that guess what comes next.

- `examples`: sequences cut into contexts and what followed them (`next_token_examples`).
- `counting`: n-grams, a table of what followed what (`count_ngrams`, `NGramModel`).
- `information`: how uncertain, how surprised, how far apart (`entropy`, `cross_entropy`, `kl_divergence`).
- `neural`: Bengio's network, where tokens have vectors (`NeuralModel`, `NeuralModelConfig`).
- `scoring`: what any of these is asked (`surprises`, `perplexity`, `sample`).
- `recurrent`: a state carried from token to token (`RNN`, `LSTM`), and one step of each (`rnn_step`, `lstm_step`).
- `reach`: how far a layer reaches back, and how long its tokens queue (`rnn_reach`, `measure_reach`, `longest_chain`).
- `scan`: a recurrence without a non-linearity, in a few rounds side by side (`linear_recurrence`, `parallel_scan`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "LSTM": "recurrent",
        "NGramModel": "counting",
        "NeuralModel": "neural",
        "NeuralModelConfig": "neural",
        "RNN": "recurrent",
        "count_ngrams": "counting",
        "cross_entropy": "information",
        "entropy": "information",
        "kl_divergence": "information",
        "linear_recurrence": "scan",
        "longest_chain": "reach",
        "lstm_step": "recurrent",
        "measure_reach": "reach",
        "next_token_examples": "examples",
        "parallel_scan": "scan",
        "perplexity": "scoring",
        "rnn_reach": "reach",
        "rnn_step": "recurrent",
        "sample": "scoring",
        "surprises": "scoring",
    },
)
