"""Checks of notebook 14: choosing the next token."""

from collections.abc import Callable
from inspect import getsource

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.inference import Sampler


def with_temperature(logits: Float[Tensor, "*batch vocab"], temperature: float | int) -> Float[Tensor, "*batch vocab"]:
    """Probabilities of the next token; at temperature 0 the likeliest gets all."""
    if temperature == 0:
        best = logits.argmax(dim=-1, keepdim=True)
        return torch.zeros_like(logits).scatter(-1, best, 1.0)
    return (logits / temperature).softmax(dim=-1)


def keep_top_p(probabilities: Float[Tensor, "*batch vocab"], p: float | int) -> Float[Tensor, "*batch vocab"]:
    """The fewest likeliest tokens that together hold p, scaled to sum to 1; the others 0."""
    ordered, order = probabilities.sort(dim=-1, descending=True)
    held_by_better = ordered.cumsum(dim=-1) - ordered
    kept = torch.where(held_by_better < p, ordered, 0.0)
    kept = torch.zeros_like(probabilities).scatter(-1, order, kept)
    return kept / kept.sum(dim=-1, keepdim=True)


def keep_min_p(probabilities: Float[Tensor, "*batch vocab"], share: float | int) -> Float[Tensor, "*batch vocab"]:
    """Tokens at least so many times as likely as the likeliest, scaled to sum to 1; the others 0."""
    enough = share * probabilities.amax(dim=-1, keepdim=True)
    kept = torch.where(probabilities >= enough, probabilities, 0.0)
    return kept / kept.sum(dim=-1, keepdim=True)


def allowed_tokens(written: str, pieces: list[str], answers: list[str]) -> list[int]:
    """Ids of the tokens after which the text is still the beginning of an answer."""
    return [
        token_id
        for token_id, piece in enumerate(pieces)
        if piece and any(answer.startswith(written + piece) for answer in answers)
    ]


def mended_writer(
    probabilities_after: Callable[[list[int]], Float[Tensor, "vocab"]],
    token_ids: list[int],
    end: int,
    max_new_tokens: int,
    number: int,
) -> list[int]:
    """Draw token after token, until the end token has come or so many are written."""
    generator = torch.Generator().manual_seed(number)
    written = []
    while len(written) < max_new_tokens:
        probabilities = probabilities_after(token_ids + written)
        token_id = probabilities.multinomial(1, generator=generator).item()
        written.append(token_id)
        if written[-1] == end:
            break
    return written


def _shaped(found: object, like: Tensor) -> Tensor:
    """The candidate's answer, if it is a table of the right shape and without holes."""
    if not isinstance(found, Tensor):
        raise Wrong(f"it returns {type(found).__name__}: a tensor with a probability for each token is wanted")
    if found.shape != like.shape:
        raise Wrong(f"{tuple(like.shape)} went in, {tuple(found.shape)} came out: one probability for each token")
    if found.isnan().any():
        raise Wrong("a probability is NaN: is something divided by zero?")
    return found


def _sums(found: Tensor) -> None:
    for row, total in enumerate(found.reshape(-1, found.shape[-1]).sum(dim=-1).tolist()):
        if abs(total - 1) > 1e-4:
            raise Wrong(f"row {row} sums to {total:.2f}, not to 1: divide what is left by its sum, row by row")


LOGITS = torch.tensor([[2.0, 1.0, 0.0, -1.0], [0.0, 3.0, 1.5, 2.9]])
SHARES = torch.tensor([[0.2, 0.4, 0.1, 0.3], [0.04, 0.9, 0.05, 0.01]])


