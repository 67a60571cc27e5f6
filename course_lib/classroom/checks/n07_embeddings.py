"""Checks of notebook 07: embeddings."""

import torch
from torch.nn import functional as F

from course_lib.classroom import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.sequence import negative_sampling_gradients, negative_sampling_loss


def _draw(*shape: int, offset: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7 + offset))


def mended_neighbours(vectors, word, n_nearest):
    """Numbers of the words nearest to a word, the nearest first."""
    rows = vectors / vectors.norm(dim=-1, keepdim=True)
    cosines = rows @ rows[word]
    cosines[word] = -torch.inf
    return cosines.topk(n_nearest).indices.tolist()


BROKEN_NEIGHBOURS = '''def broken_neighbours(vectors, word, n_nearest):
    """Numbers of the words nearest to a word, the nearest first."""
    scores = vectors @ vectors[word]
    return scores.topk(n_nearest).indices.tolist()'''

_MENDED = BROKEN_NEIGHBOURS.replace(
    "    scores = vectors @ vectors[word]\n",
    "    rows = vectors / vectors.norm(dim=-1, keepdim=True)\n    scores = rows @ rows[word]\n"
    "    scores[word] = -torch.inf\n",
)


def check_broken_neighbours(candidate):
    """Angles decide, not lengths; and a word is not its own neighbour."""
    table = torch.tensor([[1.0, 0.0], [2.0, 0.4], [30.0, 30.0], [-1.0, 0.1]])
    found = candidate(table.clone(), 0, 2)
    if not isinstance(found, list) or len(found) != 2:
        raise Wrong(f"asked for 2 neighbours it returns {found!r}: a list of 2 numbers is wanted")
    if found[0] == 2:
        raise Wrong("the longest row comes first: (30, 30) lies 45° away, (2, 0.4) only 11°. What must be divided out?")
    if 0 in found:
        raise Wrong("word 0 is among its own neighbours: every word is nearest to itself. Who must be left out?")
    if found[0] == 3:
        raise Wrong("the farthest comes first: a large cosine means near")
    if found != [1, 2]:
        raise Wrong(f"neighbours of (1, 0): yours are {found}; by angle they are [1, 2], (2, 0.4) and (30, 30)")
    if candidate(-table, 0, 1) != [1]:
        raise Wrong("with every number's sign turned, the angles are the same, but yours finds another neighbour")
    twins = torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 1.0]])
    if [candidate(twins.clone(), word, 1) for word in (0, 1)] != [[1], [0]]:
        raise Wrong("(1, 0) and (3, 0) have one direction; yours makes one its own neighbour: leave the word out by "
                    "its number, not by its place in the list")  # fmt: skip
    vectors = _draw(9, 9) * torch.arange(1, 10)[:, None]
    for word in range(9):
        found, expected = candidate(vectors.clone(), word, 4), mended_neighbours(vectors, word, 4)
        if word in found:
            raise Wrong("a word is among its own neighbours when its row is long: leave it out by its number")
        if found != expected:
            raise Wrong(
                f"on a 9 by 9 table word {word} has the neighbours {expected}, yours are {found}. Is each ROW divided "
                "by its own length (keepdim)?"
            )


