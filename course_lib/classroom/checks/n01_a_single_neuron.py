"""Notebook 01: a neuron, its slopes, and a neuron that never learns."""

import math
from collections.abc import Callable, Sequence

from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.neuron import Neuron, Value, slope_by_nudging

Numbers = Sequence[float]


def _library_neuron(weights: Numbers, bias: float) -> Neuron:
    made = Neuron(len(weights), activation="sigmoid")
    made.weights, made.bias = [Value(weight) for weight in weights], Value(bias)
    return made


def sigmoid(score: float) -> float:
    """From any score to a number between 0 and 1."""
    return 1 / (1 + math.exp(-score))


def neuron(features: Numbers, weights: Numbers, bias: float) -> float:
    """The sigmoid of weighted sum + bias, in plain numbers."""
    return sigmoid(sum(weight * feature for weight, feature in zip(weights, features, strict=True)) + bias)


def slopes(features: Numbers, label: int, weights: Numbers, bias: float) -> list[float]:
    """Slopes of one example's squared error for each weight, then for the bias, in plain numbers."""
    output = neuron(features, weights, bias)
    per_score = 2 * (output - label) * output * (1 - output)
    return [*(per_score * feature for feature in features), per_score]


def library_neuron(features: Numbers, weights: Numbers, bias: float) -> float:
    """What `course_lib.neuron` says: the checks hold every neuron against it, the plain one above included."""
    return _library_neuron(weights, bias)(features).number


def library_slopes(features: Numbers, label: int, weights: Numbers, bias: float) -> list[float]:
    """The same slopes by `Value.backward`: the checks' truth."""
    made = _library_neuron(weights, bias)
    ((made(features) - label) ** 2).backward()
    return [parameter.gradient for parameter in made.parameters()]


def never_learns(
    examples: Sequence[Numbers], labels: Sequence[int], start: Numbers, n_steps: int, learning_rate: float
) -> list[float]:
    """Gradient descent by nudging, on the mean squared error of the outputs themselves."""

    def loss(weight_1: float, weight_2: float, bias: float) -> float:
        outputs = [neuron(features, [weight_1, weight_2], bias) for features in examples]
        return sum((output - label) ** 2 for output, label in zip(outputs, labels, strict=True)) / len(labels)

    numbers = list(start)
    for _ in range(n_steps):
        found = slope_by_nudging(loss, numbers)
        numbers = [number - learning_rate * slope for number, slope in zip(numbers, found, strict=True)]
    return numbers


def _close(found: float, wanted: float) -> bool:
    return math.isclose(found, wanted, rel_tol=1e-6, abs_tol=1e-9)


def _shown(numbers: Numbers, digits: int = 4) -> str:
    """Rounded, and no −0.0000."""
    return ", ".join(f"{round(number, digits) + 0.0:.{digits}f}" for number in numbers)


def _returned(found: object, kinds: object, wanted: str) -> None:
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, kinds):
        raise Wrong(f"it returned a {type(found).__name__}; {wanted}")


def check_neuron(candidate: Callable) -> None:
    """Two features by hand, each usual slip by its number; then one, three and negative features."""
    weighted, bias = 0.5 * 2.0 - 0.75 * 1.0, 0.4
    found = candidate([2.0, 1.0], [0.5, -0.75], bias)
    _returned(found, int | float, "one number is wanted, the neuron's output")
    example = "with features 2 and 1, weights 0.5 and −0.75, bias 0.4"
    if found in (0, 1):
        raise Wrong(f"{example} it returned {found:g}: that is a decision. Return how sure the neuron is, unrounded")
    slips = {
        weighted + bias: "that is the score. Its sigmoid is still missing",
        sigmoid(weighted): "the bias has no effect. Add it to the weighted sum before the sigmoid",
        sigmoid(weighted - bias): "the bias was subtracted. Add it",
        sigmoid(0.5 - 0.75 + bias): "the features have no effect. Multiply each weight by its feature",
        sigmoid(weighted + 2 * bias): "the bias was added once per feature. Once in all is enough",
        sigmoid(-weighted - bias): "a high score gives a low output. In the sigmoid the score has a minus: exp(−score)",
        sigmoid(weighted) + bias: "the bias came after the sigmoid. Add it before",
    }
    for value, message in slips.items():
        if _close(found, value):
            raise Wrong(f"{example} it returned {found:.3f}: {message}")
    for features, weights, bias in (
        ([2.0, 1.0], [0.5, -0.75], 0.4),
        ([3.0], [-0.7], 0.4),
        ([0.2, -1.5, 2.0], [1.0, 0.3, -0.8], -0.6),
    ):
        try:
            found, wanted = candidate(features, weights, bias), library_neuron(features, weights, bias)
        except IndexError:
            raise Wrong(f"it must take any number of features; this had {len(features)}") from None
        if not _close(found, wanted):
            raise Wrong(f"features {features}, weights {weights}, bias {bias} gave {found:.4f}; {wanted:.4f} is wanted")


