"""Notebook 11: a table of waves, turning by place, squeezing places, and queries that forget where they stand."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Diagnosis, Exercise, Mistake, Question, Wrong
from course_lib.transformer import apply_rotary, interpolated_places, rotary_tables, sinusoidal_table


def _close(found: Tensor, wanted: Tensor, tolerance: float = 1e-4) -> bool:
    return found.shape == wanted.shape and torch.allclose(found.to(wanted.dtype), wanted, atol=tolerance)


def _blame(found: Tensor, slips: dict[str, Tensor]) -> None:
    """Say which slip gives just these numbers, if one does."""
    for message, wrong in slips.items():
        if _close(found, wrong):
            raise Wrong(message)


def check_sinusoidal_table(candidate) -> None:
    """Several sizes against the formula; each usual slip is recognised by its numbers."""
    for n_positions, d_model in ((6, 8), (3, 2), (40, 12)):
        size = f"for {n_positions} places and {d_model} features"
        found = candidate(n_positions, d_model)
        wanted = sinusoidal_table(n_positions, d_model)
        if isinstance(found, Tensor) and found.shape == wanted.T.shape != wanted.shape:
            raise Wrong(f"{size} the table lies on its side: a row is a place, a column a feature")
        found = tensor_of(found, tuple(wanted.shape), f"the table {size}")
        if _close(found, wanted):
            continue
        sines, cosines = wanted[:, 0::2], wanted[:, 1::2]
        upside = sinusoidal_table(n_positions, d_model, theta=1e-4)
        half = sinusoidal_table(n_positions, d_model, theta=100.0)
        later = sinusoidal_table(n_positions + 1, d_model)[1:]
        same = sinusoidal_table(n_positions, 2).repeat(1, d_model // 2)
        undivided = sinusoidal_table(n_positions, d_model, theta=10_000.0**d_model)
        lonely = torch.stack((sines, sinusoidal_table(n_positions, 2 * d_model)[:, 3::4]), dim=-1).flatten(1)
        _blame(
            found,
            {
                "sine and cosine have changed places: feature 0 is a sine, feature 1 the cosine of the same angle":
                    torch.stack((cosines, sines), dim=-1).flatten(1),
                "all sines stand before all cosines: the two of a pair should be neighbours, features 0::2 and 1::2":
                    torch.cat((sines, cosines), dim=1),
                "the waves become faster from pair to pair: divide the place by 10,000 to the power …": upside,
                "the speeds fall only to 1/100: the exponent of pair i is 2i / d_model": half,
                "from pair to pair the speeds fall far too much: is the exponent divided by d_model?": undivided,
                "row 0 belongs to place 0, where every sine is 0; yours begins at place 1": later,
                "each feature has a speed of its own: a sine and its cosine share one angle": lonely,
                "all pairs turn at one speed, so places 6.28 apart look alike: give each pair its own": same,
            },
        )  # fmt: skip
        place = (found - wanted).abs().amax(dim=1).argmax().item()
        raise Wrong(f"{size} the numbers differ, most at place {place}: work out that row on paper")


def _rotary_slips(features: Tensor, cos: Tensor, sin: Tensor) -> dict[str, Tensor]:
    """Message → what that slip would give."""
    first, second = features.chunk(2, dim=-1)
    even, odd = features[..., 0::2], features[..., 1::2]
    neighbours = torch.stack((even * cos - odd * sin, odd * cos + even * sin), dim=-1).flatten(-2)
    right, up = first * cos - second * sin, second * cos + first * sin
    return {
        "neighbours are paired: here feature i of the first half turns with feature i of the second half": neighbours,
        "pairs are cut from neighbours but joined as halves: cut in halves too, features.chunk(2, dim=-1)":
            torch.cat((even * cos - odd * sin, odd * cos + even * sin), dim=-1),
        "it turns the wrong way round: a quarter turn must take (1, 0) to (0, 1)":
            torch.cat((first * cos + second * sin, second * cos - first * sin), dim=-1),
        "vectors change their length: one of the two lines needs a minus":
            torch.cat((first * cos + second * sin, up), dim=-1),
        "cosine and sine have changed places: an angle of 0 must leave a vector as it is":
            torch.cat((first * sin - second * cos, second * sin + first * cos), dim=-1),
        "the two halves have changed places in the result": torch.cat((up, right), dim=-1),
        "the turned pairs are woven: all turned x come first, then all turned y":
            torch.stack((right, up), dim=-1).flatten(-2),
        "the second half has not moved: a turn changes both parts of a pair": torch.cat((right, second), dim=-1),
        "the second line uses what the first has already turned: keep the old halves until both are done":
            torch.cat((right, second * cos + right * sin), dim=-1),
        "every token is turned by the angle of place 0: each row of cos and sin belongs to its own token":
            torch.cat((first * cos[..., :1, :] - second * sin[..., :1, :],
                       second * cos[..., :1, :] + first * sin[..., :1, :]), dim=-1),
    }  # fmt: skip


def check_apply_rotary(candidate) -> None:
    """One pair by hand, then heads and batches; lengths and gradients as they should be."""
    quarter = candidate(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0]]), torch.tensor([[1.0]]))
    tensor_of(quarter, (1, 2), "one turned vector of two features")
    generator = torch.Generator().manual_seed(11)
    for shape, places in (((5, 8), torch.arange(3, 8)), ((2, 3, 6, 4), torch.arange(6)), ((2, 1, 7, 6), None)):
        features = torch.randn(*shape, generator=generator)
        places = torch.randint(500, (2, 1, 7), generator=generator) if places is None else places
        cos, sin = rotary_tables(places, shape[-1])
        found = candidate(features.clone(), cos.clone(), sin.clone())
        found = tensor_of(found, shape, f"the result for features of shape {shape}")
        wanted = apply_rotary(features, cos, sin)
        if _close(found, wanted):
            continue
        _blame(found, _rotary_slips(features, cos, sin))
        where = (found - wanted).abs().amax(dim=-1).flatten().argmax().item() % shape[-2]
        raise Wrong(f"for features of shape {shape} the numbers differ, most at token {where}: "
                    "turn the pair (1, 0) on paper, then write each half as a sum of two products")  # fmt: skip
    features = torch.randn(4, 6, generator=generator, requires_grad=True)
    found = candidate(features, *rotary_tables(torch.arange(4), 6))
    if not found.requires_grad:
        raise Wrong("no gradient flows through: training could not change what was turned; compute with the tensors")


def check_interpolated_places(candidate) -> None:
    """Longer texts are squeezed, others keep their places."""
    for n_tokens, trained_length in ((8, 4), (512, 64), (10, 4), (3, 4), (4, 4), (1, 9)):
        given = f"{n_tokens} tokens, trained on {trained_length}"
        found = tensor_of(candidate(n_tokens, trained_length), (n_tokens,), f"the result for {given}").float()
        wanted = interpolated_places(n_tokens, trained_length)
        if _close(found, wanted):
            continue
        if n_tokens <= trained_length:
            if n_tokens > 1 and _close(found, torch.arange(n_tokens) * trained_length / n_tokens):
                raise Wrong(f"{given}: a short text is stretched; it fits already and should keep 0, 1, 2, …")
            raise Wrong(f"{given}: it fits already and should keep its places 0, 1, 2, …; yours are {found.tolist()}")
        counted = torch.arange(n_tokens).float()
        _blame(
            found,
            {
                f"{given}: nothing is squeezed": counted,
                f"{given}: places begin anew, so two tokens share one": counted % trained_length,
                f"{given}: all tokens beyond share the last place": counted.clamp(max=trained_length - 1),
                f"{given}: places are rounded, so neighbours share one: fractions are allowed":
                    (counted * trained_length / n_tokens).floor(),
                f"{given}: the last place is {trained_length - 1}, so a step is not {trained_length} / {n_tokens}: "
                "multiply each place by that": torch.linspace(0, trained_length - 1, n_tokens),
                f"{given}: the last token stands at {trained_length} itself; all should stay below, and a step be "
                f"{trained_length} / {n_tokens}": torch.linspace(0, trained_length, n_tokens),
                f"{given}: they are stretched instead of squeezed: which number belongs on top?":
                    counted * n_tokens / trained_length,
            },
        )  # fmt: skip
        raise Wrong(f"{given}: token 1 stands at {found[1].item():.3g}; {wanted[1].item():.3g} is wanted")


_TURNED = '''def broken_scores(
    query: Float[Tensor, "query d_head"], key: Float[Tensor, "key d_head"], n_past: int
) -> Float[Tensor, "query key"]:
    """Scores of new tokens, the first of them at place n_past, for every key from place 0 on."""
    query_places = torch.arange({start}len(query){end})
    key_places = torch.arange(len(key))
    query = apply_rotary(query, *rotary_tables(query_places, query.shape[-1]))
    key = apply_rotary(key, *rotary_tables({sign}key_places, key.shape[-1]))
    return query @ key.T'''

BROKEN_SCORES = _TURNED.format(start="", end="", sign="-")
_MENDED_SCORES = _TURNED.format(start="n_past, n_past + ", end="", sign="")


def mended_scores(
    query: Float[Tensor, "query d_head"], key: Float[Tensor, "key d_head"], n_past: int
) -> Float[Tensor, "query key"]:
    """Scores of new tokens, the first of them at place n_past, for every key from place 0 on."""
    return _scores(query, key, n_past, 1)


def _scores(query: Tensor, key: Tensor, start: int, sign: int, turn: int = 1) -> Tensor:
    """Scores of queries that begin at `start`, and keys turned the same way or the other (-1); `turn` -1: both so."""
    width = query.shape[-1]
    query = apply_rotary(query, *rotary_tables(turn * torch.arange(start, start + len(query)), width))
    return query @ apply_rotary(key, *rotary_tables(turn * sign * torch.arange(len(key)), width)).T


def check_broken_scores(candidate) -> None:
    """A text read in two portions has the scores that it has when read at once."""
    generator = torch.Generator().manual_seed(3)
    for n_past, n_new, width in ((5, 3, 8), (1, 1, 2), (9, 4, 6), (0, 4, 8)):
        query, key = (
            torch.randn(n_new, width, generator=generator),
            torch.randn(n_past + n_new, width, generator=generator),
        )
        what = f"the table of scores of {n_new} new tokens after {n_past}"
        found = tensor_of(candidate(query.clone(), key.clone(), n_past), (n_new, n_past + n_new), what)
        wanted = mended_scores(query, key, n_past)
        if _close(found, wanted):
            continue
        slips = {
            "both mistakes are still there": _scores(query, key, 0, -1),
            "queries and keys are turned as if both began at one place: where does each of the two begin?":
                _scores(query, key, 0, 1),
            "move the whole text on by one and the scores change: do queries and keys turn the same way?":
                _scores(query, key, n_past, -1),
            "the new tokens are turned one place too far: the first of them stands at n_past":
                _scores(query, key, n_past + 1, 1),
            "the new tokens are turned one place too little: tokens are counted from 0, so the first stands at n_past":
                _scores(query, key, n_past - 1, 1),
            "nothing is turned any more, so order is lost": query @ key.T,
            "both are turned backwards: at place 1 a query turns by +1 × speed, and so does a key":
                _scores(query, key, n_past, 1, turn=-1),
        }  # fmt: skip
        _blame(found, slips)
        raise Wrong(f"{what} differs from the table read at once: at which place stands each query, and each key?")


_TABLE = '''def sinusoidal_table(n_positions, d_model):
    """A sine and a cosine for each pair of features, slower from pair to pair."""
    speeds = 10_000.0 ** -(torch.arange(0, d_model, 2) / d_model)
    angles = torch.arange(n_positions)[:, None] * speeds
    table = torch.zeros(n_positions, d_model)
    table[:, 0::2] = angles.sin()
    table[:, 1::2] = angles.cos()
    return table'''

_ROTARY = '''def apply_rotary(features, cos, sin):
    """Turn each pair of features by its angle."""
    first, second = features.chunk(2, dim=-1)
    right = first * cos - second * sin
    up = first * sin + second * cos
    return torch.cat((right, up), dim=-1)'''

_PLACES = '''def interpolated_places(n_tokens, trained_length):
    """Places 0, 1, 2, …, squeezed below trained_length if the text is longer."""
    places = torch.arange(n_tokens).float()
    if n_tokens > trained_length:
        places = places * trained_length / n_tokens
    return places'''

EXERCISES = [
    Exercise(
        id="11.sinusoidal_table",
        reference=sinusoidal_table,
        check=check_sinusoidal_table,
        hints=(
            "First a table of angles, place by pair: place × speed. Which speed has pair 0? And the last?",
            "speeds: 10,000 to the power of −(0, 2, 4, … / d_model)\n"
            "angles: places as a column, times the speeds as a row\n"
            "columns 0, 2, 4, … are the sines of the angles, columns 1, 3, 5, … their cosines",
            _TABLE,
        ),
        mistakes=Mistake.slips(
            _TABLE,
            (
                "sine and cosine swapped",
                "angles.sin()",
                "angles.COS()",
                "sine and cosine have changed places",
                ("angles.cos()", "angles.sin()"),
                ("angles.COS()", "angles.cos()"),
            ),
            ("in halves", "0::2", ": d_model // 2", "all sines stand before", ("1::2", "d_model // 2 :")),
            ("speeds upside down", "** -(", "** (", "faster from pair to pair"),
            (
                "not divided",
                "(torch.arange(0, d_model, 2) / d_model)",
                "torch.arange(0, d_model, 2)",
                "fall far too much",
            ),
            ("i for 2i", "torch.arange(0, d_model, 2)", "torch.arange(d_model // 2)", "only to 1/100"),
            ("places from 1", "torch.arange(n_positions)[", "torch.arange(1, n_positions + 1)[", "begins at place 1"),
            (
                "a speed for each feature",
                "torch.arange(0, d_model, 2) / d_model",
                "torch.arange(d_model) / d_model",
                "a sine and its cosine share one angle",
                ("angles.sin()", "angles[:, 0::2].sin()"),
                ("angles.cos()", "angles[:, 1::2].cos()"),
            ),
            (
                "one speed for all",
                "angles = torch.arange(n_positions)[:, None] * speeds",
                "angles = torch.arange(n_positions)[:, None] * speeds[0]",
                "all pairs turn at one speed",
            ),
            ("on its side", "return table", "return table.T", "lies on its side"),
        ),
    ),
    Exercise(
        id="11.apply_rotary",
        reference=apply_rotary,
        check=check_apply_rotary,
        part="positions",
        hints=(
            "Take one pair: (x, y) = (1, 0), turned by an angle, lies at (cos, sin). Where does (0, 1) go?",
            "cut the last axis in two halves: first, second\n"
            "new first half: first · cos − second · sin;  new second half: first · sin + second · cos\n"
            "put the halves together again along the last axis",
            _ROTARY,
        ),
        mistakes=Mistake.slips(
            _ROTARY,
            (
                "neighbours paired",
                "features.chunk(2, dim=-1)",
                "(features[..., 0::2], features[..., 1::2])",
                "neighbours are paired",
                ("torch.cat((right, up), dim=-1)", "torch.stack((right, up), dim=-1).flatten(-2)"),
            ),
            (
                "neighbours paired, joined as halves",
                "features.chunk(2, dim=-1)",
                "(features[..., 0::2], features[..., 1::2])",
                "but joined as halves",
            ),
            (
                "turned backwards",
                "first * cos - second * sin",
                "first * cos + second * sin",
                "wrong way round",
                ("first * sin + second * cos", "second * cos - first * sin"),
            ),
            ("minus lost", "- second * sin", "+ second * sin", "change their length"),
            (
                "cosine and sine swapped",
                "first * cos - second * sin",
                "first * sin - second * cos",
                "must leave a vector as it is",
                ("up = first * sin + second * cos", "up = first * cos + second * sin"),
            ),
            ("halves swapped", "(right, up)", "(up, right)", "changed places in the result"),
            ("second half left alone", "(right, up)", "(right, second)", "second half has not moved"),
            ("turned half used", "up = first * sin", "up = right * sin", "what the first has already turned"),
            (
                "one angle for all places",
                "first, second =",
                "cos, sin = cos[..., :1, :], sin[..., :1, :]\n    first, second =",
                "by the angle of place 0",
            ),
            (
                "woven",
                "torch.cat((right, up), dim=-1)",
                "torch.stack((right, up), dim=-1).flatten(-2)",
                "pairs are woven",
            ),
            ("halves stacked", "torch.cat((right, up), dim=-1)", "torch.stack((right, up), dim=-1)", "shape"),
            ("gradient cut", "features.chunk", "features.detach().chunk", "no gradient flows"),
        ),
    ),
    Exercise(
        id="11.interpolated_places",
        reference=interpolated_places,
        check=check_interpolated_places,
        hints=(
            "512 tokens must fit into 64 places. How far apart may neighbours stand?",
            "count the places 0, 1, 2, …; if there are more than in training, multiply by trained_length / n_tokens",
            _PLACES,
        ),
        equivalent_mutants={
            "if n_tokens > trained_length: → if n_tokens >= trained_length:": "equal lengths are multiplied by 1",
        },
        mistakes=Mistake.slips(
            _PLACES,
            ("short texts stretched", "if n_tokens > trained_length:", "if True:", "a short text is stretched"),
            (
                "rounded",
                "places * trained_length / n_tokens",
                "(places * trained_length).floor() // n_tokens",
                "places are rounded",
            ),
            ("begun anew", "places * trained_length / n_tokens", "places % trained_length", "places begin anew"),
            (
                "cut off",
                "places * trained_length / n_tokens",
                "places.clamp(max=trained_length - 1)",
                "all tokens beyond share",
            ),
            (
                "linspace",
                "places * trained_length / n_tokens",
                "torch.linspace(0, trained_length - 1, n_tokens)",
                "so a step is not",
            ),
            (
                "linspace to the end",
                "places * trained_length / n_tokens",
                "torch.linspace(0, trained_length, n_tokens)",
                "all should stay below",
            ),
            ("upside down", "trained_length / n_tokens", "n_tokens / trained_length", "stretched instead of squeezed"),
            ("condition upside down", "n_tokens > trained_length", "n_tokens < trained_length", "nothing is squeezed"),
        ),
    ),
    Exercise(
        id="11.broken_scores",
        reference=mended_scores,
        check=check_broken_scores,
        broken=BROKEN_SCORES,
        equivalent_mutants={
            f"{line} {name}.shape[-1])) → {line} {name}.shape[1]))": "with two axes the last is axis 1"
            for name in ("query", "key")
            for line in [f"{name} = apply_rotary({name}, *rotary_tables({name}_places,"]
        },
        hints=(
            "Print query_places for three new tokens after five. Then move query and key on by one place each: does "
            "the angle between them stay?",
            "the first query stands at n_past, not at 0\na query at m and a key at n must be turned apart by m − n: "
            "both turn the same way",
            _MENDED_SCORES,
        ),
        mistakes=[
            *Mistake.slips(
                BROKEN_SCORES,
                ("places still restart", "(-key_places", "(key_places", "as if both began at one place"),
                (
                    "keys still turned back",
                    "torch.arange(len(query))",
                    "torch.arange(n_past, n_past + len(query))",
                    "do queries and keys turn the same way",
                ),
            ),
            *Mistake.slips(
                _MENDED_SCORES,
                ("one too far", "n_past, n_past + len(query)", "n_past + 1, n_past + 1 + len(query)", "too far"),
                ("one too little", "n_past, n_past + len(query)", "n_past - 1, n_past - 1 + len(query)", "too little"),
                (
                    "both turned backwards",
                    "torch.arange(n_past, n_past + len(query))",
                    "-torch.arange(n_past, n_past + len(query))",
                    "both are turned backwards",
                    ("rotary_tables(key_places", "rotary_tables(-key_places"),
                ),
                (
                    "nothing turned",
                    "return query @ key.T",
                    "return before[0] @ before[1].T",
                    "nothing is turned",
                    ("    query_places =", "    before = query, key\n    query_places ="),
                ),
                (
                    "the last query at n_past",
                    "n_past, n_past + len(query)",
                    "n_past - len(query) + 1, n_past + 1",
                    "differs from the table read at once",
                ),
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="11.q1",
        text="With rotary positions, the score of one query for one key is the same for which pairs of places?",
        why="Each is turned by its own place; only the difference of the two angles is left in the score.",
        choices=[
            ("3 and 10, 103 and 110", None),
            ("3 and 10, 3 and 110", "The query stays, but the key moves: the distance is another."),
            ("all pairs: a turn changes no length", "Lengths stay, but a score depends on the angle between the two."),
        ],
        from_notebook="11",
    ),
    Question(
        id="11.q2",
        text="A model with a causal mask, two layers and no positions reads *dog bites man .* and *man bites dog .* "
        "What does it give for the last token?",
        why="*bites* has heard *dog* in the one and *man* in the other; the second layer hears the difference.",
        choices=[
            ("something else in each", None),
            (
                "the same: it hears a bag of words",
                "True of one layer. The second reads what each word has heard before it.",
            ),
            (
                "the same: the mask hides later words only",
                "It does, so an early word hears fewer: that tells it apart.",
            ),
        ],
        from_notebook="11",
    ),
    Question(
        id="11.q3",
        text="Position interpolation squeezes 512 places into 64. What does that cost?",
        why="The angle that said “one back” now says “eight back”; training must set this right.",
        choices=[
            ("Neighbours differ by an eighth of the usual angle", None),
            ("Tokens beyond 64 are no longer seen", "All are seen; the mask is as it was."),
            (
                "Angles leave the range that training has met",
                "That is what happens without it; squeezed, they stay inside.",
            ),
        ],
        from_notebook="11",
    ),
    Question(
        id="11.q4",
        text="Behind a causal mask all scores of the fifth token are 0. What share does the first token get from it?",
        why="Five tokens may be looked at, and equal scores share equally.",
        choices=[
            ("one fifth", None),
            ("none: its score is 0", "A score of 0 is not a share of 0: e to the 0 is 1."),
            ("a half: itself and the first", "Tokens 2 to 4 may be looked at as well, with the same score."),
        ],
        from_notebook="09",
    ),
    Question(
        id="11.q5",
        text="A recurrent network is given no positions. Does it know the order of what it read?",
        why="Each token meets a state that the tokens before it made.",
        choices=[
            ("Yes: each step starts from the last state", None),
            (
                "No: every step uses one and the same matrix",
                "The weights are the same, but the state they meet is not.",
            ),
            (
                "Only of the tokens inside its window",
                "It has no window: the state is carried along for as long as it reads.",
            ),
        ],
        from_notebook="08",
    ),
]


def _decide_p1(*, moved_without_mask: float, moved_one_layer: float, moved_two_layers: float) -> str:
    if moved_without_mask > 1e-9:
        return "does not hold here"
    if max(moved_one_layer, moved_two_layers) <= 1e-9:
        return "holds"
    return "holds with a condition: no causal mask" + (
        ", or one layer at the last token" if moved_one_layer <= 1e-9 else ""
    )


def _decide_p2(
    *, wander_rotary: float, wander_added: float, gain_sinusoidal: float, gain_learned: float, gain_rotary: float
) -> str:
    gains = {"sinusoidal": gain_sinusoidal, "learned": gain_learned, "rotary": gain_rotary}
    if wander_rotary > 1e-9 or wander_added < 0.1:
        return "does not hold here"
    behind = [name for name, gain in gains.items() if gain <= 0]
    if behind:
        return f"holds with a condition: {', '.join(behind)} did not predict better than none under every seed"
    return "holds"


def _decide_p3(*, rise_sinusoidal: float, rise_learned: float, rise_rotary: float, rise_none: float) -> str:
    rises = {"sinusoidal": rise_sinusoidal, "learned": rise_learned, "rotary": rise_rotary, "none": rise_none}
    failed = [name for name, rise in rises.items() if rise > 0.1]
    if len(failed) == len(rises):
        return "holds"
    return f"holds with a condition: of {', '.join(failed)}" if failed else "does not hold here"


CLAIMS = {
    "P1": Claim(
        id="P1",
        text="Without positions, “dog bites man” and “man bites dog” are the same to attention.",
        rule="holds if, in models without positions, reordering the words changes nothing that a word is given by more "
        "than a billionth, without a mask and behind a causal mask; with a condition if only without a mask",
        decide=_decide_p1,
    ),
    "P2": Claim(
        id="P2",
        text="Sinusoidal, learned and rotary positions tell a model the order; rotary scores depend on distance alone.",
        rule="holds if the score of one query for one key a fixed distance away wanders, over places, by under a "
        "billionth of its size with rotary positions and by over a tenth with sinusoidal ones added, and all three "
        "schemes are less surprised than none at places 32 to 63 under every seed; with a condition if only the first",
        decide=_decide_p2,
    ),
    "P3": Claim(
        id="P3",
        text="A scheme of positions fails beyond the lengths that it was trained on.",
        rule="holds if, trained on 64 tokens, each of the four (sinusoidal, learned, rotary, none) is more surprised "
        "at places 256 to 511 than at 32 to 63 by over 0.1 nats under every seed; with a condition if some are",
        decide=_decide_p3,
    ),
}

DIAGNOSES = {
    "11.in_range_rotary": Diagnosis(
        above="the model learned less than usual: if `apply_rotary` is yours, does its check pass?",
        below="better than usual: was it trained for longer, or on the text that it is judged by?",
    ),
    "11.in_range_none": Diagnosis(
        above="the model without positions learned less than usual: was training cut short?",
        below="better than usual: does it get positions after all?",
    ),
    "11.three_back_none": Diagnosis(
        above="it finds three back more likely than usual: does it get positions after all?",
        below="it tells near from far less well than usual: was training cut short?",
    ),
    "11.probe_none": Diagnosis(
        above="it counts less well than usual: was training cut short?",
        below="its places are easier to read off than usual: does it get positions after all?",
    ),
    "11.rise_none": Diagnosis(
        above="it loses more than usual beyond 64 tokens: is it worse than guessing there?",
        below="it loses less than usual: was it trained on longer texts, or too little to have something to lose?",
    ),
    "11.right_windowed": Diagnosis(
        above="there is nothing above: are the answers counted twice?",
        below="looking back 63 tokens mends less than usual: does the mask reach the copied model?",
    ),
    "11.right_crowded": Diagnosis(
        above="the crowd costs less than usual: do all but the last 63 tokens stand at place 0?",
        below="the crowd costs more than usual: is any distance longer than 63?",
    ),
    "11.right_squeezed": Diagnosis(
        above="squeezed places do better than usual: are they squeezed at all?",
        below="worse than guessing by more than usual: are the places below the trained length?",
    ),
}
