"""A trace: every step of one forward pass, with its formula, its shapes, its arithmetic, its memory and its values."""

import re
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.inspection.capture import open_attention
from course_lib.inspection.steps import Trace, TraceStep
from course_lib.transformer import GPT, FeedForward, GPTConfig, LayerNorm, RMSNorm

STREAM = "token d_model"
AXES_OF = {
    "token_embedding": ("token", STREAM),
    "position_embedding": ("token", STREAM),
    "q_proj": (STREAM, "token (head d_head)"),
    "k_proj": (STREAM, "token (kv_head d_head)"),
    "v_proj": (STREAM, "token (kv_head d_head)"),
    "q_norm": ("head token d_head", "head token d_head"),
    "k_norm": ("kv_head token d_head", "kv_head token d_head"),
    "attention_pattern": ("head query d_head", "head query key"),
    "o_proj": ("token (head d_head)", STREAM),
    "up_proj": (STREAM, "token d_ff"),
    "gate_proj": (STREAM, "token d_ff"),
    "down_proj": ("token d_ff", STREAM),
    "head": (STREAM, "token vocab"),
}
"""Last word of a step's name → the axes that it reads and returns."""


def _role(name: str, module: nn.Module) -> str | None:
    """What a module is in a GPT, by its name; None: nothing to list."""
    last = name.rsplit(".", 1)[-1]
    if last == "attention_pattern":
        return "pattern"
    if isinstance(module, nn.Identity | nn.Dropout | nn.ModuleList) or not name:
        return None
    if re.fullmatch(r"blocks\.\d+", name):
        return "block"
    for role in ("embedding", "norm"):
        if last.endswith(role):
            return role
    if last in ("attention", "feed_forward", "head"):
        return last
    if isinstance(module, nn.Linear):
        return "projection"
    return "other" if next(module.parameters(recurse=False), None) is not None else None


def _formula(role: str, name: str, module: nn.Module, config: GPTConfig) -> str:
    """What a module computes; for a class that the library does not know, what its role is."""
    turned = "softmax(Rq (Rk)ᵀ / √d_head)" if config.positions == "rotary" else "softmax(q kᵀ / √d_head)"
    if isinstance(module, nn.Linear):
        return "x Wᵀ + b" if module.bias is not None else "x Wᵀ"
    if isinstance(module, RMSNorm):
        return "x / √(mean x² + ε) · w"
    if isinstance(module, LayerNorm):
        return "(x − μ) / σ · w" + (" + b" if module.bias is not None else "")
    if isinstance(module, FeedForward):
        bends = {"gelu": "down(gelu(up))", "squared_relu": "down(relu(up)²)", "swiglu": "down(silu(gate) · up)"}
        return bends[module.kind]
    by_role = {
        "embedding": "row W[place]" if "position" in name else "row W[id]",
        "pattern": turned,
        "attention": "o(pattern · v)",
        "block": "x + attention + feed_forward",
    }
    return by_role.get(role, f"{type(module).__name__}(x)")


def _n_flops(role: str, module: nn.Module, values: Tensor, config: GPTConfig, is_open: bool) -> int:
    """Two operations, a product and a sum, for each weight and token, and for each pair of tokens and feature."""
    n_tokens, d_query = values.shape[-2], int(config.n_heads * config.d_head)
    if isinstance(module, nn.Linear):
        return 2 * n_tokens * module.in_features * module.out_features
    if role in ("pattern", "attention"):  # scores of queries with keys; values gathered by their shares
        return 2 * n_tokens * n_tokens * d_query * (1 if is_open else 2)
    return 0


def _n_moved(role: str, module: nn.Module, values: Tensor, config: GPTConfig, n_in: int) -> tuple[int, int]:
    """Numbers read and numbers written by a module's own work, where no intermediate result stays in a register."""
    n_tokens, n_out = values.shape[-2], values.numel()
    d_query, d_key = int(config.n_heads * config.d_head), int(config.n_kv_heads * config.d_head)
    n_pairs = config.n_heads * n_tokens**2
    if role == "embedding":
        return n_out, n_out  # the rows that are used, not the table
    if role == "pattern":
        return n_tokens * (d_query + d_key), n_pairs
    if role == "attention":
        return n_pairs + n_tokens * d_key, n_tokens * d_query
    if role == "feed_forward":
        return n_tokens * config.d_ff * (2 if config.feed_forward == "swiglu" else 1), n_tokens * config.d_ff
    if role == "block":  # two additions to the residual stream
        return 4 * n_out, 2 * n_out
    return n_in + sum(parameter.numel() for parameter in module.parameters(recurse=False)), n_out


