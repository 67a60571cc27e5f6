"""An answer that is no tensor of the wanted shape is named in words that a learner understands."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.classroom import Wrong
from course_lib.classroom.answers import tensor_of


@given(st.lists(st.integers(0, 3), max_size=3).map(tuple))
def test_the_right_shape_comes_back_as_it_is(shape):
    found = torch.zeros(shape)
    assert tensor_of(found, shape, "the table") is found


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "nothing came back: is `return` missing?"),
        ([0.0, 1.0], "the table came back as a list; a tensor is wanted"),
        (torch.zeros(2, 1), r"the table has shape \(2, 1\); \(2,\) is wanted"),
    ],
)
def test_the_message_says_what_is_wrong(found, says):
    with pytest.raises(Wrong, match=says):
        tensor_of(found, (2,), "the table")