def check_with_temperature(candidate: Callable) -> None:
    """Cold sharpens, hot flattens, 1 changes nothing, 0 takes the likeliest."""
    row = LOGITS[0]
    cold, plain, hot = (_shaped(candidate(row, each), row) for each in (0.5, 1.0, 2.0))
    if torch.allclose(cold, plain, atol=1e-4) and torch.allclose(hot, plain, atol=1e-4):
        raise Wrong("temperature changes nothing: are probabilities divided, and then scaled back to sum to 1?")
    if cold[0] < hot[0]:
        raise Wrong(
            f"at 0.5 the likeliest gets {cold[0]:.2f}, at 2 it gets {hot[0]:.2f}: the other way round. Multiplied?"
        )
    _sums(cold)
    batch = _shaped(candidate(LOGITS, 0.7), LOGITS)
    if torch.allclose(batch.sum(dim=0), torch.ones(4), atol=1e-4):
        raise Wrong("columns sum to 1: softmax runs over the texts of a batch. The tokens are the last axis")
    _sums(batch)
    try:
        still = candidate(LOGITS, 0)
    except ZeroDivisionError:
        raise Wrong("at temperature 0 it divides by zero: give the likeliest token all, without dividing") from None
    if not isinstance(still, Tensor) or still.isnan().any():
        raise Wrong("at temperature 0 it gives NaN, infinity by infinity: give the likeliest token all, undivided")
    right = (_shaped(still, LOGITS) == Sampler(temperature=0).probabilities(LOGITS)).all(dim=-1).tolist()
    if not all(right):
        row_id = right.index(False)
        told = f"logits {LOGITS[row_id].tolist()} become {still[row_id].tolist()}"
        raise Wrong(f"at temperature 0, {told}: the likeliest token of each row gets 1, all others 0")
    if not torch.equal(_shaped(candidate(row, 0), row), torch.tensor([1.0, 0.0, 0.0, 0.0])):
        raise Wrong(
            "at temperature 0 a single row comes out wrong: the tokens are the last axis, whatever stands before"
        )
    for temperature in (0.3, 1.0, 1.7):
        expected = Sampler(temperature=temperature).probabilities(LOGITS)
        if not torch.allclose(candidate(LOGITS, temperature), expected, atol=1e-5):
            raise Wrong(f"at temperature {temperature} the shares are not softmax of logits / temperature")


def check_keep_top_p(candidate: Callable) -> None:
    """The token that crosses p stays; order and sums are put right; rows are independent."""
    row = SHARES[0]
    found = _shaped(candidate(row, 0.6), row)
    kept = set(found.nonzero().flatten().tolist())
    if len(kept) == 2 and kept != {1, 3}:
        raise Wrong(f"it keeps tokens {sorted(kept)}: the likeliest are 1 and 3. After sorting, where did each stand?")
    if kept and 1 not in kept:
        raise Wrong(f"it keeps tokens {sorted(kept)} and drops the likeliest, 1: sorted from the wrong end?")
    sure = candidate(SHARES[1], 0.6)
    if not torch.is_tensor(sure) or sure.isnan().any() or sure.sum() == 0 or sure[1] == 0:
        raise Wrong("a token of probability 0.9 is dropped at p = 0.6: it crosses p, and the one that crosses p stays")
    if kept == {1}:
        raise Wrong("0.4 is less than 0.6, and only that one is kept: the token that crosses p belongs to the nucleus")
    if kept == set(range(4)) or len(kept) > 2:
        raise Wrong(f"it keeps tokens {sorted(kept)} at p = 0.6, but 0.4 and 0.3 are enough")
    _sums(found)
    if candidate(torch.tensor([0.3, 0.25, 0.25, 0.2]), 0.45).count_nonzero() != 2:
        raise Wrong("of 0.3, 0.25, 0.25, 0.2 two tokens hold 0.45: p is a share of all together, not of one token")
    if candidate(torch.tensor([0.5, 0.25, 0.25]), 0.5).count_nonzero() != 1:
        raise Wrong("0.5 alone holds p = 0.5, and another token is kept: the fewest that hold p are wanted")
    batch = _shaped(candidate(SHARES, 0.6), SHARES)
    if batch[1].count_nonzero() != 1 or batch[0].count_nonzero() != 2:
        raise Wrong("each row has a nucleus of its own: sort and add up along the last axis")
    generator = torch.Generator().manual_seed(3)
    for p in (0.05, 0.3, 0.8, 1.0):
        logits = 2 * torch.randn(3, 11, generator=generator)
        expected = Sampler(top_p=p).probabilities(logits)
        if not torch.allclose(candidate(logits.softmax(dim=-1), p), expected, atol=1e-5):
            raise Wrong(f"at p = {p} it is not the library's nucleus: {expected[0].count_nonzero()} tokens in row 0")


