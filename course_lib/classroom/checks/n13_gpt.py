"""Notebook 13: RMSNorm, the block, a count of weights, and a model that has stopped listening."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.transformer import AttentionContext, Block, GPTConfig, Parts, count_parameters


def rms_norm(
    features: Float[Tensor, "*batch feature"], weight: Float[Tensor, "feature"], eps: float = 1e-5
) -> Float[Tensor, "*batch feature"]:
    """Divide each vector by the root of its mean square; scale each feature by its weight."""
    return F.rms_norm(features, weight.shape, weight, eps)


def check_rms_norm(candidate) -> None:
    """By hand on (1, 7), then on other shapes, weights and a vector of zeros."""
    found = candidate(torch.tensor([1.0, 7.0]), torch.ones(2), 0.0)
    if not isinstance(found, Tensor):
        raise Wrong(f"it returned a {type(found).__name__}; a tensor is wanted")
    if found.shape != (2,):
        raise Wrong(f"for a vector of 2 the shape is {tuple(found.shape)}: norms keep the shape")
    known = {
        (1 / 50**0.5, 7 / 50**0.5): "the root of the sum, not of the mean: divide by the number of features too",
        (1 / 25, 7 / 25): "divided by the mean square itself: its root is missing",
        (1 / 4, 7 / 4): "divided by the mean of the numbers: the mean of their squares is wanted",
        (-1.0, 1.0): "the mean was taken away first: that is LayerNorm; RMSNorm leaves it",
    }
    for wrong, message in known.items():
        if torch.allclose(found, torch.tensor(wrong), atol=1e-5):
            raise Wrong(message)
    if not torch.allclose(found, torch.tensor([0.2, 1.4]), atol=1e-5):
        raise Wrong(f"(1, 7) became ({found[0]:.3g}, {found[1]:.3g}); by hand it is (0.2, 1.4)")
    features = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(13))
    weight = torch.tensor([1.0, 2.0, -1.0, 0.5])
    square = torch.arange(1.0, 17.0).reshape(4, 4)  # only here does a lost axis raise no error
    if torch.allclose(candidate(square, weight, 0.1), square / (square.square().mean(-1) + 0.1).sqrt() * weight):
        raise Wrong("the mean lost its axis, and divides by columns: keepdim=True")
    mine, expected = candidate(features, weight, 0.1), rms_norm(features, weight, 0.1)
    if mine.shape != expected.shape:
        raise Wrong(f"for shape {tuple(features.shape)} it returned {tuple(mine.shape)}: norms keep the shape")
    if torch.allclose(mine, rms_norm(features, torch.ones(4), 0.1), atol=1e-5):
        raise Wrong("the learned weight is not used: multiply each feature by its own")
    if torch.allclose(mine, rms_norm(features, 1 / weight, 0.1), atol=1e-5):
        raise Wrong("divided by the learned weight: multiply")
    rows = features.square().mean(dim=-1, keepdim=True)
    if torch.allclose(mine, features / (features.square().mean() + 0.1).sqrt() * weight, atol=1e-5):
        raise Wrong("one mean over everything: each vector needs its own, mean(dim=-1, keepdim=True)")
    if torch.allclose(mine, features / (rows.sqrt() + 0.1) * weight, atol=1e-5):
        raise Wrong("ε is added after the root; the formula adds it before")
    if torch.allclose(mine, features / rows.sqrt() * weight, atol=1e-5):
        raise Wrong("ε is not used: a vector of zeros would be divided by zero")
    if not torch.allclose(mine, expected, atol=1e-5):
        raise Wrong("a batch of vectors comes out differently: each has its own mean square")
    default = candidate(torch.full((1, 4), 1e-3), torch.ones(4))
    if not torch.allclose(default, rms_norm(torch.full((1, 4), 1e-3), torch.ones(4)), atol=1e-5):
        raise Wrong("eps has another default than 1e-5")


class _Add(nn.Module):
    """Stands for a part: adds a number to each feature, so that a block's output tells the order of its steps."""

    def __init__(self, amount: float, factor: float = 1.0) -> None:
        super().__init__()
        self.amount, self.factor = amount, factor

    def forward(self, residual: Tensor, *_context: object) -> Tensor:
        return residual * self.factor + self.amount


