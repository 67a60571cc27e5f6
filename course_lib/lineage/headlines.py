"""The few numbers of each stage's report that say whether it became what it should, in words."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """A measured number and what it says."""

    value: float | int
    """What was measured."""
    low: float | int | None
    """Lower end of its 95 % interval, where there is one."""
    high: float | int | None
    """Upper end."""
    means: str
    """What it is a number of."""
    is_share: bool
    """Whether it is told in per cent."""

    def measured(self) -> str:
        """The number as it is told.

        Example:
            >>> Headline(value=0.9876, low=0.98, high=0.99, means="", is_share=True).measured()
            '98.8 %'
        """
        return f"{self.value:.1%}".replace("%", " %") if self.is_share else f"{self.value:,.4g}"

    def interval(self) -> str:
        """Its interval; empty if there is none.

        Example:
            >>> Headline(value=0.9876, low=0.98, high=0.99, means="", is_share=True).interval()
            '98.0 to 99.0 %'
        """
        if self.low is None or self.high is None:
            return ""
        return (
            f"{100 * self.low:.1f} to {100 * self.high:.1f} %"
            if self.is_share
            else f"{self.low:.4g} to {self.high:.4g}"
        )


CHOSEN: dict[str, tuple[tuple[str, str], ...]] = {
    "tokenizer": (("vocab_size", "entries of the vocabulary"),),
    "base": (
        ("card.recall.seen", "facts about people that it recalls, asked in words that it has read"),
        ("card.recall.held_out", "the same, asked in words that it has never read"),
        ("card.falsehoods.claimed", "sentences about people who do not exist that it ends with something definite"),
    ),
    "chat": (
        ("card.greedy.known.right", "questions that it answers right, about people of whom no demonstration asks"),
        ("card.base.greedy.known.right", "the same for the base model"),
        ("card.greedy.invented.made_up", "questions about people who do not exist that it answers with an invention"),
    ),
    "reward": (
        (
            "card.clear",
            "pairs of replies that it puts in the right order, where one is clearly better; people never labelled",
        ),
        ("card.right_over_wrong", "right replies that it scores above wrong ones"),
        ("card.unknown_over_made_up", '"I don\'t know" of people who do not exist that it scores above an invention'),
    ),
    "rlhf": (
        (
            "card.greedy.known.right",
            "questions that it answers right, about people whose questions nobody answered for it",
        ),
        ("card.greedy.unasked.right", "the same, about people of whom no stage asks at all"),
        (
            "card.greedy.invented.unknown",
            "questions about people who do not exist to which it says that it does not know",
        ),
        ("card.win_rate", "replies worth more than the chat model's, at temperature 1"),
        ("card.gain", "standard deviations by which the true worth of its replies has risen"),
        ("card.kl", "nats a reply between it and the chat model"),
    ),
}
"""Stage → places in its report, and what stands there."""


def headlines(report: dict[str, Any]) -> list[Headline]:
    """The headline numbers of a stage's report.

    Args:
        report: From `train_stage`, or a `.report.json`; its `stage` says which.

    Returns:
        One for each number, the most important first; what a report does not have is left out.

    Example:
        >>> [(each.measured(), each.means) for each in headlines({"stage": "tokenizer", "vocab_size": 2048})]
        [('2,048', 'entries of the vocabulary')]
    """
    found = ((find(report, path), means) for path, means in CHOSEN.get(report["stage"], ()))
    return [
        Headline(value=each["value"], low=each["low"], high=each["high"], means=means, is_share=True)
        if isinstance(each, dict)
        else Headline(value=each, low=None, high=None, means=means, is_share=False)
        for each, means in found
        if each is not None
    ]


def find(report: dict[str, Any], path: str) -> Any:
    """What stands in a report at a dotted path, or None.

    Example:
        >>> find({"card": {"kl": 3.0}}, "card.kl")
        3.0
    """
    for name in path.split("."):
        report = report.get(name) if isinstance(report, dict) else None
    return report
