"""Notebook 05: pairs counted, the mean surprise, a table divided the wrong way, softmax, and Bengio's network."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn  # noqa: F401  (solutions use nn)

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.sequence import NeuralModel, NeuralModelConfig

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""The dot, then the alphabet: a letter's number is its place."""


def count_pairs(names: list[str]) -> Float[Tensor, "before after"]:
    """How often each letter stood before each, the dots around every name included."""
    counts = torch.zeros(len(LETTERS), len(LETTERS))
    for name in names:
        for before, after in pairwise(f".{name}."):
            counts[LETTERS.index(before), LETTERS.index(after)] += 1
    return counts


def check_count_pairs(candidate: Callable) -> None:
    """27 by 27, both dots, the letter before as the row, every name by itself."""
    a, n = LETTERS.index("a"), LETTERS.index("n")
    table = "the table (a row for each letter before, a column for each after)"
    counts = tensor_of(candidate(["an", "ab"]), (27, 27), table).double()
    if counts[0].sum() == 0 and counts[:, 0].sum() == 0:
        raise Wrong("neither the dot before a name nor the one after it was counted: read .an. for an")
    if counts[0].sum() == 0:
        raise Wrong("row 0 is empty: the dot stands before the first letter of every name")
    if counts[:, 0].sum() == 0:
        raise Wrong("column 0 is empty: the dot follows the last letter of every name")
    if torch.equal(counts, count_pairs(["an", "ab"]).T.double()):
        raise Wrong("rows and columns are exchanged: the row is the letter that stands before")
    if counts[n, a]:
        raise Wrong("an and ab became anab: the n of one name is not followed by the a of the next")
    if counts.sum() == 3:
        raise Wrong("it counted the first of two names only: is the return inside the loop?")
    if torch.allclose(counts.sum(dim=1)[[0, a, n]], torch.ones(3, dtype=torch.float64)) and counts[a, n] == 0.5:
        raise Wrong("its rows sum to 1: return the counts, sharing comes later")
    if counts[0, a] == 1:
        raise Wrong("two names begin with a, and it counted one: add 1 each time, instead of setting to 1")
    if counts[0, 0]:
        raise Wrong(f"it counted {int(counts[0, 0])} × the dot after the dot, in names that all have letters")
    for names in (["an", "ab"], ["b"], ["anna", "bob", "zoe", "anna"], ["abcdefghijklmnopqrstuvwxyz", "zzz"]):
        found, wanted = candidate(names).double(), count_pairs(names).double()
        if not torch.equal(found, wanted):
            before, after = (found != wanted).nonzero()[0].tolist()
            raise Wrong(
                f"for {names} it counted {found[before, after]:g} × {LETTERS[before]}{LETTERS[after]}; "
                f"there are {wanted[before, after]:g}"
            )


def mean_surprise(table: Float[Tensor, "before after"], names: list[str]) -> float:
    """Mean of −ln of the probability of each letter, the dot that ends a name included."""
    surprises = [
        -table[LETTERS.index(before), LETTERS.index(after)].log().item()
        for name in names
        for before, after in pairwise(f".{name}.")
    ]
    return sum(surprises) / len(surprises)


def _toy_table() -> Tensor:
    """Rows that are distributions, all different."""
    generator = torch.Generator().manual_seed(5)
    return torch.randn(27, 27, generator=generator).softmax(dim=-1)


