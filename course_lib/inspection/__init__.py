"""Looking inside a model while it works, through forward hooks on its named parts.

- `capture`: keep what a sub-module returned, and the attention patterns of every layer
- `steps`: the steps of one forward pass, their sums, their table (`TraceStep`, `Trace`)
- `trace`: every step of one forward pass, with its formula, shapes, arithmetic, memory and values
- `flow`: what each layer writes to the residual stream (`stream_writes`, `Write`)
- `signal`: how large the residual stream and its gradient are at every depth of a stack (`signal_through`)
- `ablation`: put something else in the place of what a part returned (`replaced`)
- `heads`: what each head looks at, as scores beside chance (`head_scores`, `induction_score`)
- `looks`: what one token prefers, and heads chosen on one half of the texts, tested on the other (`held_out`)
- `silence`: a model without some of its heads (`without_heads`)
- `editing`: the smallest change of a matrix that changes one answer (`rank_one_update`)
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "attention_patterns": "capture",
        "capture": "capture",
        "open_attention": "capture",
        "Trace": "steps",
        "TraceStep": "steps",
        "trace": "trace",
        "Write": "flow",
        "stream_writes": "flow",
        "Signal": "signal",
        "signal_through": "signal",
        "start_evenly": "signal",
        "replaced": "ablation",
        "held_out": "looks",
        "preference": "looks",
        "where_is": "looks",
        "KINDS": "heads",
        "duplicate_token_score": "heads",
        "even_pattern": "heads",
        "first_token_score": "heads",
        "head_means": "silence",
        "head_scores": "heads",
        "induction_score": "heads",
        "previous_token_score": "heads",
        "repeated_tokens": "heads",
        "share_on": "heads",
        "without_heads": "silence",
        "rank_one_update": "editing",
        "inner_covariance": "editing",
    },
)
