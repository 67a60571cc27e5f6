"""Notebook 04: a step of momentum, of Adam and of AdamW, a broken Adam, a limit on the gradient."""

import inspect
import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, tensor

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.neuron import adam_step, clip_by_length, decay_weight, momentum_step


def adamw_step(weight, gradient, mean, square, n_steps, learning_rate, weight_decay):
    """A step of Adam, and the decay of the weight itself."""
    shrunk = decay_weight(weight, learning_rate, weight_decay)
    return adam_step(shrunk, gradient, mean, square, n_steps, learning_rate)


def broken_adam(start: float, gradients: list[float], learning_rate: float) -> list[float]:
    """The weight after each of these gradients: Adam with 0.9 and 0.999."""
    weight, mean, square, places = start, 0.0, 0.0, []
    for step, gradient in enumerate(gradients, 1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        usual_size = (square / (1 - 0.999**step)) ** 0.5 + 1e-8
        weight = weight - learning_rate * mean / (1 - 0.9**step) / usual_size
        places.append(weight)
    return places


def _close(found: object, wanted: Tensor) -> bool:
    found = torch.as_tensor(found)
    return found.shape == wanted.shape and torch.allclose(found.double(), wanted.double(), rtol=1e-4, atol=1e-7)


def _parts(found: object, names: tuple[str, ...]) -> tuple:
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, tuple | list) or len(found) != len(names):
        raise Wrong(f"{len(names)} things are to be returned: {', '.join(names)}")
    return tuple(found)


def _shown(found: object) -> object:
    """Numbers as a person would write them: 4.7, not 4.699999809265137."""
    if isinstance(found, list):
        return [_shown(part) for part in found]
    return float(f"{found:.5g}") if isinstance(found, float) else found


def _judge(what: str, found: object, wanted: Tensor, slips: tuple[tuple[Tensor, str], ...]) -> None:
    """Right, or one of the usual slips by its numbers, or wrong in another way."""
    if _close(found, wanted):
        return
    seen = f"{what} is {_shown(torch.as_tensor(found).tolist())}"
    for slip, message in slips:
        if _close(found, slip):
            raise Wrong(f"{seen}: {message}")
    raise Wrong(f"{seen}; {_shown(wanted.tolist())} is wanted")


def check_momentum_step(candidate: Callable) -> None:
    """Two weights by hand, plain and Nesterov; then random ones with the defaults."""
    weight, gradient, velocity = tensor([5.0, -1.0]), tensor([1.0, 2.0]), tensor([4.0, -2.0])
    moved, kept = _parts(candidate(weight, gradient, velocity, 0.1, 0.5), ("the weight", "the velocity"))
    here = "with gradient [1, 2], velocity [4, −2] and momentum 0.5, the new velocity"
    _judge(here, kept, tensor([3.0, 1.0]), (
        (velocity, "it came back as it was. Keep a share of it, and add the gradient"),
        (tensor([2.5, 0.0]), "that is a running mean. Here the gradient is added whole, not by 1 − momentum"),
        (tensor([2.1, -0.8]), "the learning rate is in it already. It belongs to the move"),
        (tensor([4.5, -1.0]), "the share was taken of the gradient. It is the old velocity that fades"),
    ))  # fmt: skip
    _judge("from weight [5, −1] at rate 0.1, the new weight", moved, tensor([4.7, -1.1]), (
        (tensor([5.3, -0.9]), "that is uphill. Move against the velocity"),
        (tensor([4.9, -1.2]), "it moved by the gradient alone, and the velocity is kept for nothing"),
        (tensor([4.6, -0.8]), "it moved by the old velocity. First renew it, then move"),
        (tensor([2.0, -2.0]), "is the learning rate missing?"),
    ))  # fmt: skip
    moved, kept = candidate(weight, gradient, velocity, 0.1, 0.5, nesterov=True)
    _judge("with nesterov=True the new weight", moved, tensor([4.75, -1.25]), (
        (tensor([4.7, -1.1]), "nesterov made no difference. The move is the gradient + momentum × the NEW velocity"),
        (tensor([4.55, -1.15]), "that is velocity + momentum × velocity. It should be gradient + momentum × velocity"),
    ))  # fmt: skip
    _judge("with nesterov=True the velocity", kept, tensor([3.0, 1.0]), (
        (tensor([2.5, 2.5]), "that is the move. The velocity that is handed on stays the plain one, [3, 1]"),
    ))  # fmt: skip
    generator = torch.Generator().manual_seed(4)
    for shape in ((3,), (2, 4)):
        inputs = [torch.randn(shape, generator=generator) for _ in range(3)]
        for found, wanted in zip(candidate(*inputs, 0.02), momentum_step(*inputs, 0.02), strict=True):
            _judge("in a random case with momentum left at 0.9, a result", found, wanted, ())