def check_mean_surprise(candidate: Callable) -> None:
    """A mean over letters of minus the natural logarithm, dots included."""
    table, names = _toy_table(), ["ann", "bo", "catherine"]
    found = candidate(table, names)
    if isinstance(found, Tensor) and found.numel() == 1:
        found = found.item()
    if not isinstance(found, float | int):
        raise Wrong(f"it returned a {type(found).__name__}; one number is wanted")
    wanted = mean_surprise(table, names)
    shares = [[table[LETTERS.index(x), LETTERS.index(y)].item() for x, y in pairwise(f".{name}.")] for name in names]
    flat = [share for row in shares for share in row]
    logs = [[-math.log(share) for share in row] for row in shares]
    starts, ends = [row[0] for row in logs], [row[-1] for row in logs]
    total, n = sum(map(sum, logs)), len(flat)
    slips = (
        (-wanted, "the surprise is minus the logarithm: a mean surprise is never negative"),
        (total, "that is the sum over all letters: divide by how many there are"),
        (wanted / math.log(2), "that is in bits: take the natural logarithm, .log(), for nats"),
        (-math.log(sum(flat) / n), "it averaged the probabilities and then took the logarithm: take logarithms first"),
        (total / len(names), "that is the surprise per name: divide by the number of letters, dots included"),
        (sum(sum(row) / len(row) for row in logs) / len(names), "that is a mean of the names' means, where letters of "
         "short names count for more: add up everything, divide once"),
        ((total - sum(ends)) / (n - len(ends)), "where names end was left out: the dot follows the last letter"),
        ((total - sum(starts)) / (n - len(starts)), "how names begin was left out: the first letter follows the dot"),
        ((total - sum(starts) - sum(ends)) / (n - 2 * len(names)), "the dots were left out: read .ann. for ann"),
        (total / (n - len(names)), "it divided by the number of letters; the dots that end names are guessed, too"),
        (math.exp(wanted), "that is e to the mean surprise: perplexity comes later"),
        (mean_surprise(table.T, names), "rows and columns are exchanged: the row is the letter before"),
        (sum(flat) / n, "that is the mean probability: where is the logarithm?"),
    )  # fmt: skip
    for number, message in slips:
        if math.isclose(found, number, rel_tol=1e-4):
            raise Wrong(message)
    for names in (["ann", "bo", "catherine"], ["z"], ["ada", "ada"]):
        found, wanted = candidate(table, names), mean_surprise(table, names)
        if not math.isclose(float(found), wanted, rel_tol=1e-4):
            raise Wrong(f"for {names} it gave {float(found):.4f}; {wanted:.4f} is wanted")
    certain = torch.zeros(27, 27)
    certain[:, 1] = 1.0
    try:
        found = float(candidate(certain, ["a"]))
    except ValueError:
        raise Wrong("ln of 0 is no number for math.log: `.log()` of a tensor gives −inf") from None
    if math.isnan(found):
        raise Wrong("0 × −inf is not a number (nan): leave out pairs that did not occur")
    if not math.isinf(found):
        raise Wrong("something impossible happened, and the surprise was not infinite: −ln 0 is inf, leave it so")


def smoothed_table(counts: Float[Tensor, "before after"], alpha: float) -> Float[Tensor, "before after"]:
    """Each row of counts, with alpha added, as shares of its own sum."""
    added = counts + alpha
    return added / added.sum(dim=1, keepdim=True)


def check_smoothed_table(candidate: Callable) -> None:
    """Rows sum to one, alpha is added to every count before dividing."""
    counts = torch.tensor([[0.0, 3.0, 1.0], [1.0, 0.0, 5.0], [3.0, 2.0, 0.0]])
    given = counts.clone()
    found = tensor_of(candidate(given, 0.5), (3, 3), "for 3 rows and 3 columns of counts the table").double()
    if not torch.equal(given, counts):
        raise Wrong("it changed the counts that it was given: write counts + alpha, which makes new ones")
    sums = found.sum(dim=1)
    if torch.allclose(found, smoothed_table(counts, 0.0).double(), atol=1e-5):
        raise Wrong("the rows sum to 1, but alpha has no effect: it belongs to every count before dividing")
    if torch.allclose(found, smoothed_table(counts, 0.0).double() + 0.5, atol=1e-5):
        raise Wrong("alpha was added to the shares: add it to the counts, and divide by what that sums to")
    if torch.allclose(found, ((counts + 0.5) / counts.sum(dim=1, keepdim=True)).double(), atol=1e-5):
        raise Wrong(f"row 0 sums to {sums[0]:.2f}: it was divided by its sum before alpha was added")
    if torch.allclose(found, ((counts + 0.5) / (counts.sum(dim=1, keepdim=True) + 0.5)).double(), atol=1e-5):
        raise Wrong("alpha was added once to the row's sum: it belongs to each of the row's counts")
    if torch.allclose(found, ((counts + 0.5) / (counts + 0.5).sum()).double(), atol=1e-5):
        raise Wrong("the whole table sums to 1: each row is a distribution of its own")
    if torch.allclose(found.T, smoothed_table(counts.T, 0.5).double(), atol=1e-5):
        raise Wrong("now the columns sum to 1: each row is to be divided by its own sum")
    if torch.allclose(found, ((counts + 0.5) / (counts + 0.5).sum(dim=1)).double(), atol=1e-5):
        shown = ", ".join(f"{total:.2f}" for total in sums.tolist())
        raise Wrong(f"the rows sum to {shown}: column j was divided by the sum of row j. What shape has that sum?")
    if torch.allclose(found, (counts + 0.5).softmax(dim=1).double(), atol=1e-5):
        raise Wrong("that is the exponential's share: counts are shares already, divide them by their sum")
    for alpha in (0.5, 2.0, 0.01):
        wanted = smoothed_table(counts, alpha).double()
        found = candidate(counts.clone(), alpha).double()
        if not torch.allclose(found, wanted, atol=1e-5):
            row, column = (found - wanted).abs().argmax().item() // 3, (found - wanted).abs().argmax().item() % 3
            raise Wrong(
                f"with alpha {alpha} the share in row {row}, column {column} is {found[row, column]:.4f}; "
                f"{wanted[row, column]:.4f} is wanted"
            )


