"""Notebook 02: the slopes of a quotient, the walk back, and a walk that comes too early."""

import inspect
import math
import random
from collections.abc import Callable

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.neuron import Value
from course_lib.neuron.value import calculation

MAX_LOOKS = 10_000
"""How often a walk may ask a number for its parents; 30 doublings need about a hundred, path by path a billion."""


def in_order(result: Value) -> list[Value]:
    """All numbers of a calculation, each once and after those it was made from."""
    return list(calculation(result))


def quotient(a: float, b: float) -> tuple[float, tuple[float, float]]:
    """A quotient, and its slopes for `a` and `b`."""
    return a / b, (1 / b, -a / b**2)


def walk_back(result: Value) -> None:
    """Add to the gradient of every number of a calculation how steeply `result` depends on it."""
    result.gradient = 1.0
    for value in reversed(in_order(result)):
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            parent.gradient += slope * value.gradient


def _close(found: float, wanted: float) -> bool:
    return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)


def check_quotient(candidate: Callable) -> None:
    """6 / 2 first, each usual slip by its numbers; then others, where no two slips agree."""
    found = candidate(6.0, 2.0)
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, tuple | list) or len(found) != 2 or not isinstance(found[1], tuple | list):
        raise Wrong("two things are to be returned: the quotient, and a pair with its slopes for a and for b")
    number, pair = found
    if not _close(number, 3.0):
        raise Wrong(f"6 / 2 gave {number:g}; the first thing to return is the quotient itself, 3")
    if len(pair) != 2:
        raise Wrong(f"the second thing to return has {len(pair)} slopes; a quotient was made from two numbers")
    slips = (
        ((0.5, 1.5), "the slope for b is turned round: does 6 / 2 grow or shrink if the 2 grows?"),
        ((0.5, -3.0), "b counts twice in its own slope: nudged by n, a / b moves by −a n / (b (b + n))"),
        ((0.5, -0.25), "the slope for b does not look at a: with a = 60 the quotient moves ten times as much"),
        ((0.5, 3.0), "the slope for b is not the quotient: nudge the 2 by 0.001 and see"),
        ((-1.5, 0.5), "the slopes are the right ones in the wrong order: a's comes first"),
        ((2.0, 6.0), "those are a product's slopes. Nudge each number by 0.001 and see"),
    )
    for slip, message in slips:
        if all(map(_close, pair, slip)):
            raise Wrong(f"for 6 / 2 the slopes are given as {pair[0]:g} and {pair[1]:g}: {message}")
    for a, b in ((6.0, 2.0), (1.0, -4.0), (-2.5, 0.5), (0.0, 3.0), (7.0, 1.5)):
        number, pair = candidate(a, b)
        right, wanted = quotient(a, b)
        if not _close(number, right) or not all(map(_close, pair, wanted)):
            nudge = f"the {a:g} by n: ({a:g} + n) / {b:g} − {a:g} / {b:g} = ?"
            if _close(pair[0], wanted[0]):
                nudge = f"the {b:g} by n: {a:g} / ({b:g} + n) − {a:g} / {b:g} = ?"
            raise Wrong(f"{a:g} / {b:g} gave {number:g} with slopes {pair[0]:g} and {pair[1]:g}; {right:g} with "
                        f"{wanted[0]:g} and {wanted[1]:g} is wanted. Nudge {nudge}")  # fmt: skip


class _Watched(Value):
    """A number that notices how often a walk asks for its parents."""

    __slots__ = ("_made_from",)
    looks = 0

    @property
    def parents(self) -> tuple[Value, ...]:
        _Watched.looks += 1
        if _Watched.looks > MAX_LOOKS:
            raise Wrong("it walks every path on its own: a number doubled 30 times has 2^30 paths. Let each number "
                        "pass on once, when all has come to it")  # fmt: skip
        return self._made_from

    @parents.setter
    def parents(self, numbers: tuple[Value, ...]) -> None:
        self._made_from = numbers


def _check_chain(walk: Callable) -> None:
    """x = 3, y = 2 x, z = y²: slopes 2 and 12, x's gradient 24."""
    x = Value(3.0)
    y = x * Value(2.0)
    z = y**2
    if walk(z) is not None:
        raise Wrong("it returned something: it need only add to the gradients of the numbers themselves")
    seen = f"for z = y², y = 2 x, x = 3 it left y with {y.gradient:g} and x with {x.gradient:g}"
    if z.gradient == 0:
        raise Wrong("the result's own gradient is still 0: per unit of itself it moves by 1, and there the walk begins")
    if y.gradient == 0 or (y.gradient == 12 and x.gradient == 0):
        raise Wrong(f"{seen}: what comes to y goes no further. Begin at the result and go towards the beginning")
    if y.gradient == 12 and x.gradient == 2:
        raise Wrong(f"{seen}: each slope is right, but x got the last one alone. Along a path slopes multiply")
    if x.gradient in (14, 15):
        raise Wrong(f"{seen}: the slopes 12 and 2 were added. Along a path they multiply")
    if y.gradient == 6 or x.gradient == 18:
        raise Wrong(f"{seen}: it multiplied by the numbers. Multiply by the slopes of that step")
    if (y.gradient, x.gradient) != (12, 24):
        raise Wrong(f"{seen}; 12 and 24 are wanted")


