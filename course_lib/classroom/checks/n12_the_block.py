"""Notebook 12: RMSNorm, the feed-forward layer, the block, and a stream that forgets; what each part is for."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.transformer import AttentionContext, Block, FeedForward, GPTConfig, Parts, make_norm


def rms_norm(
    features: Float[Tensor, "*batch feature"], weight: Float[Tensor, "feature"], eps: float = 1e-5
) -> Float[Tensor, "*batch feature"]:
    """Divide each vector by the root of its mean square; scale each feature by its weight."""
    return F.rms_norm(features, weight.shape, weight, eps)


def check_rms_norm(candidate) -> None:
    """By hand on (1, 7), then on other shapes, weights and a vector of zeros."""
    pair = torch.tensor([1.0, 7.0])
    found = tensor_of(candidate(pair, torch.ones(2), 0.0), (2,), "the answer", "norms keep the shape")
    known = {
        (1 / 50**0.5, 7 / 50**0.5): "the root of the sum, not of the mean: divide by the number of features too",
        (1 / 25, 7 / 25): "divided by the mean square itself: its root is missing",
        (1 / 4, 7 / 4): "divided by the mean of the numbers: the mean of their squares is wanted",
        (-1.0, 1.0): "the mean was taken away first: that is LayerNorm; RMSNorm leaves it",
        (-(0.5**0.5), 0.5**0.5): "the mean was taken away, and var() divides by n − 1: take the mean of the squares",
        (5.0, 35.0): "multiplied by the root: divide",
        (1 / 18**0.5, 7 / 18**0.5): "std() takes the mean away first: take the mean of the squares",
    }
    for wrong, message in known.items():
        if torch.allclose(found, torch.tensor(wrong), atol=1e-5):
            raise Wrong(message)
    if not torch.allclose(found, torch.tensor([0.2, 1.4]), atol=1e-5):
        raise Wrong(f"(1, 7) became ({found[0]:.3g}, {found[1]:.3g}); by hand it is (0.2, 1.4)")
    _check_rms_norm_in_batches(candidate)


def _check_rms_norm_in_batches(candidate) -> None:
    features = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(13))
    weight = torch.tensor([1.0, 2.0, -1.0, 0.5])
    square = torch.arange(1.0, 17.0).reshape(4, 4)  # only here does a lost axis raise no error
    if torch.allclose(candidate(square, weight, 0.1), square / (square.square().mean(-1) + 0.1).sqrt() * weight):
        raise Wrong("the mean lost its axis, and divides by columns: keepdim=True")
    mine = tensor_of(candidate(features, weight, 0.1), (2, 3, 4), "the answer", "norms keep the shape")
    mean_square = features.square().mean(dim=-1, keepdim=True)
    everywhere = features / (features.square().mean() + 0.1).sqrt() * weight
    for wrong, message in (
        (rms_norm(features, torch.ones(4), 0.1), "the learned weight is not used: multiply each feature by its own"),
        (rms_norm(features, 1 / weight, 0.1), "divided by the learned weight: multiply"),
        (everywhere, "one mean over everything: each vector needs its own, mean(dim=-1, keepdim=True)"),
        (features / (mean_square.sqrt() + 0.1) * weight, "ε is added after the root; the formula adds it before"),
        (features / mean_square.sqrt() * weight, "ε is not used: a vector of zeros would be divided by zero"),
    ):
        if torch.allclose(mine, wrong, atol=1e-5):
            raise Wrong(message)
    if not torch.allclose(mine, rms_norm(features, weight, 0.1), atol=1e-5):
        raise Wrong("a batch of vectors comes out differently: each has its own mean square")
    tiny = torch.full((1, 4), 1e-3)
    if not torch.allclose(candidate(tiny, torch.ones(4)), rms_norm(tiny, torch.ones(4)), atol=1e-5):
        raise Wrong("eps has another default than 1e-5")


class NormBy(nn.Module):
    """The learner's `rms_norm` with a weight of its own, named as in the shipped models."""

    def __init__(self, normalise, size: int, eps: float) -> None:
        super().__init__()
        self.normalise, self.eps = normalise, eps
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, features: Tensor) -> Tensor:
        """Normalise over the last axis."""
        return self.normalise(features, self.weight, self.eps)