def check_slopes(candidate: Callable) -> None:
    """The example on paper first, each missing link by its number; then others, where nothing is one half."""
    found = candidate([1.0, -2.0], 1, [0.0, 0.0], 0.0)
    _returned(found, list | tuple, "a list is wanted: one slope per weight, then the bias's")
    if len(found) != 3:
        raise Wrong(f"it returned {len(found)} slopes for two weights and a bias; 3 are wanted, the bias's last")
    slips = (
        ([0.25, -0.5, 0.25], "all signs are turned: the first link is 2 (output − label), not 2 (label − output)"),
        ([-0.125, 0.25, -0.125], "all are half of what they should be: a square's slope is twice the error"),
        ([-1.0, 2.0, -1.0], "the sigmoid's link is missing: output × (1 − output)"),
        ([-0.25, -0.25, 0.5], "the bias's slope comes last"),
        ([-0.25, -0.25, -0.25], "all are alike: the score's slope for a weight is that weight's feature"),
        ([-0.5, 1.0, -0.5], "the sigmoid's link is output × (1 − output), not output alone"),
    )
    for numbers, message in slips:
        if all(map(_close, found, numbers)):
            raise Wrong(f"for the example on paper it returned {_shown(found)}: {message}")
    for features, label, weights, bias in (
        ([1.0, -2.0], 1, [0.0, 0.0], 0.0),
        ([1.5, 0.5], 0, [0.4, -1.2], 0.3),
        ([-0.3, 2.0, 0.7], 1, [0.8, 0.1, -0.5], -1.0),
    ):
        found, wanted = candidate(features, label, weights, bias), library_slopes(features, label, weights, bias)
        if len(found) != len(wanted) or not all(map(_close, found, wanted)):
            raise Wrong(f"features {features}, label {label}, weights {weights}, bias {bias} gave {_shown(found)}; "
                        f"{_shown(wanted)} is wanted")  # fmt: skip


_BERRIES = [[1.0, -1.0], [0.5, -1.5], [1.2, 0.3], [-0.4, 1.0], [-1.0, 0.2], [-0.8, -0.6]]
_RIPE = [1, 1, 1, 0, 0, 0]
_START = [0.1, 0.2, 0.05]  # no berry so near the boundary that a nudge would change its decision


def _one_step(error: Callable[[float, int], float], learning_rate: float) -> list[float]:
    """Where one step down the mean of such an error leads."""

    def loss(*numbers: float) -> float:
        outputs = [neuron(features, numbers[:2], numbers[2]) for features in _BERRIES]
        return sum(map(error, outputs, _RIPE)) / len(_RIPE)

    found = slope_by_nudging(loss, _START)
    return [number - learning_rate * slope for number, slope in zip(_START, found, strict=True)]


def _same(found: Numbers, wanted: Numbers) -> bool:
    return all(math.isclose(one, other, abs_tol=1e-5) for one, other in zip(found, wanted, strict=True))


def check_never_learns(candidate: Callable) -> None:
    """The numbers move, downhill, and by as much as the outputs' own squared error says."""
    found = candidate(_BERRIES, _RIPE, _START, 1, 2.0)
    _returned(found, list | tuple, "it should be the list of two weights and a bias")
    if len(found) != 3:
        raise Wrong("it no longer returns the list of two weights and a bias")
    if _same(found, _START):
        raise Wrong("after a step the numbers are where they began: what does a tiny nudge do to this loss?")
    if _same(found, _one_step(lambda output, label: (output - label) ** 2, -2.0)):
        raise Wrong("it moves now, but uphill: subtract the slope")
    if _same(found, _one_step(lambda output, label: abs(output - label), 2.0)):
        raise Wrong("it learns now, from the plain distance: the loss of this notebook squares it")
    if _same(found, _one_step(lambda output, label: len(_RIPE) * (output - label) ** 2, 2.0)):
        raise Wrong("its steps are as many times too long as there are examples: divide by the number of examples")
    if _same(found, candidate(_BERRIES, [1 - ripe for ripe in _RIPE], _START, 1, 2.0)):
        raise Wrong("other labels lead to the same place: use the arguments, not the notebook's own berries")
    for n_steps in (1, 20):
        found = candidate(_BERRIES, _RIPE, _START, n_steps, 2.0)
        if not _same(found, never_learns(_BERRIES, _RIPE, _START, n_steps, 2.0)):
            raise Wrong(f"it moves, but not by the slopes of the outputs' mean squared error: it went to "
                        f"{_shown(found, 3)}")  # fmt: skip