_CONFIG = GPTConfig(vocab_size=8, context_length=8, n_layers=1, n_heads=1, d_model=2)
_CONTEXT = AttentionContext()


def _parts() -> Parts:
    return Parts(
        norm=lambda config, size: _Add(0.0),
        attention=lambda config, parts, index: _NeedsContext(),
        feed_forward=lambda config: _Add(100.0, 3.0),
    )


class _NeedsContext(_Add):
    def __init__(self) -> None:
        super().__init__(10.0, 2.0)

    def forward(self, residual: Tensor, context: object = None) -> Tensor:
        if context is not _CONTEXT:
            raise Wrong("attention was called without the context: self.attention(…, context)")
        return super().forward(residual)


def _wirings(x: float) -> tuple[float, dict[float, str]]:
    """What comes out for a stream of x when a block is wired as it should be; and when it is not → what is wrong."""

    def attention(value: float) -> float:
        return value * 2 + 10

    def feed_forward(value: float) -> float:
        return value * 3 + 100

    def norm(value: float) -> float:
        return value * 0.5

    def second_norm(value: float) -> float:
        return value * 0.25

    heard, middle, swapped = attention(norm(x)), x + attention(norm(x)), x + attention(second_norm(x))
    bare = x + attention(x)
    wrong = {
        feed_forward(second_norm(heard)): "nothing is added to the stream: x + attention(…), x + feed_forward(…)",
        heard + feed_forward(second_norm(heard)): "attention replaces the stream: add it, x + …",
        feed_forward(second_norm(middle)): "the feed-forward layer replaces the stream: add it, x + …",
        bare + feed_forward(bare): "nothing is normalised before attention or feed-forward",
        bare + feed_forward(second_norm(bare)): "attention reads the stream before it is normalised",
        middle + feed_forward(middle): "the feed-forward layer reads the stream before it is normalised",
        middle + feed_forward(second_norm(x)): "the feed-forward layer does not see what attention brought",
        middle: "the feed-forward layer is not used",
        x + feed_forward(second_norm(x)): "attention is not used",
        second_norm(norm(bare) + feed_forward(norm(bare))): "the norm comes after the addition (post-norm)",
        middle + feed_forward(norm(middle)): (
            "the feed-forward layer reads through attention's norm: it has its own, self.feed_forward_norm"
        ),
        swapped + feed_forward(second_norm(swapped)): (
            "attention reads through the feed-forward layer's norm: it has its own, self.attention_norm"
        ),
        swapped + feed_forward(norm(swapped)): "the two norms are swapped",
    }
    return middle + feed_forward(second_norm(middle)), wrong


def check_block(candidate) -> None:
    """On parts that add known numbers, every wrong wiring gives its own output."""
    x = 4.0
    block = candidate(_CONFIG, _parts())
    if block.attention_norm is block.feed_forward_norm:
        raise Wrong("one norm serves both places: each has its own weights")
    block.attention_norm.factor, block.feed_forward_norm.factor = 0.5, 0.25
    found = block(torch.full((1, 1, 2), x), _CONTEXT)
    if not isinstance(found, Tensor):
        raise Wrong(f"forward returned a {type(found).__name__}: is there a return?")
    if found.shape != (1, 1, 2):
        raise Wrong(f"forward returned shape {tuple(found.shape)}: a block keeps the shape")
    expected, wrong = _wirings(x)
    value = found[0, 0, 0].item()
    for output, message in wrong.items():
        if abs(value - output) < 1e-4:
            raise Wrong(message)
    if abs(value - expected) > 1e-4:
        raise Wrong("the steps are wired differently: norm, attention, add; then the same once more")