def check_pair_loss(candidate):
    """One loss a pair; strangers with the sign turned; a sum; no infinity."""
    centre, neighbour, negatives = _draw(3, 4), _draw(3, 4, offset=1), _draw(3, 5, 4, offset=2)
    loss = candidate(centre, neighbour, negatives)
    if not isinstance(loss, torch.Tensor) or tuple(loss.shape) != (3,):
        shape = tuple(loss.shape) if isinstance(loss, torch.Tensor) else type(loss).__name__
        raise Wrong(f"for 3 pairs it returns {shape}: one loss a pair is wanted, shape (3,)")
    expected = negative_sampling_loss(centre, neighbour, negatives)
    true = (centre * neighbour).sum(-1)
    strange = (negatives * centre[:, None]).sum(-1)
    usual = {
        "the true neighbour is left out": -F.logsigmoid(-strange).sum(-1),
        "the strangers are left out: words would all run together": -F.logsigmoid(true),
        "strangers are treated as neighbours: turn the sign of their scores": -F.logsigmoid(true)
        - F.logsigmoid(strange).sum(-1),
        "neighbours and strangers are swapped": -F.logsigmoid(-true) - F.logsigmoid(strange).sum(-1),
        "the mean over strangers, where the sum is wanted": -F.logsigmoid(true) - F.logsigmoid(-strange).mean(-1),
        "the loss is negative: minus the logarithm is wanted": -expected,
        "no logarithm: −σ is no surprise": -true.sigmoid() - (-strange).sigmoid().sum(-1),
        "the strangers' scores are summed before log σ: take log σ of each stranger, then sum": -F.logsigmoid(true)
        - F.logsigmoid(-strange.sum(-1)),
        "strangers are compared with the neighbour, not with the centre": -F.logsigmoid(true)
        - F.logsigmoid(-(negatives * neighbour[:, None]).sum(-1)).sum(-1),
    }
    for says, wrong in usual.items():
        if torch.allclose(loss, wrong, atol=1e-4):
            raise Wrong(f"{says} (for the first pair yours is {loss[0]:.3f}, not {expected[0]:.3f})")
    if not torch.allclose(loss, expected, atol=1e-4):
        raise Wrong(f"for the first pair yours is {loss[0]:.4f}, not {expected[0]:.4f}")
    sure = candidate(20 * torch.ones(1, 1), torch.ones(1, 1), 20 * torch.ones(1, 1, 1))
    if not bool(sure.isfinite().all()):
        raise Wrong(
            "a stranger with score 400 costs infinity: σ rounds to 1 and log 0 is −∞. `F.logsigmoid` does both at once"
        )
    if abs(sure.item() - 400) > 1e-2:
        raise Wrong(f"a stranger with score 400 costs 400 nats, yours says {sure.item():.1f}")


def check_gradients(candidate):
    """The three slopes, against the library's, each usual slip by name."""
    inputs = _draw(3, 4), _draw(3, 4, offset=1), _draw(3, 5, 4, offset=2)
    try:
        found = candidate(*(each.clone() for each in inputs))
    except RuntimeError as error:
        raise Wrong(f"it stops: {error} Is it an error a pair times a vector a pair? error[:, None] gives it a last "
                    "axis")  from error  # fmt: skip
    if not isinstance(found, tuple | list) or len(found) != 3:
        raise Wrong("three slopes are wanted: for the centre, for the neighbour, for the strangers")
    names = ("centre", "neighbour", "strangers")
    for name, mine, each in zip(names, found, inputs, strict=True):
        if not isinstance(mine, torch.Tensor) or mine.shape != each.shape:
            shape = tuple(mine.shape) if isinstance(mine, torch.Tensor) else type(mine).__name__
            raise Wrong(f"the slope for the {name} has shape {shape}: a slope a number is wanted, {tuple(each.shape)}")
    expected = negative_sampling_gradients(*inputs)
    centre, neighbour, negatives = inputs
    true = (centre * neighbour).sum(-1).sigmoid()[:, None]
    strange = (negatives * centre[:, None]).sum(-1).sigmoid()[..., None]
    usual = (
        ("neighbour", 1, true * centre, "the label is missing: the true neighbour's error is σ − 1"),
        ("neighbour", 1, -expected[1], "the sign is turned: the slope says where the loss grows, σ − label"),
        ("centre", 0, expected[1], "this is the neighbour's slope: each is multiplied by the OTHER vector"),
        ("neighbour", 1, (true - 1) * neighbour, "it moves along itself: it should move along the centre"),
        ("strangers", 2, (strange - 1) * centre[:, None], "strangers have the label 0: their error is σ itself"),
        ("strangers", 2, strange * negatives, "they move along themselves: they should move along the centre"),
        ("centre", 0, (true - 1) * neighbour, "the strangers push the centre too: their part is missing"),
        ("centre", 0, (strange * negatives).sum(1), "the true neighbour pulls the centre too: its part is missing"),
        (
            "centre",
            0,
            (true - 1) * neighbour + (strange * negatives).mean(1),
            "the strangers' parts are summed, not averaged",
        ),
    )
    for name, place, wrong, says in usual:
        if torch.allclose(found[place], wrong, atol=1e-4):
            raise Wrong(f"slope for the {name}: {says}")
    for name, mine, right in zip(names, found, expected, strict=True):
        if not torch.allclose(mine, right, atol=1e-4):
            raise Wrong(
                f"slope for the {name}: the first number is {mine.flatten()[0]:.4f}, it should be "
                f"{right.flatten()[0]:.4f}"
            )