BROKEN = '''def never_learns(examples, labels, start, n_steps, learning_rate):
    """Weights and bias after gradient descent by nudging."""
    def loss(weight_1, weight_2, bias):
        outputs = [neuron(features, [weight_1, weight_2], bias) for features in examples]
        decisions = [1 if output > 0.5 else 0 for output in outputs]
        return sum((decision - label) ** 2 for decision, label in zip(decisions, labels, strict=True)) / len(labels)

    numbers = list(start)
    for _ in range(n_steps):
        found = slope_by_nudging(loss, numbers)
        numbers = [number - learning_rate * slope for number, slope in zip(numbers, found, strict=True)]
    return numbers'''

MENDED = '''def never_learns(examples, labels, start, n_steps, learning_rate):
    """Weights and bias after gradient descent by nudging."""
    def loss(weight_1, weight_2, bias):
        outputs = [neuron(features, [weight_1, weight_2], bias) for features in examples]
        return sum((output - label) ** 2 for output, label in zip(outputs, labels)) / len(labels)

    numbers = list(start)
    for _ in range(n_steps):
        found = slope_by_nudging(loss, numbers)
        numbers = [number - learning_rate * slope for number, slope in zip(numbers, found)]
    return numbers'''

_NEURON = '''def neuron(features, weights, bias):
    """How sure the neuron is, from 0 to 1."""
    score = sum(weight * feature for weight, feature in zip(weights, features)) + bias
    return 1 / (1 + math.exp(-score))'''

_SLOPES = '''def slopes(features, label, weights, bias):
    """How the squared error moves per unit of each weight, then of the bias."""
    output = neuron(features, weights, bias)
    per_score = 2 * (output - label) * output * (1 - output)
    return [per_score * feature for feature in features] + [per_score]'''