def softmax(scores: Float[Tensor, "*batch letter"]) -> Float[Tensor, "*batch letter"]:
    """e to each score, as shares of their sum, along the last axis."""
    exponentials = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim=-1, keepdim=True)


def check_softmax(candidate: Callable) -> None:
    """Shares along the last axis, for any number of axes, and for large scores."""
    scores = torch.tensor([[0.0, math.log(3.0), 0.0], [1.0, 1.0, 4.0]])
    found = tensor_of(candidate(scores), (2, 3), "for 2 rows of 3 scores the result").double()
    if torch.allclose(found, (scores / scores.sum(dim=-1, keepdim=True)).double(), atol=1e-5):
        raise Wrong("the scores themselves were shared out: first raise e to each")
    if torch.allclose(found.sum(dim=0), torch.ones(3).double(), atol=1e-5):
        raise Wrong("the columns sum to 1: share out along the last axis, dim=-1")
    if math.isclose(found.sum().item(), 1.0, abs_tol=1e-5):
        raise Wrong("all numbers together sum to 1: each row is a distribution of its own")
    if torch.allclose(found, scores.log_softmax(dim=-1).double(), atol=1e-5):
        raise Wrong("those are logarithms of the shares: return the shares themselves")
    if torch.allclose(found, scores.exp().double(), atol=1e-5):
        raise Wrong("that is e to each score: now divide by the sum of its row")
    if torch.allclose(found, (-scores).softmax(dim=-1).double(), atol=1e-5):
        raise Wrong("the highest score has the smallest share: e to the score, not to minus the score")
    generator = torch.Generator().manual_seed(1)
    for shape in ((2, 3), (5,), (2, 3, 4), (4, 4)):
        scores = 3 * torch.randn(shape, generator=generator)
        found, wanted = candidate(scores), scores.softmax(dim=-1)
        if found.shape != wanted.shape or not torch.allclose(found, wanted, atol=1e-5):
            raise Wrong(
                f"scores of shape {shape} are not shared out as wanted: e to each, divided by the last axis's sum"
            )
    for large in (1000.0, -1000.0):
        if not torch.allclose(candidate(torch.tensor([large, large])), torch.tensor([0.5, 0.5])):
            found = candidate(torch.tensor([large, large])).tolist()
            raise Wrong(
                f"two scores of {large:g} give {found}: e to that is no number that fits. "
                "What may be subtracted from all scores without changing the shares?"
            )
    apart = torch.tensor([[1000.0] + [0.0] * 26])
    if not torch.allclose(candidate(apart), apart.softmax(dim=-1)):
        raise Wrong("one score of 1000, others of 0: still too large. Subtract the largest of the row, not the mean")
    if not torch.allclose(candidate(torch.tensor([[1000.0, 1000.0], [0.0, 1.0]])).sum(dim=-1), torch.ones(2)):
        raise Wrong("you subtracted the largest of all rows: each row has its own, amax(dim=-1, keepdim=True)")