def check_adam_step(candidate: Callable) -> None:
    """The first step, whose length is the rate; what is handed on; epsilon; then steps in a row."""
    zero, gradient = torch.zeros(2), tensor([1000.0, -0.01])
    names = ("the weight", "the mean", "the mean square")
    moved, mean, square = _parts(candidate(zero, gradient, zero, zero, 1, 0.5), names)
    _judge("after the first gradient, [1000, −0.01], the mean", mean, 0.1 * gradient, (
        (gradient, "hand the running means on as they are: corrected ones would be corrected again at the next step"),
        (0.9 * gradient, "0.9 of the old mean is kept, so the new gradient counts 0.1"),
    ))  # fmt: skip
    _judge("after the first gradient, [1000, −0.01], the mean square", square, 0.001 * gradient**2, (
        (0.001 * (0.1 * gradient) ** 2, "that is the square of the mean. It is to be the mean of the squares"),
        (gradient**2, "hand the running mean square on as it is, without its correction"),
        (0.001 * gradient, "the gradient is not squared"),
    ))  # fmt: skip
    wanted = tensor([-0.5, 0.5])
    _judge("of gradients [1000, −0.01], a first step at rate 0.5", moved, wanted, (
        (-wanted, "that is uphill"),
        (wanted * 0.1 / 0.001**0.5, "each is 3.2 rates long. Both means began at 0: divide by 1 − beta ** n_steps"),
        (wanted / 0.001**0.5, "each is 32 rates long. The mean is corrected for its start at 0, the square is not"),
        (wanted * 0.1, "each is a tenth of the rate. The square is corrected for its start at 0, the mean is not"),
        (wanted * 0.001**0.5, "each is 0.03 rates long. Divide the square by 1 − betas[1] ** n_steps before its root"),
        (wanted * 0.1 / 0.19 / (0.001 / 0.001999) ** 0.5, "n_steps counts this step already: do not add 1 to it"),
        (-0.5 / gradient, "the small gradient made the longer step. Is the square root missing?"),
    ))  # fmt: skip
    small = candidate(zero, tensor([0.1, 0.1]), zero, zero, 1, 1.0, epsilon=1.0)[0]
    inside = torch.full((2,), -0.1 / 1.01**0.5)
    _judge("with epsilon=1 and gradients of 0.1, a first step", small, torch.full((2,), -0.1 / 1.1), (
        (inside, "epsilon was added under the square root. Add it to the root"),
    ))  # fmt: skip
    _compare_runs(candidate)


def _compare_runs(candidate: Callable) -> None:
    """Several steps in a row, with the usual betas and with others."""
    generator = torch.Generator().manual_seed(4)
    for betas in ((0.9, 0.999), (0.5, 0.8)):
        mine = theirs = (torch.ones(3), torch.zeros(3), torch.zeros(3))
        for step in range(1, 6):
            gradient = torch.randn(3, generator=generator)
            options = {} if betas == (0.9, 0.999) else {"betas": betas}
            mine = candidate(mine[0], gradient, *mine[1:], step, 0.1, **options)
            theirs = adam_step(theirs[0], gradient, *theirs[1:], step, 0.1, betas)
        _judge(f"after 5 random gradients with betas {betas} the weight", mine[0], theirs[0], ())


