"""Pictures: one style, figures by subject, and widgets that are thin over them.

- `style`: the course's look, and pictures that describe themselves (`use_course_style`, `show`).
- `stage`: a picture whose still parts are drawn once (`Stage`).
- `widgets`: controls over a pure figure function (`explore`, `Slider`, `TextBox`, `Choice`).
- `graph`: a calculation as boxes and arrows, gradients walking back (`graph_figure`).
- `descent`: walks down a landscape of two weights, and how high they were (`descent_figure`, `descent_explorer`).
- `neuron`: decisions of a neuron, boundaries, and the loss as one number moves.
- `layers`: a matrix product as tables, decisions side by side, random layers over a plane (`product_figure`).
- `letters`: what follows what, a text letter by letter, letters on a map (`follows_figure`, `spelling_figure`).
- `attention`: who looks at whom, as a table and as arcs.
- `heads`: vectors cut into heads, what heads look at, flips, what a missing head costs (`head_maps_figure`).
- `positions`: codes of places, clocks that turn, surprise beyond the trained length (`rotary_explorer`).
- `gpt`: the next token's probabilities, shares of a whole.
- `trace`: the residual stream and what is written to it, any step of a pass as an image (`flow_figure`, `step_figure`).
- `chat`: a conversation as a page, and a box to take part in it (`chat_box`, `conversation_html`).
- `cache`: what each step of writing reads, how costs grow, what fits into memory (`reading_figure`, `memory_stage`).
- `training`: the loss as it falls, what is written and known on the way, number formats (`live_curve`).
- `welcome`: the map of the course, and a word that takes shape layer by layer (`course_map_figure`, `depth_figure`).
- `fine_tuning`: which tokens of a conversation are learned, and what a batch of them costs (`mask_figure`).
- `preferences`: choices from scores, what a reader hears, order and calibration (`choice_figure`, `order_figure`).
- `labelling`: a box to say which of two replies is better (`label_box`).
- `rlhf`: learning from feedback: the clip, one reply's tokens, a run's course, what was won (`clip_figure`).
- `recurrent`: how far a layer reaches back, ways between two places, and queues (`reach_figure`, `paths_figure`).
- `sampling`: a distribution and what is drawn from it, cuts, loops, a search as a tree (`sampler_figure`).
- `text`: where a text is cut into tokens (`tokens_figure`, `token_explorer`).
- `words`: the company of words, a map of them with their neighbours, sums of words (`word_map`, `company_figure`).
- `vocabularies`: what a text costs in each, and how large one pays (`cost_figure`, `budgets_figure`).
- `weights`: bytes and blocks of a model's file, its rows, and what the model can do (`bytes_figure`, `ladder_figure`).
- `stack`: signals through many blocks, bends, losses without a part, what an edit changed (`stack_figure`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "flow_figure": "trace",
        "step_figure": "trace",
        "shares_figure": "gpt",
        "probability_figure": "gpt",
        "pattern_figure": "attention",
        "cut_figure": "heads",
        "flips_figure": "heads",
        "head_maps_figure": "heads",
        "head_stage": "heads",
        "losses_of_heads_figure": "heads",
        "pieces_figure": "heads",
        "beyond_figure": "positions",
        "codes_figure": "positions",
        "rotary_explorer": "positions",
        "schemes_figure": "positions",
        "draw_pattern": "attention",
        "DASHES": "style",
        "MARKERS": "style",
        "PALETTE": "style",
        "Choice": "widgets",
        "Slider": "widgets",
        "Stage": "stage",
        "TextBox": "widgets",
        "Compared": "labelling",
        "calibration_figure": "preferences",
        "chat_box": "chat",
        "choice_figure": "preferences",
        "conversation_html": "chat",
        "side_by_side_html": "chat",
        "batch_figure": "fine_tuning",
        "boundary_and_loss": "neuron",
        "boundary": "neuron",
        "course_map_figure": "welcome",
        "decision_surface": "neuron",
        "descent_explorer": "descent",
        "descent_figure": "descent",
        "draw_landscape": "descent",
        "heights_along": "descent",
        "depth_figure": "welcome",
        "draw_boundary": "neuron",
        "draw_examples": "neuron",
        "draw_graph": "graph",
        "explore": "widgets",
        "graph_figure": "graph",
        "follows_figure": "letters",
        "formats_figure": "training",
        "letter_map_figure": "letters",
        "one_in": "letters",
        "spelling_figure": "letters",
        "grid": "layers",
        "product_figure": "layers",
        "random_layers": "layers",
        "surfaces_figure": "layers",
        "tables_figure": "layers",
        "growth_figure": "cache",
        "label_box": "labelling",
        "live_curve": "training",
        "memory_stage": "cache",
        "reading_figure": "cache",
        "loss_curve": "neuron",
        "loss_figure": "training",
        "mask_figure": "fine_tuning",
        "order_figure": "preferences",
        "pair_html": "labelling",
        "png": "style",
        "recall_figure": "training",
        "samples_figure": "training",
        "show": "style",
        "surprise_figure": "preferences",
        "token_explorer": "text",
        "tokens_figure": "text",
        "use_course_style": "style",
        "bill_html": "vocabularies",
        "budgets_figure": "vocabularies",
        "cost_figure": "vocabularies",
        "shares_right_figure": "vocabularies",
        "block_figure": "weights",
        "bytes_figure": "weights",
        "clip_figure": "rlhf",
        "conduct_figure": "rlhf",
        "course_figure": "rlhf",
        "estimates_figure": "rlhf",
        "parts_figure": "rlhf",
        "places_figure": "rlhf",
        "proxy_figure": "rlhf",
        "slope_at": "rlhf",
        "token_bars_figure": "rlhf",
        "chosen_figure": "sampling",
        "cuts_figure": "sampling",
        "sampler_figure": "sampling",
        "temperature_figure": "sampling",
        "tree_figure": "sampling",
        "paths_figure": "recurrent",
        "queue_figure": "recurrent",
        "reach_explorer": "recurrent",
        "reach_figure": "recurrent",
        "recall_by_distance_figure": "recurrent",
        "context_figure": "weights",
        "ladder_figure": "weights",
        "row_sizes_figure": "weights",
        "scores_figure": "weights",
        "company_figure": "words",
        "draw_words": "words",
        "lookup_figure": "words",
        "pull_figure": "words",
        "score_dots_figure": "words",
        "word_map": "words",
        "bends_figure": "stack",
        "edit_figure": "stack",
        "losses_figure": "stack",
        "runs_figure": "stack",
        "stack_explorer": "stack",
        "stack_figure": "stack",
    },
)