class _Recorder:
    """Hooks that keep each step where it began and fill it in when it has finished."""

    def __init__(self, config: GPTConfig) -> None:
        self.config = config
        self.steps: list[TraceStep | None] = []
        self.open: list[int] = []
        self.seen: set[nn.Parameter] = set()

    def start(self, _module: nn.Module, _inputs: object) -> None:
        self.open.append(len(self.steps))
        self.steps.append(None)

    def finish(self, name: str, role: str) -> object:
        def hook(module: nn.Module, inputs: tuple, output: Tensor) -> None:
            place = self.open.pop()
            self.steps[place] = self.step(name, role, module, inputs[0].detach()[0], output.detach()[0], place)

        return hook

    def step(self, name: str, role: str, module: nn.Module, read: Tensor, values: Tensor, place: int) -> TraceStep:
        own = list(module.parameters(recurse=False))
        is_tied = bool(own) and all(parameter in self.seen for parameter in own)
        self.seen.update(own)
        is_open = role == "pattern" or any(step and step.role == "pattern" for step in self.steps[place:])
        n_read, n_written = _n_moved(role, module, values, self.config, read.numel())
        axes_in, axes = self.axes(name, role, values)
        shape_in = tuple(read.shape)
        if role == "pattern":  # the hook sees the pattern come and go; it was made from queries of this shape
            shape_in = (self.config.n_heads, values.shape[-2], int(self.config.d_head))
        return TraceStep(
            name=name,
            kind=type(module).__name__,
            role=role,
            depth=len(self.open),
            formula=_formula(role, name, module, self.config),
            axes_in=axes_in,
            shape_in=shape_in,
            axes=axes,
            n_parameters=sum(parameter.numel() for parameter in own),
            is_tied=is_tied,
            n_flops=_n_flops(role, module, values, self.config, is_open),
            bytes_read=n_read * values.element_size(),
            bytes_written=n_written * values.element_size(),
            values=values,
        )

    def axes(self, name: str, role: str, values: Tensor) -> tuple[str, str]:
        is_known = role not in ("projection", "other") and values.dim() == 2
        return AXES_OF.get(name.rsplit(".", 1)[-1], (STREAM, STREAM) if is_known else ("token feature",) * 2)


def _sizes(config: GPTConfig, n_tokens: int) -> dict[str, int]:
    names = ("d_model", "d_head", "d_ff")
    heads = {"head": config.n_heads, "kv_head": int(config.n_kv_heads)}
    widths = {name: int(getattr(config, name)) for name in names}
    return {"token": n_tokens, **heads, **widths, "vocab": config.vocab_size}


@torch.no_grad()
def trace(model: GPT, token_ids: Sequence[int]) -> Trace:
    """Run a model once and keep every step, by forward hooks on its named parts.

    A block stands before the parts inside it, and these in the order in which they work. Attention takes its open path
    for this one pass, so that its pattern is a step too. FLOPs are those of matrix products: two for each weight of a
    projection and token, and `4 · d_head · n_heads` for each pair of tokens, half of them in the pattern. Bytes are
    what would move if every step read its inputs and parameters from memory and wrote its result there; of an
    embedding, the rows that it looks up.

    Args:
        model: A GPT of this course, whatever its parts.
        token_ids: The text to read, in tokens.

    Returns:
        The steps. Printed, they are a table, in which a star marks parameters that an earlier step has counted.

    Raises:
        ValueError: There is no token.
        CourseError: An id is not in the vocabulary, or the text is longer than the context.

    Example:
        >>> from course_lib.transformer import GPTConfig
        >>> config = GPTConfig(vocab_size=10, context_length=8, n_layers=1, n_heads=2, d_model=4)
        >>> steps = trace(GPT(config), [1, 2, 3])
        >>> steps[0].name, steps[0].shape, steps[-1].name, steps[-1].shape
        ('token_embedding', (3, 4), 'head', (3, 10))
        >>> up = steps["blocks.0.feed_forward.up_proj"]        # 3 tokens, a matrix of 4 × 16
        >>> up.formula, up.axes, up.n_flops == 2 * 3 * 4 * 16, up.bytes_read == 4 * (3 * 4 + 4 * 16)
        ('x Wᵀ', 'token d_ff', True, True)
    """
    token_ids = [int(token_id) for token_id in token_ids]
    if not token_ids:
        raise ValueError("there is no token to read: give at least one token id")
    recorder, handles = _Recorder(model.config), []
    for name, module in model.named_modules():
        role = _role(name, module)
        if role is not None:
            handles += [
                module.register_forward_pre_hook(recorder.start),
                module.register_forward_hook(recorder.finish(name, role)),
            ]
    try:
        with open_attention(model):
            model(torch.tensor([token_ids], device=next(model.parameters()).device))
    finally:
        for handle in handles:
            handle.remove()
    return Trace(tuple(step for step in recorder.steps if step is not None), _sizes(model.config, len(token_ids)))