def check_keep_min_p(candidate: Callable) -> None:
    """Measured by the best of the same row."""
    row = SHARES[0]
    found = candidate(row, 0.5)
    if isinstance(found, Tensor) and (found.isnan().all() or found.count_nonzero() == 0):
        raise Wrong("nothing is left of 0.2, 0.4, 0.1, 0.3 at 0.5: half of what? Of the likeliest, not of 1")
    found = _shaped(found, row)
    unsure = torch.full((10,), 0.1)
    if torch.is_tensor(flat := candidate(unsure, 0.5)) and (flat.isnan().any() or flat.count_nonzero() < 10):
        raise Wrong("ten tokens of 0.1 are equally likely, and some are dropped: measure by the likeliest, not by 1")
    if found.count_nonzero() == 2:
        raise Wrong("0.2 is half of 0.4, and is dropped at 0.5: *at least* so many times as likely")
    if found.count_nonzero() > 3:
        raise Wrong("0.1 is a quarter of the likeliest, 0.4, and is kept at 0.5")
    _sums(found)
    if candidate(SHARES[1], 0.05).count_nonzero() != 2:
        raise Wrong(
            "the likeliest has 0.9: at 0.05 a token needs 0.045, and 0.05 alone has that. Which is it measured by?"
        )
    batch = candidate(SHARES, 0.3)
    if batch[0].count_nonzero() != 3:
        raise Wrong("row 0 is measured by the likeliest token of another row: each row has its own")
    _sums(batch)
    generator = torch.Generator().manual_seed(3)
    for share in (0.0, 0.07, 0.4, 1.0):
        logits = 2 * torch.randn(3, 11, generator=generator)
        expected = Sampler(min_p=share).probabilities(logits)
        if not torch.allclose(candidate(logits.softmax(dim=-1), share), expected, atol=1e-5):
            raise Wrong(f"at {share} it keeps other tokens than the library")


PIECES = ["", "A", "sh", "Ash", "by", "ton", "b", "y", "Ashby.", "shb", "B", "on"]
TOWNS = ["Ashby", "Ashton", "Boston"]


def check_allowed_tokens(candidate: Callable) -> None:
    """At the start, in the middle, at the end; pieces long and short."""
    first = candidate("", PIECES, TOWNS)
    if not isinstance(first, list) or not all(isinstance(each, int) for each in first):
        raise Wrong("a list of ids is wanted: the places of the allowed pieces, not their texts")
    told = {token_id: PIECES[token_id] for token_id in first}
    if 0 in first:
        raise Wrong("the empty piece is allowed: choosing it for ever, the text would never get on")
    if 8 in first:
        raise Wrong("'Ashby.' is allowed at the start: it goes beyond the answer")
    if 1 not in first:
        raise Wrong("'A' is not allowed at the start: an answer need not come in one piece")
    inside = [piece for piece in told.values() if piece not in ("A", "Ash", "B")]
    if inside:
        raise Wrong(f"{inside[0]!r} is allowed at the start: no answer begins with it")
    later = candidate("Ash", PIECES, TOWNS)
    if 1 in later or 3 in later:
        raise Wrong("after 'Ash' another 'A' is allowed: what has been written counts")
    for written in ("", "A", "Ash", "Ashb", "Ashby", "B", "x"):
        expected = allowed_tokens(written, PIECES, TOWNS)
        if candidate(written, PIECES, TOWNS) != expected:
            wanted = [PIECES[token_id] for token_id in expected]
            raise Wrong(f"after {written!r} these pieces may come, in this order: {wanted}")


def _even(token_ids: list[int]) -> Tensor:
    return torch.tensor([0.0, *[1 / 8] * 8])


def _one_by_one(token_ids: list[int]) -> Tensor:
    """Sure of everything: the token after the last one; 5 ends."""
    return torch.eye(9)[(token_ids[-1] + 1) % 9]


