"""Templates that say the same thing in many ways, and keep account of which facts they told.

`[One wet morning|Before breakfast], {a.name} left {a.home}.` has two alternatives in square brackets, which may nest,
and slots in braces: the role `a` and what of it to write. A slot such as `{a.home}` tells a fact.
"""

import random
import re
from collections.abc import Mapping
from functools import cache

from course_lib.world.randomness import pick

_TOKEN = re.compile(r"([\[\]|{}])")


class Template:
    """A text with alternatives and slots, read once and written many times.

    Args:
        source: Text with `[this|or that]` and `{role.attribute}`.

    Raises:
        ValueError: A bracket or brace is left open.

    Example:
        >>> from course_lib.world.people import Stranger
        >>> ada = Stranger(first="Ada", last="Barrow", gender="female")
        >>> template = Template("{a.name} [sang|sang]. {a.She} [bowed|bowed].")
        >>> template.write({"a": ada}, random.Random(0))
        ('Ada Barrow sang. She bowed.', [])
    """

    def __init__(self, source: str) -> None:
        tokens = [token for token in _TOKEN.split(source) if token]
        self._parts, end = _parse(tokens, 0, closing=None)
        if end != len(tokens):
            raise ValueError(f"template has a bracket too many: {source!r}")
        self.source = source
        self.slots = tuple(dict.fromkeys(re.findall(r"\{(\w+)\.(\w+)\}", source)))
        """Every (role, attribute) that may be written, in order of first appearance."""
        self.roles = tuple(dict.fromkeys(role for role, _ in self.slots))

    def write(self, cast: Mapping[str, object], rng: random.Random) -> tuple[str, list[tuple[str, str]]]:
        """Choose among the alternatives and fill the slots.

        Args:
            cast: Role → who or what plays it.
            rng: Where the choices come from.

        Returns:
            The text, and the (role, attribute) of each slot that was written, names and pronouns left out.
        """
        out: list[str] = []
        told: list[tuple[str, str]] = []
        _write(self._parts, cast, rng, out, told)
        return "".join(out), told


@cache
def template(source: str) -> Template:
    """The `Template` of a text, parsed at its first use."""
    return Template(source)


NOT_FACTS = frozenset({"name", "first", "last", "she", "her", "him", "hers", "She", "Her"})
"""Attributes that name somebody, rather than say something about them."""


def _parse(tokens: list[str], start: int, closing: str | None) -> tuple[list, int]:
    """Read parts up to `closing`: a text is a string, a slot a tuple, a choice a list of branches."""
    branches, parts, index = [], [], start
    while index < len(tokens) and tokens[index] != "]":
        token = tokens[index]
        if token == "[":
            choice, index = _parse(tokens, index + 1, closing="]")
            parts.append(choice)
        elif token == "{":
            role, attribute = tokens[index + 1].split(".")
            parts.append((role, attribute))
            index += 2
        elif token == "|" and closing:
            branches.append(parts)
            parts = []
        else:
            parts.append(token)
        index += 1
    if closing and index == len(tokens):
        raise ValueError(f"template has an open bracket: {''.join(tokens)!r}")
    return ([*branches, parts] if closing else parts), index


def _write(parts: list, cast: Mapping[str, object], rng: random.Random, out: list[str], told: list) -> None:
    for part in parts:
        if type(part) is str:
            out.append(part)
        elif type(part) is tuple:
            role, attribute = part
            out.append(str(getattr(cast[role], attribute)))
            if attribute not in NOT_FACTS:
                told.append(part)
        else:
            _write(pick(rng, part), cast, rng, out, told)