def count_weights(vocab_size: int, n_layers: int, d_model: int, d_ff: int) -> int:
    """Trained numbers of a GPT of this family."""
    attention, feed_forward, norms = 4 * d_model * d_model, 2 * d_model * d_ff, 2 * d_model
    return vocab_size * d_model + n_layers * (attention + feed_forward + norms) + d_model


def check_count_weights(candidate) -> None:
    """Against models that were built, and against usual slips."""
    for vocab_size, n_layers, d_model, d_ff in ((7, 3, 4, 16), (100, 2, 8, 20)):
        config = GPTConfig(
            vocab_size=vocab_size, context_length=8, n_layers=n_layers, n_heads=1, d_model=d_model, d_ff=d_ff,
            feed_forward="squared_relu",
        )  # fmt: skip
        right, found = count_parameters(config), candidate(vocab_size, n_layers, d_model, d_ff)
        if isinstance(found, bool) or not isinstance(found, int):
            raise Wrong(f"it returned {found!r}; a whole number is wanted")
        block = 4 * d_model * d_model + 2 * d_model * d_ff + 2 * d_model
        slips = {
            right + vocab_size * d_model: "the head was counted; tied, it is the embedding's matrix again",
            right - vocab_size * d_model: "the embedding is missing: a row of d_model for each entry of the vocabulary",
            right - d_model: "the last norm, after the blocks, is missing",
            right - n_layers * d_model: "a block has two norms",
            right - n_layers * 2 * d_model: "the two norms of each block are missing",
            right - n_layers * 2 * d_model - d_model: "all norms are missing: two a block and one at the end",
            right - n_layers * d_model * d_model: "attention has four matrices: o_proj counts too",
            right - n_layers * d_model * d_ff: "the feed-forward layer has two matrices, up and down",
            right + n_layers * d_model * d_ff: "three feed-forward matrices: that is SwiGLU; here are two",
            right - (n_layers - 1) * block: "one block was counted: multiply the block by n_layers",
            right + (n_layers - 1) * vocab_size * d_model: "the embedding stands outside the blocks: it is there once",
            right + (n_layers - 1) * (vocab_size + 1) * d_model: "embedding and last norm stand outside the blocks",
        }
        if found in slips:
            raise Wrong(slips[found])
        if found != right:
            raise Wrong(f"vocab {vocab_size}, {n_layers} layers, d_model {d_model}, d_ff {d_ff}: {found}, not {right}")


BROKEN_NEXT_TOKEN = '''def broken_next_token(
    logits: Float[Tensor, "batch token vocab"],
) -> Float[Tensor, "batch vocab"]:
    """Probabilities of the token that follows each sequence."""
    first = logits[:, 0]
    return first.softmax(dim=0)'''


def next_token(logits: Float[Tensor, "batch token vocab"]) -> Float[Tensor, "batch vocab"]:
    """Probabilities of the token that follows each sequence."""
    return logits[:, -1].softmax(dim=-1)


def check_broken_next_token(candidate) -> None:
    """The last row, over the vocabulary, each sequence by itself."""
    logits = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(13))
    found, expected = candidate(logits.clone()), next_token(logits)
    if not isinstance(found, Tensor) or found.shape != expected.shape:
        raise Wrong(f"a table of shape (3, 5) is wanted: batch, vocab; this is {tuple(getattr(found, 'shape', ()))}")
    if torch.allclose(found, logits[:, 0].softmax(dim=-1), atol=1e-6) or torch.allclose(
        found, logits[:, 0].softmax(dim=0), atol=1e-6
    ):
        raise Wrong("row 0 is what follows the first token; the last token's row is wanted")
    if torch.allclose(found, logits[:, -1].softmax(dim=0), atol=1e-6):
        raise Wrong("softmax runs over the batch: two prompts would change each other. Over the vocabulary: dim=-1")
    if not torch.allclose(found.sum(dim=-1), torch.ones(3), atol=1e-5):
        raise Wrong(f"the first sequence's probabilities sum to {found[0].sum().item():.2f}, not to 1")
    if not torch.allclose(found, expected, atol=1e-6):
        raise Wrong("these are probabilities, but not softmax of the last row's logits")


