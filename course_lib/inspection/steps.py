"""The steps of a forward pass, as values: one of them, and all of them with their sums and their table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import overload

from jaxtyping import Shaped
from torch import Tensor

HEADINGS = ("step", "what it does", "per token: reads → returns", "parameters", "FLOPs", "kB read", "kB written")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TraceStep:
    """What one named part of the model did. Its costs are its own: those of the parts inside it are left out."""

    name: str
    """The sub-module's name, as `model.named_modules()` gives it."""
    kind: str
    """Its class."""
    role: str
    """What it is in a GPT: embedding, block, norm, attention, pattern, projection, feed_forward, head or other."""
    depth: int
    """How many other steps it is part of."""
    formula: str
    """What it computes, in a line."""
    axes_in: str
    """What the axes of what it read mean, in the words of `common.axes`."""
    shape_in: tuple[int, ...]
    """How long these axes are."""
    axes: str
    """What the axes of what it returned mean."""
    n_parameters: int
    """Trained numbers in it."""
    is_tied: bool
    """Whether these are an earlier step's (a tied head's are the embedding's)."""
    n_flops: int
    """Multiplications and additions of its matrix products."""
    bytes_read: int
    """Memory of what it reads: its inputs, and the parameters that it uses."""
    bytes_written: int
    """Memory of what it writes."""
    values: Shaped[Tensor, "*shape"]
    """What it returned, for the one sequence traced."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How long the axes of what it returned are."""
        return tuple(self.values.shape)

    @property
    def n_bytes(self) -> int:
        """Memory of what it returned."""
        return self.values.numel() * self.values.element_size()


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Sequence[TraceStep]):
    """All steps of one forward pass, in the order in which they began, so that a part comes before what is in it."""

    steps: tuple[TraceStep, ...]
    """The steps; `trace[3]`, `trace["head"]` and `trace[2:5]` find some, `len` and `for` work as with any sequence."""
    sizes: Mapping[str, int]
    """Axis name → its length in this pass."""

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[TraceStep]:
        return iter(self.steps)

    @overload
    def __getitem__(self, place: int | str) -> TraceStep: ...
    @overload
    def __getitem__(self, place: slice) -> "Trace": ...
    def __getitem__(self, place: int | str | slice) -> "TraceStep | Trace":
        if isinstance(place, slice):
            return Trace(self.steps[place], self.sizes)
        if isinstance(place, int):
            return self.steps[place]
        found = next((step for step in self.steps if step.name == place), None)
        if found is None:
            raise ValueError(f"no step is called {place!r}; [step.name for step in trace] names them all")
        return found

    def within(self, part: str) -> "Trace":
        """The steps of one part of the model, itself included: `within("blocks.0.attention")`."""
        return Trace(tuple(step for step in self.steps if f"{step.name}.".startswith(f"{part}.")), self.sizes)

    @property
    def n_flops(self) -> int:
        """Multiplications and additions of all matrix products."""
        return sum(step.n_flops for step in self.steps)

    @property
    def n_parameters(self) -> int:
        """Trained numbers, those that two steps share counted once."""
        return sum(step.n_parameters for step in self.steps if not step.is_tied)

    @property
    def bytes_read(self) -> int:
        """Memory read, if every step reads its inputs and parameters anew."""
        return sum(step.bytes_read for step in self.steps)

    @property
    def bytes_written(self) -> int:
        """Memory written, if every step writes its result."""
        return sum(step.bytes_written for step in self.steps)

    def rows(self) -> list[tuple[str, ...]]:
        """The table: blocks after the first are one row each, with the sums of their steps; the last row is all."""
        rows, blocks = [], list(dict.fromkeys(filter(None, (_block_of(step.name) for step in self.steps))))
        for step in self.steps:
            block = _block_of(step.name)
            if block in (None, *blocks[:1]):
                rows.append(_row(step))
            elif step.name == block:
                inside = self.within(block)
                words = f"{len(inside)} steps, as in {blocks[0]}"
                rows.append((block, words, _per_token(step), *_costs(inside)))
        return [*rows, (f"all {len(self.steps)} steps", "", "", *_costs(self))]

    def __str__(self) -> str:
        rows = [HEADINGS, *self.rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        lines = [
            "  ".join(
                word.ljust(width) if column < 3 else word.rjust(width)
                for column, (word, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        legend = ", ".join(f"{axis} {size:,}" for axis, size in self.sizes.items())
        return "\n".join([f"sizes: {legend}", "", lines[0], "-" * max(map(len, lines)), *lines[1:]])

    def _repr_html_(self) -> str:
        def cells(row: Sequence[str], kind: str) -> str:
            sides = ["left"] * 3 + ["right"] * 4
            return "".join(
                f'<{kind} style="text-align:{side};white-space:pre">{escape(word)}</{kind}>'
                for side, word in zip(sides, row, strict=True)
            )

        body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in self.rows())
        legend = ", ".join(f"{axis} {size:,}" for axis, size in self.sizes.items())
        return (
            f"<table><caption>sizes: {escape(legend)}</caption>"
            f"<thead><tr>{cells(HEADINGS, 'th')}</tr></thead><tbody>{body}</tbody></table>"
        )


def _block_of(name: str) -> str | None:
    words = name.split(".")
    return ".".join(words[:2]) if words[0] == "blocks" and len(words) > 1 else None


def _per_token(step: TraceStep) -> str:
    """The axes besides that of the token itself, in and out."""
    ends = [
        " ".join(word for word in axes.split() if word not in ("token", "query")) for axes in (step.axes_in, step.axes)
    ]
    return ends[0] if ends[0] == ends[1] else " → ".join(end or "id" for end in ends)


def _row(step: TraceStep) -> tuple[str, ...]:
    shown = step.name if not step.depth else "  " * step.depth + step.name.rsplit(".", 1)[-1]
    parameters = f"{step.n_parameters:,}" + ("*" if step.is_tied else "")
    return shown, step.formula, _per_token(step), parameters, f"{step.n_flops:,}", *_traffic(step)


def _costs(part: Trace) -> tuple[str, ...]:
    return f"{part.n_parameters:,}", f"{part.n_flops:,}", *_traffic(part)


def _traffic(part: TraceStep | Trace) -> tuple[str, str]:
    return f"{part.bytes_read / 1e3:,.1f}", f"{part.bytes_written / 1e3:,.1f}"