def _norm_part(mine):
    """What `Parts.norm` wants: the learner's norm where RMSNorm is asked for, the library's LayerNorm elsewhere."""

    def make(config: GPTConfig, size: int) -> nn.Module:
        return NormBy(mine, size, config.norm_eps) if config.norm == "rms_norm" else make_norm(config, size)

    return make


def _ff_config(kind: str) -> GPTConfig:
    return GPTConfig(
        vocab_size=4, context_length=4, n_layers=1, n_heads=1, d_model=4, d_ff=5, bias=True, feed_forward=kind
    )  # fmt: skip


_SLIPS = {
    "gelu": {
        "GELU is missing: without a bend two matrices are one": lambda up, gate: up,
        "that is ReLU: this kind bends by GELU": lambda up, gate: F.relu(up),
        "that is SiLU: this kind bends by GELU": lambda up, gate: F.silu(up),
        "the exact GELU; GPT-2's weights were trained with approximate='tanh'": lambda up, gate: F.gelu(up),
    },
    "squared_relu": {
        "the square is missing: what is above zero is squared": lambda up, gate: F.relu(up),
        "squared before anything was cut off: what is below zero becomes zero": lambda up, gate: up.square(),
        "that is GELU: squared_relu has its own bend": lambda up, gate: F.gelu(up, approximate="tanh"),
    },
    "swiglu": {
        "the gate is not used: silu(gate) times up": lambda up, gate: F.silu(up),
        "the wrong one bends: silu belongs to gate_proj": lambda up, gate: F.silu(up) * gate,
        "gate and up are added: the gate multiplies": lambda up, gate: F.silu(gate) + up,
        "that is sigmoid, a GLU; SwiGLU bends the gate by silu": lambda up, gate: torch.sigmoid(gate) * up,
        "the gate has no bend: silu(gate) times up": lambda up, gate: gate * up,
        "GELU on the gate is GEGLU; SwiGLU has silu": lambda up, gate: F.gelu(gate, approximate="tanh") * up,
    },
}


@torch.no_grad()
def check_feed_forward(candidate) -> None:
    """Every kind, against usual slips in the bend, then as a whole."""
    torch.manual_seed(12)
    features = 2 * torch.randn(2, 3, 4)
    for kind, slips in _SLIPS.items():
        layer, twin = candidate(_ff_config(kind)), FeedForward(_ff_config(kind))
        twin.load_state_dict(layer.state_dict())
        found = tensor_of(layer(features), (2, 3, 4), "the answer", f"{kind}: what goes out is as long as what came in")
        up = twin.up_proj(features)
        gate = twin.gate_proj(features) if kind == "swiglu" else up
        for message, bend in slips.items():
            if torch.allclose(found, twin.down_proj(bend(up, gate)), atol=1e-6):
                raise Wrong(f"{kind}: {message}")
        expected = twin(features)
        if torch.allclose(found, features + expected, atol=1e-6):
            raise Wrong(f"{kind}: the stream is added in here; the block does that")
        if not torch.allclose(found, expected, atol=1e-6):
            raise Wrong(f"{kind}: {features[0, 0]} should become {expected[0, 0]}; it becomes {found[0, 0]}")


class _Add(nn.Module):
    """Stands for a part: multiplies and adds a number, so that a block's output tells the order of its steps."""

    def __init__(self, amount: float = 0.0, factor: float = 1.0) -> None:
        super().__init__()
        self.amount, self.factor = amount, factor

    def forward(self, residual: Tensor, *context: object) -> Tensor:
        if context:
            raise Wrong("the context is for attention alone: no other part takes one")
        return residual * self.factor + self.amount


_CONFIG = _ff_config("gelu")
_CONTEXT = AttentionContext()
_OVERWRITTEN = "the stream that came in was overwritten: += writes into the caller's tensor; use x = x + …"


class _NeedsContext(_Add):
    def __init__(self) -> None:
        super().__init__(10.0, 2.0)

    def forward(self, residual: Tensor, context: object = None) -> Tensor:
        if context is not _CONTEXT:
            raise Wrong("attention was called without the context: self.attention(…, context)")
        return super().forward(residual)


_PARTS = Parts(norm=lambda *_: _Add(), attention=lambda *_: _NeedsContext(), feed_forward=lambda *_: _Add(100.0, 3.0))