EXERCISES = [
    Exercise(
        id="13.rms_norm",
        reference=rms_norm,
        check=check_rms_norm,
        hints=(
            "Do it for (1, 7) on paper, then say the steps in the order in which you did them.",
            "mean of the squares over the last axis, keeping the axis\nadd eps, take the root\n"
            "divide the features by it, times weight",
            "def rms_norm(features, weight, eps=1e-5):\n"
            '    """Divide each vector by the root of its mean square; scale each feature by its weight."""\n'
            "    mean_square = features.square().mean(dim=-1, keepdim=True)\n"
            "    return features / (mean_square + eps).sqrt() * weight",
        ),
        mistakes=[
            Mistake(name=name, says=says, source=f"def rms_norm(features, weight, eps=1e-5):\n    {body}")
            for name, says, body in (
                (
                    "sum instead of mean",
                    "not of the mean",
                    "return features / (features.square().sum(-1, keepdim=True) + eps).sqrt() * weight",
                ),
                (
                    "no root",
                    "its root is missing",
                    "return features / (features.square().mean(-1, True) + eps) * weight",
                ),
                (
                    "LayerNorm",
                    "that is LayerNorm",
                    "return torch.nn.functional.layer_norm(features, weight.shape, weight, None, eps)",
                ),
                (
                    "weight forgotten",
                    "the learned weight is not used",
                    "return features / (features.square().mean(-1, keepdim=True) + eps).sqrt()",
                ),
                (
                    "axis lost",
                    "the mean lost its axis",
                    "return features / (features.square().mean(-1) + eps).sqrt() * weight",
                ),
                (
                    "divided by the weight",
                    "divided by the learned weight",
                    "return features / (features.square().mean(-1, keepdim=True) + eps).sqrt() / weight",
                ),
                (
                    "mean over everything",
                    "each vector needs its own",
                    "return features / (features.square().mean() + eps).sqrt() * weight",
                ),
                (
                    "eps outside",
                    "added after the root",
                    "return features / (features.square().mean(-1, keepdim=True).sqrt() + eps) * weight",
                ),
            )
        ],
    ),
    Exercise(
        id="13.block",
        reference=Block,
        check=check_block,
        methods=("forward",),
        part="block",
        equivalent_mutants={
            "def __init__(self, config, parts, layer_index=0): → def __init__(self, config, parts, layer_index=1):": (
                "__init__ is given, and a GPT always says which layer it makes"
            )
        },
        hints=(
            "Two steps of the same form: read the stream through a norm, work, add the result to the stream.",
            "residual = residual + attention of the normalised residual (and the context)\n"
            "return residual + feed-forward of the normalised residual",
            "class Block(nn.Module):\n"
            "    def __init__(self, config, parts, layer_index=0):\n"
            "        super().__init__()\n"
            "        self.attention_norm = parts.norm(config, config.d_model)\n"
            "        self.attention = parts.attention(config, parts, layer_index)\n"
            "        self.feed_forward_norm = parts.norm(config, config.d_model)\n"
            "        self.feed_forward = parts.feed_forward(config)\n\n"
            "    def forward(self, residual, context):\n"
            '        """Attention on the normalised stream, added; then the feed-forward layer, the same way."""\n'
            "        residual = residual + self.attention(self.attention_norm(residual), context)\n"
            "        return residual + self.feed_forward(self.feed_forward_norm(residual))",
        ),
        mistakes=[],
    ),
    Exercise(
        id="13.count_weights",
        reference=count_weights,
        check=check_count_weights,
        hints=(
            "Count one block first: four square matrices, two wide ones, two norms. What stands outside the blocks?",
            "block = 4 d² + 2 d d_ff + 2 d\nall = vocab × d + n_layers × block + d",
            "def count_weights(vocab_size, n_layers, d_model, d_ff):\n"
            '    """Trained numbers of a GPT of this family."""\n'
            "    block = 4 * d_model * d_model + 2 * d_model * d_ff + 2 * d_model\n"
            "    return vocab_size * d_model + n_layers * block + d_model",
        ),
        mistakes=[
            Mistake(
                name=name,
                says=says,
                source=f"def count_weights(vocab_size, n_layers, d_model, d_ff):\n    return {formula}",
            )
            for name, says, formula in (
                (
                    "head counted",
                    "the head was counted",
                    "(2 * vocab_size + 1) * d_model + n_layers * (4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model)",
                ),
                (
                    "three attention matrices",
                    "o_proj counts too",
                    "vocab_size * d_model + n_layers * (3 * d_model**2 + 2 * d_model * d_ff + 2 * d_model) + d_model",
                ),
                (
                    "last norm forgotten",
                    "after the blocks, is missing",
                    "vocab_size * d_model + n_layers * (4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model)",
                ),
                (
                    "one norm a block",
                    "a block has two norms",
                    "(vocab_size + 1) * d_model + n_layers * (4 * d_model**2 + 2 * d_model * d_ff + d_model)",
                ),
                (
                    "one block",
                    "multiply the block by n_layers",
                    "(vocab_size + 1) * d_model + 4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model",
                ),
                (
                    "embedding in each block",
                    "the embedding stands outside",
                    "d_model + n_layers * (vocab_size * d_model + 4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model)",
                ),
                (
                    "all in each block",
                    "embedding and last norm stand outside",
                    "n_layers * ((vocab_size + 1) * d_model + 4 * d_model**2 + 2 * d_model * d_ff + 2 * d_model)",
                ),
                (
                    "norms forgotten",
                    "all norms are missing",
                    "vocab_size * d_model + n_layers * (4 * d_model**2 + 2 * d_model * d_ff)",
                ),
            )
        ],
    ),
    Exercise(
        id="13.broken_next_token",
        reference=next_token,
        check=check_broken_next_token,
        broken=BROKEN_NEXT_TOKEN,
        equivalent_mutants={
            "return logits[:, -1].softmax(dim=-1) → return logits[:, -1].softmax(dim=1)": "two axes are left: 1 is last"
        },
        hints=(
            "Which row of the logits scores the token that follows the whole prompt? And what should sum to one?",
            "Take the last place, not the first. Softmax over the last axis, the vocabulary.",
            BROKEN_NEXT_TOKEN.replace(
                "    first = logits[:, 0]\n    return first.softmax(dim=0)", "    return logits[:, -1].softmax(dim=-1)"
            ),
        ),
        mistakes=Mistake.slips(
            BROKEN_NEXT_TOKEN,
            ("only the axis mended", "dim=0", "dim=-1", "row 0 is what follows the first token"),
            ("only the row mended", "[:, 0]", "[:, -1]", "softmax runs over the batch"),
        ),
    ),
]

