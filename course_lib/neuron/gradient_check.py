"""The same slopes found three ways: backwards through the calculation, by nudging, and by torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_lib.neuron.value import Number, Value


def slope_by_nudging(function: Callable[..., Number], numbers: Sequence[Number], nudge: float = 1e-5) -> list[float]:
    """How much a result moves per unit that each number is nudged, the others held still.

    Args:
        function: Takes the numbers one by one, gives a number.
        numbers: Where to measure.
        nudge: How far to step, up and down. The error falls as its square until rounding takes over near 1e-6.

    Returns:
        One slope per number.

    Example:
        >>> [round(slope, 6) for slope in slope_by_nudging(lambda x, y: x * x * y, [3.0, 2.0])]
        [12.0, 9.0]
    """
    slopes = []
    for place in range(len(numbers)):
        up, down = list(numbers), list(numbers)
        up[place] += nudge
        down[place] -= nudge
        slopes.append((float(function(*up)) - float(function(*down))) / (2 * nudge))
    return slopes


@dataclass(frozen=True, kw_only=True, slots=True)
class GradientCheck:
    """Slopes of one calculation, found three ways."""

    backward: list[float]
    """By `Value.backward`."""
    nudging: list[float]
    """By stepping up and down (`slope_by_nudging`)."""
    torch: list[float]
    """By torch's autograd in float64."""

    @property
    def torch_difference(self) -> float:
        """Largest difference to torch, relative to slopes larger than 1; rounding alone leaves less than 1e-12."""
        return _largest_difference(self.backward, self.torch)

    @property
    def nudging_difference(self) -> float:
        """Largest difference to nudging, relative to slopes larger than 1; the nudge itself leaves some 1e-8."""
        return _largest_difference(self.backward, self.nudging)


def check_gradients(function: Callable, numbers: Sequence[Number], nudge: float = 1e-5) -> GradientCheck:
    """Find the slopes of a calculation by `Value`, by nudging and by torch in float64.

    Args:
        function: Takes the numbers one by one. Written with + − × / ** and the methods `exp`, `log`, `tanh`,
            `sigmoid`, `relu`, it runs on `Value` and on torch tensors alike.
        numbers: Where to measure.
        nudge: The step for nudging.

    Returns:
        The three lists of slopes and their differences.

    Example:
        >>> check = check_gradients(lambda w, b: (w * 2.0 + b).sigmoid(), [0.0, 0.0])
        >>> check.backward, check.torch
        ([0.5, 0.25], [0.5, 0.25])
        >>> check.nudging_difference < 1e-8
        True
    """
    values = [Value(number) for number in numbers]
    function(*values).backward()
    return GradientCheck(
        backward=[value.gradient for value in values],
        nudging=slope_by_nudging(lambda *at: float(function(*map(Value, at))), numbers, nudge),
        torch=_slopes_by_torch(function, numbers),
    )


def _slopes_by_torch(function: Callable, numbers: Sequence[Number]) -> list[float]:
    import torch

    leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers]
    result = function(*leaves)
    slopes = torch.autograd.grad(result, leaves, allow_unused=True)
    return [0.0 if slope is None else slope.item() for slope in slopes]


def _largest_difference(ours: list[float], theirs: list[float]) -> float:
    return max((abs(a - b) / max(1.0, abs(b)) for a, b in zip(ours, theirs, strict=True)), default=0.0)