def check_broken_writer(candidate: Callable) -> None:
    """Luck changes from token to token, depends on the number alone, and the end is the end."""
    try:
        counted = candidate(_one_by_one, [1], 5, 30, 0)
    except (IndexError, TypeError) as error:
        raise Wrong(f"on a model that counts 2, 3, 4, 5 it fails: {error}") from None
    if counted == [2, 3, 4]:
        raise Wrong("a model that counts on from 1, with 5 as the end, writes [2, 3, 4]: the end token is written too")
    if counted[:4] != [2, 3, 4, 5]:
        raise Wrong(f"a model that counts on from 1 writes {counted[:4]}: does it read what has been written so far?")
    if len(counted) > 4:
        raise Wrong(f"5 is the end, and it wrote {len(counted)} tokens: which token does the last `if` look at?")
    texts = [candidate(_even, [1], 0, 300, number) for number in (0, 1, 2)]
    if any(len(text) != 300 for text in texts):
        raise Wrong(f"no end came, and it wrote {len(texts[0])} tokens instead of 300")
    if len(set(texts[0] + texts[1] + texts[2])) == 1:
        raise Wrong(
            "all tokens equally likely, and it writes one and the same whatever the number: does it draw at all?"
        )
    if any(len(set(text)) == 1 for text in texts):
        raise Wrong("all tokens equally likely, and it writes one and the same: what is seeded, and how often?")
    if candidate(_even, [1], 0, 300, 0) != texts[0]:
        raise Wrong("the same number gives another text: draw with a generator that the number has seeded")
    if texts[0] == texts[1]:
        raise Wrong("another number gives the same text: seed the generator with the number")
    if texts[1][:-1] == texts[0][1:] or texts[0][:-1] == texts[1][1:]:
        raise Wrong("number 1 writes what number 0 wrote, one place later: seed once, before the loop")
    counts = torch.tensor([token_id for text in texts for token_id in text]).bincount(minlength=9)
    if counts[0] > 0 or (counts[1:] - 900 / 8).abs().max() > 50:
        raise Wrong(f"eight tokens, equally likely, came {counts[1:].tolist()} times: draw by the probabilities")


BROKEN_WRITER = '''def broken_writer(probabilities_after, token_ids, end, max_new_tokens, number):
    """Draw token after token, until the end token has come or so many are written."""
    written = []
    while len(written) < max_new_tokens:
        generator = torch.Generator().manual_seed(number)
        probabilities = probabilities_after(token_ids + written)
        token_id = probabilities.multinomial(1, generator=generator).item()
        written.append(token_id)
        if written[0] == end:
            break
    return written'''
_SEEDING = "        generator = torch.Generator().manual_seed(number)\n"
_SOLVED_WRITER = (
    BROKEN_WRITER.replace(_SEEDING, "")
    .replace("    written = []\n", "    generator = torch.Generator().manual_seed(number)\n    written = []\n")
    .replace("written[0] == end", "written[-1] == end")
)
_TEMPERATURE, _TOP_P, _MIN_P, _ALLOWED = (
    getsource(each).rstrip() for each in (with_temperature, keep_top_p, keep_min_p, allowed_tokens)
)
_STARTS = "answer.startswith(written + piece)"

