"""A number that remembers how it was made: automatic differentiation, one operation at a time."""

import math
from collections.abc import Iterator

from course_lib.common.errors import CourseError

Number = float | int


class Value:
    """A number that knows which numbers it came from, and how steeply it depends on each of them.

    Calculate with it as with a float. Then `backward()` walks the calculation from its end to its beginning and leaves
    in every number's `gradient` how much the result moves per unit that this number is nudged.

    Args:
        number: The number itself.
        parents: The values it was computed from.
        slopes: For each parent, the slope of this one operation: its move per unit of that parent.
        operation: What made it, for printing and drawing.

    Example:
        >>> weight, feature = Value(3.0), Value(2.0)
        >>> result = weight * feature + weight
        >>> result.backward()
        >>> result.number, weight.gradient, feature.gradient
        (9.0, 3.0, 3.0)

    Source: reverse-mode differentiation, Linnainmaa (1970); Baydin et al., arXiv:1502.05767, section 3.2.
    """

    __slots__ = ("gradient", "number", "operation", "parents", "slopes")

    def __init__(
        self,
        number: Number,
        parents: "tuple[Value, ...]" = (),
        slopes: tuple[Number, ...] = (),
        operation: str = "",
    ) -> None:
        self.number = float(number)
        self.gradient = 0.0
        self.parents = parents
        self.slopes = slopes
        self.operation = operation

    def __repr__(self) -> str:
        return f"Value({self.number:.6g}, gradient={self.gradient:.6g})"

    def __float__(self) -> float:
        return self.number

    # Each operation: the number, then what one unit of each parent does to it.

    def __add__(self, other: "Value | Number") -> "Value":
        other = as_value(other)
        return Value(self.number + other.number, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other: "Value | Number") -> "Value":
        other = as_value(other)
        return Value(self.number * other.number, (self, other), (other.number, self.number), "×")

    def __pow__(self, exponent: "Number | Value") -> "Value":
        """A fixed power, such as `error ** 2`."""
        base = self.number
        if isinstance(exponent, Value):
            raise CourseError("the exponent is a Value: only fixed powers such as x ** 2 are known here")
        if base == 0 and exponent < 1 and exponent != 0:
            raise CourseError(f"0 ** {exponent} has no finite slope: was something divided by zero?")
        if base < 0 and exponent != int(exponent):
            raise CourseError(
                f"{base:.6g} ** {exponent} is not a real number: a negative number has no fractional power"
            )
        slope = exponent * base ** (exponent - 1) if exponent else 0.0
        return Value(base**exponent, (self,), (slope,), f"^{exponent:g}")

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: "Value | Number") -> "Value":
        return self + -as_value(other)

    def __truediv__(self, other: "Value | Number") -> "Value":
        return self * as_value(other) ** -1.0

    def __radd__(self, other: Number) -> "Value":
        return self + other

    def __rmul__(self, other: Number) -> "Value":
        return self * other

    def __rsub__(self, other: Number) -> "Value":
        return as_value(other) - self

    def __rtruediv__(self, other: Number) -> "Value":
        return as_value(other) / self

    def exp(self) -> "Value":
        """e to this power; its slope is itself."""
        if self.number > 709:
            raise CourseError(
                f"exp({self.number:.6g}) is larger than any float (the limit is 709): have weights blown up?"
            )
        power = math.exp(self.number)
        return Value(power, (self,), (power,), "exp")

    def log(self) -> "Value":
        """The natural logarithm; its slope is 1/x."""
        if self.number <= 0:
            raise CourseError(f"log({self.number:.6g}) does not exist: only positive numbers have a logarithm")
        return Value(math.log(self.number), (self,), (1.0 / self.number,), "log")

    def tanh(self) -> "Value":
        """An S from −1 to 1; its slope is 1 − tanh²."""
        output = math.tanh(self.number)
        return Value(output, (self,), (1.0 - output * output,), "tanh")

    def sigmoid(self) -> "Value":
        """An S from 0 to 1; its slope is a (1 − a) where a is the output."""
        small = math.exp(-abs(self.number))  # at most 1, so that nothing overflows
        output = 1.0 / (1.0 + small) if self.number >= 0 else small / (1.0 + small)
        return Value(output, (self,), (output * (1.0 - output),), "sigmoid")

    def relu(self) -> "Value":
        """The number itself if positive, else 0; its slope is 1 or 0 (0 at zero, as in torch)."""
        on = self.number > 0
        return Value(self.number if on else 0.0, (self,), (float(on),), "relu")

    def backward(self) -> None:
        """Add to the `gradient` of every number in this calculation how steeply this result depends on it.

        Gradients add up over paths and over calls, as in torch; set them to 0 before a new step.

        Example:
            >>> x = Value(3.0)
            >>> (x * x).backward()
            >>> x.gradient
            6.0
        """
        blame = {id(self): 1.0}
        for value in reversed(list(calculation(self))):
            share = blame.pop(id(value))
            value.gradient += share
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                blame[id(parent)] = blame.get(id(parent), 0.0) + slope * share


def as_value(number: "Value | Number") -> Value:
    """Let plain numbers take part in a calculation.

    Example:
        >>> as_value(2)
        Value(2, gradient=0)
    """
    return number if isinstance(number, Value) else Value(number)


def calculation(result: Value) -> Iterator[Value]:
    """All values of a calculation in an order in which each comes after those it was made from.

    Args:
        result: The end of the calculation.

    Yields:
        Every value once, `result` last. The walk keeps its own stack, so a long sum does not exhaust Python's.

    Example:
        >>> a, b = Value(1.0), Value(2.0)
        >>> [value.operation or value.number for value in calculation(a * b + a)]
        [1.0, 2.0, '×', '+']
    """
    seen = {id(result)}
    stack = [(result, iter(result.parents))]
    while stack:
        value, parents = stack[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            stack.pop()
            yield value