def analogy(rows, start, end, other, given_may_answer=False):
    """Number of the word nearest to end − start + other; `rows` have length 1."""
    cosines = rows @ (rows[end] - rows[start] + rows[other])
    if not given_may_answer:
        cosines[[start, end, other]] = -torch.inf
    return int(cosines.argmax())


def check_analogy(candidate):
    """The right sum, the right words left out, and only if asked."""
    rows = F.normalize(_draw(30, 6), dim=-1)
    generator = torch.Generator().manual_seed(0)
    trios = [torch.randperm(30, generator=generator)[:3].tolist() for _ in range(40)]
    found = candidate(rows.clone(), *trios[0])
    if isinstance(found, torch.Tensor) or not isinstance(found, int):
        raise Wrong(f"it returns a {type(found).__name__}: the number of one word is wanted, an int")
    free = [candidate(rows.clone(), *trio, True) for trio in trios]
    right_free = [analogy(rows, *trio, True) for trio in trios]
    for says, order in {
        "start and end are swapped: the sum is end − start + other": (1, 0, 2),
        "the third word's sign is turned: the sum is end − start + other": None,
    }.items():
        if order:
            swapped = [analogy(rows, *(trio[place] for place in order), True) for trio in trios]
        else:
            swapped = [int((rows @ (rows[e] - rows[s] - rows[o])).argmax()) for s, e, o in trios]
        if free == swapped:
            raise Wrong(says)
    if free == [analogy(rows, *trio) for trio in trios]:
        raise Wrong("with given_may_answer=True the three given words must be allowed, and yours never gives one")
    if free == [int((rows @ (rows[e] - rows[s] + rows[o])).argmin()) for s, e, o in trios]:
        raise Wrong("it gives the farthest word: a large cosine means near")
    if free != right_free:
        raise Wrong(f"with all words allowed, words {trios[0]} lead to {right_free[0]}; yours leads to {free[0]}")
    strict = [candidate(rows.clone(), *trio) for trio in trios]
    if strict == right_free:
        raise Wrong("nothing is left out: unless given_may_answer is True, the three given words may not answer")
    fan = torch.tensor([[1.0, 0.0], [0.9, 0.4359], [0.9, -0.4359], [0.0, 1.0]])  # here the sum lies on `start`
    for trio, answer in zip([*trios, [0, 1, 2]], [*strict, candidate(fan, 0, 1, 2)], strict=True):
        if answer in trio:
            which = ("start", "end", "other")[trio.index(answer)]
            raise Wrong(f"it answers with the word `{which}`, which was given: leave out all three")
    if strict != [analogy(rows, *trio) for trio in trios]:
        raise Wrong("with the given words left out, a word that is not the nearest of the others wins")