# fmt: off
EXERCISES = [
    Exercise(
        id="14.with_temperature",
        reference=with_temperature,
        check=check_with_temperature,
        hints=(
            "Two cases. Which one may not divide? For the other, section 3 has the formula.",
            "if temperature is 0: a row of zeros with a 1 at the largest logit (`argmax`, `scatter`)\n"
            "else: softmax, over the last axis, of logits divided by temperature",
            _TEMPERATURE,
        ),
        mistakes=Mistake.slips(
            _TEMPERATURE,
            ("multiplied", "logits / temperature", "logits * temperature", "the other way round"),
            ("softmax over the batch", ".softmax(dim=-1)", ".softmax(dim=0)", "columns sum to 1"),
            ("probabilities divided", "(logits / temperature).softmax(dim=-1)",
             "torch.nn.functional.normalize(logits.softmax(dim=-1) / temperature, p=1, dim=-1)",
             "temperature changes nothing"),
            ("not scaled back", "(logits / temperature).softmax(dim=-1)", "logits.softmax(dim=-1) / temperature",
             "row 0 sums to"),
            ("zero not thought of", "if temperature == 0", "if temperature < 0", "NaN, infinity by infinity"),
            ("even at zero", ".scatter(-1, best, 1.0)", " + 1 / logits.shape[-1]", "become [0.25, 0.25, 0.25, 0.25]"),
            ("the likeliest of all rows", "torch.zeros_like(logits).scatter(-1, best, 1.0)",
             "(logits == logits.max()).float()", "logits [2.0, 1.0, 0.0, -1.0] become [0.0, 0.0, 0.0, 0.0]"),
        ),
    ),
    Exercise(
        id="14.keep_top_p",
        reference=keep_top_p,
        check=check_keep_top_p,
        hints=(
            "Sort, from the likeliest down. A token stays if those *before* it hold less than p.",
            "ordered, order = sort, descending\nheld by better ones = running sum of ordered, minus ordered itself\n"
            "zero where that is p or more; put back where they stood (`scatter` with order); divide by the sum",
            _TOP_P,
        ),
        mistakes=Mistake.slips(
            _TOP_P,
            ("the token that crosses p is dropped", "ordered.cumsum(dim=-1) - ordered", "ordered.cumsum(dim=-1)",
             "a token of probability 0.9 is dropped"),
            ("left in sorted order", "torch.zeros_like(probabilities).scatter(-1, order, kept)", "kept",
             "After sorting, where did each stand?"),
            ("not scaled", "kept / kept.sum(dim=-1, keepdim=True)", "kept", "row 0 sums to"),
            ("one too many", "ordered.cumsum(dim=-1) - ordered",
             "(ordered.cumsum(dim=-1) - ordered).roll(1, -1).index_fill(-1, torch.tensor([0]), 0.0)",
             "but 0.4 and 0.3 are enough"),
            ("the least likely first", "descending=True", "descending=False", "sorted from the wrong end?"),
            ("each token by itself", "held_by_better < p", "ordered >= p / 2", "not of one token"),
            ("one too many at the border", "held_by_better < p", "held_by_better <= p", "the fewest that hold p"),
            ("along the batch", "ordered.cumsum(dim=-1)", "ordered.cumsum(dim=0)", "along the last axis"),
        ),
    ),
    Exercise(
        id="14.keep_min_p",
        reference=keep_min_p,
        check=check_keep_min_p,
        hints=(
            "How likely must a token be if the likeliest has 0.4 and the share is 0.5?",
            "enough = share × the largest of each row (`amax`, keeping the axis)\nzero where less; divide by the sum",
            _MIN_P,
        ),
        mistakes=Mistake.slips(
            _MIN_P,
            ("relative to 1", "share * probabilities.amax(dim=-1, keepdim=True)", "share", "half of what?"),
            ("relative to the best of all rows", "probabilities.amax(dim=-1, keepdim=True)", "probabilities.max()",
             "the likeliest token of another row"),
            ("more than enough", "probabilities >= enough", "probabilities > enough", "*at least*"),
            ("not scaled", "kept / kept.sum(dim=-1, keepdim=True)", "kept", "row 0 sums to"),
            ("the mean instead of the best", "probabilities.amax(dim=-1, keepdim=True)",
             "probabilities.mean(dim=-1, keepdim=True)", "Which is it measured by?"),
        ),
    ),
    Exercise(
        id="14.allowed_tokens",
        reference=allowed_tokens,
        check=check_allowed_tokens,
        hints=(
            "Write 'Ash' on paper, and beneath it two answers. Which pieces keep at least one of them possible?",
            "for each id and piece: keep the id if some answer begins with what is written plus the piece.\n"
            "What would a piece without letters do?",
            _ALLOWED,
        ),
        mistakes=Mistake.slips(
            _ALLOWED,
            ("what is written forgotten", "written + piece", "piece", "what has been written counts"),
            ("whole answers only", _STARTS, "answer == written + piece", "an answer need not come in one piece"),
            ("anywhere in the answer", _STARTS, "written + piece in answer", "no answer begins with it"),
            ("the empty piece", "piece and any(", "any(", "the empty piece is allowed"),
            ("pieces instead of ids", "        token_id\n", "        piece\n", "a list of ids is wanted"),
            ("the wrong way round", _STARTS, "(written + piece).startswith(answer)", "goes beyond the answer"),
        ),
    ),
    Exercise(
        id="14.broken_writer",
        reference=mended_writer,
        check=check_broken_writer,
        broken=BROKEN_WRITER,
        hints=(
            "Let it write with a model for which all tokens are equally likely. What happens, and how often is the "
            "generator seeded?",
            "A generator seeded again starts its luck again: seed it once, before the loop. And which of the written\n"
            "tokens is the newest?",
            _SOLVED_WRITER,
        ),
        mistakes=[
            Mistake.slip(
                "still seeded in the loop",
                BROKEN_WRITER,
                "written[0] == end",
                "written[-1] == end",
                "what is seeded, and how often?",
            ),
            *Mistake.slips(
                _SOLVED_WRITER,
                ("the end is still not seen", "written[-1] == end", "written[0] == end", "which token does the last"),
                ("the end is left out", "    return written",
                 "    return written[:-1] if written[-1] == end else written", "the end token is written too"),
                ("seeded by place", "multinomial(1, generator=generator)",
                 "multinomial(1, generator=torch.Generator().manual_seed(number + len(written)))", "one place later"),
                ("no generator", "multinomial(1, generator=generator)", "multinomial(1)",
                 "the same number gives another text"),
                ("a seed that never changes", "manual_seed(number)", "manual_seed(7)",
                 "another number gives the same text"),
                ("reads the prompt alone", "token_ids + written", "token_ids", "does it read what has been written"),
                ("always the likeliest", "probabilities.multinomial(1, generator=generator)",
                 "probabilities.argmax()", "does it draw at all?"),
            ),
        ],
    ),
]
# fmt: on

