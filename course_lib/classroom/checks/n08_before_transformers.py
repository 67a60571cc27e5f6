"""Notebook 08: a step of an RNN, how far it reaches back, a step of an LSTM, and one that forgets."""

import inspect
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.sequence import lstm_step, rnn_reach, rnn_step


def _random(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator) for shape in shapes]


def _close(found: object, wanted: Tensor) -> bool:
    return isinstance(found, Tensor) and found.shape == wanted.shape and torch.allclose(found, wanted, atol=1e-5)


def check_rnn_step(candidate: Callable) -> None:
    """One vector, then batches; each usual slip is recognised by its numbers."""
    for batch in ((), (4,), (2, 3)):
        features, state = _random(8, (*batch, 2), (*batch, 3))
        input_weights, state_weights, bias = _random(9, (3, 2), (3, 3), (3,))
        given = features, state, input_weights, state_weights, bias
        wanted = rnn_step(*given)
        try:
            found = candidate(*given)
        except RuntimeError as error:
            if "shape" not in str(error) and "size" not in str(error):
                raise
            raise Wrong(f"with features of shape {tuple(features.shape)} two tables do not fit: a row of the weights "
                        "belongs to a unit, so write features @ input_weights.T") from None  # fmt: skip
        tensor_of(found, tuple(wanted.shape), "the new state")
        heard, kept = features @ input_weights.T, state @ state_weights.T
        slips = {
            "there is no tanh: the state would grow without end": heard + kept + bias,
            "tanh is for the whole sum; here a part of it stays outside": torch.tanh(heard) + torch.tanh(kept + bias),
            "the old state is left out: what stood before is forgotten at once": torch.tanh(heard + bias),
            "the features are left out: it would never hear the token": torch.tanh(kept + bias),
            "the bias is left out": torch.tanh(heard + kept),
            "the state's weights are turned round: row u holds how unit u hears the others, so .T": torch.tanh(
                heard + state @ state_weights + bias
            ),
            "this activation is the sigmoid; tanh is wanted": torch.sigmoid(heard + kept + bias),
        }
        for message, slip in slips.items():
            if _close(found, slip):
                raise Wrong(message)
        if not _close(found, wanted):
            raise Wrong(f"for features of shape {tuple(features.shape)} the numbers differ from tanh(W x + U h + b)")


def _reach_with(states: Tensor, input_weights: Tensor, state_weights: Tensor, slip: str) -> Tensor | None:
    """The reach with one named mistake, to recognise it by its numbers."""
    slopes = 1 - states**2 if slip != "squares" else 1 - states
    if slip == "no tanh":
        slopes = torch.ones_like(states)
    if slip == "forwards":
        slopes = slopes.flip(0)
    chain = torch.diag(slopes[-1])
    sizes = [(chain if slip == "no inputs" else chain @ input_weights).norm()]
    for slope in slopes[:-1].flip(0):
        weights = state_weights.T if slip == "turned" else state_weights
        chain = chain @ weights
        if slip != "first slope alone":
            chain = torch.diag(slope) @ chain if slip == "wrong side" else chain * slope
        sizes.append((chain if slip == "no inputs" else chain @ input_weights).norm())
    found = torch.stack(sizes)
    if slip == "reading order":
        return found.flip(0)
    return found**2 if slip == "no root" else found


_REACH_SLIPS = {
    "no tanh": "the slope of tanh is missing: 1 − state², for every unit at every place",
    "squares": "the slope of tanh is 1 − state², with a square",
    "first slope alone": "only the last place has its tanh's slope; every place has one",
    "turned": "the state's weights are turned round: they stand in the chain as they are",
    "wrong side": "the new slopes stand on the wrong side: nearest to the inputs, on the right of the chain",
    "no inputs": "the chain ends at an old state; one more link leads to the input: @ input_weights",
    "reading order": "the order is turned round: 0 steps back, the last token, comes first",
    "forwards": "it walks from the first place to the last: begin at the last state and go back",
    "no root": "those are sums of squares: their root is the size, .norm()",
}