def _wirings(x: float) -> tuple[float, dict[float, str]]:
    """What comes out for a stream of x when a block is wired as it should be; and when it is not → what is wrong."""
    attention, feed_forward = (lambda value: value * 2 + 10), (lambda value: value * 3 + 100)
    norm, second_norm = (lambda value: value * 0.5), (lambda value: value * 0.25)
    heard, middle, swapped = attention(norm(x)), x + attention(norm(x)), x + attention(second_norm(x))
    bare, left, other = x + attention(x), norm(x) + attention(norm(x)), second_norm(middle)
    wrong = {
        feed_forward(second_norm(heard)): "nothing is added to the stream: x + attention(…), x + feed_forward(…)",
        heard + feed_forward(second_norm(heard)): "attention replaces the stream: add it, x + …",
        feed_forward(second_norm(middle)): "the feed-forward layer replaces the stream: add it, x + …",
        bare + feed_forward(bare): "nothing is normalised before attention or feed-forward",
        bare + feed_forward(second_norm(bare)): "attention reads the stream before it is normalised",
        middle + feed_forward(middle): "the feed-forward layer reads the stream before it is normalised",
        middle + feed_forward(second_norm(x)): "the feed-forward layer does not see what attention brought",
        second_norm(left) + feed_forward(second_norm(left)): "the normalised copy is added to, not the stream",
        other + feed_forward(other): "the second addition is to the normalised copy: the stream itself goes on",
        middle: "the feed-forward layer is not used",
        second_norm(norm(bare) + feed_forward(norm(bare))): "the norm comes after the addition (post-norm)",
        middle + feed_forward(norm(middle)): "the feed-forward layer reads through attention's norm: it has its own",
        swapped + feed_forward(second_norm(swapped)): "attention reads through feed-forward's norm: it has its own",
        swapped + feed_forward(norm(swapped)): "the two norms are swapped",
    }
    return middle + feed_forward(second_norm(middle)), wrong


def check_block(candidate) -> None:
    """On parts that add known numbers, every wrong wiring gives its own output."""
    x = 4.0
    block = candidate(_CONFIG, _PARTS)
    if block.attention_norm is block.feed_forward_norm:
        raise Wrong("one norm serves both places: each has its own weights")
    block.attention_norm.factor, block.feed_forward_norm.factor = 0.5, 0.25
    given = torch.full((1, 1, 2), x)
    found = tensor_of(block(given, _CONTEXT), (1, 1, 2), "the answer", "a block keeps the shape")
    expected, wrong = _wirings(x)
    value = found[0, 0, 0].item()
    for output, message in wrong.items():
        if abs(value - output) < 1e-4:
            raise Wrong(message)
    if abs(value - expected) > 1e-4:
        raise Wrong("the steps are wired differently: norm, attention, add; then the same once more")
    if (given != x).any():
        raise Wrong(_OVERWRITTEN)


BROKEN_STREAM = '''def broken_stream(residual, parts, norm):
    """The stream after every part has read it, normalised, and added what it has to say."""
    for part in parts:
        residual = norm(residual)
        residual = residual + part(residual)
    return residual'''


def stream(residual: Tensor, parts, norm) -> Tensor:
    """The stream after every part has read it, normalised, and added what it has to say."""
    for part in parts:
        residual = residual + part(norm(residual))
    return residual


