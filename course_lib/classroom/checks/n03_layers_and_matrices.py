"""Notebook 03: a layer for a whole batch, its slopes, the collapse of a stack, first weights, a loss too wide."""

from collections.abc import Callable

import torch
from einops import einsum
from jaxtyping import Float
from torch import Tensor

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.neuron import apply_layer, collapse, draw_weights

Pair = tuple[Tensor, Tensor]
Triple = tuple[Tensor, Tensor, Tensor]


def layer_slopes(
    features: Float[Tensor, "example feature"],
    weight: Float[Tensor, "unit feature"],
    blame: Float[Tensor, "example unit"],
) -> tuple[Float[Tensor, "example feature"], Float[Tensor, "unit feature"], Float[Tensor, "unit"]]:
    """From the gradient of a layer's scores to those of its features, its weight and its bias."""
    for_features = einsum(blame, weight, "example unit, unit feature -> example feature")
    for_weight = einsum(blame, features, "example unit, example feature -> unit feature")
    return for_features, for_weight, blame.sum(dim=0)


def mean_squared_error(outputs: Float[Tensor, "example 1"], labels: Float[Tensor, "example"]) -> Float[Tensor, ""]:
    """Mean over the examples of (output − label)²."""
    return ((outputs[:, 0] - labels) ** 2).mean()