QUIZ = [
    Question(
        id="14.q1",
        text="Probabilities 0.4, 0.3, 0.2, 0.1. First top-k with k = 2, then top-p with p = 0.5. What is left?",
        why="After top-k the first has 0.4 / 0.7, more than one half.",
        choices=[
            ("the first token alone", None),
            ("the first and the second", "Before top-k 0.4 would not reach 0.5; scaled to 0.57 it does, alone."),
            ("nothing", "The likeliest token always stays, whatever the order of the filters."),
        ],
        from_notebook="14",
    ),
    Question(
        id="14.q2",
        text="At temperature 0.5 the ratio of two probabilities, 4 to 1 before, becomes …",
        why="Dividing logits by one half doubles their difference, which squares the ratio.",
        choices=[
            ("16 to 1", None),
            ("8 to 1", "Logits are doubled, not probabilities; a doubled difference of logits squares the ratio."),
            ("2 to 1", "That is the root, at temperature 2: heat brings them together."),
        ],
        from_notebook="14",
    ),
    Question(
        id="14.q3",
        text="A reply is held to one of 24 towns. The model does not know the answer. What comes?",
        why="The mask knows forms, not facts: what is allowed gets all the probability.",
        choices=[
            ("one of the towns", None),
            ("an empty reply", "The end is allowed only once a town stands there."),
            ("the token for not knowing", "It is not among the 24 answers, so its probability is 0."),
        ],
        from_notebook="14",
    ),
    Question(
        id="14.q4",
        text="A model's logits are (3, 3, 3, 3). How many nats is the entropy of what softmax makes of them?",
        why="Four equal shares: the logarithm of 4, about 1.39.",
        choices=[
            ("ln 4", None),
            ("12", "That is the sum of the logits; a constant added to all of them changes no share."),
            ("0", "0 is the entropy of certainty; here all four are equally likely."),
        ],
        from_notebook="05",
    ),
    Question(
        id="14.q5",
        text="After `lives in`, the towns that were allowed began with a space, as in ` Norby`. Why?",
        why="A word and the space before it are one token; after `lives in` the model expects such a token.",
        choices=[
            ("Within a text, a word's token carries it", None),
            ("Without it the mask would bar every token", "`Nor` and other beginnings of `Norby` would be allowed."),
            ("It tells a program where an answer begins", "A program takes the whole reply; no sign is needed."),
        ],
        from_notebook="06",
    ),
]


def _decide_o1(
    *, same: float, greedy_base: float, drawn_base: float, greedy_smollm2: float, drawn_smollm2: float
) -> str:
    pairs = {"base": (greedy_base, drawn_base), "SmolLM2": (greedy_smollm2, drawn_smollm2)}
    repeats = [name for name, (greedy, drawn) in pairs.items() if greedy >= max(2 * drawn, drawn + 0.1)]
    if same < 1 or not repeats:
        return "does not hold here"
    return "holds" if len(repeats) == 2 else f"holds with a condition: {repeats[0]} repeats itself, the other does not"