def check_broken_adam(candidate: Callable) -> None:
    """Steady gradients of three sizes: every step is one rate long. Then unsteady ones."""
    code = getattr(inspect.unwrap(candidate), "__code__", None)
    if code is not None and {"adam_step", "Adam"} & set(code.co_names):
        raise Wrong("it calls an Adam that is right already. Find the two faults of this one")
    steps = {}
    for size in (0.01, 1.0, 100.0):
        places = [0.0, *candidate(0.0, [size] * 20, 0.1)]
        steps[size] = [round((before - after) / 0.1, 3) for before, after in pairwise(places)]
    first = [steps[size][0] for size in steps]
    seen = f"for steady gradients of 0.01, 1 and 100 the first steps are {first[0]:g}, {first[1]:g}, {first[2]:g} rates"
    if first[0] > 2 * first[1] > 4 * first[2]:
        late = "; and for a gradient of 1 they shrink from step to step" if steps[1.0][-1] < 0.9 * first[1] else ""
        fault = "a small gradient should not move it further. What undoes a square?"
        raise Wrong(f"{seen}{late}: {fault}")
    if abs(first[1] - 10) < 0.1:
        raise Wrong(f"{seen}. The mean square was corrected by 0.9; it keeps 0.999 of itself")
    if first[1] > 2:
        raise Wrong(
            f"{seen}, the twentieth {steps[1.0][-1]:g}. Which of the two means still forgets that it began at 0?"
        )
    if abs(first[1] - 0.032) < 0.001:
        raise Wrong(f"{seen}. Correct the mean square, by 1 − 0.999 ** step, before you take its root")
    if any(abs(step - 1) > 0.01 for step in steps[1.0]):
        raise Wrong(f"{seen}, the twentieth {steps[1.0][-1]:g}: each should be 1 rate long")
    unsteady = [1.0, -2.0, 0.5, 3.0, -0.1, 0.0, 2.0]
    found, wanted = candidate(1.0, unsteady, 0.1), broken_adam(1.0, unsteady, 0.1)
    if len(found) != len(wanted) or not all(map(math.isclose, found, wanted)):
        raise Wrong(
            "steady gradients are right now, but when they change, sizes are averaged in another way than Adam's"
        )


def check_clip_by_length(candidate: Callable) -> None:
    """An arrow of length 26 cut to a quarter; one that is short enough; one of length 0."""
    gradients = [tensor([6.0, 8.0]), tensor([24.0])]
    clipped, length = _parts(candidate(gradients, 6.5), ("the gradients", "their length"))
    if isinstance(clipped, Tensor) or len(clipped) != 2:
        raise Wrong("the gradients are to come back as a list, one tensor for each that went in")
    found, seen = torch.cat(list(clipped)), "of [6, 8] and [24] with limit 6.5, what comes back"
    _judge(seen, found, tensor([1.5, 2.0, 6.0]), (
        (tensor([3.9, 5.2, 6.5]), "each tensor was shortened alone, which turns the arrow. All share one length"),
        (tensor([6.0, 6.5, 6.5]), "each number was cut off alone, which turns the arrow. Shorten all by one share"),
        (tensor([6.0, 8.0, 24.0]), "nothing was shortened, and the length is 26"),
        (torch.cat(gradients) * 6.5 / 34, "the two lengths, 10 and 24, were added. By Pythagoras they make 26"),
        (torch.cat(gradients) * 6.5 / 38, "the length was taken as a sum of numbers, 38. By Pythagoras it is 26"),
        (torch.cat(gradients) * 6.5 / 676, "the length was taken as 676, a sum of squares. Is the root missing?"),
    ))  # fmt: skip
    if abs(float(length) - 26) > 1e-3:
        raise Wrong(f"the length is given as {float(length):g}: it is to be that before shortening, 26")
    same, _ = candidate(gradients, 52.0)
    if _close(torch.cat(list(same)), torch.cat(gradients) * 2):
        raise Wrong("with limit 52 it was made longer. One that is short enough passes as it is")
    _judge("with limit 52", torch.cat(list(same)), torch.cat(gradients), ())
    nothing, _ = candidate([torch.zeros(2)], 1.0)
    if not _close(nothing[0], torch.zeros(2)):
        raise Wrong("a gradient of zeros came back as something else: its length is 0, and that was divided by")
    for limit in (0.5, 3.0, 30.0):
        wanted = clip_by_length(gradients, limit)[0]
        _judge(f"with limit {limit:g}", torch.cat(list(candidate(gradients, limit)[0])), torch.cat(wanted), ())


