"""`parity` finds equality, and every kind of difference."""

import pytest
import torch
from torch import nn

from course_lib.classroom import parity
from course_lib.classroom.exercises import exercise
from course_lib.common.errors import CourseError


def said(capsys, *args, **kwargs):
    """What parity prints."""
    parity(*args, **kwargs)
    return capsys.readouterr().out.strip()


def softmax(x):
    return x.exp() / x.exp().sum(dim=-1, keepdim=True)


def test_equal_with_gradients(capsys):
    x = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    line = said(capsys, softmax, lambda x: x.softmax(dim=-1), x)
    assert line.startswith("✓ softmax: equal to ")
    assert line.endswith(("e-08, gradients too", "e-07, gradients too"))
    assert not x.requires_grad, "the inputs are copies"


def test_lists_and_ids_are_equal_without_a_word_on_gradients(capsys):
    assert said(capsys, lambda text: list(text.encode()), lambda text: list(text.encode()), "abc") == "✓ equal"


@pytest.mark.parametrize(
    ("mine", "message"),
    [
        (lambda x: 2 * x + torch.tensor([0.0, 1e-3]), "✗ different. output[1]: yours is 4.001, the library's 4"),
        (lambda x: (2 * x)[None], "✗ different. output: yours has shape (1, 2), the library's (2,)"),
        (lambda x: [2.0, 4.0], "✗ different. the length of output: yours is 2"),
        (lambda x: "no", "✗ different. output: yours is a str, the library's a Tensor"),
        (lambda x: x.detach() * 2, "✗ different. no gradient flows through yours"),
        (lambda x: x + x.detach(), "✗ different. the gradient of input 0[0]: yours is"),
        (lambda x: 2 * x / (x - x), "✗ different. output[0]: yours is inf, the library's 2"),
    ],
)
def test_differences_are_named(capsys, mine, message):
    line = said(capsys, mine, lambda x: 2 * x, torch.tensor([1.0, 2.0]))
    assert line.startswith(message) or (message.startswith("✗ different. the length") and "output" in line)
    assert line.startswith("✗")


def test_a_nest_of_outputs_is_compared_leaf_by_leaf(capsys):
    one = {"ids": [1, 2], "score": 0.5, "rows": (torch.ones(2), torch.zeros(1))}
    other = {**one, "ids": [1, 3]}
    assert said(capsys, lambda: one, lambda: dict(one)) == "✓ equal to the last bit"
    assert said(capsys, lambda: one, lambda: other) == "✗ different. output['ids'][1]: yours is 2, the library's 3"


def test_modules_are_compared_with_the_same_weights(capsys):
    class Mine(nn.Linear):
        def forward(self, x):
            return x @ self.weight.T + self.bias

    mine, theirs = Mine(3, 4), nn.Linear(3, 4)
    weight = mine.weight.clone()
    assert said(capsys, mine, theirs, torch.ones(2, 3)).startswith("✓ Mine: equal")
    assert torch.equal(mine.weight, weight), "the learner's module keeps its own weights"
    with pytest.raises(CourseError, match="the two modules hold different weights"):
        parity(nn.Linear(3, 5), theirs, torch.ones(2, 3))


def test_the_library_is_never_compared_with_itself(capsys, sample):
    @exercise("98.double")
    def double(x):
        """Twice x."""
        ...  # noqa: PIE790

    capsys.readouterr()
    assert said(capsys, double, lambda x: 2 * x, torch.ones(1)) == "○ double: nothing to compare yet"
    assert said(capsys, sum, sum, [1]) == "○ sum: nothing to compare yet"


def test_strict_raises(capsys, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(CourseError, match="yours is 1, the library's 2"):
        parity(lambda: 1, lambda: 2)


def test_random_functions_start_from_the_same_state(capsys):
    before = torch.get_rng_state()
    line = said(capsys, lambda x: x + torch.rand(2), lambda x: torch.rand(2) + x, torch.zeros(2))
    assert line == "✓ equal to the last bit, gradients too"
    assert torch.equal(torch.get_rng_state(), before)
