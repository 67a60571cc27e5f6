"""The small world: a text generated from a seed, whose truth is known for every sentence.

`World.generate(seed)` makes the people and everything true about them (people, facts). `documents` tells it in prose
(sentences, phrasings, grammar, pairs, portraits, stories, scenes, sums, prose). `prompts` and `questions` ask for it
again, in words seen and held out (questions, asking). `demonstrations` and `preference_pairs` teach an assistant, and
`utility` is the true worth of a reply (preferences, utility).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "World": "world",
        "Prompt": "world",
        "Person": "people",
        "Stranger": "people",
        "Fact": "facts",
        "Town": "facts",
        "Baseline": "facts",
        "answers_match": "facts",
        "Question": "questions",
        "Instruction": "preferences",
        "PreferencePair": "preferences",
        "Utility": "utility",
        "utility": "utility",
        "says_unknown": "utility",
        "declines": "utility",
        "page": "prose",
        "Sum": "sums",
        "Page": "prose",
        "Phrasing": "phrasings",
    },
)