def _check_two_paths(walk: Callable) -> None:
    """w = 3, (2 w) (w + 1): 8 by the left path, 6 by the right one."""
    w = Value(3.0)
    walk((Value(2.0) * w) * (w + Value(1.0)))
    if w.gradient in (6, 8):
        raise Wrong(f"in (2 × w) × (w + 1) with w = 3 the gradient of w is {w.gradient:g}: that is one path's part, "
                    "and the other was overwritten. Over paths they add")  # fmt: skip
    if w.gradient != 14:
        raise Wrong(f"in (2 × w) × (w + 1) with w = 3 the gradient of w is {w.gradient:g}; 8 + 6 = 14 is wanted")


def _check_second_loss(walk: Callable) -> None:
    """Two losses of one weight: gradients of the first stay."""
    w = Value(3.0)
    walk(w * Value(2.0))
    walk(w * Value(5.0))
    if w.gradient == 5:
        raise Wrong("a second walk from another loss wiped out what the first had left in w: only add, 2 + 5 = 7")
    if w.gradient != 7:
        raise Wrong(f"after walks from 2 w and from 5 w the gradient of w is {w.gradient:g}; 7 is wanted")


def _shortcut(left_first: bool) -> tuple[Value, Value, Value]:
    """x, h = 2 x, and h with a shortcut round its tanh, the shortcut written first or last."""
    x = Value(0.25)
    h = x * Value(2.0)
    return x, h, (h + h.tanh()) if left_first else (h.tanh() + h)


def _check_shortcuts(walk: Callable) -> None:
    """Two paths of unequal length: h may not pass on before both have come."""
    for left_first, name in ((True, "h + h.tanh()"), (False, "h.tanh() + h")):
        x, h, result = _shortcut(left_first)
        walk(result)
        wanted = 2.0 - math.tanh(0.5) ** 2
        if _close(h.gradient, wanted) and not _close(x.gradient, 2 * wanted):
            early = "twice" if x.gradient > 2 * wanted else "too early"
            raise Wrong(f"in {name} with h = 2 x, h has all its gradient but passed on {early}: x got "
                        f"{x.gradient:.4g}, {2 * wanted:.4g} is wanted. When has everything come to h?")  # fmt: skip
        if not _close(h.gradient, wanted):
            raise Wrong(f"in {name} the gradient of h is {h.gradient:.4g}; both its paths together make {wanted:.4g}")


def _check_number_of_steps(walk: Callable) -> None:
    """30 doublings: each number passes on once."""
    first = value = _Watched(1.0)
    for _ in range(30):
        value = _Watched(2 * value.number, (value, value), (1.0, 1.0))
    _Watched.looks = 0
    walk(value)
    if first.gradient != 2.0**30:
        raise Wrong(f"a number doubled 30 times has the gradient 2^30 = {2**30}; it got {first.gradient:g}")


def _random_calculation(draw: random.Random) -> tuple[list[Value], Value]:
    """Some numbers and something computed from them, in twelve random steps."""
    given = [Value(draw.uniform(-2, 2)) for _ in range(3)]
    values = list(given)
    for _ in range(12):
        a, b = draw.choice(values), draw.choice(values)
        values.append(draw.choice([a + b, a - b, a * b.tanh(), a.sigmoid(), a.tanh() ** 2]))
    return given, values[-1] * values[-2] + values[-3]


def check_walk_back(walk: Callable) -> None:
    """One path, two paths, two losses, paths of unequal length, very many paths, and random calculations."""
    _check_chain(walk)
    _check_two_paths(walk)
    _check_second_loss(walk)
    _check_number_of_steps(walk)
    _check_shortcuts(walk)
    for seed in range(20):
        given, result = _random_calculation(random.Random(seed))
        same, other = _random_calculation(random.Random(seed))
        walk(result)
        other.backward()
        if not all(_close(one.gradient, two.gradient) for one, two in zip(given, same, strict=True)):
            raise Wrong("the small examples are right, but in a random calculation of twelve steps a gradient differs")


def check_hasty_walk(walk: Callable) -> None:
    """As `check_walk_back`, for a walk that does the work itself."""
    code = getattr(inspect.unwrap(walk), "__code__", None)
    if code is not None and {"walk_back", "backward"} & set(code.co_names):
        raise Wrong("it calls a walk that is right already. Find the two faults of this one, and mend its own loop")
    check_walk_back(walk)


