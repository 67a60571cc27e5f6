"""Notebook 09: the mask, attention, and a pattern whose rows do not add up."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.transformer import attention_pattern, causal_mask, scaled_dot_product


def check_causal_mask(candidate) -> None:
    """A lower triangle of booleans, diagonal included, for several lengths."""
    for n_tokens in (4, 1, 7):
        mask = candidate(n_tokens)
        if not isinstance(mask, Tensor):
            raise Wrong(f"it returned a {type(mask).__name__}; a tensor of True and False is wanted")
        if mask.shape != (n_tokens, n_tokens):
            for_tokens = f"for {n_tokens} token{'s' if n_tokens > 1 else ''}"
            raise Wrong(f"{for_tokens} the shape is {tuple(mask.shape)}; ({n_tokens}, {n_tokens}) is wanted")
        if mask.dtype != torch.bool:
            raise Wrong(f"its numbers are {mask.dtype}; masking needs True and False: add .bool()")
        expected = causal_mask(n_tokens)
        if mask.equal(expected.T) and n_tokens > 1:
            later = ", ".join(str(place) for place in range(1, n_tokens))
            raise Wrong(f"row 0 may look at tokens {later}, which come later. Triangle upside down?")
        if mask.equal(~expected):
            raise Wrong("True and False are swapped: True is where looking is allowed")
        if not mask.diagonal().all():
            raise Wrong("a token may not look at itself: row 0 would have nothing to look at, and softmax gives NaN")
        if (mask & ~expected).any():
            query, key = (mask & ~expected).nonzero()[0].tolist()
            raise Wrong(f"row {query} may look at token {key}, which comes later")
        if (~mask & expected).any():
            query, key = (~mask & expected).nonzero()[0].tolist()
            raise Wrong(f"row {query} may not look at token {key}, which came before it")


def _tensors(*shape: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(9)
    return [torch.randn(*shape, generator=generator) for _ in range(3)]


def _attention_without(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, mistake: str) -> Tensor:
    """Attention with one named mistake, to recognise it by its output."""
    size = query.shape[-1] ** {"no scale": 0.0, "d instead of its root": 1.0}.get(mistake, 0.5)
    if mistake == "wrong length":
        size = query.shape[-2] ** 0.5
    if mistake == "batch as length":
        size = query.shape[0] ** 0.5
    scores = query @ key.transpose(-1, -2) / size
    if mask is None or mistake in ("no mask", "mask afterwards"):
        pass
    elif mistake == "mask added":
        scores = scores + mask
    elif mistake == "filled with 0":
        scores = scores.masked_fill(~mask, 0.0)
    else:
        scores = scores.masked_fill(mask if mistake == "mask inverted" else ~mask, float("-inf"))
    shares = scores.softmax(dim=-2 if mistake == "softmax over queries" else -1)
    if mask is not None and mistake == "mask afterwards":
        shares = shares.masked_fill(~mask, 0.0)
    return shares @ (key if mistake == "keys handed over" else value)


_LENGTH = "divide by the root of the vector's length, the last axis: query.shape[-1]"
_DIAGNOSES = {
    "no scale": "the scores are not divided by √d_head",
    "d instead of its root": "the scores are divided by d_head; its square root is wanted",
    "wrong length": _LENGTH,
    "batch as length": _LENGTH,
    "no mask": "the mask changes nothing: set scores to -inf where it is False, before softmax",
    "mask inverted": "it hides what the mask allows: True is where looking is allowed, so fill where ~mask",
    "mask afterwards": "softmax shared with the future before you hid it: mask the scores",
    "filled with 0": "a forbidden score of 0 still gets a share, for e to the 0 is 1: which score gets none?",
    "mask added": "True counts as 1, so adding the mask only raises what is allowed: use masked_fill",
    "keys handed over": "it mixes the keys: what is handed over are the values",
    "softmax over queries": "softmax runs over the queries; each query shares among its keys, dim=-1",
}


def _call(candidate, inputs: list[Tensor], mask: Tensor | None) -> Tensor:
    """The candidate's answer; the usual errors of torch and einops become a line on what to write."""
    try:
        return candidate(*(each.clone() for each in inputs), None if mask is None else mask.clone())
    except (RuntimeError, TypeError, AttributeError) as error:
        said = str(error)
        if "Boolean value of Tensor" in said:
            raise Wrong("a table is neither true nor false: ask `mask is not None`") from None
        if mask is None and "NoneType" in said:
            raise Wrong("the mask may be None, and then nothing is hidden: ask `mask is not None`") from None
        if inputs[0].ndim > 2:
            shape = tuple(inputs[0].shape)
            raise Wrong(
                f"it stops for a query of shape {shape}: write ... before query: there may be a batch"
            ) from None
        raise