_BLOCK = EXERCISES[1].hints[2]
_STEP_1 = "        residual = residual + self.attention(self.attention_norm(residual), context)\n"
_STEP_2 = "        return residual + self.feed_forward(self.feed_forward_norm(residual))"
_SWAPPED = (_STEP_1 + _STEP_2).replace("attention_norm", "?").replace("feed_forward_norm", "attention_norm")
_SWAPPED = _SWAPPED.replace("?", "feed_forward_norm")
_POST_NORM = (
    "        residual = self.attention_norm(residual + self.attention(residual, context))\n"
    "        return self.feed_forward_norm(residual + self.feed_forward(residual))"
)
EXERCISES[1].mistakes.extend(
    Mistake.slips(
        _BLOCK,
        ("attention not added", _STEP_1, _STEP_1.replace("residual + self", "self"), "attention replaces the stream"),
        ("feed-forward not added", _STEP_2, _STEP_2.replace("residual + self", "self"), "layer replaces the stream"),
        ("second norm forgotten", "self.feed_forward_norm(residual)", "residual", "layer reads the stream before"),
        ("attention's norm twice", "self.feed_forward_norm(", "self.attention_norm(", "through attention's norm"),
        ("feed-forward's norm twice", "self.attention_norm(", "self.feed_forward_norm(", "layer's norm: it has"),
        ("norms swapped", _STEP_1 + _STEP_2, _SWAPPED, "two norms are swapped"),
        ("first norm forgotten", "self.attention_norm(residual)", "residual", "attention reads the stream before"),
        ("post-norm", _STEP_1 + _STEP_2, _POST_NORM, "post-norm"),
        ("context forgotten", ", context)\n        return", ")\n        return", "called without the context"),
        ("nothing returned", "        return residual +", "        residual +", "is there a return"),
    )
)