BROKEN = '''def hasty_walk(result: Value) -> None:
    """Add to the gradient of every number of a calculation how steeply `result` depends on it."""
    result.gradient = 1.0
    waiting, met = [result], {result}
    while waiting:
        value = waiting.pop(0)
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            parent.gradient = slope * value.gradient
            if parent not in met:
                met.add(parent)
                waiting.append(parent)'''

MENDED = '''def hasty_walk(result):
    """Add to the gradient of every number of a calculation how steeply `result` depends on it."""
    result.gradient = 1.0
    for value in reversed(in_order(result)):
        for parent, slope in zip(value.parents, value.slopes):
            parent.gradient += slope * value.gradient'''

_WALK = '''def walk_back(result):
    """Add to the gradient of every number of a calculation how steeply `result` depends on it."""
    result.gradient = 1.0
    for value in reversed(in_order(result)):
        for parent, slope in zip(value.parents, value.slopes):
            parent.gradient += slope * value.gradient'''

_PATH_BY_PATH = '''def walk_back(result, share=1.0):
    """Add to the gradient of every number of a calculation how steeply `result` depends on it."""
    result.gradient += share
    for parent, slope in zip(result.parents, result.slopes):
        walk_back(parent, share * slope)'''

_QUOTIENT = '''def quotient(a, b):
    """a / b, and the pair of its slopes: for a, for b."""
    return a / b, (1 / b, -a / b ** 2)'''