def check_broken_stream(candidate) -> None:
    """A norm that halves and parts that add: each usual wiring gives another number."""

    def half(value: Tensor) -> Tensor:
        return value * 0.5

    parts = [lambda value: value + 10, lambda value: 3 * value]
    x, given = torch.tensor([[8.0, -4.0]] * 2)
    found = tensor_of(candidate(given, parts, half), (2,), "the answer", "the stream keeps its shape")
    said = x + half(x + 10)
    for wrong, message in (
        (4 * half(half(x) + half(x) + 10), "the stream is still overwritten by its normalised copy"),
        (half(4 * half(x + x + 10)), "the norm still touches the stream, now after the addition: that is post-norm"),
        (said + half(3 * said), "the norm stands on what a part says, not on what it reads"),
        (3 * half(half(x) + 10), "what a part says replaces the stream: nothing is added"),
        (4 * (x + x + 10), "the parts read the stream as it is: the norm is gone, and sizes grow without bound"),
        (4 * (half(x) + half(x) + 10), "normalised once, before all parts: each reads its own copy"),
        (x + half(x) + 10 + 3 * half(x), "each part reads the same copy: none hears what the one before it said"),
        (half(stream(x, parts, half)), "right until the end: the stream is handed on as it is, not normalised"),
        (x + half(x) + 10, "only the first part speaks: is the return inside the loop?"),
    ):
        if torch.allclose(found, wrong, atol=1e-5):
            raise Wrong(message)
    if not torch.allclose(found, stream(x, parts, half), atol=1e-5):
        raise Wrong(f"from 8 it should come to {stream(x, parts, half)[0]:.0f}, it comes to {found[0]:.4g}")
    if not torch.equal(given, x):
        raise Wrong(_OVERWRITTEN)


_RMS_NORM = '''def rms_norm(features, weight, eps=1e-5):
    """Divide each vector by the root of its mean square; scale each feature by its weight."""
    mean_square = features.square().mean(dim=-1, keepdim=True)
    return features / (mean_square + eps).sqrt() * weight'''

_FEED_FORWARD = '''class FeedForward(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.kind = config.feed_forward
        self.up_proj = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        if self.kind == "swiglu":
            self.gate_proj = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.down_proj = nn.Linear(config.d_ff, config.d_model, bias=config.bias)

    def forward(self, residual):
        """What each token adds to itself: widened, bent as `kind` says, narrowed."""
        inner = self.up_proj(residual)
        if self.kind == "gelu":
            bent = F.gelu(inner, approximate="tanh")
        elif self.kind == "squared_relu":
            bent = F.relu(inner).square()
        else:
            bent = F.silu(self.gate_proj(residual)) * inner
        return self.down_proj(bent)'''

_STEP_1 = "        residual = residual + self.attention(self.attention_norm(residual), context)\n"
_STEP_2 = "        return residual + self.feed_forward(self.feed_forward_norm(residual))"
_BLOCK = f'''class Block(nn.Module):
    def __init__(self, config, parts, layer_index=0):
        super().__init__()
        self.attention_norm = parts.norm(config, config.d_model)
        self.attention = parts.attention(config, parts, layer_index)
        self.feed_forward_norm = parts.norm(config, config.d_model)
        self.feed_forward = parts.feed_forward(config)

    def forward(self, residual, context):
        """Attention on the normalised stream, added; then the feed-forward layer, the same way."""
{_STEP_1}{_STEP_2}'''
_SWAPPED = _STEP_1.replace("attention_norm", "feed_forward_norm") + _STEP_2.replace("feed_forward_n", "attention_n")
_POST_NORM, _COPY_KEPT = (
    step.format("attention", ", context") + step.format("feed_forward", "") + "        return residual"
    for step in (
        "        residual = self.{0}_norm(residual + self.{0}(residual{1}))\n",
        "        residual = self.{0}_norm(residual)\n        residual = residual + self.{0}(residual{1})\n",
    )
)
_FIXED_STREAM = BROKEN_STREAM.replace(
    "        residual = norm(residual)\n        residual = residual + part(residual)",
    "        residual = residual + part(norm(residual))",
)