_CONFIG = NeuralModelConfig(vocab_size=5, context_length=3, d_vector=2, n_hidden=4)


def check_neural_model(candidate: type) -> None:
    """Vectors end to end, tanh, scores: as the library's, with its weights."""
    torch.manual_seed(0)
    library, mine = NeuralModel(_CONFIG), candidate(_CONFIG)
    with torch.no_grad():
        library.head.weight.mul_(100.0)
    try:
        mine.load_state_dict(library.state_dict())
    except RuntimeError:
        raise Wrong("its weights have other names or shapes than those given: leave __init__ as it is") from None
    contexts = torch.tensor([[0, 1, 2], [4, 3, 3], [2, 1, 0], [0, 0, 4]])
    found, wanted = mine(contexts), library(contexts)
    if not isinstance(found, Tensor) or found.shape != wanted.shape:
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise Wrong(
            f"for 4 contexts it returned {shape}; {tuple(wanted.shape)} is wanted, a score for each of 5 letters"
        )
    vectors = library.vectors[contexts]
    mixed = rearrange(vectors, "example token d_vector -> example (d_vector token)")
    turned = rearrange(vectors.flip(1), "example token d_vector -> example (token d_vector)")
    end_to_end = vectors.flatten(1)
    slips = (
        (library.head(library.hidden(end_to_end)), "tanh is missing: two layers without it are one (notebook 03)"),
        (library.head(library.hidden(end_to_end).relu()), "the paper's activation is tanh"),
        (library.head(library.hidden(end_to_end).sigmoid()), "the paper's activation is tanh"),
        (wanted.softmax(dim=-1), "it returned probabilities: return scores, the loss makes shares of them itself"),
        (wanted.log_softmax(dim=-1), "it returned log-probabilities: return the scores as they are"),
        (library.head(library.hidden(mixed).tanh()), "the vectors were shuffled into each other: lay each whole behind "
         "the one before, (token d_vector)"),
        (library.head(library.hidden(turned).tanh()), "the context is laid out backwards: the oldest letter first"),
        (library.head(library.hidden(end_to_end.tanh()).tanh()), "the vectors went through tanh as well: only the "
         "hidden neurons have it"),
        (wanted.tanh(), "the scores went through tanh: they may be any number"),
    )  # fmt: skip
    for output, message in slips:
        if torch.allclose(found, output, atol=1e-6):
            raise Wrong(message)
    if not torch.allclose(found, wanted, atol=1e-5):
        raise Wrong(f"context {contexts[0].tolist()} gets the scores {[round(x, 3) for x in found[0].tolist()]}; "
                    f"{[round(x, 3) for x in wanted[0].tolist()]} is wanted")  # fmt: skip


_COUNT = '''def count_pairs(names):
    """How often each letter stood before each."""
    counts = torch.zeros(27, 27)
    for name in names:
        for before, after in pairwise("." + name + "."):
            counts[LETTERS.index(before), LETTERS.index(after)] += 1
    return counts'''

_SURPRISE = '''def mean_surprise(table, names):
    """Mean of minus ln of each letter's probability."""
    total, n_letters = 0.0, 0
    for name in names:
        for before, after in pairwise("." + name + "."):
            total -= table[LETTERS.index(before), LETTERS.index(after)].log().item()
            n_letters += 1
    return total / n_letters'''

BROKEN = '''def smoothed_table(counts: Float[Tensor, "before after"], alpha: float) -> Float[Tensor, "before after"]:
    """Shares of each row, after alpha was added to every count."""
    added = counts + alpha
    return added / added.sum(dim=1)'''

_MENDED = BROKEN.replace("sum(dim=1)", "sum(dim=1, keepdim=True)")

_SOFTMAX = '''def softmax(scores):
    """e to each score, as shares of their sum."""
    exponentials = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim=-1, keepdim=True)'''