def _decide_o2(*, entropy_rises: float, fits_at_1: float, fits_at_2: float, fits_at_2_top_p: float) -> str:
    if entropy_rises < 1 or fits_at_2 >= fits_at_1 / 2:
        return "does not hold here"
    if fits_at_2_top_p >= (fits_at_1 + fits_at_2) / 2:
        return "holds"
    return "holds with a condition: the cut of top-p brings back less than half of what heat destroyed"


def _decide_o3(
    *, new_at_0_3: float, new_at_2: float, n_rises_of_new: int, best_temperature: float, new_good_at_best: float,
    new_good_at_2: float,
) -> str:  # fmt: skip
    if best_temperature >= 2:
        return "holds"
    if (
        n_rises_of_new == 5
        and new_at_2 > new_at_0_3
        and best_temperature < 1.5
        and new_good_at_2 < new_good_at_best / 2
    ):
        return (
            "wrong as stated: it controls randomness; novelty rises with it throughout, what is new and good does not"
        )
    return "does not hold here"


def _decide_o4(
    *, right_at_0: float, right_at_0_7: float, right_at_1: float, best_elsewhere: float, best_open_temperature: float
) -> str:
    facts = right_at_0 >= best_elsewhere - 0.005 and right_at_0 > right_at_1
    is_open = 0.3 <= best_open_temperature <= 0.7
    if facts and is_open:
        return "holds"
    if facts:
        return f"holds with a condition: for facts; different good sentences come most at {best_open_temperature:g}"
    return "holds with a condition: for open tasks" if is_open else "does not hold here"


def _decide_o5(**same: float) -> str:
    if same.pop("nothing") < 1:
        return "does not hold here"
    changed = [name.replace("_", " ") for name, share in same.items() if share < 1]
    return f"holds with a condition: not under a change of {', '.join(changed)}" if changed else "holds"


def _decide_u8(
    *, n: int, held_in_form: int, free_in_form: int, right_free: float, right_held: float, made_up_free: float,
    made_up_held: float,
) -> str:  # fmt: skip
    if held_in_form < n or free_in_form >= n:
        return "does not hold here"
    if right_held >= right_free - 0.05 and made_up_held <= made_up_free + 0.05:
        return "holds"
    return "holds with a condition: the form is held, not the truth"


CLAIMS = {
    "O1": Claim(
        id="O1",
        text="Greedy decoding is deterministic and repeats itself.",
        rule="holds if every greedy text comes out the same a second time and, for both models, at least twice as "
        "large a share of its runs of four tokens is repeated as in texts drawn at temperature 1, and 10 points more; "
        "with a condition if for one model only",
        decide=_decide_o1,
    ),
    "O2": Claim(
        id="O2",
        text="Temperature flattens the distribution; top-k and top-p cut its tail; high temperature is incoherent.",
        rule="holds if entropy rises with temperature at every place of a text, at temperature 2 fewer than half as "
        "many sentences fit as at 1, and top-p 0.9 brings back at least half of those lost; with a condition if not "
        "the last",
        decide=_decide_o2,
    ),
    "O3": Claim(
        id="O3",
        text="Temperature controls creativity.",
        rule="holds if the share of sentences both new and good is highest at the highest temperature; wrong as stated "
        "if the share of new ones rises with every step from 0.3 to 2, while new and good is highest below 1.5 and at "
        "2 has fallen under half of that",
        decide=_decide_o3,
    ),
    "O4": Claim(
        id="O4",
        text="Temperature 0 is best for facts, 0.3 to 0.7 for open tasks.",
        rule="holds if facts are right at 0 more often than at 1, at no temperature by half a point more often than at "
        "0, and most different good sentences come between 0.3 and 0.7; with a condition if only one half is so",
        decide=_decide_o4,
    ),
    "O5": Claim(
        id="O5",
        text="Seeds and pinned versions make runs repeatable.",
        rule="holds if, with seed and versions the same, all texts stay the same under every change (neighbours in the "
        "batch, threads, instructions of the processor, 16 bits); with a condition if they do when nothing is changed",
        decide=_decide_o5,
    ),
    "U8": Claim(
        id="U8",
        text="Output can be held to a format.",
        rule="holds if all held replies are in form and not all free ones, right answers about known people do not "
        "fall by more than 5 points, nor made-up ones about invented people rise by more; with a condition if only the "
        "form",
        decide=_decide_u8,
    ),
}
