"""Notebook 13: the forward pass, a count of weights and one of operations, and a model that has stopped listening."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.transformer import GPT, AttentionContext, GPTConfig, count_parameters

GPT_FORWARD = '''def gpt_forward(model, token_ids):
    """From ids to logits: look up, through every block, normalise, score."""
    positions = torch.arange(token_ids.shape[1])
    residual = model.token_embedding(token_ids)
    if model.config.positions == "learned":
        residual = residual + model.position_embedding(positions)
    context = model.context(positions[None])
    for block in model.blocks:
        residual = block(residual, context)
    return model.head(model.final_norm(residual))'''


def gpt_forward(model: GPT, token_ids: Int[Tensor, "batch token"]) -> Float[Tensor, "batch token vocab"]:
    """From ids to logits: look up, through every block, normalise, score."""
    return model.head(GPT.hidden_states(model, token_ids))


class _OnlyParts(GPT):
    """A model whose own forward pass may not be used."""

    def forward(self, *_args: object, **_kwargs: object) -> Tensor:
        raise Wrong("this asks the model for its own answer: call its parts one after another")

    hidden_states = forward

    def context(self, positions: Tensor, *args: object, **kwargs: object) -> AttentionContext:
        if isinstance(positions, Tensor) and positions.ndim != 2:
            raise Wrong("model.context wants positions as a batch of one: shape (1, token)")
        return super().context(positions, *args, **kwargs)

    def __getattr__(self, name: str) -> object:
        if name == "position_embedding" and self.config.positions != "learned":
            raise Wrong("this model learned no positions: add them only if config.positions is 'learned'")
        return super().__getattr__(name)


def _small_model(positions: str) -> GPT:
    """A model of three blocks, its vocabulary as large as it is wide, so that parts in a wrong order still fit."""
    generator = torch.Generator().manual_seed(13)
    config = GPTConfig(
        vocab_size=8,
        context_length=8,
        n_layers=3,
        n_heads=2,
        d_model=8,
        d_ff=12,
        positions=positions,
        norm="layer_norm",
    )
    model = _OnlyParts(config)
    for name, weight in model.named_parameters():
        weight.data = torch.randn(weight.shape, generator=generator) * 0.5 + float("norm" in name)
    return model


def _wrong_passes(model: GPT, token_ids: Tensor) -> dict[str, Tensor]:
    """What usual mistakes put out → what is wrong."""
    places = torch.arange(token_ids.shape[1])
    is_learned = model.config.positions == "learned"

    def start(positions: Tensor | None) -> Tensor:
        ids = model.token_embedding(token_ids)
        return ids + model.position_embedding(positions) if is_learned and positions is not None else ids

    def through(residual: Tensor, blocks: object = model.blocks, positions: Tensor | None = places) -> Tensor:
        context = AttentionContext() if positions is None else model.context(positions[None])
        for block in blocks:
            residual = block(residual, context)
        return residual

    def end(residual: Tensor) -> Tensor:
        return model.head(model.final_norm(residual))

    last, twice = through(start(places)), start(places)
    for block in model.blocks:
        twice = twice + block(twice, model.context(places[None]))
    outputs = {
        "the final norm is missing: the head reads what final_norm returns": model.head(last),
        "the head comes before the norm: normalise first, then score": model.final_norm(model.head(last)),
        "each block reads the embeddings: give it what the block before returned": end(
            through(start(places), [model.blocks[-1]])
        ),
        "the stream is added again: a block returns the stream with its own work already added": end(twice),
        "the first block is left out": end(through(start(places), model.blocks[1:])),
        "the last block is left out": end(through(start(places), model.blocks[:-1])),
        "no block is called": end(start(places)),
        "these are probabilities: the loss and sampling want logits, so leave softmax out": end(last).softmax(-1),
        "the logits were normalised: leave log_softmax to the loss": end(last).log_softmax(-1),
    }
    if is_learned:
        later = (places + 1) % model.config.context_length
        outputs |= {
            "no position is added, though this model learned one for each place": end(through(start(None))),
            "positions count from 1: the first token stands at 0": end(through(start(later))),
            "ids were used as positions: a position is where a token stands, not which it is": end(
                through(start(token_ids))
            ),
        }
    else:
        outputs["the context holds no positions: model.context(positions) makes it"] = end(
            through(start(places), positions=None)
        )
    return outputs


@torch.no_grad()
def check_gpt_forward(candidate) -> None:
    """Two small models, one with learned positions and one with rotary ones, against every usual wrong pass."""
    for positions in ("learned", "rotary"):
        model, token_ids = _small_model(positions), torch.tensor([[3, 1, 4, 1, 5], [2, 7, 0, 2, 6]])
        found = candidate(model, token_ids)
        if not isinstance(found, Tensor):
            raise Wrong(f"it returned a {type(found).__name__}: is there a return?")
        if found.shape in ((2, 8), (2, 1, 8)):
            raise Wrong("only one row came out: every token has a row of logits")
        expected = gpt_forward(model, token_ids)
        if found.shape != expected.shape:
            raise Wrong(f"for 2 texts of 5 tokens it returned {tuple(found.shape)}; {tuple(expected.shape)} is wanted")
        for message, output in _wrong_passes(model, token_ids).items():
            if torch.allclose(found, output, atol=1e-5):
                raise Wrong(message)
        if not torch.allclose(found, expected, atol=1e-5):
            raise Wrong(f"with {positions} positions the logits differ: look up, every block in turn, norm, head")


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
            right + n_layers * 2 * d_model * (4 * d_model - d_ff): "d_ff need not be 4 × d_model: use d_ff itself",
        }
        if found != right and found in slips:
            raise Wrong(slips[found])
        if found != right:
            raise Wrong(f"vocab {vocab_size}, {n_layers} layers, d_model {d_model}, d_ff {d_ff}: {found}, not {right}")


def count_flops(n_tokens: int, vocab_size: int, n_layers: int, d_model: int, d_ff: int) -> int:
    """Multiplications and additions of one forward pass of a GPT of this family, head included."""
    matrices = n_layers * (4 * d_model * d_model + 2 * d_model * d_ff) + vocab_size * d_model
    return 2 * n_tokens * matrices + 4 * n_tokens * n_tokens * d_model * n_layers


def check_count_flops(candidate) -> None:
    """Against the formula on two sizes, and against usual slips."""
    for n_tokens, vocab_size, n_layers, d_model, d_ff in ((5, 7, 3, 4, 10), (7, 100, 4, 8, 20)):
        right, found = (count(n_tokens, vocab_size, n_layers, d_model, d_ff) for count in (count_flops, candidate))
        if isinstance(found, bool) or not isinstance(found, int):
            raise Wrong(f"it returned {found!r}; a whole number is wanted")
        pairs, head = 4 * n_tokens**2 * d_model * n_layers, 2 * n_tokens * vocab_size * d_model
        slips = {
            right - pairs: "the pairs of tokens are missing: scores, and values gathered by them",
            right - pairs // 2: "pairs are worked on twice, for the scores and for gathering the values",
            right - pairs + pairs // n_layers: "every block has its own pairs",
            right - pairs + pairs // n_tokens: "each token meets every token: pairs grow with the square",
            right - head: "the head is a matrix too, though it is the embedding's",
            right + head: "the look-up of an embedding multiplies nothing: the table works once, as the head",
            (right - pairs) // 2 + pairs: "a weight is used to multiply and to add: two FLOPs",
            right // 2: "one multiplication and one addition: two FLOPs each time",
            (right - pairs) // n_tokens + pairs: "each token goes through every matrix: multiply by n_tokens",
        }
        if found in slips:
            raise Wrong(slips[found])
        if found != right:
            sizes = f"{n_tokens} tokens, vocab {vocab_size}, {n_layers} layers, d_model {d_model}, d_ff {d_ff}"
            raise Wrong(f"{sizes}: {found:,}, not {right:,}")


COUNT_FLOPS = '''def count_flops(n_tokens, vocab_size, n_layers, d_model, d_ff):
    """Multiplications and additions of one forward pass of a GPT of this family, head included."""
    matrices = n_layers * (4 * d_model * d_model + 2 * d_model * d_ff) + vocab_size * d_model
    return 2 * n_tokens * matrices + 4 * n_tokens * n_tokens * d_model * n_layers'''


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


_HEAD_LINE = "    return model.head(model.final_norm(residual))"
_CONTEXT_LINE = "    context = model.context(positions[None])\n"
_LOOP = "        residual = block(residual, context)"
_WEIGHTS = "def count_weights(vocab_size, n_layers, d, d_ff):\n    return "
_MISCOUNTS = (
    (
        "head counted",
        "(2 * vocab_size + 1) * d + n_layers * (4 * d**2 + 2 * d * d_ff + 2 * d)",
        "the head was counted",
    ),
    (
        "three attention matrices",
        "vocab_size * d + n_layers * (3 * d**2 + 2 * d * d_ff + 2 * d) + d",
        "o_proj counts too",
    ),
    (
        "last norm forgotten",
        "vocab_size * d + n_layers * (4 * d**2 + 2 * d * d_ff + 2 * d)",
        "after the blocks, is missing",
    ),
    (
        "one norm a block",
        "(vocab_size + 1) * d + n_layers * (4 * d**2 + 2 * d * d_ff + d)",
        "a block has two norms",
    ),
    (
        "one block",
        "(vocab_size + 1) * d + 4 * d**2 + 2 * d * d_ff + 2 * d",
        "multiply the block by n_layers",
    ),
    (
        "embedding in each block",
        "d + n_layers * (vocab_size * d + 4 * d**2 + 2 * d * d_ff + 2 * d)",
        "the embedding stands outside",
    ),
    (
        "all in each block",
        "n_layers * ((vocab_size + 1) * d + 4 * d**2 + 2 * d * d_ff + 2 * d)",
        "embedding and last norm stand outside",
    ),
    (
        "norms forgotten",
        "vocab_size * d + n_layers * (4 * d**2 + 2 * d * d_ff)",
        "all norms are missing",
    ),
    (
        "d_ff ignored",
        "(vocab_size + 1) * d + n_layers * (12 * d**2 + 2 * d)",
        "use d_ff itself",
    ),
)

EXERCISES = [
    Exercise(
        id="13.gpt_forward",
        reference=gpt_forward,
        check=check_gpt_forward,
        hints=(
            "Follow one token through the table of section 2: which parts stand at the left margin, in which order?",
            "positions = 0, 1, 2, …\nresidual = rows of the ids, plus rows of the positions if these are learned\n"
            "context = model.context(positions as a batch of one)\nresidual = block(residual, context), in turn\n"
            "the head reads what final_norm returns",
            GPT_FORWARD,
        ),
        mistakes=Mistake.slips(
            GPT_FORWARD,
            ("no final norm", _HEAD_LINE, "    return model.head(residual)", "final norm is missing"),
            ("head before norm", _HEAD_LINE, "    return model.final_norm(model.head(residual))", "head comes before"),
            (
                "not fed on",
                _LOOP,
                "        last = block(residual, context)",
                "each block reads the embeddings",
                ("final_norm(residual)", "final_norm(last)"),
            ),
            ("stream added again", _LOOP, _LOOP.replace("= block", "= residual + block"), "stream is added again"),
            ("first block skipped", "model.blocks:", "model.blocks[1:]:", "first block is left out"),
            ("last block skipped", "model.blocks:", "model.blocks[:-1]:", "last block is left out"),
            (
                "positions from 1",
                "torch.arange(token_ids.shape[1])",
                "torch.arange(1, token_ids.shape[1] + 1)",
                "positions count from 1",
            ),
            ("ids as positions", "position_embedding(positions)", "position_embedding(token_ids)", "ids were used"),
            (
                "positions forgotten",
                "residual + model.position_embedding(positions)",
                "residual",
                "no position is added",
            ),
            ("no batch of positions", "positions[None]", "positions", "as a batch of one"),
            (
                "positions always added",
                'model.config.positions == "learned"',
                "True",
                "this model learned no positions",
            ),
            ("empty context", "model.context(positions[None])", "AttentionContext()", "context holds no positions"),
            (
                "softmax",
                "(model.final_norm(residual))",
                "(model.final_norm(residual)).softmax(dim=-1)",
                "these are probabilities",
            ),
            ("last row", "final_norm(residual)", "final_norm(residual[:, -1:])", "every token has a row"),
            ("nothing returned", "    return model.head", "    model.head", "is there a return"),
            ("the model itself", _HEAD_LINE, "    return model(token_ids)", "asks the model for its own answer"),
        ),
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
        mistakes=[Mistake(name=name, says=says, source=_WEIGHTS + formula) for name, formula, says in _MISCOUNTS],
    ),
    Exercise(
        id="13.count_flops",
        reference=count_flops,
        check=check_count_flops,
        hints=(
            "How often is one weight of a matrix used for one token? And what costs more when the text is longer?",
            "matrices = all weights of Exercise 2 that stand in a matrix product (no norms, the table once)\n"
            "2 × tokens × matrices, and for each pair of tokens and block 2 × d_model, twice",
            COUNT_FLOPS,
        ),
        mistakes=Mistake.slips(
            COUNT_FLOPS,
            ("pairs forgotten", " + 4 * n_tokens * n_tokens * d_model * n_layers", "", "pairs of tokens are missing"),
            ("pairs once", "4 * n_tokens * n_tokens", "2 * n_tokens * n_tokens", "worked on twice"),
            ("pairs in one block", "* d_model * n_layers", "* d_model", "every block has its own pairs"),
            ("no square", "4 * n_tokens * n_tokens", "4 * n_tokens", "pairs grow with the square"),
            ("head forgotten", " + vocab_size * d_model", "", "the head is a matrix too"),
            ("embedding counted", "+ vocab_size * d_model", "+ 2 * vocab_size * d_model", "multiplies nothing"),
            ("one FLOP a weight", "2 * n_tokens * matrices", "n_tokens * matrices", "a weight is used to multiply"),
            ("tokens forgotten", "2 * n_tokens * matrices", "2 * matrices", "each token goes through every matrix"),
        ),
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


def _decide_n8(*, exact: int, released: int, gpt3_billions: float, printed_right: int, printed: int) -> str:
    if exact < released or round(gpt3_billions) != 175:
        return "does not hold here"
    if printed_right < printed:
        return (
            "holds with a condition: the configuration must be the one that was built; "
            f"{printed - printed_right} of {printed} rows of printed tables do not add up"
        )
    return "holds"


CLAIMS = {
    "B5": Claim(
        id="B5",
        text="Every block keeps the shape; the last row alone predicts the next token.",
        rule="holds if all blocks keep the shape and erasing the other rows before the head moves no logit by 0.0001; "
        "with a condition if erasing them before the last block moves one by 0.01",
        decide=_decide_b5,
    ),
    "N8": Claim(
        id="N8",
        text="The number of parameters follows from the configuration.",
        rule="holds if each count equals that of the released weights to the last parameter and GPT-3's rounds to 175 "
        "billion; with a condition if, besides, some size printed in GPT-2's or GPT-3's table is not its row's count, "
        "rounded to the digits printed",
        decide=_decide_n8,
    ),
}
DIAGNOSES = {
    "13.names_loss": Diagnosis(
        above="Are the rates, the number of steps and the names the same? A pass that misses a part learns less.",
        below="Were names to judge by among those read?",
    ),
}