_NETWORK = '''class NeuralModel(nn.Module):
    """Vectors of the context, a hidden layer, a score for every letter."""

    def __init__(self, config):
        super().__init__()
        self.vectors = nn.Parameter(0.3 * torch.randn(config.vocab_size, config.d_vector))
        self.hidden = nn.Linear(config.context_length * config.d_vector, config.n_hidden)
        self.head = nn.Linear(config.n_hidden, config.vocab_size)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, contexts):
        end_to_end = rearrange(self.vectors[contexts], "example token d_vector -> example (token d_vector)")
        return self.head(self.hidden(end_to_end).tanh())'''


_VECTORS = "self.vectors = nn.Parameter({} torch.randn(config.vocab_size, config.d_vector))"

_MARKS = '"." + name + "."'

EXERCISES = [
    Exercise(
        id="05.count_pairs",
        reference=count_pairs,
        check=check_count_pairs,
        hints=(
            "Put a dot before and after a name. Each letter then has one before it; `pairwise` gives the pairs.",
            "a table of 27 × 27 zeros\nfor each name, for each pair of neighbours in “.” + name + “.”:\n"
            "    add 1 in the row of the first, the column of the second; LETTERS.index(letter) is a letter's number",
            _COUNT,
        ),
        mistakes=[
            *Mistake.slips(
                _COUNT,
                ("no marks", _MARKS, "name", "neither the dot before"),
                ("no mark before", _MARKS, 'name + "."', "row 0 is empty"),
                ("no mark after", _MARKS, '"." + name', "column 0 is empty"),
                ("exchanged", "(before), LETTERS.index(after)", "(after), LETTERS.index(before)", "are exchanged"),
                ("set, not added", "+= 1", "= 1", "instead of setting"),
                ("26 letters", "(27, 27)", "(26, 26)", "has shape (26, 26)"),
                (
                    "shares",
                    "return counts",
                    "return counts / counts.sum(1, keepdim=True).clamp(min=1)",
                    "sharing comes later",
                ),
                ("only the first name", "    return counts", "        return counts", "the first of two names only"),
            ),
            Mistake(
                name="names run together",
                source="def count_pairs(names):\n    counts = torch.zeros(27, 27)\n"
                '    text = "." + "".join(names) + "."\n'
                "    for before, after in pairwise(text):\n"
                "        counts[LETTERS.index(before), LETTERS.index(after)] += 1\n    return counts",
                says="became anab",
            ),
        ],
    ),
    Exercise(
        id="05.mean_surprise",
        reference=mean_surprise,
        check=check_mean_surprise,
        hints=(
            "One surprise for each pair of neighbours in “.” + name + “.”, of all names together. Then one mean.",
            "total, n_letters = 0, 0\nfor each name, each pair of neighbours: subtract ln of its place in the table "
            "from the total,\n    and count one letter\nreturn total / n_letters        "
            "(.log() of a tensor gives −inf for 0; math.log stops)",
            _SURPRISE,
        ),
        mistakes=[
            *Mistake.slips(
                _SURPRISE,
                ("no minus", "total -=", "total +=", "never negative"),
                ("a sum", "total / n_letters", "total", "sum over all letters"),
                ("bits", ".log()", ".log2()", "in bits"),
                ("per name", "total / n_letters", "total / len(names)", "per name"),
                ("no end", _MARKS, '"." + name', "where names end"),
                ("no beginning", _MARKS, 'name + "."', "how names begin"),
                ("no marks", _MARKS, "name", "the dots were left out"),
                (
                    "perplexity",
                    "return total / n_letters",
                    "return math.exp(total / n_letters)",
                    "perplexity comes later",
                ),
                ("exchanged", "(before), LETTERS.index(after)", "(after), LETTERS.index(before)", "are exchanged"),
                ("impossible made possible", ".log()", ".clamp(min=1e-9).log()", "leave it so"),
                (
                    "math.log",
                    "table[LETTERS.index(before), LETTERS.index(after)].log().item()",
                    "math.log(table[LETTERS.index(before), LETTERS.index(after)])",
                    "is no number for math.log",
                ),
                ("letters without marks", "total / n_letters", "total / (n_letters - len(names))", "are guessed, too"),
            ),
            Mistake(
                name="the mean before the logarithm",
                source=_SURPRISE.replace("total -=", "total +=")
                .replace(".log()", "")
                .replace("return total / n_letters", "return -math.log(total / n_letters)"),
                says="take logarithms first",
            ),
        ],
    ),
    Exercise(
        id="05.smoothed_table",
        reference=smoothed_table,
        check=check_smoothed_table,
        copies=False,
        broken=BROKEN,
        hints=(
            "Print `table.sum(dim=1)` and `table.sum(dim=0)`. What shape has the sum that it divides by?",
            "The sums have the shape (27,). Divided by that, each *row* is divided by all 27 sums, column by column\n"
            "(notebook 03). A column of sums, of the shape (27, 1), divides each row by its own: keepdim=True.",
            _MENDED,
        ),
        mistakes=[
            *Mistake.slips(
                BROKEN,
                ("the other axis", "dim=1", "dim=0", "now the columns sum to 1"),
                ("no axis", "dim=1", "", "the whole table sums to 1"),
            ),
            *Mistake.slips(
                _MENDED,
                ("the old sum", "/ added.sum", "/ counts.sum", "before alpha was added"),
                ("alpha forgotten", "counts + alpha", "counts", "alpha has no effect"),
                ("counts changed", "added = counts + alpha", "added = counts.add_(alpha)", "changed the counts"),
                ("alpha once", "added.sum(dim=1, keepdim=True)", "(counts.sum(1, keepdim=True) + alpha)", "added once"),
                (
                    "alpha at the end",
                    "added / added.sum(dim=1, keepdim=True)",
                    "counts / counts.sum(1, keepdim=True) + alpha",
                    "added to the shares",
                ),
                (
                    "softmax",
                    "added / added.sum(dim=1, keepdim=True)",
                    "added.softmax(dim=1)",
                    "counts are shares already",
                ),
                ("only zeros", "counts + alpha", "torch.where(counts == 0, alpha, counts)", "is wanted"),
            ),
        ],
    ),
    Exercise(
        id="05.softmax",
        reference=softmax,
        check=check_softmax,
        hints=(
            "Exponentials, divided by their sum: along which axis? And what does `torch.tensor(1000.0).exp()` give?",
            "subtract from each score the largest of its row (amax, dim=-1, keepdim=True): all exponentials change\n"
            "by the same factor, above and below the line, and the largest is now e to the 0\n"
            "then exp, then divide by the sum",
            _SOFTMAX,
        ),
        mistakes=Mistake.slips(
            _SOFTMAX,
            (
                "overflows",
                "(scores - scores.amax(dim=-1, keepdim=True)).exp()",
                "scores.exp()",
                "e to that is no number",
            ),
            ("no exponential", "(scores - scores.amax(dim=-1, keepdim=True)).exp()", "scores", "first raise e"),
            (
                "columns",
                "exponentials.sum(dim=-1, keepdim=True)",
                "exponentials.sum(dim=0)",
                "the columns sum to 1",
            ),
            ("everything", "exponentials.sum(dim=-1, keepdim=True)", "exponentials.sum()", "all numbers together"),
            (
                "logarithms",
                "return exponentials / exponentials.sum(dim=-1, keepdim=True)",
                "return (exponentials / exponentials.sum(dim=-1, keepdim=True)).log()",
                "logarithms of the shares",
            ),
            ("the mean", "scores.amax(", "scores.mean(", "not the mean"),
            ("the largest of all", "scores.amax(dim=-1, keepdim=True)", "scores.max()", "each row has its own"),
            ("upside down", "(scores - scores.amax(dim=-1, keepdim=True))", "(-scores)", "smallest share"),
        ),
    ),
    Exercise(
        id="05.NeuralModel",
        reference=NeuralModel,
        check=check_neural_model,
        methods=("forward",),
        equivalent_mutants={
            f"{before} → {after}": "`__init__` is given, not written, and training forgets where it began"
            for before, after in (
                ("nn.init.normal_(self.head.weight, std=0.01)", "nn.init.normal_(self.head.weight, std=0.02)"),
                (_VECTORS.format("0.3 *"), _VECTORS.format("0.6 *")),
                (_VECTORS.format("0.3 *"), _VECTORS.format("0.3 /")),
            )
        },
        hints=(
            "`self.vectors[contexts]` looks up all vectors: shape (example, token, d_vector). How many numbers does "
            "`self.hidden` read?",
            "vectors: example token d_vector → end to end: example (token d_vector), with rearrange\n"
            "hidden layer, tanh, head; no softmax",
            _NETWORK,
        ),
        mistakes=Mistake.slips(
            _NETWORK,
            ("no tanh", ".tanh()", "", "tanh is missing"),
            ("relu", ".tanh()", ".relu()", "activation is tanh"),
            ("shuffled", "(token d_vector)", "(d_vector token)", "shuffled into each other"),
            ("probabilities", ".tanh())", ".tanh()).softmax(dim=-1)", "it returned probabilities"),
            ("backwards", "self.vectors[contexts]", "self.vectors[contexts.flip(1)]", "laid out backwards"),
            ("tanh twice", "self.hidden(end_to_end)", "self.hidden(end_to_end.tanh())", "went through tanh as well"),
            (
                "not laid end to end",
                "self.hidden(end_to_end)",
                "self.hidden(self.vectors[contexts])",
                "cannot be multiplied",
            ),
        ),
    ),
]