EXERCISES = [
    Exercise(
        id="12.rms_norm",
        reference=rms_norm,
        check=check_rms_norm,
        part="norm",
        fits=_norm_part,
        hints=(
            "Do it for (1, 7) on paper, then say the steps in the order in which you did them.",
            "mean of the squares over the last axis, keeping the axis\nadd eps, take the root\n"
            "divide the features by it, times weight",
            _RMS_NORM,
        ),
        mistakes=Mistake.slips(
            _RMS_NORM,
            ("sum instead of mean", ".mean(", ".sum(", "not of the mean"),
            ("no root", ".sqrt()", "", "its root is missing"),
            ("LayerNorm", "features / (mean_square + eps).sqrt() * weight",
             "F.layer_norm(features, weight.shape, weight, None, eps)", "that is LayerNorm"),
            ("LayerNorm by var()", "features / (mean_square + eps).sqrt() * weight",
             "(features - features.mean(-1, keepdim=True)) / (features.var(-1, keepdim=True) + eps).sqrt() * weight",
             "var() divides by n − 1"),
            ("divided by std()", "(mean_square + eps).sqrt()", "features.std(-1, keepdim=True)", "std() takes the"),
            ("multiplied by the root", "features / (mean_square", "features * (mean_square", "by the root: divide"),
            ("weight forgotten", " * weight", "", "the learned weight is not used"),
            ("divided by the weight", "* weight", "/ weight", "divided by the learned weight"),
            ("axis lost", ", keepdim=True", "", "the mean lost its axis"),
            ("mean over everything", "dim=-1, keepdim=True", "", "each vector needs its own"),
            ("eps outside", "(mean_square + eps).sqrt()", "(mean_square.sqrt() + eps)", "added after the root"),
            ("eps forgotten", "(mean_square + eps)", "mean_square", "ε is not used"),
            ("nothing returned", "    return features", "    features", "is `return` missing"),
        ),
    ),
    Exercise(
        id="12.feed_forward",
        reference=FeedForward,
        check=check_feed_forward,
        methods=("forward",),
        part="feed_forward",
        hints=(
            "Write the line for one kind first: up, bend, down. What differs between the kinds?",
            "inner = up_proj of the residual\ngelu: F.gelu(inner, approximate='tanh')\n"
            "squared_relu: F.relu(inner), squared\nswiglu: F.silu of gate_proj of the residual, times inner\n"
            "return down_proj of the bent numbers",
            _FEED_FORWARD,
        ),
        mistakes=Mistake.slips(
            _FEED_FORWARD,
            ("no bend", 'F.gelu(inner, approximate="tanh")', "inner", "GELU is missing"),
            ("exact GELU", ', approximate="tanh"', "", "the exact GELU"),
            ("not squared", ".square()", "", "the square is missing"),
            ("not cut off", "F.relu(inner).square()", "inner.square()", "squared before anything was cut off"),
            ("no gate", "F.silu(self.gate_proj(residual)) * inner", "F.silu(inner)", "the gate is not used"),
            ("the other one bends", "F.silu(self.gate_proj(residual)) * inner",
             "self.gate_proj(residual) * F.silu(inner)", "the wrong one bends"),
            ("gate added", "(residual)) * inner", "(residual)) + inner", "the gate multiplies"),
            ("sigmoid", "F.silu", "F.sigmoid", "a GLU"),
            ("bend forgotten on the gate", "F.silu(self.gate_proj(residual))", "self.gate_proj(residual)",
             "the gate has no bend"),
            ("stream added", "return self", "return residual + self", "the block does that"),
            ("never narrowed", "self.down_proj(bent)", "bent", "is as long as what came in"),
            ("nothing returned", "        return self", "        self", "is `return` missing"),
        ),
    ),
    Exercise(
        id="12.block",
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
            _BLOCK,
        ),
        mistakes=Mistake.slips(
            _BLOCK,
            ("attention not added", _STEP_1, _STEP_1.replace("residual + self", "self"), "attention replaces the"),
            ("feed-forward not added", _STEP_2, _STEP_2.replace("residual + self", "self"), "layer replaces the"),
            ("second norm forgotten", "self.feed_forward_norm(residual)", "residual", "layer reads the stream before"),
            ("attention's norm twice", "self.feed_forward_norm(", "self.attention_norm(", "through attention's norm"),
            ("feed-forward's norm twice", "self.attention_norm(", "self.feed_forward_norm(", "reads through feed-f"),
            ("norms swapped", _STEP_1 + _STEP_2, _SWAPPED, "two norms are swapped"),
            ("first norm forgotten", "self.attention_norm(residual)", "residual", "attention reads the stream before"),
            ("post-norm", _STEP_1 + _STEP_2, _POST_NORM, "post-norm"),
            ("the copy kept", _STEP_1 + _STEP_2, _COPY_KEPT, "copy is added to, not the stream"),
            ("context for both", "forward_norm(residual))", "forward_norm(residual), context)", "for attention"),
            ("written in place", _STEP_1, _STEP_1.replace("residual = residual +", "residual +="), "was overwritten"),
            ("context forgotten", ", context)\n        return", ")\n        return", "called without the context"),
            ("nothing returned", "        return residual +", "        residual +", "is `return` missing"),
        ),
    ),
    Exercise(
        id="12.broken_stream",
        reference=stream,
        check=check_broken_stream,
        broken=BROKEN_STREAM,
        copies=False,
        hints=(
            "What is `residual` in the second round: what the first part left, or something else?",
            "Normalise what a part reads, not what is carried on: no line may assign the norm's output to residual.",
            _FIXED_STREAM,
        ),
        mistakes=Mistake.slips(
            _FIXED_STREAM,
            ("norm after the addition", "residual + part(norm(residual))", "norm(residual + part(residual))",
             "that is post-norm"),
            ("norm on what it says", "part(norm(residual))", "norm(part(residual))", "stands on what a part says"),
            ("not added", "residual + part", "part", "nothing is added"),
            ("norm thrown out", "part(norm(residual))", "part(residual)", "the norm is gone"),
            ("norm once", "    for part in parts:\n        residual = residual + part(norm(residual))",
             "    residual = norm(residual)\n    for part in parts:\n        residual = residual + part(residual)",
             "normalised once, before all parts"),
            ("one copy for all", "    for part in parts:\n        residual = residual + part(norm(residual))",
             "    copy = norm(residual)\n    for part in parts:\n        residual = residual + part(copy)",
             "reads the same copy"),
            ("written in place", "residual = residual +", "residual +=", "was overwritten"),
            ("norm at the end", "return residual", "return norm(residual)", "right until the end"),
            ("left too soon", "    return residual", "        return residual", "is the return inside the loop"),
        ),
    ),
]  # fmt: skip