def check_adamw_step(candidate: Callable) -> None:
    """No gradient: the weight shrinks. A huge one: it shrinks by as much."""
    zero, weight = torch.zeros(2), tensor([10.0, -4.0])
    found = candidate(weight, zero, zero, zero, 1, 0.1, 0.5)
    moved, mean, _ = _parts(found, ("the weight", "the mean", "the mean square"))
    if torch.as_tensor(mean).abs().max() > 0:
        raise Wrong("without any gradient the running mean is not 0: the decay went through Adam, as L2 does")
    _judge("without any gradient, at rate 0.1 and decay 0.5, [10, −4]", moved, weight * 0.95, (
        (weight * 1.05, "it grew. Decay pulls towards 0"),
        (weight * 0.5, "it lost the whole decay at once. The share lost is rate × decay"),
        (weight, "it did not shrink"),
        (weight * 0.05, "that is what should be lost. Keep 1 − rate × decay"),
    ))  # fmt: skip
    for step, gradient in ((1, tensor([1000.0, 0.01])), (7, tensor([-2.0, 3.0]))):
        inputs = (weight, gradient, zero + 0.3, zero + 0.7, step, 0.1, 0.5)
        for mine, wanted in zip(candidate(*inputs), adamw_step(*inputs), strict=True):
            if not _close(mine, wanted):
                seen = f"{_shown(torch.as_tensor(mine).tolist())}; {_shown(wanted.tolist())} is wanted"
                raise Wrong(
                    f"with a gradient, it gives {seen}. Shrink the old weight, then take Adam's step from there"
                )


_MOMENTUM = '''def momentum_step(weight, gradient, velocity, learning_rate, momentum=0.9, nesterov=False):
    """The new weight and the new velocity."""
    velocity = momentum * velocity + gradient
    move = gradient + momentum * velocity if nesterov else velocity
    return weight - learning_rate * move, velocity'''

_ADAM = '''def adam_step(weight, gradient, mean, square, n_steps, learning_rate, betas=(0.9, 0.999), epsilon=1e-8):
    """The new weight, mean and mean square."""
    mean = betas[0] * mean + (1 - betas[0]) * gradient
    square = betas[1] * square + (1 - betas[1]) * gradient ** 2
    mean_now = mean / (1 - betas[0] ** n_steps)
    square_now = square / (1 - betas[1] ** n_steps)
    return weight - learning_rate * mean_now / (square_now.sqrt() + epsilon), mean, square'''

BROKEN = '''def broken_adam(start: float, gradients: list[float], learning_rate: float) -> list[float]:
    """The weight after each of these gradients: Adam with 0.9 and 0.999."""
    weight, mean, square, places = start, 0.0, 0.0, []
    for step, gradient in enumerate(gradients, 1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        usual_size = square + 1e-8
        weight = weight - learning_rate * mean / (1 - 0.9**step) / usual_size
        places.append(weight)
    return places'''

MENDED = BROKEN.replace("usual_size = square", "usual_size = (square / (1 - 0.999**step)) ** 0.5")

_CLIP = '''def clip_by_length(gradients, limit):
    """The gradients, together at most `limit` long, and how long they were."""
    length = sum((gradient ** 2).sum() for gradient in gradients).sqrt().item()
    if length <= limit:
        return list(gradients), length
    return [gradient * limit / length for gradient in gradients], length'''

_ADAMW = '''def adamw_step(weight, gradient, mean, square, n_steps, learning_rate, weight_decay):
    """A step of Adam, and the decay of the weight itself."""
    weight = weight * (1 - learning_rate * weight_decay)
    return adam_step(weight, gradient, mean, square, n_steps, learning_rate)'''