def _numbers(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _same(found: Tensor, wanted: Tensor) -> bool:
    return found.shape == wanted.shape and torch.allclose(found.double(), wanted.double(), rtol=1e-5, atol=1e-6)


# A layer


def _call(candidate: Callable, inputs: Triple, complaint: str) -> object:
    """The candidate's answer; what torch, einops or jaxtyping complain of becomes a line on axes."""
    try:
        return candidate(*inputs)
    except Wrong:
        raise
    except Exception as error:  # each library has its own kind
        raise Wrong(complaint) from error


def _call_layer(candidate: Callable, *inputs: Tensor) -> object:
    features, weight = (tuple(each.shape) for each in inputs[:2])
    if len(features) == 2:
        return _call(candidate, inputs, f"{features} examples by features and {weight} neurons by weights did not go "
                     "together. Which axis do they share? A row meets a row")  # fmt: skip
    return _call(candidate, inputs, f"features of shape {features} stop it: there may be more axes before the last, or "
                 "none. In einsum, write ... for them")  # fmt: skip


def check_apply_layer(candidate: Callable) -> None:
    """Two neurons and two examples by hand, so that no error of shape hides a slip; then other shapes."""
    features = torch.tensor([[1.0, 2.0], [0.0, 3.0]])
    weight, bias = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([10.0, 20.0])
    scores = tensor_of(
        _call_layer(candidate, features, weight, bias), (2, 2), "for 2 examples and 2 neurons the result"
    )
    slips = (
        (features @ weight.T, "the bias is missing"),
        (features @ weight + bias, "columns of weight were used. A neuron is a row: turn it, or name the axes"),
        (features @ weight.T + bias[:, None], "each example got its own bias. It belongs to the neuron: axis unit"),
        ((features @ weight.T + bias).T, "its rows are neurons. A row per example is wanted, as in features"),
        (weight @ features.T + bias, "its rows are neurons, and the biases went to the examples"),
        ((features @ weight.T) * bias, "the bias multiplies. It is added to the weighted sum"),
    )
    for slip, message in slips:
        if _same(scores, slip):
            raise Wrong(message)
    for shape in ((5, 3), (1, 3), (2, 4, 3), (3,)):
        features, weight, bias = _numbers(*shape), _numbers(6, 3, seed=1), _numbers(6, seed=2)
        wanted = apply_layer(features, weight, bias)
        found = _call_layer(candidate, features, weight, bias)
        scores = tensor_of(found, tuple(wanted.shape), f"for features of shape {shape} and 6 neurons the result")
        if not _same(scores, wanted):
            raise Wrong(f"for features of shape {shape} and 6 neurons the scores differ from those of a loop")


# The slopes of a layer


def _call_slopes(candidate: Callable, *inputs: Tensor) -> object:
    shapes = ", ".join(str(tuple(each.shape)) for each in inputs)
    return _call(candidate, inputs, f"features, weight and blame of shapes {shapes} did not go together. Which letter "
                 "do blame and weight share, which blame and features? That one is summed over")  # fmt: skip


def check_layer_slopes(candidate: Callable) -> None:
    """One example by hand, then several against torch."""
    features, weight, blame = torch.tensor([[2.0, 3.0]]), torch.tensor([[5.0, 7.0]]), torch.tensor([[1.0]])
    for n_examples in (1, 4):
        found = _call_slopes(candidate, features.repeat(n_examples, 1), weight, blame.repeat(n_examples, 1))
        if found is None:
            raise Wrong("nothing came back: is `return` missing?")
        if not isinstance(found, tuple | list) or len(found) != 3:
            raise Wrong("three tensors are wanted: the slopes for features, for weight and for bias")
        _check_one_neuron(found, n_examples)
    features, weight, blame = _numbers(5, 3), _numbers(4, 3, seed=1), _numbers(5, 4, seed=2)
    wanted = layer_slopes(features, weight, blame)
    for what, mine, theirs in zip(
        ("features", "weight", "bias"), _call_slopes(candidate, features, weight, blame), wanted, strict=True
    ):
        if not _same(tensor_of(mine, tuple(theirs.shape), f"the slope for {what}"), theirs):
            raise Wrong(f"for 5 examples, 3 features and 4 neurons the slopes for {what} differ from torch's")


def _check_one_neuron(found: Triple, n_examples: int) -> None:
    """Weights 5 and 7, features 2 and 3, blame 1 in each of `n_examples` equal examples."""
    for_features = tensor_of(found[0], (n_examples, 2), "the slope for features")
    for_weight = tensor_of(found[1], (1, 2), "the slope for weight")
    for_bias = tensor_of(found[2], (1,), "the slope for bias")
    of = "one example" if n_examples == 1 else f"{n_examples} equal examples"
    if for_features[0].tolist() == [2, 3] and for_weight[0].tolist() == [5 * n_examples, 7 * n_examples]:
        raise Wrong("the slopes for features and for weight have changed places: the slope of a product for one factor "
                    "is the other factor. Or returned in another order? Features, weight, bias is wanted")  # fmt: skip
    if for_features[0].tolist() != [5, 7]:
        raise Wrong(f"one neuron with weights 5 and 7, blame 1: the features got {for_features[0].tolist()}. What is "
                    "the slope of 5 × feature for the feature?")  # fmt: skip
    wanted = [2 * n_examples, 3 * n_examples]
    if n_examples > 1 and (for_weight[0].tolist() == [2, 3] or for_bias.tolist() == [1]):
        name = "weight" if for_weight[0].tolist() == [2, 3] else "bias"
        raise Wrong(f"for {of} the slope for {name} is that of one: every example uses it, and over paths slopes add")
    if for_weight[0].tolist() != wanted:
        raise Wrong(f"features 2 and 3, blame 1, {of}: the weights got {for_weight[0].tolist()}; {wanted} is wanted")
    if for_bias.tolist() != [n_examples]:
        raise Wrong(f"blame 1, {of}: the bias got {for_bias.tolist()}; its own slope is 1 in each example")


# The collapse


def _wrong_collapse(layers: list[Pair], mistake: str) -> Pair:
    """The collapse with one named mistake, to recognise it by its numbers."""
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        if mistake == "bias not carried":
            bias = bias + next_bias
        elif mistake == "last bias alone":
            bias = next_bias
        elif mistake == "bias through the product":
            bias = next_weight @ weight @ bias + next_bias
        else:
            bias = next_weight @ bias + next_bias
        weight = weight @ next_weight if mistake == "order" else next_weight @ weight
    return weight, bias


_COLLAPSES = {
    "order": "the weights are multiplied in the wrong order: the first layer's stands next to x, so on the right",
    "bias not carried": "the biases were just added: the first one still passes through the weights of the next layer",
    "last bias alone": "the last bias alone is left: what an earlier layer adds passes through the next weights",
    "bias through the product": "the earlier bias went through too many weights: it was added after its own layer's",
}


def check_collapse(candidate: Callable) -> None:
    """Two square layers first, whose product is defined in both orders; then stacks of other depths and widths."""
    layers = [(_numbers(2, 2, seed=place), _numbers(2, seed=10 + place)) for place in range(2)]
    weight, bias = _pair(candidate(list(layers)), (2, 2), "two layers of 2 neurons")
    right = collapse(layers)
    for mistake, message in _COLLAPSES.items():
        slip = _wrong_collapse(layers, mistake)
        if _same(weight, slip[0]) and _same(bias, slip[1]):
            raise Wrong(message)
    if not _same(weight, right[0]):
        raise Wrong("for two layers of 2 neurons the weight differs: what stands before x in W₂ (W₁ x + b₁) + b₂?")
    if not _same(bias, right[1]):
        raise Wrong("for two layers of 2 neurons the bias differs: what is left of W₂ (W₁ x + b₁) + b₂ at x = 0?")
    for widths in ((2, 2, 2, 2), (3, 4), (2, 5, 1), (3, 4, 2, 6)):
        shapes = list(zip(widths[1:], widths[:-1], strict=True))
        layers = [(_numbers(*each, seed=place), _numbers(each[0], seed=9 + place)) for place, each in enumerate(shapes)]
        right = collapse(layers)
        name = f"{len(layers)} layer{'s' * (len(layers) > 1)} with widths {widths}"
        try:
            found = candidate(list(layers))
        except (ValueError, IndexError, RuntimeError) as error:
            raise Wrong(f"two layers of 2 neurons are right, but {name} stop it: there may be any number of layers, "
                        "of any widths") from error  # fmt: skip
        weight, bias = _pair(found, tuple(right[0].shape), name)
        if not (_same(weight, right[0]) and _same(bias, right[1])):
            raise Wrong(f"two layers are right, but for {name} the one layer gives other outputs")


def _pair(found: object, shape: tuple[int, ...], of: str) -> Pair:
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong("two things are wanted: the weight of the one layer, and its bias")
    return tensor_of(found[0], shape, f"for {of} the weight"), tensor_of(found[1], shape[:1], f"for {of} the bias")


# First weights


def check_draw_weights(candidate: Callable) -> None:
    """Shape, repeatability, and the standard deviation for two gains, where no two slips agree."""

    def draw(gain: float = 1.0, seed: int = 0) -> Tensor:
        return candidate(400, 100, gain, torch.Generator().manual_seed(seed))

    weights = tensor_of(draw(), (100, 400), "for 400 inputs and 100 neurons the weight")
    if not weights.any():
        raise Wrong("all weights are 0: then all neurons of a layer compute the same, get equal slopes and stay equal")
    if not torch.equal(weights, draw()):
        raise Wrong("two generators with the same seed gave different weights: hand `generator` to the draw")
    deviation = weights.double().std().item()
    slips = {
        400**-1.0: "that is 1/n_inputs. The variance is to be 1/n_inputs; the deviation is its square root",
        100**-0.5: "that is 1/√n_units. How many terms does one score add up? Its neuron's inputs",
        400**-0.5 / 3**0.5: "drawn evenly from ±1/√n_inputs they are too small: even draws deviate by reach/√3",
        400**-0.5 / 12**0.5: "drawn evenly from 0 to 1. Around 0, from the bell curve, is wanted: torch.randn",
        1.0: "the draw is not scaled at all: 400 terms of variance 1 make a score of variance 400",
        400**0.5: "it multiplies by √n_inputs; divide, so that many terms make no larger score",
    }
    for slip, message in slips.items():
        if abs(deviation / slip - 1) < 0.05:
            raise Wrong(f"the standard deviation for 400 inputs is {deviation:.4g}: {message}")
    if abs(deviation * 400**0.5 - 1) > 0.05:
        raise Wrong(f"the standard deviation for 400 inputs is {deviation:.4g}; 1/√400 = 0.05 is wanted")
    if abs(candidate(400, 100).double().std().item() * 400**0.5 - 1) > 0.05:
        raise Wrong("without a gain it should be 1: did the default change?")
    if abs(weights.mean().item()) > 0.002:
        raise Wrong(f"the mean of the weights is {weights.mean().item():.3f}: scores would drift. Draw around 0")
    twice = draw(gain=2.0, seed=1).double().std().item()
    if abs(twice * 400**0.5 - 1) < 0.05:
        raise Wrong("the gain changes nothing: with gain 2 the weights should be twice as large")
    if abs(twice * 400**0.5 - 4) < 0.2:
        raise Wrong("the gain counts twice: with gain 2 the weights should be 2 times as large, their variance 4 times")
    if abs(twice * 400**0.5 - 2) > 0.1:
        raise Wrong(f"with gain 2 the standard deviation is {twice:.4g}; 2/√400 = 0.1 is wanted")


# The loss that is too wide


def check_mean_squared_error(candidate: Callable) -> None:
    """Two examples by hand, then more, gradients too."""
    labels = torch.tensor([1.0, 0.0, 0.0])
    at_best = tensor_of(candidate(labels[:, None], labels), (), "the loss").item()
    if abs(at_best - 4 / 9) < 1e-6:
        raise Wrong("all outputs equal their labels, 1, 0 and 0, and still the loss is 0.44: how many differences were "
                    "squared? Print the shape of outputs - labels")  # fmt: skip
    outputs, labels = torch.tensor([[1.0], [0.0], [7.0]]), torch.tensor([1.0, 2.0, 3.0])  # 0, −2, 4
    loss = tensor_of(candidate(outputs, labels), (), "the loss").item()
    met_by_mean = (outputs.mean() - labels).pow(2).mean().item()
    slips = {
        20.0: "it is their sum: divide by how many there are",
        (2 / 3) ** 2: "the mean was taken before the square: errors of opposite sign cancel",
        2.0: "the errors are not squared",
        2 / 3: "the errors are not squared, so those of opposite sign cancel",
        5 / 3: "the first output alone meets the labels; each should meet its own",
        met_by_mean: "each label meets the mean of the outputs; it should meet its own",
    }
    for slip, message in slips.items():
        if abs(loss - slip) < 1e-5:
            raise Wrong(f"the errors are 0, −2 and 4, the loss came out as {loss:.4g}: {message}")
    if at_best > 1e-6:
        raise Wrong(f"all outputs equal their labels, 1, 0 and 0, and still the loss is {at_best:.2g}: how many "
                    "differences were squared? Print their shape")  # fmt: skip
    for n_examples in (1, 3, 8):
        outputs, labels = _numbers(n_examples, 1).requires_grad_(), _numbers(n_examples, seed=1)
        mine, right = candidate(outputs, labels), mean_squared_error(outputs, labels)
        if not _same(tensor_of(mine, (), "the loss"), right):
            raise Wrong(f"for {n_examples} examples the loss is {mine.item():.4g}; {right.item():.4g} is wanted")
        if not mine.requires_grad:
            raise Wrong("no gradient flows back: stay with tensors, without .item(), .tolist() or .detach()")
        if not _same(*(torch.autograd.grad(each, outputs)[0] for each in (mine, right))):
            raise Wrong(f"for {n_examples} examples the loss is right, but its gradient is not")


_APPLY = '''def apply_layer(features, weight, bias):
    """Scores of all neurons for all examples."""
    return einsum(features, weight, "... feature, unit feature -> ... unit") + bias'''
_EINSUM = 'einsum(features, weight, "... feature, unit feature -> ... unit")'

_SLOPES = '''def layer_slopes(features, weight, blame):
    """From the gradient of a layer's scores to those of its features, its weight and its bias."""
    for_features = einsum(blame, weight, "example unit, unit feature -> example feature")
    for_weight = einsum(blame, features, "example unit, example feature -> unit feature")
    return for_features, for_weight, blame.sum(dim=0)'''

_COLLAPSE = '''def collapse(layers):
    """Weight and bias of the one layer that gives the same."""
    weight, bias = layers[0]
    for next_weight, next_bias in layers[1:]:
        weight, bias = next_weight @ weight, next_weight @ bias + next_bias
    return weight, bias'''
_STEP = "next_weight @ weight, next_weight @ bias + next_bias"

_DRAW = '''def draw_weights(n_inputs, n_units, gain=1.0, generator=None):
    """First weights that keep the size of what passes through."""
    return torch.randn(n_units, n_inputs, generator=generator) * gain / n_inputs ** 0.5'''
_RANDN = "torch.randn(n_units, n_inputs, generator=generator)"

BROKEN_LOSS = '''def mean_squared_error(
    outputs: Float[Tensor, "example 1"], labels: Float[Tensor, "example"]
) -> Float[Tensor, ""]:
    """Mean over the examples of (output − label)²."""
    return ((outputs - labels) ** 2).mean()'''

_LOSS = '''def mean_squared_error(outputs, labels):
    """Mean over the examples of (output − label)²."""
    return ((outputs[:, 0] - labels) ** 2).mean()'''
_MEAN = "((outputs[:, 0] - labels) ** 2).mean()"


EXERCISES = [
    Exercise(
        id="03.apply_layer",
        reference=apply_layer,
        check=check_apply_layer,
        hints=(
            "Which axis do features and weight share? It is multiplied and summed over, so its name stands left of\n"
            "the arrow alone. Which axes remain?",
            'einsum(features, weight, "… feature, unit feature -> … unit"), three dots for whatever stands before,\n'
            "then add the bias: its one axis is the last one, so it broadcasts by itself",
            _APPLY,
        ),
        mistakes=Mistake.slips(
            _APPLY,
            ("no bias", " + bias", "", "the bias is missing"),
            ("columns", _EINSUM, "features @ weight", "columns of weight were used"),
            ("bias per example", "+ bias", "+ bias[:, None]", "each example got its own bias"),
            ("rows are neurons", _EINSUM, "weight @ features.T", "its rows are neurons"),
            ("bias multiplies", "+ bias", "* bias", "the bias multiplies"),
            ("one batch axis", "...", "example", "In einsum, write ... for them"),
            ("no return", "return ", "scores = ", "nothing came back"),
        ),
    ),
    Exercise(
        id="03.layer_slopes",
        reference=layer_slopes,
        check=check_layer_slopes,
        hints=(
            "score[e, u] = Σ over f of features[e, f] × weight[u, f]. The slope of one product for features[e, f] is\n"
            "weight[u, f]; it goes to features[e, f] from every u. So which letter is summed?",
            "for features:  blame (example unit) with weight (unit feature), to example feature\n"
            "for weight:    blame (example unit) with features (example feature), to unit feature\n"
            "for bias:      its slope is 1 in every example: add up the blame over them",
            _SLOPES,
        ),
        mistakes=Mistake.slips(
            _SLOPES,
            ("other order", "for_features, for_weight,", "for_weight, for_features,", "another order?"),
            (
                "weight turned too soon",
                'einsum(blame, weight, "example unit, unit feature -> example feature")',
                "blame @ weight.T",
                "Which letter do blame and weight share",
            ),
            ("bias averaged", ".sum(dim=0)", ".mean(dim=0)", "the slope for bias is that of one"),
            ("bias unsummed", "blame.sum(dim=0)", "blame", "the slope for bias has shape (1, 1)"),
            ("weight turned", "-> unit feature", "-> feature unit", "the slope for weight has shape"),
            (
                "weight averaged",
                "    return",
                "    for_weight = for_weight / len(features)\n    return",
                "the slope for weight is that of one",
            ),
            ("blame handed on", "return for_features", "return blame * torch.ones_like(features)", "got [1.0, 1.0]"),
        ),
    ),
    Exercise(
        id="03.collapse",
        reference=collapse,
        check=check_collapse,
        hints=(
            "Write two layers as one formula, W₂ (W₁ x + b₁) + b₂, and multiply out. What stands before x, what alone?",
            "begin with the first layer's weight and bias\nfor each further layer:\n"
            "    the weight so far is multiplied by the new weight, from the left\n"
            "    so is the bias so far, and the new bias is added",
            _COLLAPSE,
        ),
        mistakes=[
            *Mistake.slips(
                _COLLAPSE,
                ("order", "next_weight @ weight,", "weight @ next_weight,", "in the wrong order"),
                ("biases added", "next_weight @ bias +", "bias +", "the biases were just added"),
                ("last bias", "next_weight @ bias + next_bias", "next_bias", "the last bias alone"),
                (
                    "weight changed first",
                    f"        weight, bias = {_STEP}",
                    "        weight = next_weight @ weight\n        bias = weight @ bias + next_bias",
                    "through too many weights",
                ),
                ("two layers only", "layers[1:]", "layers[1:2]", "two layers are right"),
            ),
            Mistake(
                name="two layers unpacked",
                source="def collapse(layers):\n    (w1, b1), (w2, b2) = layers\n    return w2 @ w1, w2 @ b1 + b2",
                says="any number of layers",
            ),
        ],
    ),
    Exercise(
        id="03.draw_weights",
        reference=draw_weights,
        check=check_draw_weights,
        hints=(
            "A score adds up n_inputs independent terms. If each weight has variance v and each input variance 1,\n"
            "what is the variance of the score? It should be gain².",
            "torch.randn(…, generator=generator) gives variance 1; the shape is a row per neuron.\n"
            "Multiplied by a number, the standard deviation is multiplied by it.",
            _DRAW,
        ),
        mistakes=Mistake.slips(
            _DRAW,
            ("no root", "n_inputs ** 0.5", "n_inputs", "1/n_inputs. The variance"),
            ("by the neurons", "/ n_inputs **", "/ n_units **", "1/√n_units"),
            ("unscaled", " * gain / n_inputs ** 0.5", "", "not scaled at all"),
            ("even draw", _RANDN, f"(2 * {_RANDN.replace('randn', 'rand')} - 1)", "reach/√3"),
            ("own luck", ", generator=generator)", ")", "hand `generator` to the draw"),
            ("turned", "randn(n_units, n_inputs", "randn(n_inputs, n_units", "has shape (400, 100)"),
            ("no gain", " * gain", "", "the gain changes nothing"),
            ("gain squared", "* gain", "* gain ** 2", "the gain counts twice"),
            ("from 0 to 1", "torch.randn(", "torch.rand(", "evenly from 0 to 1"),
            ("zeros", _RANDN, "torch.zeros(n_units, n_inputs)", "all weights are 0"),
        ),
    ),
    Exercise(
        id="03.mean_squared_error",
        reference=mean_squared_error,
        check=check_mean_squared_error,
        broken=BROKEN_LOSS,
        hints=(
            "Take three outputs and three labels and print (outputs - labels).shape. How many differences are there?",
            "outputs is a column, labels a row: broadcasting makes a table of every output against every label.\n"
            "Take the column's one number from each row before you subtract.",
            _LOSS,
        ),
        mistakes=Mistake.slips(
            _LOSS,
            ("labels as a row", "outputs[:, 0] - labels", "outputs - labels[None]", "the loss is 0.44"),
            ("sum", ".mean()", ".sum()", "it is their sum"),
            ("table over all", _MEAN, "((outputs - labels) ** 2).sum() / len(labels)", "the loss is 1.3"),
            ("mean first", _MEAN, "(outputs[:, 0] - labels).mean() ** 2", "before the square"),
            ("no square", "** 2).mean()", ").abs().mean()", "are not squared"),
            ("mean of outputs", "outputs[:, 0]", "outputs.mean()", "the mean of the outputs"),
            ("first output", "outputs[:, 0]", "outputs[0]", "the first output alone"),
        ),
    ),
]

QUIZ = [
    Question(
        id="03.q1",
        text="A layer with ReLU reads 200 numbers whose mean square is 1. Its weights have standard deviation 0.1, its "
        "biases are 0. What is the mean square of what it hands on?",
        choices=[
            ("1", None),
            ("2", "That is the scores' mean square, 200 × 0.01. The ReLU still takes half of it away."),
            ("10", "The variances add up to 200 × 0.01, the square of 0.1; and the ReLU halves that."),
        ],
        why="200 terms of mean square 0.01 make 2, and the ReLU keeps half: the size is kept.",
        from_notebook="03",
    ),
    Question(
        id="03.q2",
        text="A tensor of shape (5, 1) minus one of shape (5,): what shape comes out?",
        choices=[
            ("(5, 5)", None),
            ("(5, 1)", "The second is read as (1, 5); both are stretched to 5 by 5, and nobody is warned."),
            ("(5,)", "Shapes are compared from the right: 1 meets 5, and nothing meets 5."),
        ],
        why="From the right, 1 stretches to 5, and the missing axis stretches to 5.",
        from_notebook="03",
    ),
    Question(
        id="03.q3",
        text="Ten layers of 100 neurons each, without activation, read 2 features and end in one neuron. How many "
        "parameters has a single layer that computes the same?",
        choices=[
            ("3", None),
            ("About 91,000", "So many has the stack; multiplied out, two weights and a bias are left."),
            ("303", "A layer of 100 neurons would need 300; here the product ends in one neuron."),
        ],
        why="Multiplied out, one neuron reads two features: two weights and a bias.",
        from_notebook="03",
    ),
    Question(
        id="03.q4",
        text="64 examples go through a layer at once. What is the slope of their added loss for one of its weights?",
        choices=[
            ("The sum of all parts", None),
            ("The last example's part", "That is what an engine leaves that overwrites where it should add."),
            ("The largest part", "Every example uses the weight, so every one has a path to it."),
        ],
        why="The weight is used 64 times, and over paths slopes add.",
        from_notebook="02",
    ),
    Question(
        id="03.q5",
        text="A neuron reads two features. Its bias grows, its weights stay. What does its boundary do?",
        choices=[
            ("It shifts", None),
            ("It turns", "Its direction is set by the two weights alone."),
            ("It bends", "One neuron's boundary is straight, whatever its three numbers are."),
        ],
        why="The boundary is where weighted sum and bias cancel; the weights alone set its direction.",
        from_notebook="01",
    ),
]


def _decide_n2(
    *, largest_difference: float, line: float, best_stack: float, with_relu: float, loss_gap_at_step_50: float
) -> str:
    if largest_difference > 1e-6 or best_stack > line + 0.03 or with_relu < line + 0.2:
        return "does not hold here"
    if loss_gap_at_step_50 > 0.1:
        return "holds with a condition: one layer in what it computes, not in how it learns"
    return "holds"


def _decide_n3(*, largest_difference: float, times_faster_large: float, times_faster_small: float) -> str:
    if largest_difference > 1e-4 or times_faster_large < 100:
        return "does not hold here"
    if times_faster_small <= 1:
        return "holds with a condition: the layer is large enough to be worth the call"
    return "holds"


CLAIMS = {
    "N2": Claim(
        id="N2",
        text="Without a non-linearity a deep stack collapses into one linear layer.",
        rule="holds if from each of 5 starts a trained stack of five layers without activation gives the outputs of "
        "the one layer multiplied out within 0.000001, and the best of them is right about at most 3 unseen points in "
        "a hundred more than a line fitted by least squares, while with ReLU the median is right about at least 20 "
        "more; with a condition if after 50 steps the loss of a stack differs by more than 10 % from that of one layer",
        decide=_decide_n2,
    ),
    "N3": Claim(
        id="N3",
        text="One matrix product replaces thousands of loops over a neuron's inputs, and is far faster.",
        rule="holds if one product gives the outputs of 16,384 loops (64 examples, 256 neurons with 256 inputs) within "
        "0.0001 in less than a hundredth of their time, and is faster as well for 1 example and 2 neurons with 2 "
        "inputs (medians of 5 timings); with a condition if it is so for the large layer alone",
        decide=_decide_n3,
    ),
}

DIAGNOSES = {
    "03.right_deep": Diagnosis(
        above="More than a hundred in a hundred? Was the share counted on fewer points?",
        below="Is there a ReLU between the layers, and is the gain of the first weights √2?",
    ),
    "03.right_line": Diagnosis(
        above="Is there an activation left between the layers?",
        below="Has the stack been trained to the end? A line gets a little more than half.",
    ),
}