QUIZ = [
    Question(
        id="12.q1",
        text="A pre-norm stack has 100 blocks. What does the stream hold when it reaches the last?",
        choices=[
            ("the sum of all that was written", None),
            ("what block 99 wrote", "That would be a stack without additions; here each block adds to what is there."),
            ("numbers of root mean square 1 again", "Parts read normalised copies; the stream is not normalised."),
        ],
        why="Every part adds, nothing is taken away: the embedding is still in the sum.",
        from_notebook="12",
    ),
    Question(
        id="12.q2",
        text="A vector is multiplied by 10. What becomes of its RMSNorm?",
        choices=[
            ("nothing, but for ε", None),
            ("it is 10 times as large", "Its root mean square is 10 times as large too, and is divided by."),
            ("it is √10 times as large", "The mean square grows a hundredfold, its root tenfold: all of it cancels."),
        ],
        why="Ten above, ten below. A norm passes on the direction of a vector and drops its size.",
        from_notebook="12",
    ),
    Question(
        id="12.q3",
        text="In a feed-forward layer the bend is left out. What is lost?",
        choices=[
            ("two matrices then do what one could", None),
            ("tokens can no longer exchange anything", "They never do here; that is attention's work."),
            ("the stream is no longer added to", "The block adds whatever the layer returns, bent or not."),
        ],
        why="Up and then down is one product of matrices, and a product of matrices is a matrix (notebook 03).",
        from_notebook="12",
    ),
    Question(
        id="12.q4",
        text="The mask is forgotten, and the model may look ahead while it trains. What does its loss tell?",
        choices=[
            ("how well it copies", None),
            ("how well it writes", "When it writes there is nothing ahead to look at."),
            ("that it needs more blocks", "The loss is tiny: nothing seems to be missing, and that is the trap."),
        ],
        why="The answer stands in what it reads, so reading it off is all it learns.",
        from_notebook="09",
    ),
    Question(
        id="12.q5",
        text="A plain RNN is judged after 60 tokens. Why does the error hardly reach the first?",
        choices=[
            ("its gradient is a product of 60 factors", None),
            ("its state has no room for 60 tokens", "Another trouble: an error can go back through a full state."),
            ("the first token has no vector", "Every token has one, whatever its place."),
        ],
        why="Below one the factors shrink it, above one they blow it up: depth in time and in blocks are alike.",
        from_notebook="08",
    ),
]


def _gone(gradient: float) -> bool:
    return not gradient > 1e-3  # not a number counts as gone


