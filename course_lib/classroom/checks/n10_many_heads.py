"""Notebook 10: cutting vectors into heads, attention with several of them, a score, and heads that were cut wrongly."""

from math import comb

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.transformer import (
    Attention,
    AttentionContext,
    GPTConfig,
    Parts,
    causal_mask,
    rotary_tables,
    scaled_dot_product,
)


def split_heads(
    features: Float[Tensor, "batch token d_model"], n_heads: int
) -> Float[Tensor, "batch head token d_head"]:
    """Cut each token's vector into equal pieces, one for each head."""
    return rearrange(features, "batch token (head d_head) -> batch head token d_head", head=n_heads)


def _same(found: Tensor, wrong: Tensor) -> bool:
    return found.shape == wrong.shape and torch.allclose(found, wrong, atol=1e-5)


_MIXED = "a piece holds numbers of several tokens: first cut the last axis, then move the head's axis forward"


def check_split_heads(candidate) -> None:
    """Numbered features, so that every wrong cut can be named."""
    for n_texts, n_tokens, n_heads, d_head in ((2, 3, 4, 5), (1, 6, 2, 3), (3, 4, 1, 2)):
        d_model = n_heads * d_head
        features = torch.arange(n_texts * n_tokens * d_model).reshape(n_texts, n_tokens, d_model).float()
        found = candidate(features.clone(), n_heads)
        where = f"{n_tokens} tokens of {d_model} features and {n_heads} heads want batch, head, token, d_head"
        if isinstance(found, Tensor):
            shape = tuple(found.shape)
            if n_heads > 1 and shape == (n_texts, n_tokens, n_heads, d_head):
                raise Wrong("the axes come as batch, token, head, d_head: the head's goes before the token's")
            if n_heads > 1 and shape == (n_texts, d_head, n_tokens, n_heads):
                raise Wrong(f"n_heads is the number of pieces, not their length: {n_heads} pieces of {d_head}")
        found = tensor_of(found, (n_texts, n_heads, n_tokens, d_head), "the answer", where)
        if _same(found, split_heads(features, n_heads)):
            continue
        if _same(found, features.reshape(n_texts, n_heads, n_tokens, d_head)):
            raise Wrong(_MIXED)
        if _same(found, rearrange(features, "b t (d h) -> b h t d", h=n_heads)):
            raise Wrong("features are dealt out in turn like cards: a head's features lie side by side, (head d_head)")
        if _same(found, split_heads(features, n_heads).flip(1)):
            raise Wrong("head 0 holds the last features: the heads' order is turned round")
        raise Wrong(f"the shape is right, but token 1 of head 0 holds {found[0, 0, 1].tolist()}")


_CONFIG = GPTConfig(vocab_size=8, context_length=8, n_layers=2, n_heads=3, d_model=12)