def check_scaled_dot_product(candidate) -> None:
    """Equal to the formula for one head, for batches and heads, with and without a mask."""
    for shape, mask in (((5, 8), None), ((5, 8), causal_mask(5)), ((2, 3, 6, 4), causal_mask(6))):
        query, key, value = _tensors(*shape)
        found = _call(candidate, [query, key, value], mask)
        expected = scaled_dot_product(query, key, value, mask)
        where = f"for tensors of shape {shape}" + ("" if mask is None else " with a mask")
        if not isinstance(found, Tensor):
            raise Wrong(f"{where} it returned a {type(found).__name__}; a tensor is wanted")
        if found.shape != expected.shape:
            raise Wrong(f"{where} the shape is {tuple(found.shape)}; {tuple(expected.shape)} is wanted")
        if torch.allclose(found, expected, atol=1e-5):
            continue
        for mistake, message in _DIAGNOSES.items():
            wrong = _attention_without(query, key, value, mask, mistake)  # its last row may be NaN: nothing is allowed
            if torch.allclose(found[..., :-1, :], wrong[..., :-1, :], atol=1e-5):
                raise Wrong(message)
        if not found.isfinite().all():
            raise Wrong(f"{where} there is a NaN or an infinity in it: -inf belongs into the scores, before softmax")
        place = (found - expected).abs().amax(dim=-1).flatten().argmax().item() % shape[-2]
        raise Wrong(f"{where} the numbers differ, most in row {place}: compare it with the formula from the inside out")


_REFERENCE_PATTERN = '''def broken_pattern(
    query: Float[Tensor, "query d_head"], key: Float[Tensor, "key d_head"]
) -> Float[Tensor, "query key"]:
    """How each query shares its attention among the keys it may see."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    allowed = torch.ones(len(query), len(key), dtype=torch.bool).tril()
    scores = scores.masked_fill(~allowed, float("-inf"))
    return scores.softmax(dim=-1)'''

BROKEN_PATTERN = '''def broken_pattern(
    query: Float[Tensor, "query d_head"], key: Float[Tensor, "key d_head"]
) -> Float[Tensor, "query key"]:
    """How each query shares its attention among the keys it may see."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    allowed = torch.ones(len(query), len(key), dtype=torch.bool).tril()
    shares = scores.softmax(dim=-1)
    return shares.masked_fill(~allowed, 0.0)'''


def mended_pattern(
    query: Float[Tensor, "query d_head"], key: Float[Tensor, "key d_head"]
) -> Float[Tensor, "query key"]:
    """How each query shares its attention among the keys it may see."""
    return attention_pattern(query, key, causal_mask(len(query)))


def _twice(scores: Tensor) -> list[Tensor]:
    """The patterns of those who mask between two softmaxes, or before both; the last with zeros between them."""
    forbidden = ~causal_mask(len(scores))
    before = scores.masked_fill(forbidden, float("-inf"))
    fills = ((scores, float("-inf")), (before, float("-inf")), (scores, 0.0))
    return [each.softmax(dim=-1).masked_fill(forbidden, fill).softmax(dim=-1) for each, fill in fills]


