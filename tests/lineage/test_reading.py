"""Results gathered by setting."""

import pytest

from course_lib.lineage.experiments.reading import values_by

ROWS = [
    {"seed": "0", "task": "a", "heat": "0.0", "new": "0.1"},
    {"seed": "0", "task": "a", "heat": "1.0", "new": "0.5"},
    {"seed": "1", "task": "a", "heat": "0.0", "new": "0.3"},
    {"seed": "1", "task": "b", "heat": "0.0", "new": ""},
]


def test_by_hand():
    assert values_by(ROWS, "new", "heat") == {("0.0",): [0.1, 0.3], ("1.0",): [0.5]}
    assert values_by(ROWS, "new", "task", "heat", seed=0) == {("a", "0.0"): [0.1], ("a", "1.0"): [0.5]}
    assert values_by(ROWS, "new") == {(): [0.1, 0.5, 0.3]}


def test_nothing_found_is_told():
    with pytest.raises(ValueError, match="has the experiment been run"):
        values_by(ROWS, "new", task="b")
