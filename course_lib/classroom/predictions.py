"""`predict`: a guess before the run, drawn into the picture after it, and what the guesses say over the course."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from course_lib.classroom.record import changing, read_progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Guess = float | int | str | bool | None


def _place(name: str) -> float | None:
    """Where a guess lies on the horizontal axis: the number that its name ends with.

    Example:
        >>> _place("d_head_64"), _place("raw")
        (64.0, None)
    """
    number = re.search(r"(\d+(?:_\d+)?)$", name)
    return float(number[1].replace("_", ".")) if number else None


class Prediction:
    """Guesses by name; those left at None are passed over everywhere."""

    def __init__(self, prediction_id: str, values: Mapping[str, Guess]) -> None:
        self.id = prediction_id
        self.values = {name: value for name, value in values.items() if value is not None}

    def __repr__(self) -> str:
        said = ", ".join(f"{name} = {value}" for name, value in self.values.items())
        return f"your guess for {self.id}: {said}" if said else f"no guess for {self.id}"

    def draw_on(self, axes: "Axes", x: Mapping[str, float | int] | None = None) -> None:
        """Draw the guesses as open diamonds.

        Args:
            axes: Where to draw.
            x: Name → place on the horizontal axis. Without it, the number that the name ends with (`d_head_64`);
                a name without a number becomes a dotted line across.
        """
        label: str | None = "your guess"
        for name, value in self.values.items():
            if isinstance(value, str):
                continue
            place = (x or {}).get(name, _place(name))
            if place is None:
                axes.axhline(float(value), linestyle=":", color="black", label=label)
            else:
                axes.plot([place], [float(value)], "D", markerfacecolor="none", color="black", label=label, zorder=5)
            label = None

    def compare(self, **measured: Guess) -> None:
        """Put what was measured beside the guesses, and keep both for `calibration()`; silent without a guess."""
        both = {name: (guess, measured[name]) for name, guess in self.values.items() if name in measured}
        if not both:
            return
        with changing("predictions", self.id) as entry:
            entry.setdefault("first", dict(self.values))
            entry["measured"] = {name: truth for name, (_, truth) in both.items()}
        for name, (guess, truth) in both.items():
            shown = f"{truth:.3g}" if isinstance(truth, float) else truth
            print(f"{name}: you guessed {guess}, measured {shown}")


def predict(prediction_id: str, **values: Guess) -> Prediction:
    """Keep a guess made before the run, and say so; leaving every value at None is fine.

    Args:
        prediction_id: Notebook, dot, section: `09.2`.
        values: Guesses by name: numbers, words, or None.

    Returns:
        The prediction, to be drawn with `.draw_on(axes)` and compared with `.compare(name=measured)`.

    Example:
        >>> predict("09.2", d_head_4=None)
        no guess for 09.2
    """
    guess = Prediction(prediction_id, values)
    if guess.values:
        with changing("predictions", prediction_id) as entry:
            entry["guess"] = guess.values
        print("noted")
    return guess


def _is_close(guess: Guess, truth: Guess) -> bool:
    """A word must be equal, a number within a factor of two."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (guess, truth))
    if not numbers:
        return guess == truth
    return guess == truth or (guess * truth > 0 and 0.5 <= guess / truth <= 2)


def calibration() -> None:
    """Print how your first guesses compared with what was measured, over the whole course so far."""
    kept = read_progress()["predictions"].values()
    pairs = [
        (entry["first"][name], truth)
        for entry in kept
        if "measured" in entry
        for name, truth in entry["measured"].items()
        if name in entry["first"]
    ]
    if not pairs:
        print("no guess has met its measurement yet")
        return
    n_close = sum(_is_close(guess, truth) for guess, truth in pairs)
    print(f"{n_close} of {len(pairs)} guesses were right (words) or within a factor of two (numbers)")
    numbers = [
        (guess, truth)
        for guess, truth in pairs
        if isinstance(truth, int | float) and guess != truth and isinstance(guess, int | float)
    ]
    if numbers:
        n_low = sum(guess < truth for guess, truth in numbers)
        print(f"of the numbers you missed, {n_low} were guessed too low and {len(numbers) - n_low} too high")
