"""Sums: right in every page, and some pairs of numbers never added."""

import re

from hypothesis import given
from hypothesis import strategies as st

from course_lib.world.randomness import stream
from course_lib.world.sums import LARGEST, draw_sum, is_held_out


@given(st.integers(0, 10_000), st.booleans())
def test_drawn_sums_respect_the_split(seed, held_out):
    drawn = draw_sum(stream(seed, "sums"), held_out)
    assert is_held_out(drawn.x, drawn.y) is held_out
    assert 2 <= min(drawn.x, drawn.y) <= max(drawn.x, drawn.y) <= LARGEST
    assert drawn.total == drawn.x + drawn.y


def test_every_sum_in_the_pages_is_right(some_pages):
    sums = [page.text for page in some_pages if page.kind == "sum"]
    assert len(sums) > 100
    for text in sums:
        numbers = sorted(map(int, re.findall(r"\d+", text)))
        total = numbers[-1]
        assert any(total == x + y and not is_held_out(x, y) for x in numbers for y in numbers), text