_TWO_AXES = "with two axes the last is axis 1"
_ROWS = "rows = vectors / vectors.norm(dim="
_SUMMED = "return -F.logsigmoid(true) - F.logsigmoid(-strange).sum(dim="
_LOSS = "def pair_loss(centre, neighbour, negatives):\n"
_TRUE = '    true = einsum(centre, neighbour, "pair d_model, pair d_model -> pair")\n'
_STRANGE = '    strange = einsum(centre, negatives, "pair d_model, pair negative d_model -> pair negative")\n'
_SLOPES = "def gradients(centre, neighbour, negatives):\n"
_ERRORS = "    true_error, strange_error = true.sigmoid() - 1, strange.sigmoid()\n"
_CENTRE = "    for_centre = true_error[:, None] * neighbour + (strange_error[..., None] * negatives).sum(dim=1)\n"
_OTHERS = (
    "    for_neighbour = true_error[:, None] * centre\n"
    "    for_negatives = strange_error[..., None] * centre[:, None]\n"
    "    return for_centre, for_neighbour, for_negatives"
)
_GRADIENTS = _SLOPES + _TRUE + _STRANGE + _ERRORS + _CENTRE + _OTHERS
_ANALOGY = (
    "def analogy(rows, start, end, other, given_may_answer=False):\n"
    "    cosines = rows @ (rows[end] - rows[start] + rows[other])\n"
    "    if not given_may_answer:\n"
    "        cosines[[start, end, other]] = -torch.inf\n"
    "    return int(cosines.argmax())"
)