def check_broken_pattern(candidate) -> None:
    """Rows sum to one, and no row depends on a later key."""
    query, key, _ = _tensors(6, 3)
    expected = mended_pattern(query, key)
    pattern = candidate(query.clone(), key.clone())
    if not isinstance(pattern, Tensor) or pattern.shape != (6, 6):
        raise Wrong(f"a 6 by 6 pattern is wanted, this is {tuple(getattr(pattern, 'shape', ()))}")
    zeroed = (query @ key.T / 3**0.5).masked_fill(~causal_mask(6), 0.0).softmax(dim=-1)
    if torch.allclose(pattern, zeroed, atol=1e-5):
        raise Wrong("a forbidden score of 0 still gets a share, for e to the 0 is 1: which score gets none?")
    *twice, zeros_between = _twice(query @ key.T / 3**0.5)
    if any(torch.allclose(pattern, each, atol=1e-5) for each in twice):
        raise Wrong("softmax ran twice, which evens the shares out: once, after the mask")
    if torch.allclose(pattern, zeros_between, atol=1e-5):
        raise Wrong(
            "the second softmax gives each zero a share again, for e to the 0 is 1: softmax once, after the mask"
        )
    if torch.allclose(pattern, pattern.triu(), atol=1e-6):
        raise Wrong("tokens look at later ones only: the triangle is upside down")
    if pattern[0].isnan().any() or pattern[0, 0] == 0:
        raise Wrong("row 0 has nothing to look at: a token may look at itself")
    if (pattern.triu(1).abs() > 1e-6).any():
        raise Wrong("a token looks at a later one: the mask is gone")
    changed = key.clone()
    changed[-1] += 3.0
    if not torch.allclose(candidate(query.clone(), changed)[0], pattern[0], atol=1e-6):
        raise Wrong("row 0 changes when the last key changes: softmax has seen the future before the mask came")
    sums = pattern.sum(dim=-1)
    for row, total in enumerate(sums.tolist()):
        if not abs(total - 1) < 1e-5:
            raise Wrong(f"row {row} sums to {total:.2f}: shares must sum to 1")
    undivided = (query @ key.T).masked_fill(~causal_mask(6), float("-inf")).softmax(dim=-1)
    if torch.allclose(pattern, undivided, atol=1e-5):
        raise Wrong("the division by √d_head is gone; it was right")
    if not torch.allclose(pattern, expected, atol=1e-5):
        raise Wrong("rows sum to 1 and see no future, but the shares are not softmax of the scores any more")


_ALL_PAIRS = "query @ key.transpose(-1, -2)"
_BEFORE = "    if mask is not None:\n        scores = {masked}\n    return scores.softmax(dim=-1) @ value"
_AFTERWARDS = (
    "    shares = scores.softmax(dim=-1)\n    if mask is not None:\n"
    "        shares = shares.masked_fill(~mask, {fill})\n    return shares @ value"
)
_TWO_AXES = "with two axes the last is axis 1"
_SCORES = "scores = query @ key.T /"
_RESCALED = "shares = shares.masked_fill(~allowed, 0.0)\n    return shares / shares.sum(dim=-1)"