def _variants(attention: nn.Module, residual: Tensor, context: AttentionContext) -> dict[str, Tensor]:
    """What each usual mistake would return: message → output."""
    n_texts, n_tokens, d_model = residual.shape
    n_heads, mask = _CONFIG.n_heads, causal_mask(n_tokens)
    made = [project(residual) for project in (attention.q_proj, attention.k_proj, attention.v_proj)]

    def turned(query: Tensor, key: Tensor) -> list[Tensor]:
        return [Parts().positions(each, *context.rotary) for each in (query, key)]

    def merged(heard: Tensor) -> Tensor:
        return rearrange(heard, "batch head token d_head -> batch token (head d_head)")

    query, key, value = (split_heads(each, n_heads) for each in made)
    right = scaled_dot_product(*turned(query, key), value, mask)
    mixed = [each.reshape(n_texts, n_heads, n_tokens, -1) for each in made]
    dealt = [rearrange(each, "b t (d h) -> b h t d", h=n_heads) for each in made]
    one_head = scaled_dot_product(*made, mask)
    last = attention.o_proj
    return {
        "what the heads heard is returned as it is: o_proj mixes it, and was not used": merged(right),
        "queries and keys were not turned by their places: use what self.place returns": last(
            merged(scaled_dot_product(query, key, value, mask))
        ),
        "tokens see later ones: hand the mask on": last(merged(scaled_dot_product(*turned(query, key), value))),
        "values were turned by their places too: only queries and keys are": last(
            merged(scaled_dot_product(*turned(query, key), Parts().positions(value, *context.rotary), mask))
        ),
        "split: " + _MIXED: last(
            scaled_dot_product(*turned(*mixed[:2]), mixed[2], mask).reshape(n_texts, n_tokens, d_model)
        ),
        "split, not merged: " + _MIXED: last(merged(scaled_dot_product(*turned(*mixed[:2]), mixed[2], mask))),
        "merge: the head's axis must go back behind the token's before the two last axes become one": last(
            right.reshape(n_texts, n_tokens, d_model)
        ),
        "merge: the features are dealt out in turn; (head d_head) puts each head's side by side": last(
            rearrange(right, "b h t d -> b t (d h)")
        ),
        "split: the features are dealt out in turn; (head d_head) cuts them into runs": last(
            merged(scaled_dot_product(*turned(*dealt[:2]), dealt[2], mask))
        ),
        "queries and keys have changed places": last(merged(scaled_dot_product(*turned(key, query), value, mask))),
        "the keys were handed over as values": last(
            merged(scaled_dot_product(*turned(query, key), turned(query, key)[1], mask))
        ),
        "there is one head over all features: nothing was split": last(one_head),
        "the residual is added here too: the block does that": residual + last(merged(right)),
        "neither turned nor masked: all four that self.place returns are needed": last(
            merged(scaled_dot_product(query, key, value))
        ),
    }