EXERCISES = [
    Exercise(
        id="04.momentum_step",
        reference=momentum_step,
        check=check_momentum_step,
        hints=(
            "Two lines: renew the velocity, then move the weight. Which of the two needs the learning rate?",
            "velocity = momentum × velocity + gradient\nmove by the velocity (nesterov: by gradient + momentum × it)\n"
            "return weight − rate × move, velocity",
            _MOMENTUM,
        ),
        mistakes=Mistake.slips(
            _MOMENTUM,
            ("running mean", "+ gradient\n", "+ (1 - momentum) * gradient\n", "a running mean"),
            ("uphill", "weight - learning", "weight + learning", "uphill"),
            (
                "old velocity handed on",
                "velocity = momentum * velocity + gradient",
                "new = momentum * velocity + gradient",
                "came back as it was",
                ("else velocity", "else new"),
            ),
            ("rate twice", "+ gradient\n", "+ learning_rate * gradient\n", "rate is in it already"),
            ("no Nesterov", "gradient + momentum * velocity if", "velocity if", "nesterov made no difference"),
            (
                "Nesterov's move handed on",
                "return weight - learning_rate * move, velocity",
                "return weight - learning_rate * move, move",
                "stays the plain one",
            ),
            ("velocity unused", "else velocity", "else gradient", "kept for nothing"),
        ),
    ),
    Exercise(
        id="04.adam_step",
        reference=adam_step,
        check=check_adam_step,
        hints=(
            "Renew both running means. Make corrected copies of them for the move; hand the running ones on.",
            "mean = beta0 × mean + (1 − beta0) × gradient;  square alike, with gradient² and beta1\n"
            "copies: mean / (1 − beta0 ** n_steps), square / (1 − beta1 ** n_steps)\n"
            "weight − rate × mean copy / (√ square copy + epsilon)",
            _ADAM,
        ),
        mistakes=Mistake.slips(
            _ADAM,
            (
                "no correction",
                "mean / (1 - betas[0] ** n_steps)",
                "mean",
                "3.2 rates long",
                ("square / (1 - betas[1] ** n_steps)", "square"),
            ),
            ("mean alone corrected", "square / (1 - betas[1] ** n_steps)", "square", "32 rates long"),
            (
                "root before correction",
                "square_now = square / (1 - betas[1] ** n_steps)",
                "square_now = (square.sqrt() / (1 - betas[1] ** n_steps)) ** 2",
                "before its root",
            ),
            (
                "one step too many",
                "mean / (1 - betas[0] ** n_steps)",
                "mean / (1 - betas[0] ** (n_steps + 1))",
                "do not add 1 to it",
                ("square / (1 - betas[1] ** n_steps)", "square / (1 - betas[1] ** (n_steps + 1))"),
            ),
            ("no root", "square_now.sqrt()", "square_now", "square root missing"),
            ("square of the mean", "gradient ** 2", "mean ** 2", "square of the mean. It is"),
            (
                "epsilon under the root",
                "(square_now.sqrt() + epsilon)",
                "(square_now + epsilon).sqrt()",
                "under the square root",
            ),
            (
                "corrected means handed on",
                "epsilon), mean, square",
                "epsilon), mean_now, square_now",
                "corrected again at the next step",
            ),
            ("weight alone returned", "epsilon), mean, square", "epsilon)", "3 things are to be returned"),
        ),
    ),
    Exercise(
        id="04.broken_adam",
        reference=broken_adam,
        check=check_broken_adam,
        broken=BROKEN,
        hints=(
            "Right, every step of a steady gradient is one rate long, whatever the gradient's size. Look along a\n"
            "row of the table for one fault, down a column for the other.",
            "The mean is divided by 1 − 0.9 ** step, since it began at 0. What else began at 0?\n"
            "And the mean of squares is a size squared.",
            MENDED,
        ),
        mistakes=Mistake.slips(
            MENDED,
            ("root alone mended", " / (1 - 0.999**step)", "", "still forgets that it began at 0"),
            (
                "start alone mended",
                "(square / (1 - 0.999**step)) ** 0.5",
                "square / (1 - 0.999**step)",
                "What undoes a square?",
            ),
            (
                "sizes averaged",
                "gradient**2",
                "abs(gradient)",
                "averaged in another way",
                ("(square / (1 - 0.999**step)) ** 0.5", "square / (1 - 0.999**step)"),
            ),
            (
                "root before correction",
                "(square / (1 - 0.999**step)) ** 0.5",
                "square**0.5 / (1 - 0.999**step)",
                "before you take its root",
            ),
            ("corrected by the other share", "0.999**step", "0.9**step", "it keeps 0.999 of itself"),
        ),
    ),
    Exercise(
        id="04.clip_by_length",
        reference=clip_by_length,
        check=check_clip_by_length,
        hints=(
            "Write all numbers of all tensors in one long list: that is one arrow. How long is it, by Pythagoras?",
            "length = root of the sum of all squares, over all tensors\nif it is within the limit: unchanged\n"
            "else multiply every tensor by the same share, limit / length",
            _CLIP,
        ),
        mistakes=[
            Mistake(
                name="each tensor alone",
                source="def clip_by_length(gradients, limit):\n"
                "    lengths = [gradient.norm().item() for gradient in gradients]\n"
                "    clipped = [g * min(1.0, limit / l) for g, l in zip(gradients, lengths)]\n"
                "    return clipped, sum(l ** 2 for l in lengths) ** 0.5",
                says="each tensor was shortened alone",
            ),
            *Mistake.slips(
                _CLIP,
                (
                    "each number alone",
                    "gradient * limit / length",
                    "gradient.clamp(-limit, limit)",
                    "each number was cut off alone",
                ),
                (
                    "lengths added",
                    "sum((gradient ** 2).sum() for gradient in gradients).sqrt().item()",
                    "sum(gradient.norm().item() for gradient in gradients)",
                    "the two lengths, 10 and 24",
                ),
                ("made longer", "length <= limit", "length == 0", "it was made longer"),
                ("no root", ".sqrt()", "", "Is the root missing?"),
                ("sum of sizes", "(gradient ** 2)", "gradient.abs()", "By Pythagoras it is 26", (".sqrt()", "")),
            ),
        ],
        equivalent_mutants={"if length <= limit: → if length < limit:": "where both are equal, the share is 1"},
    ),
    Exercise(
        id="04.adamw_step",
        reference=adamw_step,
        check=check_adamw_step,
        hints=(
            "Adam's step is as before, with the bare gradient. Before it, the weight loses a share of itself.",
            "weight = weight × (1 − rate × decay)\nreturn adam_step from there, with the same gradient and means",
            _ADAMW,
        ),
        mistakes=[
            Mistake(
                name="L2 inside",
                source="def adamw_step(weight, gradient, mean, square, n_steps, learning_rate, weight_decay):\n"
                "    gradient = gradient + weight_decay * weight\n"
                "    return adam_step(weight, gradient, mean, square, n_steps, learning_rate)",
                says="the decay went through Adam",
            ),
            *Mistake.slips(
                _ADAMW,
                ("no rate", "learning_rate * weight_decay", "weight_decay", "lost the whole decay at once"),
                ("grows", "1 - learning", "1 + learning", "it grew"),
                ("no decay", " * (1 - learning_rate * weight_decay)", "", "did not shrink"),
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="04.q1",
        text="In a valley 100 times as steep across as along, what limits the rate of plain gradient descent?",
        choices=[
            ("The steep direction", None),
            ("The flat direction", "It would bear a rate 100 times as high; it is what waits."),
            ("The distance to go", "A step is a share of the distance, so far or near the same rate is the limit."),
        ],
        why="Across, each step multiplies the distance by 1 − rate × 100, and beyond a rate of 0.02 that grows.",
        from_notebook="04",
    ),
    Question(
        id="04.q2",
        text="Every gradient of a run is multiplied by 1,000. Whose path stays nearly the same?",
        choices=[
            ("Adam's", None),
            ("Momentum's", "Its velocity grows 1,000 times as well, and so does every step."),
            ("Nobody's", "One of them measures each gradient in its own usual size."),
        ],
        why="Mean and root of the mean square both grow 1,000 times; only epsilon notices.",
        from_notebook="04",
    ),
    Question(
        id="04.q3",
        text="The loss on the training readings falls and falls; on others it has long been rising. What is wrong?",
        choices=[
            ("The network learns the noise", None),
            ("The rate is too low", "Then both would fall, slowly."),
            ("The gradient explodes", "Then the loss on the training readings would leap as well."),
        ],
        why="What two sets of readings share is the rule; what only one has is noise.",
        from_notebook="04",
    ),
    Question(
        id="04.q4",
        text="A neuron at a learning rate of 1,300 leapt ahead, then hardly moved again. Why?",
        choices=[
            ("Its sigmoid was flat", None),
            ("Its loss was 0", "It stopped well above the loss that a smaller rate reached."),
            ("Its gradient was clipped", "Nothing limited it; it was tiny by itself."),
        ],
        why="The leap made the weights huge, and where the sigmoid is flat there is no slope to follow.",
        from_notebook="01",
    ),
    Question(
        id="04.q5",
        text="`backward` is called twice without setting gradients to 0 between. What does the second step see?",
        choices=[
            ("Both gradients, added", None),
            ("The second one", "A walk back adds to what is there; it replaces nothing."),
            ("Their mean", "Nobody divides by two."),
        ],
        why="A walk back adds to what is there, and so the first gradient is still in the sum.",
        from_notebook="02",
    ),
]


def _decide_n5(**numbers: float) -> str:
    """How many times fewer steps than plain descent: `momentum_valley`, `adam_network` and so on."""
    short = [name for name, times in numbers.items() if times < 2]
    if not short:
        return "holds"
    if any(name.endswith("network") for name in short):
        return "does not hold here"
    return f"holds with a condition: not for {' and '.join(name.replace('_', ' ') for name in short)}"


def _decide_n6(*, plain_difference: float, adamw_spread: float, l2_small: float, l2_large: float) -> str:
    if plain_difference > 1e-6 or adamw_spread > 0.02:
        return "does not hold here"
    return "holds" if l2_large >= 1.5 * l2_small else "does not hold here"


def _decide_n7(*, seeds: int, gpt_below_constant: int, tide_below_constant: int, tide_below_cosine: int) -> str:
    if tide_below_constant < seeds:
        gains = gpt_below_constant == seeds
        return "holds with a condition: not for the tide network" if gains else "does not hold here"
    conditions = ["not for a small GPT after 250 steps"] if gpt_below_constant < seeds else []
    if tide_below_cosine < seeds - 1:
        conditions.append("the gain is the fall's, the warm-up adds nothing")
    return f"holds with a condition: {'; '.join(conditions)}" if conditions else "holds"


CLAIMS = {
    "N5": Claim(
        id="N5",
        text="Plain gradient descent is slow; momentum and Adam are faster.",
        rule="each at its own best rate, from 5 starts; holds if the median of momentum and of Adam takes at most half "
        "of plain descent's steps in a valley of condition number 100, in the same valley turned by 45 degrees, and "
        "in training a small network; with a condition if both do for the network but not both in both valleys",
        decide=_decide_n5,
    ),
    "N6": Claim(
        id="N6",
        text="AdamW's decoupled decay is not the same as L2 inside Adam.",
        rule="medians over 5 seeds; holds if plain descent gives the same weights by either within 0.000001, AdamW "
        "leaves the same share of every group of weights within 0.02, and L2 inside Adam leaves at least 1.5 times as "
        "much of weights whose gradients are 100 times larger",
        decide=_decide_n6,
    ),
    "N7": Claim(
        id="N7",
        text="Warm-up then cosine decay trains better than a constant rate.",
        rule="each schedule at the peak rate with its lowest mean over 5 seeds; holds if warm-up and cosine end below "
        "the constant rate for every seed, with a small GPT after 250 steps and with the tide network after 2,000, and "
        "there below the cosine alone for all seeds but at most one; with a condition if only one of the two networks "
        "gains, or the warm-up adds nothing",
        decide=_decide_n7,
    ),
}

DIAGNOSES = {
    "04.gpt_loss": Diagnosis(
        above="Is the learning rate that of the recipe, and is it set before every step?",
        below="Was the model trained on the held-out windows?",
    ),
}
