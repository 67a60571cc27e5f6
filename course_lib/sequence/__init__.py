"""What came before the transformer: models of a sequence that guess what comes next.

- `examples`: sequences cut into contexts and what followed them (`next_token_examples`).
- `counting`: n-grams, a table of what followed what (`count_ngrams`, `NGramModel`).
- `information`: how uncertain, how surprised, how far apart (`entropy`, `cross_entropy`, `kl_divergence`).
- `neural`: Bengio's network, where tokens have vectors (`NeuralModel`, `NeuralModelConfig`).
- `scoring`: what any of these is asked (`surprises`, `perplexity`, `sample`).
- `recurrent`: a state carried from token to token (`RNN`, `LSTM`), and one step of each (`rnn_step`, `lstm_step`).
- `reach`: how far a layer reaches back, and how long its tokens queue (`rnn_reach`, `measure_reach`, `longest_chain`).
- `lexicon`: the words of a text, and its pages as their numbers (`Lexicon`, `words_of`).
- `company`: pairs of neighbours, and how often each word is met or drawn (`neighbour_pairs`, `company_counts`).
- `skip_gram`: word vectors from telling neighbours from strangers (`SkipGram`, `train_skip_gram`).
- `word_vectors`: who is near whom, sums of words, a map (`nearest`, `score_analogies`, `principal_plane`).
- `scan`: a recurrence without a non-linearity, in a few rounds side by side (`linear_recurrence`, `parallel_scan`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "AnalogyScore": "word_vectors",
        "LSTM": "recurrent",
        "Lexicon": "lexicon",
        "NGramModel": "counting",
        "NeuralModel": "neural",
        "NeuralModelConfig": "neural",
        "RNN": "recurrent",
        "SkipGram": "skip_gram",
        "SkipGramConfig": "skip_gram",
        "SkipGramReport": "skip_gram",
        "ask_words": "word_vectors",
        "company_counts": "company",
        "count_ngrams": "counting",
        "cross_entropy": "information",
        "directions": "word_vectors",
        "entropy": "information",
        "keep_probability": "company",
        "kl_divergence": "information",
        "linear_recurrence": "scan",
        "longest_chain": "reach",
        "lstm_step": "recurrent",
        "measure_reach": "reach",
        "nearest": "word_vectors",
        "negative_sampling_gradients": "skip_gram",
        "negative_sampling_loss": "skip_gram",
        "neighbour_pairs": "company",
        "neighbours_alike": "word_vectors",
        "next_token_examples": "examples",
        "noise_distribution": "company",
        "parallel_scan": "scan",
        "perplexity": "scoring",
        "principal_plane": "word_vectors",
        "rnn_reach": "reach",
        "rnn_step": "recurrent",
        "sample": "scoring",
        "score_analogies": "word_vectors",
        "shuffled": "company",
        "surprises": "scoring",
        "train_skip_gram": "skip_gram",
        "words_of": "lexicon",
    },
)