def check_rnn_reach(candidate: Callable) -> None:
    """One unit by hand, then tables where no two slips agree."""
    by_hand = torch.tensor([[0.6], [0.0], [0.8]]), torch.tensor([[2.0]]), torch.tensor([[0.5]])
    n_tokens = 3
    for states, input_weights, state_weights in (
        by_hand,
        (_random(8, (5, 3))[0].tanh(), *_random(9, (3, 2), (3, 3))),
        (_random(10, (1, 2))[0].tanh(), *_random(11, (2, 4), (2, 2))),
    ):
        found, wanted = candidate(states, input_weights, state_weights), rnn_reach(states, input_weights, state_weights)
        n_tokens = len(states)
        if isinstance(found, list | tuple) and len(found) == n_tokens:
            found = torch.stack([torch.as_tensor(size) for size in found])
        if isinstance(found, Tensor) and found.shape == (n_tokens - 1,):
            raise Wrong(f"{n_tokens} tokens, {n_tokens - 1} sizes: the last token counts too, 0 steps back")
        tensor_of(found, tuple(wanted.shape), "the result")
        for slip, message in _REACH_SLIPS.items():
            wrong = _reach_with(states, input_weights, state_weights, slip)
            if not _close(wrong, wanted) and _close(found, wrong) and n_tokens == 5:
                raise Wrong(message)
        if not _close(found, wanted) and n_tokens != 3:
            raise Wrong(f"for {n_tokens} tokens the sizes differ, first at {_first_gap(found, wanted)} steps back")
    states, input_weights, state_weights = by_hand
    if not _close(candidate(*by_hand), rnn_reach(*by_hand)):
        raise Wrong("for one unit with states 0.6, 0, 0.8 and weights 2 and ½ it must be 0.72, 0.36, 0.1152")


def _first_gap(found: Tensor, wanted: Tensor) -> int:
    return int(((found - wanted).abs() > 1e-5).nonzero()[0])


def _lstm_with(given: tuple[Tensor, ...], slip: str) -> tuple[Tensor, Tensor]:
    """A step with one named mistake, to recognise it by its numbers."""
    features, state, cell, input_weights, state_weights, bias = given
    sums = features @ input_weights.T + state @ state_weights.T + bias
    let_in, keep, candidate, show = sums.chunk(4, dim=-1)
    if slip == "order":
        let_in, keep = keep, let_in
    if slip == "order of the last two":
        candidate, show = show, candidate
    gate = torch.tanh if slip == "tanh gates" else torch.sigmoid
    new = torch.sigmoid(candidate) if slip == "sigmoid candidate" else torch.tanh(candidate)
    new = candidate if slip == "raw candidate" else new
    kept = cell if slip == "all kept" else gate(keep) * cell
    kept = torch.zeros_like(cell) if slip == "nothing kept" else kept
    after = kept + (new if slip == "no input gate" else gate(let_in) * new)
    if slip == "squashed":
        after = torch.tanh(after)
    shown = after if slip == "shown raw" else torch.tanh(after)
    shown = cell.tanh() if slip == "old cell shown" else shown
    state = shown if slip == "no output gate" else gate(show) * shown
    return (after, state) if slip == "swapped" else (state, after)


_LSTM_SLIPS = {
    "order": "input and forget gate are swapped: the first block of rows lets in, the second keeps",
    "order of the last two": "candidate and output gate are swapped: the third block is the candidate",
    "tanh gates": "the gates are shares from 0 to 1: sigmoid, not tanh",
    "sigmoid candidate": "the candidate must be able to be negative: tanh, not sigmoid",
    "raw candidate": "the candidate has no activation: tanh keeps it between −1 and 1",
    "all kept": "the forget gate does nothing: the old cell is to be multiplied by it",
    "nothing kept": "the old cell is lost: a share of it, the forget gate's, is kept",
    "no input gate": "the input gate does nothing: the candidate is to be multiplied by it",
    "squashed": "tanh is on the cell itself: what is kept shrinks at every step. Tanh only what is shown",
    "shown raw": "the cell is shown as it is: tanh brings it between −1 and 1 before the output gate",
    "old cell shown": "the old cell is shown: show the one that you have just made",
    "no output gate": "the output gate does nothing: what is shown is to be multiplied by it",
    "swapped": "they come back in the wrong order: first the state, then the cell",
}


