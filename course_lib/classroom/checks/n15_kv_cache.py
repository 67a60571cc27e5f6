"""Notebook 15: a cache, the places of new tokens, the memory of a cache, and a generation that goes astray."""

from dataclasses import replace
from functools import cache

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from course_lib import inference
from course_lib.classroom.answers import tensor_of
from course_lib.classroom.registry import Claim, Exercise, Mistake, Question, Wrong
from course_lib.inference.cache import KVCache
from course_lib.inference.memory import cache_bytes
from course_lib.transformer import GPT, LLAMA_TINY, GPTConfig

_SMALL = GPTConfig(vocab_size=9, context_length=8, n_layers=2, n_heads=2, n_kv_heads=1, d_model=4, d_head=2)


def _numbers(first: int, n_tokens: int, batch_size: int = 1) -> Tensor:
    """Keys or values that can be told apart: the numbers from `first` on, `batch kv_head token d_head`."""
    count = batch_size * n_tokens * 2
    return torch.arange(first, first + count, dtype=torch.float32).reshape(batch_size, 1, n_tokens, 2)


def _update(cache, layer_index: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """What update returns, if it is two tensors."""
    try:
        found = cache.update(layer_index, key, value)
    except RuntimeError as error:
        raise Wrong(
            f"update could not write keys of shape {tuple(key.shape)}: tokens are axis 2, and the room that is written "
            "must be as long as what comes"
        ) from error
    if found is None:
        raise Wrong("update returned nothing: attention needs all keys and all values so far. Is `return` missing?")
    if not isinstance(found, tuple | list) or len(found) != 2 or not all(isinstance(each, Tensor) for each in found):
        raise Wrong("update should return two tensors: all keys so far, all values so far")
    return found


def _check_prompt(cache, key: Tensor, value: Tensor) -> None:
    """The first pass: two tokens in each of two layers."""
    keys, values = _update(cache, 0, key, value)
    if cache.length != 0:
        raise Wrong("update moved `length`: the next layer would write further right. Only `advance` moves it")
    if keys.shape[2] == 0:
        raise Wrong("2 tokens went in, none came back: what is new has to be read as well, up to length + new")
    if keys.shape[2] == 6:
        raise Wrong("the empty room came back too: attention would look at zeros. Cut behind the last token")
    if keys.shape != key.shape:
        raise Wrong(f"2 tokens went into an empty cache, keys of shape {tuple(keys.shape)} came back, not (1, 1, 2, 2)")
    if torch.equal(keys, value) and torch.equal(values, key):
        raise Wrong("keys and values have changed places")
    if torch.equal(values, key):
        raise Wrong("the values that came back are the keys")
    if not torch.equal(keys, key) or not torch.equal(values, value):
        raise Wrong(f"the keys {key.flatten().tolist()} went in, {keys.flatten().tolist()} came back")
    keys, _ = _update(cache, 1, key + 100, value + 100)
    if not torch.equal(keys, key + 100):
        raise Wrong("layer 1 did not get its own keys back: every layer has its own, at `layer_index`")


def _check_next(cache, key: Tensor, value: Tensor, first: Tensor, first_value: Tensor) -> None:
    """A further token, behind the two that are kept."""
    keys, values = _update(cache, 0, key, value)
    kept, expected = keys[0, 0, :, 0].tolist(), torch.cat((first, key), dim=2)
    if kept == key[0, 0, :, 0].tolist():
        raise Wrong("only the new token came back: the old ones are what the cache is for")
    if keys.shape[2] == 4:
        raise Wrong("2 tokens were kept and 1 came: 4 came back. The new one stands one place too far right")
    if keys.shape[2] == 2 and torch.equal(keys, first):
        raise Wrong("2 tokens were kept and 1 came: the 2 old ones came back. The end is length + new, not length")
    if keys.shape[2] == 2:
        raise Wrong("2 tokens were kept and 1 came: 2 came back, the last written over. Off by one: behind `length`")
    if keys.shape == expected.shape and torch.equal(keys[:, :, :2], first + 100):
        raise Wrong("layer 1 wrote over layer 0: every layer has its own keys, at `layer_index`")
    if keys.shape == expected.shape and torch.equal(keys[:, :, 0], key[:, :, 0]):
        raise Wrong("the new key was written over the first one: write at `length`")
    if not torch.equal(keys, expected):
        raise Wrong(f"keys that begin with {expected[0, 0, :, 0].tolist()} were to come back; yours with {kept}")
    if not torch.equal(values, torch.cat((first_value, value), dim=2)):
        raise Wrong("the keys are right, the values are not: both are kept in the same way")


def check_kv_cache(candidate) -> None:
    """Two tokens, then one, then two more, in two layers; then a batch."""
    cache = candidate(_SMALL, 1, 6)
    first, first_value = _numbers(1, 2), -_numbers(1, 2)
    _check_prompt(cache, first, first_value)
    cache.advance(2)
    if cache.length != 2:
        said = "moves by calls, not by tokens" if cache.length == 1 else f"left `length` at {cache.length}"
        raise Wrong(f"2 tokens were read, and advance(2) {said}")
    _check_next(cache, _numbers(11, 1), -_numbers(11, 1), first, first_value)
    cache.advance(1)
    if cache.length != 3:
        raise Wrong(f"2 tokens, then 1: `length` is {cache.length}. advance adds to what was there")
    keys, _ = _update(cache, 0, _numbers(21, 2), -_numbers(21, 2))
    if not torch.equal(keys, torch.cat((first, _numbers(11, 1), _numbers(21, 2)), dim=2)):
        raise Wrong("2 tokens, then 1, then 2 more: the five keys did not come back in order")
    batch = candidate(_SMALL, 3, 6)
    keys, _ = _update(batch, 1, _numbers(1, 4, 3), _numbers(50, 4, 3))
    if not torch.equal(keys, _numbers(1, 4, 3)):
        raise Wrong("three sequences side by side: each has its own keys, along the first axis")


def places(is_token: Bool[Tensor, "batch key"], n_new: int) -> Int[Tensor, "batch token"]:
    """The place of each of the last `n_new` columns in its own text; at padding any from 0 on."""
    return (is_token.cumsum(dim=1) - 1).clamp(min=0)[:, -n_new:]


def check_places(candidate) -> None:
    """A text alone, a new token behind it, then a batch with padding."""
    alone = torch.ones(1, 5, dtype=torch.bool)
    found = tensor_of(candidate(alone, 5), (1, 5), "the places of 5 tokens")
    if found.is_floating_point():
        raise Wrong("places are whole numbers; yours have decimals")
    if found.tolist() == [[1, 2, 3, 4, 5]]:
        raise Wrong("counting begins at 1: the first token has place 0. Off by one")
    if found.tolist() != [[0, 1, 2, 3, 4]]:
        hint = ". Did the running sum go down the batch? dim=1" if not found.any() else ""
        raise Wrong(f"five tokens alone have the places 0 to 4; yours are {found[0].tolist()}{hint}")
    found = candidate(alone, 2)
    if isinstance(found, Tensor) and found.tolist() == [[0, 1, 2, 3, 4]]:
        raise Wrong("all five places came back; only the last 2 tokens are new")
    found = tensor_of(found, (1, 2), "the places of the 2 new tokens")
    if found.tolist() == [[0, 1]]:
        one_of_padding = candidate(torch.tensor([[False, True, True, True, True]]), 2)
        if isinstance(one_of_padding, Tensor) and one_of_padding.tolist() == [[0, 0]]:
            raise Wrong("the places of the first 2 columns came back; the new tokens stand last")
        raise Wrong("3 tokens are kept and 2 are new: the new ones begin at place 3, not at 0 again")
    if found.tolist() != [[3, 4]]:
        raise Wrong(f"3 tokens are kept and 2 are new: places 3 and 4; yours are {found[0].tolist()}")
    is_token = torch.tensor([[1, 1, 1, 1, 1], [0, 0, 1, 1, 1], [0, 1, 1, 1, 1]]).bool()
    for n_new in (2, 4):
        found = tensor_of(candidate(is_token, n_new), (3, n_new), f"the places of {n_new} columns of 3 texts")
        expected, real = places(is_token, n_new), is_token[:, -n_new:]
        if torch.equal(found, expected[:1].expand(3, -1)):
            raise Wrong("row 1 has 2 places of padding before its text, and they were counted: a text begins at 0")
        if not torch.equal(found[real], expected[real]):
            row = int((found != expected).masked_fill(~real, False).any(dim=1).nonzero()[0])
            shown = is_token[row].int().tolist()
            raise Wrong(f"for {shown}, {n_new} new: {expected[row].tolist()} is wanted, yours is {found[row].tolist()}")
        if found.min() < 0:
            raise Wrong("padding got a place below 0, which no table of positions has: clamp")


_ODD = GPTConfig(
    vocab_size=9, context_length=64, n_layers=3, n_heads=28, n_kv_heads=7, d_head=10, d_model=22, feed_forward="gelu"
)


def check_cache_bytes(candidate) -> None:
    """A configuration of numbers that share no factor, so that each one forgotten shows."""
    found = candidate(_ODD, 11, 13, 32)
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if isinstance(found, float):
        raise Wrong(f"{found:,} is a float; a number of bytes is an int. // divides whole numbers")
    if not isinstance(found, int):
        raise Wrong(f"it returned a {type(found).__name__}; a number of bytes is wanted")
    right = cache_bytes(_ODD, 11, 13, 32)
    known = {
        right / 2: "half of what is wanted: keys and values are both kept",
        right * 4: "4 times too much: query heads were counted; only key-value heads are kept, n_kv_heads",
        right / 3: "every layer has its own keys and values: n_layers is missing",
        right / 13: "every sequence of the batch has its own: batch_size is missing",
        right * 8: "8 times too much: those are bits; a byte has 8",
        right / 4: "those are numbers, not bytes: how many bytes has a number of 32 bits?",
        right / 10: "each head keeps d_head numbers for a token: d_head is missing",
        right * 22 / 10: "d_model is the width of the stream; a key has d_head numbers",
        right / 70 * 22: "d_model is the width of the stream; a key-value head keeps d_head numbers, times n_kv_heads",
        right / 7: "the key-value heads are missing: n_kv_heads",
        right * 11: "n_tokens counts twice: each token is kept once, whoever looks at it",
    }
    for wrong, message in known.items():
        if found == wrong:
            raise Wrong(message)
    if found != right:
        raise Wrong(f"3 layers, 7 key-value heads of 10, 11 tokens, batch 13, 32 bits: {right:,} bytes, not {found:,}")
    if candidate(_ODD, 11) != cache_bytes(_ODD, 11) or candidate(_ODD, 11, 13) != right / 2:
        raise Wrong("the defaults differ: one sequence, 16 bits")
    for bits in (16, 8, 4):
        if candidate(_ODD, 11, 13, bits) != right * bits / 32:
            raise Wrong(f"with {bits} bits a number it should be {right * bits // 32:,} bytes")


def mended_write(model: GPT, prompt: list[int], n_new: int) -> list[int]:
    """The most probable continuation, each token read once."""
    cache = inference.KVCache(model.config, 1)
    new_ids, unread = [], torch.tensor([prompt])
    for _ in range(n_new):
        positions = cache.length + torch.arange(unread.shape[1])[None]
        logits = model(unread, cache=cache, positions=positions)
        cache.advance(unread.shape[1])
        new_ids.append(logits[0, -1].argmax().item())
        unread = torch.tensor([new_ids[-1:]])
    return new_ids


_MENDED = '''def broken_write(model, prompt, n_new):
    """The most probable continuation, each token read once."""
    cache = inference.KVCache(model.config, 1)
    new_ids, unread = [], torch.tensor([prompt])
    for _ in range(n_new):
        positions = cache.length + torch.arange(unread.shape[1])[None]
        logits = model(unread, cache=cache, positions=positions)
        cache.advance(unread.shape[1])
        new_ids.append(logits[0, -1].argmax().item())
        unread = torch.tensor([new_ids[-1:]])
    return new_ids'''
_MADE = "cache = inference.KVCache(model.config,"
_RIGHT_PLACES, _RIGHT_STEP = "cache.length + torch.arange(unread.shape[1])", "cache.advance(unread.shape[1])"
_OLD_PLACES, _OLD_STEP = "torch.arange(unread.shape[1])", "cache.advance(1)"
BROKEN_WRITE = _MENDED.replace(_RIGHT_PLACES, _OLD_PLACES).replace(_RIGHT_STEP, _OLD_STEP)
"""Exercise 4 before it is mended: places begin at 0 in every step, and the prompt counts as one token."""


@cache
def _chatty() -> GPT:
    """A small model whose next token hangs on every token before it and on its place."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(15)
        model = GPT(replace(LLAMA_TINY, vocab_size=61, context_length=32, d_model=32, n_layers=2)).eval()
        for weight in model.parameters():
            if weight.dim() > 1:
                nn.init.normal_(weight, std=0.3)
    return model.requires_grad_(False)


def _written(source: str, prompt: list[int], n_new: int) -> list[int]:
    """What a variant of the loop writes."""
    names: dict = {"inference": inference, "torch": torch}
    exec(source, names)
    return names["broken_write"](_chatty(), prompt, n_new)


def check_broken_write(candidate) -> None:
    """Against writing without a cache, and against the loop with only one of the two mistakes mended."""
    model, prompt, n_new = _chatty(), [3, 1, 4, 1, 5, 9, 2], 9
    n_read = []
    handle = model.token_embedding.register_forward_hook(lambda _, ids, __: n_read.append(ids[0].numel()))
    try:
        found = candidate(model, list(prompt), n_new)
    finally:
        handle.remove()
    if found is None:
        raise Wrong("nothing came back: is `return` missing?")
    if not isinstance(found, list) or len(found) != n_new:
        raise Wrong(f"a list of {n_new} new token ids is wanted")
    known = {
        BROKEN_WRITE: "it still goes astray: print `positions` and `cache.length` in the first three steps",
        _MENDED.replace(_RIGHT_STEP, _OLD_STEP): (
            "the places are right; but after the prompt the cache believes that it holds one token, and writes over "
            "the others. How many were read?"
        ),
        _MENDED.replace(_RIGHT_PLACES, _OLD_PLACES): (
            "the cache is filled rightly; but every new token is told that it stands at place 0"
        ),
    }
    right = inference.generate(model, [prompt], max_new_tokens=n_new, sampler=inference.Sampler(temperature=0))[0]
    for source, message in known.items():
        if found == _written(source, prompt, n_new) and found != right:
            raise Wrong(message)
    if found != right:
        first = next(step for step in range(n_new) if found[step] != right[step])
        raise Wrong(f"new token {first} is {found[first]}; without a cache it is {right[first]}")
    if sum(n_read) > len(prompt) + n_new:
        raise Wrong(
            f"the tokens are right, but {sum(n_read)} were read where {len(prompt) + n_new - 1} are enough: the "
            "cache is not used"
        )
    short = inference.generate(model, [[7]], max_new_tokens=3, sampler=inference.Sampler(temperature=0))[0]
    if candidate(model, [7], 3) != short:
        raise Wrong("a prompt of one token goes wrong: does the number of tokens stand in the code as a number?")


_CACHE = '''class KVCache:
    def __init__(self, config, batch_size, max_length):
        shape = (config.n_layers, batch_size, config.n_kv_heads, max_length, config.d_head)
        self.keys, self.values = torch.zeros(shape), torch.zeros(shape)
        self.length = 0

    def update(self, layer_index, key, value):
        """Write new keys and values behind the old ones; return all of this layer's so far."""
        end = self.length + key.shape[2]
        self.keys[layer_index, :, :, self.length : end] = key
        self.values[layer_index, :, :, self.length : end] = value
        return self.keys[layer_index, :, :, :end], self.values[layer_index, :, :, :end]

    def advance(self, n_tokens):
        """All layers have read these tokens."""
        self.length += n_tokens'''
_RETURN = "return self.keys[layer_index, :, :, :end], self.values[layer_index, :, :, :end]"
_PLACES = '''def places(is_token, n_new):
    """The place of each of the last `n_new` columns in its own text; at padding any from 0 on."""
    return (is_token.cumsum(dim=1) - 1).clamp(min=0)[:, -n_new:]'''
_COUNT = "(is_token.cumsum(dim=1) - 1).clamp(min=0)"
_BYTES = '''def cache_bytes(config, n_tokens, batch_size=1, bits=16):
    """Bytes of the keys and values of every layer, head and token."""
    return 2 * config.n_layers * batch_size * config.n_kv_heads * n_tokens * config.d_head * bits // 8'''

_CACHE_SLIPS = Mistake.slips(
    _CACHE,
    ("nothing returned", f"        {_RETURN}", "        pass", "Is `return` missing?"),
    ("only the new ones", _RETURN, "return key, value", "the old ones are what the cache is for"),
    ("reads up to length", "return", "end = self.length\n        return", "none came back"),
    ("the whole room", "return", "end = None\n        return", "the empty room came back too"),
    ("moves length itself", "return", "self.length = end\n        return", "update moved `length`"),
    ("one layer for all", "[layer_index", "[0", "layer 1 wrote over layer 0"),
    ("keys and values swapped", "return", "self.keys, self.values = self.values, self.keys\n        return",
     "changed places"),
    ("values are keys", "= value", "= key", "the values that came back are the keys"),
    ("written at the front", "self.length : end", ": key.shape[2]", "written over the first one"),
    ("one too far right", "end = self.length +", "start = self.length + (self.length > 0)\n        end = start +",
     "one place too far right", ("self.length : end", "start : end")),
    ("one too far left", "end = self.length +", "start = max(self.length - 1, 0)\n        end = start +",
     "the last written over", ("self.length : end", "start : end")),
    ("one place for all", "self.length : end", "self.length : self.length + 1", "update could not write"),
    ("advance counts calls", "self.length += n_tokens", "self.length += 1", "moves by calls, not by tokens"),
    ("advance sets", "self.length += n_tokens", "self.length = n_tokens", "advance adds to what was there"),
)  # fmt: skip
_PLACES_SLIPS = Mistake.slips(
    _PLACES,
    ("restarts in every step", f"{_COUNT}[:, -n_new:]", "torch.arange(n_new).expand(len(is_token), -1)",
     "not at 0 again"),
    ("padding counted", _COUNT, "torch.arange(is_token.shape[1]).expand(len(is_token), -1)", "and they were counted"),
    ("begins at 1", " - 1).clamp(min=0)", ")", "counting begins at 1"),
    ("all columns", "[:, -n_new:]", "", "only the last 2 tokens are new"),
    ("the first columns", "-n_new:]", ":n_new]", "the first 2 columns came back"),
    ("below zero", ".clamp(min=0)", "", "a place below 0"),
    ("down the batch", "cumsum(dim=1)", "cumsum(dim=0)", "go down the batch?"),
)  # fmt: skip
_BYTES_SLIPS = Mistake.slips(
    _BYTES,
    ("values forgotten", "return 2 * ", "return ", "keys and values are both kept"),
    ("query heads", "n_kv_heads", "n_heads", "query heads were counted"),
    ("one layer", "config.n_layers * ", "", "n_layers is missing"),
    ("one sequence", "* batch_size ", "", "batch_size is missing"),
    ("bits", " // 8", "", "those are bits"),
    ("a float", " // 8", " / 8", "is a float"),
    ("numbers", " * bits // 8", "", "those are numbers, not bytes"),
    ("width of the stream", "config.d_head", "config.d_model", "width of the stream; a key has"),
    ("stream instead of heads", "config.n_kv_heads * n_tokens * config.d_head", "n_tokens * config.d_model",
     "times n_kv_heads"),
    ("squared", "* n_tokens *", "* n_tokens**2 *", "n_tokens counts twice"),
)  # fmt: skip

EXERCISES = [
    Exercise(
        id="15.kv_cache",
        reference=KVCache,
        check=check_kv_cache,
        methods=("update", "advance"),
        hints=(
            "Draw a row of six empty boxes. Two tokens come, then one. Which boxes are written, and which are handed "
            "back? Who calls `update`, how often per step, and who calls `advance`?",
            "end = length + number of new tokens (axis 2)\n"
            "of this layer's keys, the boxes from length to end become key; the same for values\n"
            "return this layer's keys and values up to end;  advance: length grows by n_tokens",
            _CACHE,
        ),
        mistakes=_CACHE_SLIPS,
    ),
    Exercise(
        id="15.places",
        reference=places,
        check=check_places,
        hints=(
            "For the row [False, False, True, True, True] the places of the last three columns are 0, 1, 2. What do "
            "you get if you count the True from left to right, column by column?",
            "count = running sum of is_token along each row, minus 1\n"
            "where padding makes that -1, 0 will do;  keep the last n_new columns",
            _PLACES,
        ),
        mistakes=_PLACES_SLIPS,
    ),
    Exercise(
        id="15.cache_bytes",
        reference=cache_bytes,
        check=check_cache_bytes,
        hints=(
            "How many numbers does one token leave behind in one layer? Two vectors; how long is each? Then multiply "
            "by everything of which there are several.",
            "numbers of a token in a layer: 2 · n_kv_heads · d_head\n"
            "times layers, times tokens, times sequences;  times bits, divided by 8",
            _BYTES,
        ),
        mistakes=_BYTES_SLIPS,
    ),
    Exercise(
        id="15.broken_write",
        reference=mended_write,
        check=check_broken_write,
        broken=BROKEN_WRITE,
        equivalent_mutants={
            f"{_MADE} 1) → {_MADE} 2)": "the second row is a copy of the first: room is wasted, no token changes"
        },
        hints=(
            "Print `positions` and `cache.length` in the first three steps, beside what they should be for a prompt "
            "of seven tokens.",
            "the places of new tokens begin where the cache ends\n"
            "the cache has to advance by as many tokens as were read: seven at first, then one",
            _MENDED,
        ),
        mistakes=[
            Mistake.slip("places alone mended", _MENDED, _RIGHT_STEP, _OLD_STEP, "writes over the others"),
            Mistake.slip("cache alone mended", _MENDED, _RIGHT_PLACES, _OLD_PLACES, "told that it stands at place 0"),
            Mistake(
                name="reads everything again",
                source="def broken_write(model, prompt, n_new):\n    token_ids = list(prompt)\n"
                "    for _ in range(n_new):\n"
                "        token_ids.append(model(torch.tensor([token_ids]))[0, -1].argmax().item())\n"
                "    return token_ids[len(prompt) :]",
                says="the cache is not used",
            ),
            Mistake.slip("prompt returned too", _MENDED, "return new_ids", "return prompt + new_ids", "a list of 9"),
            Mistake.slip(
                "written for seven tokens",
                _MENDED,
                _RIGHT_STEP,
                "cache.advance(7 if cache.length == 0 else 1)",
                "a prompt of one token goes wrong",
            ),
        ],
    ),
]

QUIZ = [
    Question(
        id="15.q1",
        text="Why may the keys of old tokens be kept while a text grows?",
        why="The causal mask keeps later tokens out of everything that an earlier token becomes.",
        choices=[
            ("No token's vectors depend on tokens after it", None),
            ("Attention to old tokens is small", "However large it is, the keys stay the same."),
            ("Weights are rounded to few bits", "Rounding plays no part: unrounded keys stay the same as well."),
        ],
        from_notebook="15",
    ),
    Question(
        id="15.q2",
        text="Queries are not kept. Why not?",
        why="Row t of the pattern is used for token t's vector alone, and that has been computed.",
        choices=[
            ("An old token has asked, and has its answer", None),
            ("They are the same for all tokens", "Each token has its own query, as it has its own key."),
            ("They take more memory than keys", "With grouped heads they would; but even small ones would be no use."),
        ],
        from_notebook="15",
    ),
    Question(
        id="15.q3",
        text="One sequence is being written. What does the processor wait for?",
        why="All weights have to pass by for a single token; for 16 sequences they pass by once, too.",
        choices=[
            ("the weights, on their way from memory", None),
            ("the softmax over the vocabulary", "It is a few thousand numbers against millions of weights."),
            ("the cache, which has to be copied in every step", "It is written in place: one new row in each layer."),
        ],
        from_notebook="15",
    ),
    Question(
        id="15.q4",
        text="A model with learned positions reads two prompts padded on the left. What must know of the padding?",
        why="The mask hides it from queries; learned places count from each text's first token. Rotary ones may move.",
        choices=[
            ("the mask and the places", None),
            ("the embedding and the head", "Both work on each token alone; what they do with padding is thrown away."),
            ("the norms and the feed-forward layers", "They work on each token alone, so padding cannot disturb them."),
        ],
        from_notebook="11",
    ),
    Question(
        id="15.q5",
        text="A text twice as long has a pattern with …",
        choices=[
            ("4 times as many squares", None),
            ("twice as many squares", "Both sides of the table grow: queries and keys."),
            ("the same number, with smaller shares", "Shares do get smaller, but there is a square for each pair."),
        ],
        why="One row for each query, one column for each key.",
        from_notebook="09",
    ),
]


def _decide_k1(
    *,
    tokens_that_differ: int,
    largest_logit_gap: float,
    weights_without: float,
    weights_with: float,
    pairs_without: float,
    pairs_with: float,
) -> str:
    if tokens_that_differ or largest_logit_gap > 1e-3:
        return "does not hold here: the cache changes the output"
    gaps = {"weights": (weights_without - 2, weights_with - 1), "pairs": (pairs_without - 2, pairs_with - 1)}
    holds = {part: all(abs(gap) < 0.1 for gap in pair) for part, pair in gaps.items()}
    if all(holds.values()):
        return "holds"
    return (
        f"holds with a condition: for the products with weights; attention's own part falls from n^{pairs_without:.0f} "
        f"to n^{pairs_with:.0f}"
        if holds["weights"]
        else "does not hold here"
    )


def _decide_k2(*, growth_when_doubled: float, grouped_16_bits: float, grouped_8_bits: float, all_16_bits: float) -> str:
    if abs(growth_when_doubled - 2) > 1e-9:
        return "does not hold here: the cache does not grow linearly"
    fits = {
        "16 bits": 20 <= grouped_16_bits <= 40,
        "8 bits": 20 <= grouped_8_bits <= 40,
        "every head": 20 <= all_16_bits <= 40,
    }
    if all(fits.values()):
        return "holds"
    if fits["16 bits"] or fits["8 bits"]:
        return "holds with a condition: with key-value heads in groups, and at 8 to 16 bits a number"
    return "does not hold here"


def _decide_k3(*, times_as_fast: float) -> str:
    return "holds" if times_as_fast >= 4 else "does not hold here"


def _decide_a8(*, exponent_of_pairs: float, doubled_whole: float, at_tokens: int) -> str:
    if abs(exponent_of_pairs - 2) > 0.05:
        return "does not hold here"
    if doubled_whole >= 3.5:
        return "holds"
    return f"holds with a condition: for attention's own part, not for the whole model at {at_tokens:,} tokens"


CLAIMS = {
    "K1": Claim(
        id="K1",
        text="The KV cache turns O(n²) work per generation into O(n) and changes no output.",
        rule="holds if no greedy token differs, no logit by more than 0.001 in float32, and the counted work of a "
        "generation of n tokens grows with exponent 2 without and 1 with the cache (within 0.1, 1k to 16k tokens), in "
        "the products with weights and in attention's own part; with a condition if only in the former",
        decide=_decide_k1,
    ),
    "K2": Claim(
        id="K2",
        text="The cache grows linearly: 70B at 128k tokens needs 20–40 GB.",
        rule="GB read as 2^30 bytes, Llama 3 70B's configuration, 131,072 tokens: holds if twice the tokens take twice "
        "the bytes, and 20 to 40 GB are right at 16 and at 8 bits with its grouped key-value heads, and at 16 bits "
        "with a key-value head for every head; with a condition if only some of the three",
        decide=_decide_k2,
    ),
    "K3": Claim(
        id="K3",
        text="Prefill is parallel and fast, decode sequential and slow.",
        rule="holds if a model of SmolLM2's size reads a prompt of 128 tokens at once with at least 4 times as many "
        "tokens a second as it writes one by one, alone, in the same run",
        decide=_decide_k3,
    ),
    "A8": Claim(
        id="A8",
        text="Attention costs O(n²): twice the length, four times the work.",
        rule="holds if attention's own counted work grows with exponent 2 (within 0.05) and the whole of a 70B Llama's "
        "grows at least 3.5 times from 4,096 to 8,192 tokens; with a condition if only attention's own part does",
        decide=_decide_a8,
    ),
}

DIAGNOSES: dict = {}