EXERCISES = [
    Exercise(
        id="07.broken_neighbours",
        reference=mended_neighbours,
        check=check_broken_neighbours,
        broken=BROKEN_NEIGHBOURS,
        equivalent_mutants={f"{_ROWS}-1, keepdim=True) → {_ROWS}1, keepdim=True)": _TWO_AXES},
        hints=(
            "Two things are wrong. Print the length of the row of *the* and that of *violin*. And who is nearest to "
            "*violin* if only directions count?",
            "divide each row by its own length (the root of its sum of squares): then a dot product is a cosine\n"
            "set the score of the word itself to −∞ before taking the largest",
            _MENDED,
        ),
        mistakes=[
            Mistake(
                name="lengths still count",
                source=BROKEN_NEIGHBOURS.replace("    return", "    scores[word] = -torch.inf\n    return"),
                says="the longest row comes first",
            ),
            Mistake(
                name="the word itself",
                source=_MENDED.replace("    scores[word] = -torch.inf\n", ""),
                says="among its own neighbours",
            ),
            Mistake(
                name="no keepdim, which a square table forgives",
                source=_MENDED.replace(
                    "vectors.norm(dim=-1, keepdim=True)",
                    "(vectors.norm(dim=-1) if len(vectors) == vectors.shape[1] "
                    "else vectors.norm(dim=-1, keepdim=True))",
                ),
                says="each ROW",
            ),
            Mistake(
                name="left out by its place",
                source=_MENDED.replace("    scores[word] = -torch.inf\n", "").replace(
                    "topk(n_nearest).indices.tolist()", "topk(n_nearest + 1).indices.tolist()[1:]"
                ),
                says="not by its place",
            ),
            Mistake(
                name="the smallest",
                source=_MENDED.replace("topk(n_nearest)", "topk(n_nearest, largest=False)").replace("-torch", "torch"),
                says="the farthest comes first",
            ),
        ],
    ),
    Exercise(
        id="07.pair_loss",
        reference=negative_sampling_loss,
        check=check_pair_loss,
        equivalent_mutants={f"{_SUMMED}-1) → {_SUMMED}1)": _TWO_AXES},
        hints=(
            "Two kinds of scores: centre with neighbour, one a pair; centre with each stranger, several a pair. Whose "
            "sign must be turned before σ?",
            "true = dot products of centre and neighbour;  strange = of centre and each stranger\n"
            "minus log σ(true), minus the sum over strangers of log σ(−strange);  F.logsigmoid is log σ, safely",
            _LOSS + _TRUE + _STRANGE + "    return -F.logsigmoid(true) - F.logsigmoid(-strange).sum(dim=-1)",
        ),
        mistakes=[
            Mistake(name=name, source=_LOSS + _TRUE + _STRANGE + f"    return {result}", says=says)
            for name, result, says in (
                ("sign of strangers", "-F.logsigmoid(true) - F.logsigmoid(strange).sum(dim=-1)", "turn the sign"),
                ("no strangers", "-F.logsigmoid(true)", "the strangers are left out"),
                ("mean", "-F.logsigmoid(true) - F.logsigmoid(-strange).mean(dim=-1)", "the mean over strangers"),
                (
                    "one number for all",
                    "(-F.logsigmoid(true) - F.logsigmoid(-strange).sum(dim=-1)).mean()",
                    "one loss a",
                ),
                ("summed too early", "-F.logsigmoid(true) - F.logsigmoid(-strange.sum(dim=-1))", "of each stranger"),
                ("no minus", "F.logsigmoid(true) + F.logsigmoid(-strange).sum(dim=-1)", "the loss is negative"),
                ("no logarithm", "-true.sigmoid() - (-strange).sigmoid().sum(dim=-1)", "no logarithm"),
                ("swapped", "-F.logsigmoid(-true) - F.logsigmoid(strange).sum(dim=-1)", "swapped"),
                (
                    "log of a rounded number",
                    "-true.sigmoid().log() - (1 - strange.sigmoid()).log().sum(dim=-1)",
                    "costs infinity",
                ),
            )
        ],
    ),
    Exercise(
        id="07.gradients",
        reference=negative_sampling_gradients,
        check=check_gradients,
        hints=(
            "Notebook 01's neuron: the slope of a score is σ − label. A score is a dot product: its slope with respect "
            "to one vector is the other.",
            "true_error = σ(true) − 1, strange_error = σ(strange)\n"
            "neighbour: true_error × centre;  strangers: strange_error × centre\n"
            "centre: true_error × neighbour + the sum of strange_error × stranger",
            _GRADIENTS,
        ),
        mistakes=Mistake.slips(
            _GRADIENTS,
            ("label forgotten", "true.sigmoid() - 1", "true.sigmoid()", "the label is missing"),
            (
                "signs turned",
                _ERRORS,
                _ERRORS.replace("= true", "= 1 - true").replace("() - 1,", "(),"),
                "sign is turned",
            ),
            (
                "strangers labelled 1",
                ", strange.sigmoid()",
                ", strange.sigmoid() - 1",
                "strangers have the label 0",
            ),
            (
                "centre only pulled",
                " + (strange_error[..., None] * negatives).sum(dim=1)",
                "",
                "the strangers push the centre too",
            ),
            ("averaged", "negatives).sum(dim=1)", "negatives).mean(dim=1)", "summed, not averaged"),
            (
                "neighbour along itself",
                "for_neighbour = true_error[:, None] * centre",
                "for_neighbour = true_error[:, None] * neighbour",
                "it moves along itself",
            ),
            (
                "centre and neighbour mixed up",
                "return for_centre, for_neighbour",
                "return for_neighbour, for_centre",
                "the OTHER vector",
            ),
            ("no last axis", "true_error[:, None] * centre", "true_error * centre", "gives it a last axis"),
            (
                "strangers in one heap",
                "strange_error[..., None] * centre[:, None]",
                "(strange_error[..., None] * centre[:, None]).sum(dim=1)",
                "slope for the strangers has shape",
            ),
        ),
    ),
    Exercise(
        id="07.analogy",
        reference=analogy,
        check=check_analogy,
        hints=(
            "Make the sum of three rows, take its dot product with every row: the largest wins. Who may not?",
            "cosines = rows @ (row of end − row of start + row of other)\n"
            "unless the given may answer, the cosines of all three become −∞;  the place of the largest, as an int",
            _ANALOGY,
        ),
        mistakes=Mistake.slips(
            _ANALOGY,
            ("start − end", "rows[end] - rows[start]", "rows[start] - rows[end]", "swapped"),
            ("minus other", "+ rows[other]", "- rows[other]", "third word's sign"),
            ("start left in", "[[start, end, other]]", "[[end, other]]", "the word `start`"),
            ("always left out", "if not given_may_answer", "if True", "must be allowed"),
            ("never left out", "if not given_may_answer", "if False", "nothing is left out"),
            ("a tensor", "int(cosines.argmax())", "cosines.argmax()", "an int"),
        ),
    ),
]