def check_lstm_step(candidate: Callable) -> None:
    """Batches of any shape; each usual slip is recognised by its numbers."""
    for batch in ((), (4,), (2, 3)):
        features, state, cell = _random(8, (*batch, 2), (*batch, 5), (*batch, 5))
        given = (features, state, cell, *_random(9, (20, 2), (20, 5), (20,)))
        wanted = lstm_step(*given)
        try:
            found = candidate(*given)
        except RuntimeError as error:
            if "shape" not in str(error) and "size" not in str(error):
                raise
            raise Wrong(f"with features of shape {tuple(features.shape)} two tables do not fit: .T for the weights, "
                        "and .chunk(4, dim=-1) for the sums") from None  # fmt: skip
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise Wrong("two things are to be returned: the new state and the new cell")
        for mine, theirs, what in zip(found, wanted, ("the new state", "the new cell"), strict=True):
            tensor_of(mine, tuple(theirs.shape), what)
        for slip, message in _LSTM_SLIPS.items():
            if all(map(_close, found, _lstm_with(given, slip))):
                raise Wrong(message)
        for mine, theirs, what in zip(found, wanted, ("state", "cell"), strict=True):
            if not _close(mine, theirs):
                raise Wrong(f"for features of shape {tuple(features.shape)} the {what} differs from the formula")


def check_forgetful_step(candidate: Callable) -> None:
    """It keeps what it shall keep, through its own code."""
    code = getattr(inspect.unwrap(candidate), "__code__", None)
    if code is not None and {"lstm_step", "LSTM", "LSTMCell"} & set(code.co_names):
        raise Wrong("it calls a step that is right already. Find the two faults of this one")
    zeros, cell = torch.zeros(1), torch.tensor([0.7])
    weights = torch.zeros(4, 1), torch.zeros(4, 1)
    keep_all = torch.tensor([-100.0, 100.0, 0.0, 100.0])  # lets nothing in, keeps all, shows all
    found = candidate(zeros, zeros, cell, *weights, keep_all)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise Wrong("two things are to be returned: the new state and the new cell")
    state, kept = found
    if kept.abs().item() < 1e-3:
        raise Wrong("with the forget gate open and nothing let in, a cell of 0.7 is empty after one step: which gate "
                    "is which?")  # fmt: skip
    if kept.item() < 0.69:
        raise Wrong(f"with the forget gate open and nothing let in, a cell of 0.7 is {kept.item():.2f} after one step: "
                    "what shrinks it?")  # fmt: skip
    if abs(state.item() - 0.7) < 1e-3:
        raise Wrong("now the cell keeps, but a state of 0.7 is shown: what is shown goes through tanh")
    _, emptied = candidate(zeros, zeros, cell, *weights, torch.tensor([-100.0, -100.0, 0.0, 100.0]))
    if abs(emptied.item()) > 1e-3:
        raise Wrong("it keeps even where the forget gate is shut: it can never clear its cell")
    check_lstm_step(candidate)


_RNN_STEP = '''def rnn_step(features, state, input_weights, state_weights, bias):
    """The new state, from a token's features and the old state."""
    return torch.tanh(features @ input_weights.T + state @ state_weights.T + bias)'''

_REACH = '''def rnn_reach(states, input_weights, state_weights):
    """The size of the slopes of the last state, 0, 1, 2, … steps back."""
    slopes = 1 - states**2
    chain = torch.diag(slopes[-1])
    sizes = [(chain @ input_weights).norm()]
    for slope in slopes[:-1].flip(0):
        chain = chain @ state_weights * slope
        sizes.append((chain @ input_weights).norm())
    return torch.stack(sizes)'''

_LSTM_STEP = '''def lstm_step(features, state, cell, input_weights, state_weights, bias):
    """The new state and the new cell."""
    sums = features @ input_weights.T + state @ state_weights.T + bias
    let_in, keep, candidate, show = sums.chunk(4, dim=-1)
    cell = keep.sigmoid() * cell + let_in.sigmoid() * candidate.tanh()
    return show.sigmoid() * cell.tanh(), cell'''