EXERCISES = [
    Exercise(
        id="02.quotient",
        reference=quotient,
        check=check_quotient,
        hints=(
            "Nudge a by n: (a + n) / b = a / b + n / b. How much is that per unit of n?\n"
            "Then nudge b: bring a / (b + n) − a / b over one denominator. Does the quotient grow or shrink?",
            "a / (b + n) − a / b = −a n / (b (b + n)): per unit of n, as n shrinks, −a over b squared.\n"
            "return the quotient, and the pair of slopes: a's, then b's",
            _QUOTIENT,
        ),
        mistakes=Mistake.slips(
            _QUOTIENT,
            ("sign lost", "-a /", "a /", "turned round: does 6 / 2 grow"),
            ("b not squared", "b ** 2", "b", "counts twice"),
            ("a forgotten", "-a /", "-1 /", "does not look at a"),
            ("wrong order", "(1 / b, -a / b ** 2)", "(-a / b ** 2, 1 / b)", "a's comes first"),
            ("no slopes", ", (1 / b, -a / b ** 2)", "", "two things"),
            ("slopes of a product", "(1 / b, -a / b ** 2)", "(b, a)", "a product's slopes"),
            ("no return", "return ", "found = ", "nothing came back"),
        ),
    ),
    Exercise(
        id="02.walk_back",
        reference=walk_back,
        check=check_walk_back,
        hints=(
            "Give the result its gradient, 1. Then visit every number, the result first. What does each do for those\n"
            "it was made from?",
            "result.gradient = 1\nfor each value, from the result back to the beginning:\n"
            "    for each parent and its slope:\n        parent.gradient grows by slope × value.gradient",
            _WALK,
        ),
        mistakes=[
            *Mistake.slips(
                _WALK,
                ("overwrites", "+=", "=", "the other was overwritten"),
                ("no start", "    result.gradient = 1.0\n", "", "still 0"),
                ("forwards", "reversed(in_order(result))", "in_order(result)", "goes no further"),
                ("slopes added", "slope * value.gradient", "slope + value.gradient", "were added. Along a path"),
                ("last slope alone", "slope * value.gradient", "slope", "got the last one alone"),
                (
                    "numbers for slopes",
                    "slope * value.gradient",
                    "parent.number * value.gradient",
                    "multiplied by the numbers",
                ),
                (
                    "wiped first",
                    "    result.gradient = 1.0\n",
                    "    for value in in_order(result):\n        value.gradient = 0.0\n    result.gradient = 1.0\n",
                    "wiped out",
                ),
            ),
            Mistake(name="path by path", source=_PATH_BY_PATH, says="every path on its own"),
        ],
    ),
    Exercise(
        id="02.hasty_walk",
        reference=walk_back,
        check=check_hasty_walk,
        broken=BROKEN,
        hints=(
            "The first fault shows in (2 × w) × (w + 1) alone. Draw its graph and follow the code line by line: what\n"
            "does w hold when the second arrow comes to it? The second fault is left when that one is mended.",
            "The first fault: a number that gets blame by two arrows keeps the second part alone.\n"
            "The second: a number passes on as soon as it is met, before all that is due to it has come.\n"
            "In which order does every number come after all that use it?",
            MENDED,
        ),
        mistakes=[
            *Mistake.slips(
                MENDED,
                ("order mended alone", "+=", "=", "the other was overwritten"),
                ("no start", "    result.gradient = 1.0\n", "", "still 0"),
            ),
            *Mistake.slips(
                BROKEN,
                (
                    "sum mended alone",
                    ".gradient = slope",
                    ".gradient += slope",
                    "in h + h.tanh() with h = 2 x, h has all its gradient but passed on too early",
                ),
                (
                    "last in, first out",
                    ".gradient = slope",
                    ".gradient += slope",
                    "in h.tanh() + h with h = 2 x, h has all its gradient but passed on too early",
                    ("pop(0)", "pop()"),
                ),
                (
                    "each met again",
                    ".gradient = slope",
                    ".gradient += slope",
                    "every path on its own",
                    (
                        "            if parent not in met:\n                met.add(parent)\n                waiting",
                        "            waiting",
                    ),
                ),
            ),
            Mistake(
                name="another walk called",
                source="def hasty_walk(result):\n    walk_back(result)",
                says="calls a walk that is right already",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="02.q1",
        text="y = x · x + x. What is the gradient of x at x = 3?",
        choices=[
            ("7", None),
            ("6", "The product brings 3 + 3 by its two arrows; a third arrow goes straight from x to the sum."),
            ("4", "The product brings 3 by each of its two arrows, not by one."),
        ],
        why="Three paths lead from x to y: 3 + 3 through the product, 1 straight to the sum.",
        from_notebook="02",
    ),
    Question(
        id="02.q2",
        text="A network has 1,000 weights and one loss. How many walks back give all its slopes?",
        choices=[
            ("1", None),
            ("1,000", "One for each weight would be needed if slopes were carried forwards, one weight at a time."),
            ("2,000", "That is nudging: up and down for each weight, a whole calculation each time."),
        ],
        why="The walk starts at the one loss and passes every number on its way.",
        from_notebook="02",
    ),
    Question(
        id="02.q3",
        text="An engine agrees with nudging for one example; for the mean loss of two it gives wrong weight gradients. "
        "Which fault fits?",
        choices=[
            ("It overwrites gradients", None),
            ("It has the wrong slope for ×", "Then one example would be wrong as well."),
            (
                "It passes on too early",
                "It is the weights that are used twice here, and a weight has nobody to pass on to.",
            ),
        ],
        why="With two examples every weight is used twice, and only the part that came last is left.",
        from_notebook="02",
    ),
    Question(
        id="02.q4",
        text="A standardised feature is 0 for some berry. How does that berry alone move this feature's weight?",
        choices=[
            ("Not at all", None),
            ("Most of all: it is undecided", "The last link of the chain is the feature, and a product with 0 is 0."),
            ("By as much as the bias", "The bias's last link is 1; the weight's is the feature, here 0."),
        ],
        why="The slope for a weight has its feature as a factor, and the feature is 0.",
        from_notebook="01",
    ),
    Question(
        id="02.q5",
        text="Why does a neuron learn from its squared error, and not from its number of mistakes?",
        choices=[
            ("Their number has no slope to follow", None),
            ("Their number is too large", "It could be divided by the number of examples, and still not guide a step."),
            ("Mistakes cannot be counted", "They can, and were; but a tiny nudge changes no decision."),
        ],
        why="A tiny nudge changes no decision, so the count is flat, with cliffs.",
        from_notebook="01",
    ),
]


def _decide_n4(
    *,
    share_of_starts_learned: float,
    largest_difference: float,
    worst_kept_at_training_rate: float,
    worst_kept_at_a_hundredth: float,
) -> str:
    if share_of_starts_learned < 1 or largest_difference > 1e-6 or abs(worst_kept_at_a_hundredth - 1) > 0.1:
        return "does not hold here"
    if abs(worst_kept_at_training_rate - 1) > 0.1:
        return "holds with a condition: the shares add up for small steps only"
    return "holds"


CLAIMS = {
    "N4": Claim(
        id="N4",
        text="Forward, loss, backward, update: repeated, the loss falls; backpropagation gives each weight its share "
        "of the blame.",
        rule="holds if from each of 5 starts 100 steps bring the loss under half of where it began, every gradient "
        "agrees with nudging within 0.000001, and a first step keeps what the weights' shares, slope × move, promise "
        "together, within 10 %, both at the training's rate and at a hundredth of it; with a condition if only at the "
        "hundredth",
        decide=_decide_n4,
    )
}

DIAGNOSES = {
    "02.right_unseen": Diagnosis(
        above="More than a hundred in a hundred? Was the share counted on fewer points?",
        below="Is every gradient set to 0 before the walk back, and is the step downhill?",
    )
}