QUIZ = [
    Question(
        id="07.q1",
        text="Two words have nearly the same vector. What does that tell?",
        why="Nothing but company was learned from: opposites and names of towns share it too.",
        choices=[
            ("They stand in the same company", None),
            ("They mean the same", "*January* and *July* are neighbours, and no month is another."),
            (
                "They stand side by side in the text",
                "That makes one the other's company; with a narrow window it is not enough.",
            ),
        ],
        from_notebook="07",
    ),
    Question(
        id="07.q2",
        text="What would happen without the strangers?",
        why="Only pulls are left, and one direction for all words satisfies every pull.",
        choices=[
            ("All vectors would come to point one way", None),
            ("Training would be slower, and the same", "What pushes apart would be gone, not only slow."),
            ("Rare words would stay where they began", "Every true pair pulls both of its words, rare or not."),
        ],
        from_notebook="07",
    ),
    Question(
        id="07.q3",
        text="*king* − *man* + *woman* gives *queen* in a table that somebody shows. What do you ask first?",
        why="With all words allowed, a given word often wins; leaving it out makes most of the score.",
        choices=[
            ("Could *king* itself have been the answer?", None),
            ("How many numbers has a vector?", "It matters little; who may answer matters much."),
            (
                "How long was the table trained?",
                "That changes the vectors; who may answer changes the score of the same ones.",
            ),
        ],
        from_notebook="07",
    ),
    Question(
        id="07.q4",
        text="A stranger's score is 0. How far is σ from its label, and which way does the stranger's vector move?",
        why="σ(0) is ½ and the label 0: half of the centre's vector, times the learning rate, is taken off.",
        choices=[
            ("½; away from the centre's vector", None),
            ("½; towards the centre's vector", "Towards is where true neighbours move, whose label is 1."),
            (
                "1; away from the centre's vector",
                "So far off is only a stranger with a large score, where σ is near 1.",
            ),
        ],
        from_notebook="01",
    ),
    Question(
        id="07.q5",
        text="A language model has tokens, not words. A rare name that is cut into three tokens …",
        why="The table has a row for each entry of the vocabulary.",
        choices=[
            ("has three rows, none its own", None),
            (
                "has one row, the sum of the three",
                "Nobody adds them; the layers above must make something of three rows.",
            ),
            ("has no row and is skipped", "Byte-level tokens stand for any text, and each of them has a row."),
        ],
        from_notebook="06",
    ),
]


def _decide_e1(*, rows_differ: float, gradients_differ: float) -> str:
    return "holds" if rows_differ == 0 and gradients_differ <= 1e-6 else "does not hold here"


def _decide_e2(*, kinds_at_home: int, n_kinds: int, shuffled: float) -> str:
    if shuffled >= 0.2 or kinds_at_home <= n_kinds / 2:
        return "does not hold here"
    if kinds_at_home == n_kinds:
        return "holds"
    return "holds with a condition: where kinds differ in the company they keep"


CLAIMS = {
    "E1": Claim(
        id="E1",
        text="An embedding look-up is a row of a matrix, the product with a one-hot row.",
        rule="holds if for every word the look-up equals the one-hot product bit by bit, and the gradients of the "
        "table agree within 0.000001",
        decide=_decide_e1,
    ),
    "E2": Claim(
        id="E2",
        text="Words used alike end up close together; nobody programs it.",
        rule="holds if in each of five runs, for every kind of word, at least 80 % of its words have a word of the "
        "same kind nearest, of the whole vocabulary, and under 20 % of all words do once the text is shuffled; with a "
        "condition if that is so for more than half of the kinds; does not hold here otherwise",
        decide=_decide_e2,
    ),
}

DIAGNOSES = {
    "07.alike": Diagnosis(
        above="more words at home than usual: harmless, unless the text is another one",
        below="fewer words at home than usual: was training cut short, or is a slope wrong in Exercise 3?",
    ),
    "07.final_loss": Diagnosis(
        above="the game is lost more often than usual: was training cut short?",
        below="better than usual at telling strangers: are the strangers drawn from all words?",
    ),
}
