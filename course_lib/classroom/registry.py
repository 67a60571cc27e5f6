"""What a notebook's checks file is made of: exercises with their usual mistakes, questions, claims, diagnoses."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

VERDICTS = (
    "holds",
    "holds with a condition",
    "does not hold here",
    "cannot be shown at this size",
    "wrong as stated",
)
"""What a claim can turn out to be; a reason may follow after a colon."""


class Wrong(Exception):
    """A check found a mistake; the message names it in the learner's terms.

    Example:
        >>> str(Wrong("row 0 may look at tokens 1, 2, 3, which come later. Triangle upside down?"))
        'row 0 may look at tokens 1, 2, 3, which come later. Triangle upside down?'
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A usual wrong answer, kept as code so that a test can show that the check names it."""

    name: str
    """A few words for the mistake, as in `triangle upside down`."""
    source: str
    """The whole wrong function or class."""
    says: str
    """A part of the message that the learner must get for it, and for no other mistake."""

    @classmethod
    def slip(cls, name: str, source: str, old: str, new: str, says: str, *more: tuple[str, str]) -> "Mistake":
        """A source, such as a solution's, with one thing in it changed.

        Args:
            name: A few words for the mistake.
            source: The code in which something is replaced.
            old: What is replaced, wherever it stands.
            new: What stands there instead.
            says: A part of the message that the learner must get.
            *more: Further pairs of old and new, for a mistake that shows in several places.

        Returns:
            The mistake.

        Raises:
            ValueError: If an `old` does not occur in the source: the mistake would be no mistake.

        Example:
            >>> Mistake.slip("sign lost", "def less(x):\\n    return -x", "-x", "x", "sign").source
            'def less(x):\\n    return x'
        """
        for before, after in ((old, new), *more):
            if before not in source:
                raise ValueError(f"mistake {name!r}: {before!r} does not occur in {source!r}, so nothing is replaced")
            source = source.replace(before, after)
        return cls(name=name, source=source, says=says)

    @classmethod
    def slips(cls, source: str, *rows: tuple) -> list["Mistake"]:
        """A table of slips in one source.

        Args:
            source: The code in which each row replaces something.
            *rows: Each row is a slip without its source: name, old, new, says, and further pairs if there are any.

        Returns:
            One mistake for each row, in the same order.

        Raises:
            ValueError: If a row's `old` does not occur in the source.

        Example:
            >>> rows = ("sign lost", "-x", "x", "sign"), ("too far", "-x", "-2 * x", "twice")
            >>> [mistake.name for mistake in Mistake.slips("def less(x):\\n    return -x", *rows)]
            ['sign lost', 'too far']
        """
        return [cls.slip(name, source, old, new, says, *more) for name, old, new, says, *more in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """Something to write or to mend, with the version that stands in until then."""

    id: str
    """Notebook number, dot, name: `09.causal_mask`."""
    reference: Callable
    """The verified function or class."""
    check: Callable[[Callable], None]
    """Returns None if the candidate is right and raises `Wrong` if not; at most 1 s on the reference."""
    hints: tuple[str, str, str]
    """A nudge, pseudo-code, and the source of a solution."""
    mistakes: Sequence[Mistake] = ()
    """Usual wrong answers."""
    broken: str | None = None
    """For a repair exercise: the source of the version to mend."""
    methods: tuple[str, ...] = ()
    """For a class: the methods to write; all but `__init__` if empty."""
    part: str | None = None
    """The field of `Parts` that it fills in a GPT, if it is a part of one."""
    fits: Callable[[Callable], Callable] | None = None
    """Turns the learner's version into what that field wants (`lambda mine: lambda config, size: mine(size)`)."""
    copies: bool = True
    """Whether a function gets copies of its tensors, lists and dicts; False where changing them is the exercise."""
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    """Mutants of the solution that are right too: description → the reason why."""

    @property
    def name(self) -> str:
        """The function's or class's place in its notebook: `causal_mask` of `09.causal_mask`."""
        return self.id.split(".", 1)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A multiple-choice question with a reason for each wrong choice."""

    id: str
    """Notebook number, dot, name: `09.q1`."""
    text: str
    """The question, in Markdown."""
    choices: Sequence[tuple[str, str | None]]
    """Choice and why it is wrong; None marks the right one."""
    from_notebook: str
    """The number of the notebook that taught it."""
    why: str = ""
    """Why the right choice is right; shown once it is chosen, so that the choice itself can be short."""

    def __post_init__(self) -> None:
        n_right = sum(reason is None for _, reason in self.choices)
        if n_right != 1:
            raise ValueError(f"question {self.id} has {n_right} right choices: it needs exactly 1, marked by None")
        if len(self.choices) < 3:
            raise ValueError(f"question {self.id} has {len(self.choices)} choices: it needs at least 3")

    def shuffled(self) -> list[tuple[str, str | None]]:
        """The choices in an order that depends on the id alone, so that the right one is not always first."""
        order = list(self.choices)
        random.Random(self.id).shuffle(order)
        return order


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What articles assert, in our words, with the rule that decides it, written before the result."""

    id: str
    """The claim's name in `data/claims.toml`: `A2`."""
    text: str
    """The claim, in one sentence."""
    rule: str
    """The rule, in one sentence."""
    decide: Callable[..., str]
    """Takes the numbers by name and returns one of `VERDICTS`, with a reason after a colon if needed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What is likely the matter when a number lies outside its band."""

    above: str
    """When it is too high."""
    below: str
    """When it is too low."""