QUIZ = [
    Question(
        id="05.q1",
        text="A table of pairs has a perplexity of 10, yet its first guess is right in 25 of 100 letters. How so?",
        choices=[
            ("Other letters surprise it far more than a die does", None),
            (
                "A die of 10 sides is guessed at once as often",
                "A fair die of 10 sides is guessed at once in 10 of 100 throws.",
            ),
            (
                "It needs 10 guesses for the other letters",
                "Perplexity is no number of guesses: it is e to the mean surprise.",
            ),
        ],
        why="Perplexity is a mean: many cheap letters, paid for by some that were held to be unlikely.",
        from_notebook="05",
    ),
    Question(
        id="05.q2",
        text="Without smoothing, one name in a thousand has a pair that was never counted. What is the mean surprise?",
        choices=[
            ("Infinite", None),
            ("A little higher than without that name", "−ln 0 is infinite, and so is a mean that holds it."),
            ("The same, as nothing was counted there", "A share of 0 was read off the table, and −ln 0 is infinite."),
        ],
        why="−ln 0 has no bound, and one such letter outweighs all others.",
        from_notebook="05",
    ),
    Question(
        id="05.q3",
        text="You know the true distribution exactly. What is left of your mean surprise?",
        choices=[
            ("The entropy", None),
            ("The KL divergence", "That is what a wrong belief adds, and yours is right: it is 0."),
            ("Nothing", "Only if the outcome is certain: knowing a die is no help in guessing its throw."),
        ],
        why="Cross-entropy is entropy plus KL divergence, and the latter is 0 for the right belief.",
        from_notebook="05",
    ),
    Question(
        id="05.q4",
        text="Notebook 02: a weight's slope is −0.2, and you raise it by 0.01. About how much does the loss move?",
        choices=[
            ("It falls by 0.002", None),
            ("It falls by 0.2", "That would be the fall for a whole unit, if the slope held so far."),
            ("It rises by 0.002", "A negative slope: more of this weight, less loss."),
        ],
        why="Slope × nudge: −0.2 × 0.01.",
        from_notebook="02",
    ),
    Question(
        id="05.q5",
        text="Notebook 01: why is a loss made of squares or surprises, and not the count of mistakes we care about?",
        choices=[
            ("A tiny nudge changes no decision", None),
            ("Counting is too slow", "It is no slower: but its slope is 0 nearly everywhere."),
            ("Mistakes are rare once it has learned", "Even where they are frequent, a nudge moves none of them."),
        ],
        why="The count is flat with cliffs, so there is no slope to follow.",
        from_notebook="01",
    ),
]

CLAIMS: dict = {}

_TRAINED = Diagnosis(
    above="Was it trained for as many steps, with the same learning rate, and are dropout or shuffling as they were?",
    below="Lower than a model of this size gets: did names for judging get into those for training?",
)
DIAGNOSES = {
    "05.network_test_perplexity": _TRAINED,
    "05.network_train_perplexity": _TRAINED,
    "05.share_of_names_known": Diagnosis(
        above="More of its names stand in the training list: has it been trained for longer?",
        below="Fewer of its names stand in the training list: did it train for all its steps?",
    ),
}