EXERCISES = [
    Exercise(
        id="09.causal_mask",
        reference=causal_mask,
        check=check_causal_mask,
        part="mask",
        hints=(
            "Write the 4 by 4 table on paper first: row 0 may see only column 0, row 3 all four. What shape is that?",
            "Begin with a square full of True; keep the part on and below the diagonal. A tensor has a method for it,\n"
            "named after 'triangle, lower'.",
            "def causal_mask(n_tokens):\n"
            '    """True where `key` is not later than `query`."""\n'
            "    return torch.ones(n_tokens, n_tokens, dtype=torch.bool).tril()",
        ),
        mistakes=[
            Mistake(
                name="triangle upside down",
                source="def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).triu().bool()",
                says="Triangle upside down",
            ),
            Mistake(
                name="diagonal forbidden",
                source="def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).tril(-1).bool()",
                says="may not look at itself",
            ),
            Mistake(
                name="numbers instead of booleans",
                source="def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).tril()",
                says="masking needs True and False",
            ),
            Mistake(
                name="True means hidden",
                source="def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).triu(1).bool()",
                says="True and False are swapped",
            ),
            Mistake(
                name="one token too many",
                source="def causal_mask(n_tokens):\n    return torch.ones(n_tokens, n_tokens).tril(1).bool()",
                says="row 0 may look at token 1, which comes later",
            ),
        ],
    ),
    Exercise(
        id="09.scaled_dot_product",
        reference=scaled_dot_product,
        check=check_scaled_dot_product,
        part="scaled_dot_product",
        hints=(
            "Four steps, one line each: scores, divide, mask (if there is one), softmax and mix. Sections 3 to 5 have "
            "each.",
            "scores = dot products of every query with every key, divided by the root of the last axis's length\n"
            "if there is a mask: scores become -inf where it is False\n"
            "pattern = softmax over the keys;  return the pattern's mix of the values",
            "def scaled_dot_product(query, key, value, mask=None):\n"
            '    """softmax(q kᵀ / √d_head) v, where the mask allows."""\n'
            '    scores = einsum(query, key, "... query d_head, ... key d_head -> ... query key")\n'
            "    scores = scores / query.shape[-1] ** 0.5\n"
            "    if mask is not None:\n"
            '        scores = scores.masked_fill(~mask, float("-inf"))\n'
            "    pattern = scores.softmax(dim=-1)\n"
            '    return einsum(pattern, value, "... query key, ... key d_head -> ... query d_head")',
        ),
        mistakes=[
            Mistake(
                name=name,
                source="def scaled_dot_product(query, key, value, mask=None):\n"
                f"    scores = query @ key.transpose(-1, -2){scale}\n"
                + (
                    ""
                    if fill is None
                    else f"    if mask is not None:\n        scores = scores.masked_fill({fill}, -1e9)\n"
                )
                + f"    return scores.softmax(dim={axis}) @ value",
                says=says,
            )
            for name, scale, fill, axis, says in (
                ("no division", "", "~mask", -1, "not divided by √d_head"),
                ("divided by d", " / query.shape[-1]", "~mask", -1, "its square root is wanted"),
                ("mask forgotten", " / query.shape[-1] ** 0.5", None, -1, "the mask changes nothing"),
                ("wrong axis", " / query.shape[-1] ** 0.5", "~mask", -2, "softmax runs over the queries"),
                ("mask inverted", " / query.shape[-1] ** 0.5", "mask", -1, "it hides what the mask allows"),
                ("root of the number of tokens", " / len(query) ** 0.5", "~mask", -1, "the vector's length"),
            )
        ]
        + [
            Mistake(
                name=name,
                source="def scaled_dot_product(query, key, value, mask=None):\n"
                f"    scores = {scores} / query.shape[-1] ** 0.5\n" + rest,
                says=says,
            )
            for name, scores, rest, says in (
                ("mask after softmax", _ALL_PAIRS, _AFTERWARDS.format(fill="0.0"), "softmax shared with the future"),
                ("-inf after softmax", _ALL_PAIRS, _AFTERWARDS.format(fill='float("-inf")'), "a NaN or an infinity"),
                (
                    "filled with 0",
                    _ALL_PAIRS,
                    _BEFORE.format(masked="scores.masked_fill(~mask, 0.0)"),
                    "e to the 0 is 1",
                ),
                ("mask added", _ALL_PAIRS, _BEFORE.format(masked="scores + mask"), "True counts as 1"),
                (
                    "keys handed over",
                    _ALL_PAIRS,
                    _BEFORE.format(masked='scores.masked_fill(~mask, float("-inf"))').replace("@ value", "@ key"),
                    "it mixes the keys",
                ),
                (
                    "no ... for a batch",
                    'einsum(query, key, "query d_head, key d_head -> query key")',
                    _BEFORE.format(masked='scores.masked_fill(~mask, float("-inf"))'),
                    "write ... before query",
                ),
                (
                    "if mask",
                    _ALL_PAIRS,
                    _BEFORE.format(masked='scores.masked_fill(~mask, float("-inf"))').replace(" is not None", ""),
                    "neither true nor false",
                ),
                (
                    "a mask is taken for granted",
                    _ALL_PAIRS,
                    '    return scores.masked_fill(~mask, float("-inf")).softmax(dim=-1) @ value',
                    "the mask may be None",
                ),
            )
        ],
    ),
    Exercise(
        id="09.broken_pattern",
        reference=mended_pattern,
        check=check_broken_pattern,
        broken=BROKEN_PATTERN,
        equivalent_mutants={
            f"{_SCORES} query.shape[-1] ** 0.5 → {_SCORES} query.shape[1] ** 0.5": _TWO_AXES,
            "return scores.softmax(dim=-1) → return scores.softmax(dim=1)": _TWO_AXES,
        },
        hints=(
            "What should a row of shares sum to? Which line makes it sum to that, and what happens after that line?",
            "Softmax divides by a sum over all keys, the forbidden ones too. Forbid before dividing: which number has\n"
            "an exponential of 0?",
            _REFERENCE_PATTERN,
        ),
        mistakes=[
            *Mistake.slips(
                BROKEN_PATTERN,
                (
                    "rescaled afterwards, but by a constant",
                    "    return shares.masked_fill(~allowed, 0.0)",
                    "    return shares.masked_fill(~allowed, 0.0) * 2",
                    "softmax has seen the future",
                ),
                (
                    "mask dropped",
                    "    return shares.masked_fill(~allowed, 0.0)",
                    "    return shares",
                    "the mask is gone",
                ),
                (
                    "softmax twice",
                    "    return shares.masked_fill(~allowed, 0.0)",
                    '    return shares.masked_fill(~allowed, float("-inf")).softmax(dim=-1)',
                    "softmax ran twice",
                ),
                (
                    "zeros between two softmaxes",
                    "    return shares.masked_fill(~allowed, 0.0)",
                    "    return shares.masked_fill(~allowed, 0.0).softmax(dim=-1)",
                    "gives each zero a share again",
                ),
                ("rescaled without keepdim", "return shares.masked_fill(~allowed, 0.0)", _RESCALED, "row 1 sums to"),
            ),
            *Mistake.slips(
                _REFERENCE_PATTERN,
                (
                    "scores of forbidden keys set to zero",
                    'float("-inf")',
                    "0.0",
                    "a forbidden score of 0 still gets a share",
                ),
                ("no division", " / query.shape[-1] ** 0.5", "", "division by √d_head is gone"),
                ("diagonal forbidden", ".tril()", ".tril(-1)", "row 0 has nothing to look at"),
                ("triangle upside down", ".tril()", ".triu()", "upside down"),
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="09.q1",
        text="A row of an attention pattern says …",
        choices=[
            ("how one query shares its attention among the keys", None),
            ("how much attention one key gets from all queries", "That is a column, and a column need not sum to 1."),
            ("which values are largest", "The pattern is computed from queries and keys; values play no part in it."),
        ],
        from_notebook="09",
    ),
    Question(
        id="09.q2",
        text="Why are scores divided by √d_head and not by d_head?",
        why="It is a sum of d_head terms. Divided by d_head, scores would shrink as heads grow wide.",
        choices=[
            ("A typical score grows like √d_head", None),
            ("Roots are cheaper to compute", "It is computed once; cost plays no part."),
            (
                "With d_head, shares would sum to less than 1",
                "Softmax makes any scores sum to 1; dividing by d_head would make the pattern too even as d grows.",
            ),
        ],
        from_notebook="09",
    ),
    Question(
        id="09.q3",
        text="Two words before the token *cat* are swapped. Nothing tells places apart. What *cat* hears …",
        why="Each word keeps its key and its value, so its share goes with it.",
        choices=[
            ("stays the same, because a mean has no order", None),
            (
                "changes, because the mask changes",
                "Both words still come before it: the mask allows both.",
            ),
            (
                "changes, because the pattern's row is reordered",
                "The row is reordered, and so are the values: the weighted mean is the same.",
            ),
        ],
        from_notebook="09",
    ),
    Question(
        id="09.q4",
        text="A neuron and a score have one step in common. Which?",
        choices=[
            ("numbers are multiplied in pairs and added up", None),
            (
                "the result is pressed between 0 and 1",
                "A neuron's activation does that; a score is left as it is.",
            ),
            ("a bias is added", "A neuron has a bias; a score has none."),
        ],
        from_notebook="01",
    ),
    Question(
        id="09.q5",
        text="A page becomes 300 tokens instead of 1,200 characters. How many squares does its pattern have?",
        choices=[
            ("90,000 instead of 1,440,000", None),
            ("300 instead of 1,200", "That is one row: every token looks, so there are as many rows as tokens."),
            (
                "the same number: the page is the same",
                "The pattern has a square for each pair of tokens, and there are fewer tokens than characters.",
            ),
        ],
        from_notebook="06",
    ),
]


def _decide_a1(*, smallest_share: float, largest_error: float) -> str:
    return "holds" if smallest_share >= 0 and largest_error < 1e-5 else "does not hold here"


def _decide_a2(
    *,
    score_gradient_raw: float,
    score_gradient_divided: float,
    weight_gradient_raw: float,
    weight_gradient_divided: float,
    accuracy_raw: float,
    accuracy_divided: float,
) -> str:
    if score_gradient_raw >= score_gradient_divided / 2:
        return "does not hold here"
    if weight_gradient_raw < weight_gradient_divided / 2 and accuracy_raw < accuracy_divided - 0.02:
        return "holds"
    return "holds with a condition: softmax saturates, but the gradient that reaches the weights has not vanished"


def _decide_a3(*, no_mask_middle: float, mask_middle: float, no_mask_last: float, mask_last: float) -> str:
    cheats = no_mask_middle < mask_middle / 2
    helpless = no_mask_last > mask_last + 0.5
    return "holds" if cheats and helpless else "does not hold here"


CLAIMS = {
    "A1": Claim(
        id="A1",
        text="Attention is softmax(QKᵀ/√d)V, and each row of the pattern is a probability distribution.",
        rule="holds if no share is below 0 and every row sums to 1 within 0.00001",
        decide=_decide_a1,
    ),
    "A2": Claim(
        id="A2",
        text="Without the division by √d the softmax saturates and gradients vanish.",
        rule="holds if at d_head 256 the score's gradient and the weights' gradient are under half of the divided ones "
        "and accuracy ends 2 points lower; with a condition if only the first is so",
        decide=_decide_a2,
    ),
    "A3": Claim(
        id="A3",
        text="Training without the causal mask is cheating.",
        rule="holds if without a mask the loss in the middle is under half of the honest model's and, where there is "
        "nothing to see, at least 0.5 above it",
        decide=_decide_a3,
    ),
}

DIAGNOSES = {
    "09.loss_with_mask": Diagnosis(
        above="the model with the mask learned less than usual: is the mask too strict, or training cut short?",
        below="better than an honest model of this size can be: can it see the next token?",
    ),
    "09.loss_cheating": Diagnosis(
        above="the model without a mask did not find the answer on the page: is there a mask after all?",
        below="even surer than usual: harmless",
    ),
    "09.loss_with_nothing_to_see": Diagnosis(
        above="worse than a model that copies usually is where there is nothing to copy: harmless",
        below="it learned something about the language after all: is there a mask?",
    ),
}