EXERCISES = [
    Exercise(
        id="01.neuron",
        reference=neuron,
        check=check_neuron,
        hints=(
            "Two steps: the score as in the table above, for any number of features; then its sigmoid.",
            "score = sum over pairs of weight × feature, plus the bias\noutput = 1 / (1 + e to the power of −score)",
            _NEURON,
        ),
        mistakes=[
            *Mistake.slips(
                _NEURON,
                ("no bias", " + bias", "", "has no effect"),
                ("no activation", "1 / (1 + math.exp(-score))", "score", "sigmoid is still missing"),
                (
                    "bias per feature",
                    "weight * feature for",
                    "weight * feature + bias for",
                    "once per feature",
                    (") + bias", ")"),
                ),
                ("upside down", "(-score)", "(score)", "a high score gives a low output"),
                ("bias after the sigmoid", " + bias", "", "came after the sigmoid", ("(-score))", "(-score)) + bias")),
                ("bias subtracted", " + bias", " - bias", "the bias was subtracted"),
                ("no features", "weight * feature", "weight", "features have no effect"),
                ("no return", "return ", "output = ", "nothing came back"),
                ("a decision", "1 / (1 + math.exp(-score))", "int(score > 0)", "that is a decision"),
            ),
            Mistake(
                name="two features only",
                source="def neuron(features, weights, bias):\n"
                "    score = weights[0] * features[0] + weights[1] * features[1] + bias\n"
                "    return 1 / (1 + math.exp(-score))",
                says="any number of features; this had 1",
            ),
        ],
    ),
    Exercise(
        id="01.slopes",
        reference=slopes,
        check=check_slopes,
        hints=(
            "Three links multiplied, as on paper. Two of them are the same for every weight: compute those first.",
            "output = neuron(…)\nper_score = 2 (output − label) × output (1 − output)\n"
            "each weight: per_score × its feature;   the bias: per_score × 1",
            _SLOPES,
        ),
        mistakes=Mistake.slips(
            _SLOPES,
            ("no 2", "2 * (", "(", "twice the error"),
            ("no sigmoid link", " * output * (1 - output)", "", "link is missing"),
            ("half a sigmoid link", " * (1 - output)", "", "not output alone"),
            ("no feature", "per_score * feature for", "per_score for", "all are alike"),
            ("turned round", "output - label", "label - output", "signs are turned"),
            (
                "bias first",
                "[per_score * f",
                "[per_score] + [per_score * f",
                "the bias's slope comes last",
                ("] + [per_score]", "]"),
            ),
            ("no return", "return ", "found = ", "nothing came back"),
            ("bias forgotten", " + [per_score]", "", "3 are wanted"),
        ),
    ),
    Exercise(
        id="01.never_learns",
        reference=never_learns,
        check=check_never_learns,
        broken=BROKEN,
        hints=(
            "Print `found` in the first step. Then print the loss at two places a hair apart.",
            "A decision is 0 or 1. A tiny nudge changes no decision, so it changes no error of theirs, and every\n"
            "slope is 0. Measure the error of something that a nudge does move.",
            MENDED,
        ),
        mistakes=[
            *Mistake.slips(
                BROKEN,
                ("longer steps", "learning_rate * slope", "1000 * learning_rate * slope", "where they began"),
                ("a coarse nudge", "(loss, numbers)", "(loss, numbers, 0.7)", "not by the slopes"),
            ),
            *Mistake.slips(
                MENDED,
                ("uphill", "number - learning", "number + learning", "uphill"),
                ("no square", "(output - label) ** 2", "abs(output - label)", "plain distance"),
                ("a sum", " / len(labels)", "", "divide by the number of examples"),
                (
                    "the notebook's berries",
                    "    numbers = list",
                    "    examples, labels = [[1.0, 0.5], [-0.5, -1.0], [-1.0, 0.3]], [1, 1, 0]\n    numbers = list",
                    "use the arguments",
                ),
                ("no return", "    return numbers", "", "nothing came back"),
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="01.q1",
        text="A neuron has weights 2 and −1 and bias −1. On which side of its line is the point (1, 0)?",
        choices=[
            ("The side where it says yes", None),
            ("On the line", "Its score is 2 × 1 − 1 × 0 − 1 = 1; on the line it would be 0."),
            ("The other side: a weight is negative", "One weight decides nothing: the whole score counts, here 1."),
        ],
        why="Its score is 2 × 1 − 1 × 0 − 1 = 1, above 0.",
        from_notebook="01",
    ),
    Question(
        id="01.q2",
        text="The slope of the loss for a weight is −0.3. What does gradient descent do with the weight?",
        choices=[
            ("It makes it larger", None),
            ("It makes it smaller", "A negative slope means: more of this weight, less loss."),
            ("It sets it to −0.3", "A slope is not a place: it says which way and how steeply."),
        ],
        why="A negative slope says: more of this weight, less loss.",
        from_notebook="01",
    ),
    Question(
        id="01.q3",
        text="Training doubles every weight and the bias. What happens to the line?",
        choices=[
            ("It stays where it is", None),
            ("It turns", "It turns when the proportion of the weights changes; here all are doubled."),
            (
                "It moves away from the origin",
                "Where the score was 0 it still is: twice 0 is 0.",
            ),
        ],
        why="The score is 0 at the same points as before. Only the outputs become surer.",
        from_notebook="01",
    ),
    Question(
        id="01.q4",
        text="Why can one sigmoid neuron not do XOR, however long it is trained?",
        choices=[
            ("No straight line parts the cases", None),
            ("It gets stuck before it finds the weights", "There are none to be found."),
            ("Four examples are too few to learn from", "With a million copies of them it would fail as well."),
        ],
        why="(0, 0) and (1, 1) would have to lie on one side, the two others on the other.",
        from_notebook="01",
    ),
    Question(
        id="01.q5",
        text="A neuron is sure and wrong: label 1, score −12. Why does it hardly learn from that, by squared error?",
        choices=[
            ("The sigmoid is flat there", None),
            ("Its error is small", "Its error is almost 1, as large as it can be."),
            (
                "The learning rate shrinks for sure neurons",
                "The learning rate is the same for all; the slope is small.",
            ),
        ],
        why="The link output × (1 − output) is almost 0, and a product with it is, too.",
        from_notebook="01",
    ),
]


def _decide_n1(*, one_neuron_best: float, three_neurons_best: float, bent_neuron: float) -> str:
    if one_neuron_best > 0.75 or three_neurons_best < 1:
        return "does not hold here"
    if bent_neuron == 1:
        return "holds with a condition: the activation only rises, as the sigmoid does"
    return "holds"


CLAIMS = {
    "N1": Claim(
        id="N1",
        text="A neuron is a weighted sum, a bias and an activation; alone it can draw only a straight boundary, so it "
        "fails at XOR.",
        rule="holds if none of 50 trained and 10,000 random sigmoid neurons gets more than 75 % of XOR right and the "
        "best of 20 networks of three gets all; with a condition if one neuron with a GELU, which falls before it "
        "rises, gets all",
        decide=_decide_n1,
    )
}