BROKEN = '''def forgetful_step(
    features: Float[Tensor, "*batch feature"],
    state: Float[Tensor, "*batch unit"],
    cell: Float[Tensor, "*batch unit"],
    input_weights: Float[Tensor, "4*unit feature"],
    state_weights: Float[Tensor, "4*unit unit"],
    bias: Float[Tensor, "4*unit"],
) -> tuple[Float[Tensor, "*batch unit"], Float[Tensor, "*batch unit"]]:
    """The new state and the new cell."""
    sums = features @ input_weights.T + state @ state_weights.T + bias
    keep, let_in, candidate, show = sums.chunk(4, dim=-1)
    cell = (keep.sigmoid() * cell + let_in.sigmoid() * candidate.tanh()).tanh()
    return show.sigmoid() * cell, cell'''

_MENDED = _LSTM_STEP.replace("lstm_step", "forgetful_step")


def forgetful_step(
    features: Float[Tensor, "*batch feature"],
    state: Float[Tensor, "*batch unit"],
    cell: Float[Tensor, "*batch unit"],
    input_weights: Float[Tensor, "4*unit feature"],
    state_weights: Float[Tensor, "4*unit unit"],
    bias: Float[Tensor, "4*unit"],
) -> tuple[Float[Tensor, "*batch unit"], Float[Tensor, "*batch unit"]]:
    """The new state and the new cell: what the mended step does."""
    sums = features @ input_weights.T + state @ state_weights.T + bias
    let_in, keep, candidate, show = sums.chunk(4, dim=-1)
    cell = keep.sigmoid() * cell + let_in.sigmoid() * candidate.tanh()
    return show.sigmoid() * cell.tanh(), cell