QUIZ = [
    Question(
        id="13.q1",
        why="Vectors in, the same shape out: that is why blocks can be stacked.",
        text="What does a block hand to the next?",
        choices=[
            ("as many vectors, as long, with its work added", None),
            (
                "shorter vectors, so that the model sums up",
                "Widths change inside a block only.",
            ),
            ("the next token's probabilities", "Only the head makes those, from the last block's output."),
        ],
        from_notebook="13",
    ),
    Question(
        id="13.q2",
        why="Each token has a row, each row a score for every entry.",
        text="A prompt has 7 tokens, the vocabulary 2,048 entries. How many logits come out?",
        choices=[
            ("7 × 2,048", None),
            ("2,048", "That is the last row; every token of the prompt has a row of its own."),
            ("7", "Each token gets a score for every entry of the vocabulary, not one score."),
        ],
        from_notebook="13",
    ),
    Question(
        id="13.q3",
        why="The embedding table gets twice the rows, and the output head is that table.",
        text="The vocabulary doubles, all else stays. What grows in a model with a tied head?",
        choices=[
            ("one matrix, which serves as both", None),
            ("every layer", "Blocks know only d_model; the vocabulary's size appears nowhere in them."),
            ("two matrices, embedding and head", "Tied, they are one matrix."),
        ],
        from_notebook="13",
    ),
    Question(
        id="13.q4",
        why="Row 3 is marked on token 4; unmasked, it could simply look there.",
        text="Why is the mask needed in training, when all rows of logits are used at once?",
        choices=[
            ("else each row reads its own answer", None),
            ("it makes attention cheaper", "The naive path computes all scores and throws half away."),
            ("softmax needs it to sum to one", "Softmax sums to one over whatever is left, mask or not."),
        ],
        from_notebook="09",
    ),
    Question(
        id="13.q5",
        why="Bytes are in the vocabulary from the start; merges only make them fewer.",
        text="Byte-level BPE meets a word it has never seen. The GPT gets …",
        choices=[
            ("several tokens, at worst bytes", None),
            ("an unknown-word token", "Every byte is in the vocabulary, so there is nothing it cannot write."),
            ("nothing: the word is skipped", "Then decoding could not give the text back, and it always does."),
        ],
        from_notebook="06",
    ),
]


def _decide_b5(*, shapes_kept: bool, change_before_head: float, change_before_last_block: float) -> str:
    if not shapes_kept or change_before_head > 1e-4:
        return "does not hold here"
    if change_before_last_block > 1e-2:
        return "holds with a condition: the last row alone is read, but it was gathered from the others"
    return "holds"


def _decide_n8(*, largest_error: float) -> str:
    return "holds" if largest_error < 0.01 else "does not hold here"


CLAIMS = {
    "B5": Claim(
        id="B5",
        text="Every layer keeps the shape; the last row alone predicts the next token.",
        rule="holds if all blocks keep the shape and erasing the other rows before the head moves no logit by 0.0001; "
        "with a condition if erasing them before the last block moves one by 0.01",
        decide=_decide_b5,
    ),
    "N8": Claim(
        id="N8",
        text="The number of parameters follows from the configuration.",
        rule="holds if counts of GPT-2, GPT-3 and Llama 2 70B are within 1 % of the published numbers",
        decide=_decide_n8,
    ),
}