def _decide_b3(*, neither_even: float, neither_scaled: float, norm_only_even: float, norm_only_scaled: float,
               pre_norm: float) -> str:  # fmt: skip
    without = [_gone(each) for each in (neither_even, neither_scaled, norm_only_even, norm_only_scaled)]
    if _gone(pre_norm) or not any(without):
        return "does not hold here"
    if all(without):
        return "holds"
    return f"holds with a condition: in {sum(without)} of four stacks without additions; with norms gradients arrive"


def _decide_b4(*, pre_norm: float, post_norm: float, neither_even: float, neither_scaled: float,
               residual_even: float, residual_scaled: float) -> str:  # fmt: skip
    def in_range(size: float) -> bool:
        return 0.01 <= size <= 100

    without = [not in_range(size) for size in (neither_even, neither_scaled, residual_even, residual_scaled)]
    if not (in_range(pre_norm) and in_range(post_norm)) or not any(without):
        return "does not hold here"
    if all(without):
        return "holds"
    return f"holds with a condition: {sum(without)} of four stacks without norms leave it; a careful start stays"


def _decide_b2(*, copy_attention: float, add_attention: float, add_whole: float) -> str:
    if copy_attention < 0.95 or add_whole < 0.95:
        return "cannot be shown at this size: the models that should learn did not"
    if add_attention < 0.5:
        return "holds"
    if add_attention < add_whole - 0.1:
        return "holds with a condition: attention alone computes, but worse"
    return "does not hold here: attention alone computes as well"


def _decide_b1(*, name_low: float, name_high: float, last_low: float, last_high: float) -> str:
    if name_low > 0 and last_low > 0:
        return "holds"
    if name_low > 0:
        return f"holds with a condition: that attention moves is {'reversed' if last_high < 0 else 'not shown'} here"
    if last_low > 0:
        return f"holds with a condition: that the others store is {'reversed' if name_high < 0 else 'not shown'} here"
    return "does not hold here"


def _decide_n10(*, names_in_code: int, shuffled: float, changed: float, others_kept: float) -> str:
    if names_in_code or shuffled > 0.1:
        return "does not hold here"
    if changed >= 0.8 and others_kept >= 0.95:
        return "holds"
    return "holds with a condition: knowledge sits in the weights, but not one fact in one place"


CLAIMS = {
    claim.id: claim
    for claim in (
        Claim(
            id="B1",
            text="The feed-forward layers store facts, attention moves information.",
            rule="share of told facts lost when one layer's part says its mean, added up over layers: holds if at "
            "the name the feed-forward layers cost more than attention and at the last token attention costs "
            "more than they do, 95 % intervals of both differences (people redrawn) above 0; with a condition "
            "if one of the two is",
            decide=_decide_b1,
        ),
        Claim(
            id="B2",
            text="Without the feed-forward layers a model mixes but does not compute.",
            rule="equal parameters, means over 5 seeds: holds if attention alone copies at least 95 % rightly and "
            "adds under 50 %, while whole blocks add at least 95 %; with a condition if it adds more, but 10 "
            "points less than they; cannot be shown if attention alone does not copy or whole blocks do not add",
            decide=_decide_b2,
        ),
        Claim(
            id="B3",
            text="Without residual connections gradients vanish through 96 layers.",
            rule="medians over 5 seeds; vanished: below the first block under a thousandth of that above the last. "
            "Holds if so without residual connections from both starts, with norms and without, and not in "
            "pre-norm; with a condition if in some of these four stacks",
            decide=_decide_b3,
        ),
        Claim(
            id="B4",
            text="Normalisation keeps activations in range; without it deep stacks blow up or die.",
            rule="medians over 5 seeds, 96 blocks; in range: the stream above the last block is 1/100 to 100 times "
            "that below the first. Holds if so in pre-norm and post-norm from the even start, and not without norms, "
            "with and without residual connections, from both starts; with a condition if in some of these four",
            decide=_decide_b4,
        ),
        Claim(
            id="N10",
            text="Knowledge lives in the weights; nobody codes the rules.",
            rule="holds if no name of the world stands in the model's code, the same code with each matrix shuffled "
            "names under 10 % of facts, and a change of rank one in one matrix changes at least 80 % of 20 "
            "facts in wordings not used for it while at least 95 % of other facts stay, the person's and other "
            "people's each; with a condition if fewer change or stay",
            decide=_decide_n10,
        ),
    )
}