EXERCISES = [
    Exercise(
        id="08.rnn_step",
        reference=rnn_step,
        check=check_rnn_step,
        hints=(
            "Three things are added: what the token says, what the old state says, the bias. Then tanh.\n"
            "There may be a batch in front, so the features stand on the left: features @ something.",
            "heard = features times the input weights, whose rows belong to units: turn them, .T\n"
            "kept = the same with the old state and its weights\nreturn tanh of heard + kept + bias",
            _RNN_STEP,
        ),
        mistakes=Mistake.slips(
            _RNN_STEP,
            ("no tanh", "torch.tanh", "", "there is no tanh"),
            ("old state left out", " + state @ state_weights.T", "", "what stood before is forgotten at once"),
            ("features left out", "features @ input_weights.T + ", "", "never hear the token"),
            ("bias left out", " + bias", "", "the bias is left out"),
            ("weights turned round", "state_weights.T", "state_weights", "turned round: row u"),
            ("sigmoid", "torch.tanh", "torch.sigmoid", "this activation is the sigmoid"),
            ("wrong side", "features @ input_weights.T", "input_weights @ features", "two tables do not fit"),
            ("no return", "return ", "found = ", "nothing came back"),
        ),
    ),
    Exercise(
        id="08.rnn_reach",
        reference=rnn_reach,
        check=check_rnn_reach,
        hints=(
            "Begin at the last state: its slopes for the sum inside its tanh are 1 − state², one a unit. As a table:\n"
            "torch.diag(1 - states[-1] ** 2). Times input_weights it is the slope for the last input.",
            "chain = diag(slopes of the last place); size = norm of chain @ input_weights\n"
            "for every earlier place, the latest first:\n"
            "    chain = chain @ state_weights, its columns times that place's slopes\n"
            "    size = norm of chain @ input_weights\nreturn the sizes, stacked",
            _REACH,
        ),
        mistakes=Mistake.slips(
            _REACH,
            ("slope of tanh forgotten", "1 - states**2", "torch.ones_like(states)", "the slope of tanh is missing"),
            ("no square", "1 - states**2", "1 - states", "with a square"),
            ("one slope alone", " @ state_weights * slope", " @ state_weights", "only the last place"),
            ("weights turned round", "chain @ state_weights", "chain @ state_weights.T", "in the chain as they are"),
            (
                "slopes on the left",
                "chain @ state_weights * slope",
                "torch.diag(slope) @ chain @ state_weights",
                "on the wrong side",
            ),
            ("no last link", "chain @ input_weights", "chain", "one more link"),
            ("reading order", "torch.stack(sizes)", "torch.stack(sizes).flip(0)", "0 steps back, the last token"),
            ("no root", ".norm()", ".square().sum()", "sums of squares"),
            ("last token left out", "torch.stack(sizes)", "torch.stack(sizes)[1:]", "the last token counts too"),
        ),
    ),
    Exercise(
        id="08.lstm_step",
        reference=lstm_step,
        check=check_lstm_step,
        hints=(
            "One sum as in the RNN, four times as long; .chunk(4, dim=-1) cuts it. Which parts become shares?",
            "sums = as in the RNN, without tanh\nlet_in, keep, candidate, show = the four chunks\n"
            "cell = share kept × old cell + share let in × tanh of the candidate\n"
            "state = share shown × tanh of the new cell;  return state, cell",
            _LSTM_STEP,
        ),
        mistakes=Mistake.slips(
            _LSTM_STEP,
            ("gates swapped", "let_in, keep, candidate", "keep, let_in, candidate", "input and forget gate are swap"),
            ("last two swapped", "candidate, show =", "show, candidate =", "candidate and output gate are swapped"),
            ("sigmoid candidate", "candidate.tanh()", "candidate.sigmoid()", "must be able to be negative"),
            ("nothing kept", "keep.sigmoid() * cell + ", "", "the old cell is lost"),
            ("all kept", "keep.sigmoid() * cell", "cell", "the forget gate does nothing"),
            ("no input gate", "let_in.sigmoid() * ", "", "the input gate does nothing"),
            ("shown as it is", "cell.tanh(), cell", "cell, cell", "the cell is shown as it is"),
            ("no output gate", "show.sigmoid() * ", "", "the output gate does nothing"),
            (
                "wrong order",
                "return show.sigmoid() * cell.tanh(), cell",
                "return cell, show.sigmoid() * cell.tanh()",
                "come back in the wrong order",
            ),
            ("cell not returned", "cell.tanh(), cell", "cell.tanh()", "two things are to be returned"),
        ),
    ),
    Exercise(
        id="08.forgetful_step",
        reference=forgetful_step,
        check=check_forgetful_step,
        broken=BROKEN,
        hints=(
            "Give it weights of 0 and a bias that opens one gate and shuts another, and a cell of 0.7. What is left\n"
            "after one step, if it shall keep everything? And after ten?",
            "One fault: two names stand in the wrong order, so the gate that shall keep lets in.\n"
            "The other: tanh, applied again at every step, shrinks what is kept. Where does tanh belong?",
            _MENDED,
        ),
        mistakes=[
            *Mistake.slips(
                BROKEN,
                (
                    "tanh mended alone",
                    "candidate.tanh()).tanh()\n    return show.sigmoid() * cell,",
                    "candidate.tanh())\n    return show.sigmoid() * cell.tanh(),",
                    "which gate is which?",
                ),
                ("order mended alone", "keep, let_in, candidate", "let_in, keep, candidate", "what shrinks it?"),
            ),
            *Mistake.slips(
                _MENDED,
                ("no tanh at all", "cell.tanh(), cell", "cell, cell", "what is shown goes through tanh"),
                ("forget gate taken out", "keep.sigmoid() * cell", "cell", "never clear its cell"),
                ("no candidate's tanh", "candidate.tanh()", "candidate", "the candidate has no activation"),
            ),
            Mistake(
                name="another step called",
                source="def forgetful_step(features, state, cell, input_weights, state_weights, bias):\n"
                "    return lstm_step(features, state, cell, input_weights, state_weights, bias)",
                says="calls a step that is right already",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="08.q1",
        text="A state of 84 numbers has read 10 tokens, then 1,000. How many numbers does it hold?",
        choices=[
            ("84 both times", None),
            ("840, then 84,000", "That would be one state for each token kept; each new one replaces the old."),
            ("84, then 8,400", "Its length is fixed by the weights, and they do not know how long a text is."),
        ],
        why="The new state replaces the old one, so reading on costs no memory, and room has to be made.",
        from_notebook="08",
    ),
    Question(
        id="08.q2",
        text="A gradient has vanished on its way back through 60 tokens. Does clipping help?",
        choices=[
            ("No: it only shortens", None),
            ("Yes: it keeps the gradient within bounds", "It sets an upper bound; what has vanished is below any."),
            ("Yes, if its limit is raised", "A higher limit shortens fewer gradients, and lengthens none."),
        ],
        why="Clipping is for gradients that explode. One that has vanished holds no direction to follow.",
        from_notebook="08",
    ),
    Question(
        id="08.q3",
        text="Why does an LSTM's cell carry gradients further than an RNN's state?",
        choices=[
            ("Along the cell a step's slope is the forget gate", None),
            (
                "It has four times as many weights",
                "A wider RNN has as many, and still multiplies matrices and slopes.",
            ),
            (
                "It stores the gradients in its cell",
                "The cell holds numbers of the forward pass; no gradient is kept.",
            ),
        ],
        why="New cell = gate × old cell + something new: with the gate near 1, so is the slope.",
        from_notebook="08",
    ),
    Question(
        id="08.q4",
        text="h is used in two places: y = h · h + tanh(h), at h = 0. What is the gradient of h?",
        choices=[
            ("1", None),
            ("0", "The product brings 0 by both its arrows; tanh is steepest at 0 and brings 1."),
            ("2", "tanh's slope at 0 is 1, and the product's two arrows bring 0 each."),
        ],
        why="Over paths slopes add: 0 + 0 from the product, 1 − tanh(0)² = 1 from tanh.",
        from_notebook="02",
    ),
    Question(
        id="08.q5",
        text="A sigmoid's score is 0, then 5. What does it give?",
        choices=[
            ("½, then nearly 1", None),
            ("0, then 5", "That is the score; the sigmoid brings any score between 0 and 1."),
            ("0, then nearly 1", "It is tanh that gives 0 at 0; the sigmoid is undecided there, and says ½."),
        ],
        why="That is why a forget gate with a bias of 5 keeps nearly all, and one with 0 half.",
        from_notebook="01",
    ),
]


def _decide_a6(*, attention: float, best_lstm: float, best_rnn: float) -> str:
    if attention < 0.95 or best_rnn >= 0.8:
        return "does not hold here"
    if best_lstm >= 0.8:
        return "holds with a condition: a plain RNN dilutes it, one with gates carries it as far here"
    return "holds"


def _decide_a7(
    *, chain_growth_rnn: float, chain_growth_attention: float, rnn_time_by_attention: float, passes_to_write_20: int
) -> str:
    if chain_growth_rnn < 10 or chain_growth_attention > 1:
        return "does not hold here"
    if rnn_time_by_attention < 2:
        return "does not hold here: attention waits for nothing, but this machine is not faster for it"
    if passes_to_write_20 > 1:
        return "holds with a condition: the text is there already; writing takes attention a pass a token, too"
    return "holds"


CLAIMS = {
    "A6": Claim(
        id="A6",
        text="Attention links any two positions directly; an RNN dilutes the distant.",
        rule="mean accuracy over 5 seeds in naming a token 64 steps back, equal parameters, ⅛ is chance: holds if "
        "attention reaches 95 % and neither the better of two plain RNNs nor the better of two LSTMs 80 %; with a "
        "condition if an LSTM does",
        decide=_decide_a6,
    ),
    "A7": Claim(
        id="A7",
        text="RNNs are sequential; a transformer processes all positions at once.",
        rule="holds if from 64 to 1,024 tokens the longest chain of operations grows at least 10 times in an RNN and "
        "not at all in attention, and at 256 tokens the RNN takes at least twice attention's time, forward and "
        "backward, with equal parameters; with a condition if attention needs more than one pass to write 20 tokens",
        decide=_decide_a7,
    ),
}

DIAGNOSES = {
    "08.surprise_names": Diagnosis(
        above="the RNN learned less than usual: is the state carried from letter to letter, and tanh in its place?",
        below="better than an RNN of this size can be on unread names: are some of them among those it learned?",
    ),
    "08.attention_64": Diagnosis(
        above="even surer than usual: harmless",
        below="attention did not find the marked token: can the last place see the first?",
    ),
}