def check_attention(candidate) -> None:
    """Equal to the library's on the same weights, and made of the parts that were handed over."""
    generator = torch.Generator().manual_seed(10)
    library = Attention(_CONFIG, Parts(), 1)
    with torch.no_grad():
        for weights in library.parameters():
            weights.copy_(torch.randn(weights.shape, generator=generator) * 0.5)

    def turn(features: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        if features.ndim != 4:
            raise Wrong("self.place was handed tensors that are not split: it wants batch, head, token, d_head")
        return Parts().positions(features, cos, sin)

    def mixes(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if inputs[0].ndim != 3 or inputs[0].shape[-1] != 12:
            raise Wrong(f"o_proj was handed {tuple(inputs[0].shape)}: first merge the heads, batch, token, d_model")

    for n_tokens in (5, 1):
        residual = torch.randn(2, n_tokens, 12, generator=generator)
        cos, sin = rotary_tables(torch.arange(n_tokens)[None], 4)
        context = AttentionContext(rotary=(cos[:, None], sin[:, None]))
        mine = candidate(_CONFIG, Parts(positions=turn), 1)
        mine.load_state_dict(library.state_dict())
        mine.o_proj.register_forward_pre_hook(mixes)
        found = tensor_of(
            mine(residual.clone(), context), (2, n_tokens, 12), "the answer", "what goes in as batch token d_model …"
        )
        if torch.allclose(found, library(residual, context), atol=1e-5):
            continue
        for message, wrong in _variants(mine, residual, context).items():
            if _same(found, wrong):
                raise Wrong(message)
        raise Wrong("the numbers differ from the library's: project, split, place, attend, merge, mix: one by one")
    used = []

    def spy(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        used.append(tuple(query.shape))
        return scaled_dot_product(query, key, value, mask)

    candidate(_CONFIG, Parts(scaled_dot_product=spy), 0)(residual, context)
    if not used:
        raise Wrong("it attends by its own formula: self.parts.scaled_dot_product is the one from notebook 09")
    if len(used) > 1 or len(used[0]) != 4:
        raise Wrong("the formula is called once for all heads: hand it tensors of batch, head, token, d_head")


def _attention_part(mine):
    """The learner's attention where a model is as simple as it, the library's where heads share keys and the like."""

    def make(config: GPTConfig, parts: Parts, layer_index: int = 0) -> nn.Module:
        plain = config.n_kv_heads == config.n_heads and config.n_heads * config.d_head == config.d_model
        plain = plain and not (config.bias or config.qk_norm or config.dropout)
        return (mine if plain else Attention)(config, parts, layer_index)

    return make


def induction_score(pattern: Float[Tensor, "query key"], n_once: int) -> Tensor:
    """Mean share that the second copy of a text gives to what followed each token the first time."""
    rows = torch.arange(n_once, 2 * n_once)
    return pattern[rows, rows - n_once + 1].mean()


def check_induction_score(candidate) -> None:
    """Patterns of which every square is another number."""
    generator = torch.Generator().manual_seed(10)
    for n_once in (4, 3, 7):
        n_tokens = 2 * n_once
        scores = torch.randn(n_tokens, n_tokens, generator=generator)
        pattern = scores.masked_fill(~causal_mask(n_tokens), float("-inf")).softmax(dim=-1)
        found = candidate(pattern.clone(), n_once)
        if not isinstance(found, Tensor | float) or (isinstance(found, Tensor) and found.numel() != 1):
            shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise Wrong(f"one number is wanted, the mean; this is {shape}")
        rows = torch.arange(n_once, n_tokens)
        squares = pattern[rows, rows - n_once + 1]
        left_out, back = squares[:-1].mean(), {step: pattern[rows, rows - n_once + step].mean() for step in (0, 2)}
        slips = {
            "this looks at the same token, n_once back: what followed it lies one further on": back[0],
            "one too far: what followed the earlier occurrence lies n_once − 1 back": back[2],
            "the second copy's last token is left out: what followed it was the second copy's first": left_out,
            "this is what stood before the earlier occurrence; what followed it is wanted": pattern[
                rows[1:], rows[1:] - n_once - 1
            ].mean(),
            "a block of squares, every query with every key: one key for each query is wanted": pattern[
                n_once:, 1 : n_once + 1
            ].mean(),
            "the last row of the first copy is counted too: its token has not been seen before": pattern.diagonal(
                1 - n_once
            ).mean(),
            "queries and keys are swapped: pattern[query, key], and a key is never later": pattern[
                rows - n_once + 1, rows
            ].mean(),
            "this is the sum: divide by the number of tokens that look": squares.sum(),
            "the mean runs over all tokens, but only the second copy can look back": squares.sum() / n_tokens,
            "the mean runs over all squares of those rows, wanted or not": pattern[n_once:].mean(),
            "this is the largest share, not the mean": squares.max(),
        }
        value = float(found)
        if abs(value - squares.mean().item()) < 1e-6:
            continue
        for message, wrong in slips.items():
            if abs(value - wrong.item()) < 1e-6:
                raise Wrong(message)
        raise Wrong(f"for a text of {n_once} tokens, twice: {value:.4f}, not {squares.mean().item():.4f}")


BROKEN_HEADS = '''def broken_heads(
    query: Float[Tensor, "batch token d_model"],
    key: Float[Tensor, "batch token d_model"],
    value: Float[Tensor, "batch token d_model"],
    n_heads: int,
) -> Float[Tensor, "batch token d_model"]:
    """What each token hears in all heads, side by side."""
    n_texts, n_tokens, d_model = query.shape
    query, key, value = (
        each.reshape(n_texts, n_heads, n_tokens, d_model // n_heads) for each in (query, key, value)
    )
    heard = scaled_dot_product(query, key, value, causal_mask(n_tokens))
    return heard.reshape(n_texts, n_tokens, d_model)'''

_SPLIT = "each.reshape(n_texts, n_heads, n_tokens, d_model // n_heads)"
_MERGE = "heard.reshape(n_texts, n_tokens, d_model)"
_RIGHT_SPLIT = "each.reshape(n_texts, n_tokens, n_heads, d_model // n_heads).transpose(1, 2)"
_RIGHT_MERGE = "heard.transpose(1, 2).reshape(n_texts, n_tokens, d_model)"
_MENDED = BROKEN_HEADS.replace(_SPLIT, _RIGHT_SPLIT).replace(_MERGE, _RIGHT_MERGE)


def mended_heads(query: Tensor, key: Tensor, value: Tensor, n_heads: int) -> Tensor:
    """What each token hears in all heads, side by side."""
    heard = scaled_dot_product(
        *(split_heads(each, n_heads) for each in (query, key, value)), causal_mask(query.shape[1])
    )
    return rearrange(heard, "batch head token d_head -> batch token (head d_head)")


def check_broken_heads(candidate) -> None:
    """Split and merge are looked at apart, then causality, then the numbers."""
    generator = torch.Generator().manual_seed(10)
    n_texts, n_tokens, n_heads, d_head = 2, 6, 3, 2
    made = [torch.randn(n_texts, n_tokens, n_heads * d_head, generator=generator) for _ in range(3)]
    shape = (n_texts, n_tokens, n_heads * d_head)
    found = candidate(*(each.clone() for each in made), n_heads)
    found = tensor_of(found, shape, "the answer", "tokens and features stay as they are")
    if _same(found, mended_heads(*made, n_heads)):
        return
    mixed = [each.reshape(n_texts, n_heads, n_tokens, d_head) for each in made]
    split = [split_heads(each, n_heads) for each in made]
    mask = causal_mask(n_tokens)
    heard, right = scaled_dot_product(*mixed, mask), scaled_dot_product(*split, mask)
    slips = {
        "as before: a head's rows are made of several tokens, and what a token hears changes with later ones": (
            heard.reshape(shape)
        ),
        "the merge is mended, the split is not: it still cuts across tokens": heard.transpose(1, 2).reshape(shape),
        "the split is mended, the merge is not: heads and tokens are still mixed when they are put together": (
            right.reshape(shape)
        ),
        "the mask is gone: a token hears later ones": (scaled_dot_product(*split).transpose(1, 2).reshape(shape)),
        "this is one head over all features: nothing is split any more": scaled_dot_product(*made, mask),
    }
    for message, wrong in slips.items():
        if _same(found, wrong):
            raise Wrong(message)
    raise Wrong("right shape, other numbers: number the features and follow token 1 through the split")


_SPLIT_HEADS = '''def split_heads(features, n_heads):
    """Cut each token's vector into equal pieces, one for each head."""
    return rearrange(features, "batch token (head d_head) -> batch head token d_head", head=n_heads)'''

_ATTENTION = '''class ManyHeads(nn.Module):
    def __init__(self, config, parts, layer_index=0):
        super().__init__()
        self.n_heads, self.parts, self.layer_index = config.n_heads, parts, layer_index
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (
            nn.Linear(config.d_model, config.d_model, bias=False) for _ in range(4)
        )

    def place(self, query, key, value, context):
        if context.rotary is not None:
            query, key = (self.parts.positions(each, *context.rotary) for each in (query, key))
        if context.cache is not None:
            key, value = context.cache.update(self.layer_index, key, value)
        mask = self.parts.mask(query.shape[-2]) if context.mask is None else context.mask
        return query, key, value, mask.to(query.device)

    def forward(self, residual, context):
        """What each token gathers in all its heads."""
        query = split_heads(self.q_proj(residual), self.n_heads)
        key = split_heads(self.k_proj(residual), self.n_heads)
        value = split_heads(self.v_proj(residual), self.n_heads)
        query, key, value, mask = self.place(query, key, value, context)
        heard = self.parts.scaled_dot_product(query, key, value, mask)
        return self.o_proj(rearrange(heard, "batch head token d_head -> batch token (head d_head)"))'''

_PLACED = "query, key, value, mask = self.place(query, key, value, context)"
_FORMULA = "self.parts.scaled_dot_product(query, key, value, mask)"
_TURNED_VALUE = "self.parts.positions(value, *context.rotary)"
_MERGED = 'rearrange(heard, "batch head token d_head -> batch token (head d_head)")'
_CUT = "split_heads(self.{}_proj(residual), self.n_heads)"
_EACH = [_CUT.format(letter) for letter in "qkv"]
_RESHAPED = "self.{}_proj(residual).reshape(len(residual), self.n_heads, residual.shape[1], -1)"
_DEALT = 'rearrange(self.{}_proj(residual), "b t (d h) -> b h t d", h=self.n_heads)'

_INDUCTION = '''def induction_score(pattern, n_once):
    """Mean share that the second copy gives to what followed each token the first time."""
    queries = torch.arange(n_once, 2 * n_once)
    return pattern[queries, queries - n_once + 1].mean()'''
_SQUARES = "pattern[queries, queries - n_once + 1]"

EXERCISES = [
    Exercise(
        id="10.split_heads",
        reference=split_heads,
        check=check_split_heads,
        hints=(
            "Which axis is cut? Name its two parts, and say where each goes.",
            "d_model is (head d_head), heads outermost; the head's axis moves before the token's\n"
            "rearrange knows one of the two lengths: head=n_heads",
            _SPLIT_HEADS,
        ),
        mistakes=[
            *Mistake.slips(
                _SPLIT_HEADS,
                ("dealt like cards", "(head d_head)", "(d_head head)", "dealt out in turn like cards"),
                ("token first", "-> batch head token d_head", "-> batch token head d_head", "goes before the token"),
                ("pieces of that length", "head=n_heads", "d_head=n_heads", "not their length"),
                ("whole vectors", _SPLIT_HEADS.splitlines()[-1].strip(), "return features", "want batch, head, token"),
            ),
            Mistake(
                name="reshaped at once",
                source="def split_heads(features, n_heads):\n"
                "    return features.reshape(features.shape[0], n_heads, features.shape[1], -1)",
                says="holds numbers of several tokens",
            ),
            Mistake(
                name="heads turned round",
                source="def split_heads(features, n_heads):\n"
                '    return rearrange(features, "b t (h d) -> b h t d", h=n_heads).flip(1)',
                says="order is turned round",
            ),
        ],
    ),
    Exercise(
        id="10.attention",
        reference=Attention,
        check=check_attention,
        methods=("forward",),
        part="attention",
        fits=_attention_part,
        equivalent_mutants={
            "def __init__(self, config, parts, layer_index=0): → def __init__(self, config, parts, layer_index=1):": (
                "given, and a GPT always says which layer it is"
            ),
            "mask = self.parts.mask(query.shape[-2]) if context.mask is None else context.mask → "
            "mask = self.parts.mask(query.shape[2]) if context.mask is None else context.mask": (
                "given; of four axes the last but one is number 2"
            ),
        },
        hints=(
            "Five steps: project, split, place, attend, merge and mix. Which of them did the sections before show?",
            "query, key, value = each projection of the residual, split into heads\n"
            "query, key, value, mask = self.place(…)\nheard = self.parts.scaled_dot_product(…), once for all heads\n"
            "merge the heads again, (head d_head), and let o_proj mix them",
            _ATTENTION,
        ),
        mistakes=Mistake.slips(
            _ATTENTION,
            ("o_proj forgotten", f"self.o_proj({_MERGED})", _MERGED, "o_proj mixes it"),
            ("not turned", _PLACED, "mask = self.place(query, key, value, context)[3]", "not turned by their places"),
            (
                "placed before the split",
                "        query, key, value, mask = self.place",
                "        query, key, value = self.q_proj(residual), self.k_proj(residual), self.v_proj(residual)\n"
                "        query, key, value, mask = self.place",
                "not split",
            ),
            ("not merged", f"self.o_proj({_MERGED})", "self.o_proj(heard)", "first merge the heads"),
            ("not placed", f"        {_PLACED}\n", "", "neither turned", (", value, mask)", ", value)")),
            ("no mask", _FORMULA, _FORMULA.replace("mask", "None"), "tokens see later ones"),
            ("values turned", _FORMULA, _FORMULA.replace("value", _TURNED_VALUE), "values were turned"),
            ("keys as values", _FORMULA, _FORMULA.replace("value", "key"), "keys were handed over as values"),
            ("swapped", _EACH[0], _EACH[1], "changed places", (f"key = {_EACH[1]}", f"key = {_EACH[0]}")),
            (
                "split across tokens",
                _EACH[0],
                _RESHAPED.format("q"),
                "split, not merged",
                (_EACH[1], _RESHAPED.format("k")),
                (_EACH[2], _RESHAPED.format("v")),
            ),
            (
                "split and merged across tokens",
                _EACH[0],
                _RESHAPED.format("q"),
                "split: a piece holds",
                (_EACH[1], _RESHAPED.format("k")),
                (_EACH[2], _RESHAPED.format("v")),
                (_MERGED, "heard.reshape(residual.shape)"),
            ),
            (
                "dealt",
                _EACH[0],
                _DEALT.format("q"),
                "cuts them into runs",
                (_EACH[1], _DEALT.format("k")),
                (_EACH[2], _DEALT.format("v")),
            ),
            ("merged across tokens", _MERGED, "heard.reshape(residual.shape)", "merge: the head's axis"),
            ("merged in turn", "(head d_head)", "(d_head head)", "merge: the features are dealt"),
            ("stream added", "return self.o_proj", "return residual + self.o_proj", "the block does that"),
            ("its own formula", "self.parts.scaled_dot_product", "scaled_dot_product", "by its own formula"),
        ),
    ),
    Exercise(
        id="10.broken_heads",
        reference=mended_heads,
        check=check_broken_heads,
        broken=BROKEN_HEADS,
        hints=(
            "The numbered features: which tokens are in the first rows of head 0? A reshape only writes the same\n"
            "numbers into another frame, in the same order.",
            "There: cut the last axis alone (batch, token, head, d_head), then move the head's axis: one rearrange.\n"
            "Back: the same two steps in the other order.",
            _MENDED,
        ),
        mistakes=Mistake.slips(
            BROKEN_HEADS,
            ("only the split mended", _SPLIT, _RIGHT_SPLIT, "the merge is not"),
            ("only the merge mended", _MERGE, _RIGHT_MERGE, "the split is not"),
            ("another name for reshape", _SPLIT, _SPLIT.replace("reshape", "view"), "as before"),
        )
        + Mistake.slips(
            _MENDED,
            ("mask gone", ", causal_mask(n_tokens)", "", "the mask is gone"),
            (
                "one head",
                f"\n        {_RIGHT_SPLIT} for each in",
                "\n        each for each in",
                "nothing is split",
                (_RIGHT_MERGE, "heard"),
            ),
        ),
    ),
    Exercise(
        id="10.induction_score",
        reference=induction_score,
        check=check_induction_score,
        hints=(
            "Write a text of 4 tokens twice: a b c d a b c d. Token 5 is the second b. Where is the first c?",
            "queries = the places of the second copy, n_once to 2 n_once − 1\n"
            "the same token lies n_once back; what followed it, one place further on\n"
            "pattern[queries, keys] picks one square a query; mean",
            _INDUCTION,
        ),
        mistakes=Mistake.slips(
            _INDUCTION,
            ("the same token", "queries - n_once + 1", "queries - n_once", "looks at the same token"),
            ("one too far", "queries - n_once + 1", "queries - n_once + 2", "one too far"),
            ("the whole diagonal", _SQUARES, "pattern.diagonal(1 - n_once)", "last row of the first copy"),
            (
                "what came before",
                "[queries, queries - n_once + 1]",
                "[queries[1:], queries[1:] - n_once - 1]",
                "stood before",
            ),
            ("the last left out", "2 * n_once)", "2 * n_once - 1)", "last token is left out"),
            ("a block", _SQUARES, "pattern[n_once:, 1 : n_once + 1]", "a block of squares"),
            ("swapped", _SQUARES, "pattern[queries - n_once + 1, queries]", "queries and keys are swapped"),
            ("summed", ".mean()", ".sum()", "this is the sum"),
            ("mean over everyone", ".mean()", ".sum() / len(pattern)", "over all tokens"),
            ("largest", ".mean()", ".max()", "largest share"),
            ("all squares", _SQUARES, "pattern[queries]", "all squares"),
            ("not averaged", ".mean()", "", "one number is wanted"),
        ),
    ),
]

QUIZ = [
    Question(
        id="10.q1",
        text="Eight heads of width 64 become sixteen of width 32. The number of weights …",
        choices=[
            ("stays as it is", None),
            ("doubles with the heads", "Twice as many heads, each half as wide: q_proj has the same size."),
            ("halves with the width", "A head's share of q_proj halves, but there are twice as many heads."),
        ],
        why="d_model numbers are cut into more pieces; the matrices that make them keep their shape.",
        from_notebook="10",
    ),
    Question(
        id="10.q2",
        text="Why can one head not tell “red, then blue” from “blue, then red”, looking half at each?",
        choices=[
            ("Both give the same mean", None),
            ("Its vectors are too short", "However long they are, the mean of two does not depend on their order."),
            ("The mask hides one of them", "Both come earlier; the mask allows both."),
        ],
        why="A sum with equal shares is the same sum in either order; two heads keep the two apart.",
        from_notebook="10",
    ),
    Question(
        id="10.q3",
        text="“… because it was too big”, read by a GPT. When “it” looks back, it can use …",
        choices=[
            ("only what stands before “it”", None),
            ("the whole sentence, “big” too", "The causal mask hides every later token, in training and in use."),
            ("“big”, from the second layer on", "Layers below “big” are hidden too: no layer can look ahead."),
        ],
        why="So its shares are the same whatever word follows; only later tokens can tell.",
        from_notebook="10",
    ),
    Question(
        id="10.q4",
        text="A row of shares sums to …",
        choices=[
            ("one, in every head", None),
            ("one, over all heads together", "Each head has a softmax of its own."),
            ("the number of heads, in every row", "Softmax makes one of each head's row; nothing adds heads up there."),
        ],
        why="Softmax runs over the keys, once for each query and head.",
        from_notebook="09",
    ),
    Question(
        id="10.q5",
        text="`reshape` of a (3, 4) tensor to (4, 3) …",
        choices=[
            ("keeps the order of the numbers", None),
            ("turns rows into columns", "That is a transpose: reshape reads the numbers row by row, as they lie."),
            ("fails: the sizes differ", "There are 12 numbers before and after, and that is all it asks."),
        ],
        why="It lays the same numbers, in the same order, into another frame.",
        from_notebook="03",
    ),
]


def _better_than_coins(n_right: int, n_asked: int) -> bool:
    """Whether fewer than one in a hundred rows of coins would do as well."""
    return sum(comb(n_asked, count) for count in range(n_right, n_asked + 1)) / 2**n_asked < 0.01


def _decide_a4(*, pairs: int, at_it: int, at_later_words: int, model_knows: int) -> str:
    if _better_than_coins(at_it, pairs):
        return "holds"
    if _better_than_coins(at_later_words, pairs):
        return (
            "holds with a condition: not “it”, which is read before the word that decides, but a later word looks there"
        )
    if not _better_than_coins(model_knows, pairs):
        return "cannot be shown at this size: the model itself does not know what “it” is"
    return "does not hold here"


def _decide_a5(*, previous_token: float, induction: float, subject_right: int, subject_asked: int) -> str:
    if previous_token < 0.5 or induction < 0.5:
        return "does not hold here"
    if _better_than_coins(subject_right, subject_asked):
        return "holds"
    return "holds with a condition: by place and by repetition, but no head was found that looks at the subject"


CLAIMS = {
    "A4": Claim(
        id="A4",
        text="“it” attends to the animal, not the street, and to the trophy, not the suitcase.",
        rule="pairs of sentences in which one word flips what “it” is; a head chosen on one half of the stories is "
        "tested on the other: holds if from “it” its preference moves with the flip in more pairs than 99 of 100 rows "
        "of coins would give; with a condition if so only from a later word; cannot be shown if neither, and the "
        "model's own answer moves no better than coins",
        decide=_decide_a4,
    ),
    "A5": Claim(
        id="A5",
        text="Heads specialise: previous token, induction, syntax.",
        rule="heads of SmolLM2 chosen on one half of the texts, tested on the other: holds if one gives at least half "
        "its attention to the token before, one at least half by induction, and one, from the verb, more to the "
        "subject than to the other noun in both word orders, in more cases than 99 of 100 rows of coins would give; "
        "with a condition if only the first two",
        decide=_decide_a5,
    ),
}
