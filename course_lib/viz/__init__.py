"""Pictures: one style, figures by subject, and widgets that are thin over them.

- `style`: the course's look, and pictures that describe themselves (`use_course_style`, `show`).
- `stage`: a picture whose still parts are drawn once (`Stage`).
- `widgets`: controls over a pure figure function (`explore`, `Slider`, `TextBox`).
- `neuron`: decisions of a neuron, boundaries, and the loss as one number moves.
- `attention`: who looks at whom, as a table and as arcs.
- `gpt`: the next token's probabilities, a tensor of a trace, shares of a whole.
- `training`: the loss as it falls, what is written and known on the way, number formats (`live_curve`).
- `text`: where a text is cut into tokens (`tokens_figure`, `token_explorer`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "tensor_figure": "gpt",
        "shares_figure": "gpt",
        "probability_figure": "gpt",
        "pattern_figure": "attention",
        "head_figure": "attention",
        "draw_pattern": "attention",
        "draw_links": "attention",
        "DASHES": "style",
        "MARKERS": "style",
        "PALETTE": "style",
        "Slider": "widgets",
        "Stage": "stage",
        "TextBox": "widgets",
        "boundary_and_loss": "neuron",
        "boundary": "neuron",
        "decision_surface": "neuron",
        "draw_boundary": "neuron",
        "draw_examples": "neuron",
        "explore": "widgets",
        "formats_figure": "training",
        "live_curve": "training",
        "loss_curve": "neuron",
        "loss_figure": "training",
        "png": "style",
        "recall_figure": "training",
        "samples_figure": "training",
        "show": "style",
        "token_explorer": "text",
        "tokens_figure": "text",
        "use_course_style": "style",
    },
)
