"""`parity`: yours against the library's, on the same inputs, gradients included."""

import copy
import os
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from course_lib.classroom.exercises import is_stand_in
from course_lib.classroom.sandbox import copied, unchanged
from course_lib.common.errors import CourseError


def _flat(value: object, path: str = "output") -> Iterator[tuple[str, object]]:
    """Every leaf of a nest of tuples, lists and dicts, with its name."""
    if isinstance(value, tuple | list):
        yield f"the length of {path}", len(value)
        for index, item in enumerate(value):
            yield from _flat(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        yield f"the keys of {path}", sorted(map(str, value))
        for key in sorted(value, key=str):
            yield from _flat(value[key], f"{path}[{key!r}]")
    else:
        yield path, value


def _difference(path: str, mine: object, theirs: object, tolerance: float) -> tuple[float, str | None]:
    """How far two leaves are apart, and the message if that is too far."""
    if isinstance(mine, Tensor) != isinstance(theirs, Tensor):
        return 0.0, f"{path}: yours is a {type(mine).__name__}, the library's a {type(theirs).__name__}"
    if not isinstance(theirs, Tensor | float):
        return 0.0, None if mine == theirs else f"{path}: yours is {mine!r}, the library's {theirs!r}"
    if isinstance(theirs, float) and not isinstance(mine, int | float):
        return 0.0, f"{path}: yours is a {type(mine).__name__}, the library's a float"
    one, other = torch.as_tensor(mine).detach(), torch.as_tensor(theirs).detach()
    if one.shape != other.shape:
        return 0.0, f"{path}: yours has shape {tuple(one.shape)}, the library's {tuple(other.shape)}"
    one, other = one.double(), other.double()
    same = (one == other) | (one.isnan() & other.isnan())
    gaps = torch.where(same, 0.0, (one - other).abs())
    gap = gaps.max().item() if gaps.numel() else 0.0
    scale = max(1.0, other[other.isfinite()].abs().max().item()) if other.isfinite().any() else 1.0
    if gap <= tolerance * scale:
        return gap, None
    place = tuple(int(index) for index in torch.unravel_index(gaps.nan_to_num(nan=torch.inf).argmax(), gaps.shape))
    where = f"{path}{list(place) if place else ''}"
    return gap, f"{where}: yours is {one[place].item():.6g}, the library's {other[place].item():.6g}"


def _leaves(args: object) -> list[Tensor]:
    """Float tensors among nested arguments, each made the start of a gradient."""
    tensors = [leaf for _, leaf in _flat(args) if isinstance(leaf, Tensor) and leaf.is_floating_point()]
    return [leaf.requires_grad_() if leaf.is_leaf else leaf for leaf in tensors]


def _detached(value: object) -> object:
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, tuple | list):
        return type(value)(_detached(item) for item in value)
    if isinstance(value, dict):
        return {key: _detached(item) for key, item in value.items()}
    return copied(value)


def _run(function: Callable, args: tuple, kwargs: dict) -> tuple[list, list]:
    """Named outputs, and named gradients of one weighted sum of them (weights the same on every call)."""
    args, kwargs = _detached(args), _detached(kwargs)
    inputs = [*_leaves(args), *_leaves(list(kwargs.values()))]
    parameters = dict(function.named_parameters()) if isinstance(function, nn.Module) else {}
    torch.manual_seed(0)
    outputs = list(_flat(function(*args, **kwargs)))
    generator = torch.Generator().manual_seed(0)
    total = sum(
        (leaf * torch.randn(leaf.shape, generator=generator).to(leaf)).nansum()
        for _, leaf in outputs
        if isinstance(leaf, Tensor) and leaf.requires_grad
    )
    wanted = [
        *((f"the gradient of input {i}", leaf) for i, leaf in enumerate(inputs)),
        *((f"the gradient of {name}", leaf) for name, leaf in parameters.items()),
    ]
    if not isinstance(total, Tensor) or not wanted:
        return outputs, []
    gradients = torch.autograd.grad(total, [leaf for _, leaf in wanted], allow_unused=True)
    return outputs, [
        (name, torch.zeros_like(leaf) if gradient is None else gradient)
        for (name, leaf), gradient in zip(wanted, gradients, strict=True)
    ]


def _same_weights(yours: Callable, library: Callable) -> Callable:
    """For two modules: a copy of yours with the library's weights, so that only the computation can differ."""
    if not (isinstance(yours, nn.Module) and isinstance(library, nn.Module)):
        return yours
    twin = copy.deepcopy(yours)
    try:
        twin.load_state_dict(library.state_dict())
    except RuntimeError as error:
        raise CourseError(f"the two modules hold different weights: {' '.join(str(error).split())}") from None
    return twin


def parity(yours: Callable, library: Callable, *args: object, tolerance: float = 1e-6, **kwargs: object) -> None:
    """Print whether yours and the library's give the same outputs and gradients.

    Args:
        yours: Your function or module.
        library: The library's; two modules are compared with the library's weights in both.
        *args: Example inputs; each side gets its own copies.
        tolerance: Largest difference that counts as equal, per unit of the largest output.
        **kwargs: More inputs, by name.

    Raises:
        CourseError: If they differ and `COURSE_STRICT=1`.

    Example:
        >>> parity(lambda x: x + x, lambda x: 2 * x, torch.tensor([1.0, 2.0]))
        ✓ equal to the last bit, gradients too
    """
    name = getattr(yours, "__name__", type(yours).__name__)
    name = "" if name == "<lambda>" else f"{name}: "
    if yours is library or is_stand_in(yours):
        print(f"○ {name}nothing to compare yet")
        return
    with unchanged():
        mine, theirs = _run(_same_weights(yours, library), args, kwargs), _run(library, args, kwargs)
    largest, has_float = 0.0, False
    for one, other in zip(mine, theirs, strict=True):
        for (path, leaf), (_, expected) in zip(one, other, strict=False):
            gap, message = _difference(path, leaf, expected, tolerance)
            if message is not None:
                _differ(name, message)
                return
            largest = max(largest, gap)
            has_float |= isinstance(expected, float) or (isinstance(expected, Tensor) and expected.is_floating_point())
    if bool(mine[1]) != bool(theirs[1]):
        _differ(name, "no gradient flows through " + ("the library's" if mine[1] else "yours"))
        return
    exact = "to the last bit" if has_float else ""
    how = " ".join(part for part in ("equal", f"to {largest:.0e}" if largest else exact) if part)
    print(f"✓ {name}{how}{', gradients too' if theirs[1] else ''}")


def _differ(name: str, message: str) -> None:
    print(f"✗ {name}different. {message}")
    if os.environ.get("COURSE_STRICT") == "1":
        raise CourseError(f"{name}different. {message}")
