"""`@exercise`: untouched, unfinished, wrong, interrupted, right, and again."""
# ruff: noqa: F811, PIE790  (defining the same exercise again, and `...` under a docstring, are what is tested)

import random

import numpy
import pytest
import torch

from course_lib.classroom import exercise, hint, yours
from course_lib.classroom.exercises import is_stand_in
from course_lib.classroom.keeping import exercise_path
from course_lib.classroom.record import read_progress
from course_lib.classroom.sandbox import copied, unchanged
from course_lib.common.errors import CourseError
from course_lib.transformer import GPT, GPTConfig, causal_mask

FACTOR = 2


def times(x, factor):
    """A helper of the 'notebook'."""
    return x * factor


def test_untouched_gives_the_librarys_and_checks_nothing(sample, capsys):
    @exercise("98.double")
    def double(x):
        """Twice x."""
        ...

    assert double is sample.double
    assert is_stand_in(double)
    assert capsys.readouterr().out == "○ 98.double: the verified version stands in until you write yours\n"
    assert read_progress()["exercises"] == {}


def test_some_blanks_left_is_unfinished_and_never_wrong(sample, capsys):
    @exercise("98.double")
    def double(x):
        """Twice x."""
        twice = ...
        return twice[..., 0]

    assert double is sample.double
    said = capsys.readouterr().out
    assert said == "○ 98.double: unfinished, a ... is left in its line 3; the verified version stands in\n"


def test_wrong_is_told_in_one_line_and_the_library_stands_in(sample, capsys):
    @exercise("98.double")
    def double(x):
        return x * x

    assert double is sample.double
    message = "2 became 4, but 1 stayed 1: squared rather than doubled?"
    assert capsys.readouterr().out == f'✗ 98.double: {message}   hint("98.double")\n'
    assert read_progress()["exercises"]["98.double"] == {"attempts": 1, "right": False}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ZeroDivisionError("by nothing"), RecursionError])
def test_whatever_happens_ends_in_one_line(sample, capsys, error):
    @exercise("98.double")
    def double(x):
        raise error

    assert double is sample.double
    said = capsys.readouterr().out
    name = (error if isinstance(error, type) else type(error)).__name__
    assert said.count("\n") == 1
    assert said.startswith("✗ 98.double: your code ")
    assert name in said
    assert "`raise error`" in said


def test_right_is_used_recorded_and_kept(sample, capsys):
    @exercise("98.double")
    def double(x):
        return times(x, FACTOR) + torch.zeros_like(x)

    assert double is not sample.double
    assert not is_stand_in(double)
    assert capsys.readouterr().out == "✓ 98.double: yours is used from here on\n"
    assert read_progress()["exercises"]["98.double"]["right"]
    assert "FACTOR = 2" in exercise_path("98.double").read_text()
    assert "import torch" in exercise_path("98.double").read_text()


def test_running_again_the_latest_counts_and_progress_stays(sample, capsys):
    @exercise("98.double")
    def double(x):
        return x + x

    @exercise("98.double")
    def double(x):
        return 2 * x

    assert capsys.readouterr().out.endswith("objects built earlier keep the old part: run from here down\n")

    @exercise("98.double")
    def double(x):
        return x * x

    assert double is sample.double
    assert read_progress()["exercises"]["98.double"] == {"attempts": 3, "right": True}


def test_the_same_again_says_nothing_of_older_objects(sample, capsys):
    for _ in range(2):

        @exercise("98.double")
        def double(x):
            return x + x

    assert "earlier" not in capsys.readouterr().out


def test_a_class_is_untouched_while_its_methods_are(sample, capsys):
    @exercise("98.Counter")
    class Counter:
        def __init__(self, start=0):
            self.value = start

        def up(self):
            """One more."""
            ...

        def down(self):
            """One less."""
            ...

    assert Counter is sample.Counter
    assert is_stand_in(Counter(1))
    assert "until you write yours" in capsys.readouterr().out


def test_a_class_half_written_is_unfinished_and_a_whole_one_is_right(sample, capsys):
    @exercise("98.Counter")
    class Counter:
        def __init__(self, start=0):
            self.value = start

        def up(self):
            self.value += 1

        def down(self):
            """One less."""
            ...

    assert "unfinished" in capsys.readouterr().out

    @exercise("98.Counter")
    class Counter:
        def __init__(self, start=0):
            self.value = start

        def up(self):
            self.value += 1

        def down(self):
            self.value -= 1

    assert Counter is not sample.Counter
    assert capsys.readouterr().out.startswith("✓")


def test_a_repair_is_untouched_while_its_tree_is_the_broken_one(sample, capsys):
    @exercise("98.broken_double")
    def broken_double(x):
        """A docstring and a comment change nothing."""
        return 2 * abs(x)  # hm

    assert "until you have mended this one" in capsys.readouterr().out

    @exercise("98.broken_double")
    def broken_double(x):
        return 2 * x

    assert capsys.readouterr().out.startswith("✓")


def test_inputs_random_state_and_grad_mode_are_left_alone(sample):
    torch.manual_seed(3)
    before = torch.get_rng_state(), numpy.random.get_state()[1].tolist()  # noqa: NPY002

    @exercise("98.double")
    def double(x):
        torch.manual_seed(99)
        numpy.random.seed(99)  # noqa: NPY002
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        return x.mul_(2)

    assert torch.equal(torch.get_rng_state(), before[0])
    assert numpy.random.get_state()[1].tolist() == before[1]  # noqa: NPY002
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() == torch.float32
    assert double is not sample.double, "changing its input in place made nothing wrong: it got a copy"


def test_threads_and_pythons_random_state_are_put_back():
    n_threads, state = torch.get_num_threads(), random.getstate()
    with unchanged():
        torch.set_num_threads(n_threads + 1)
        random.seed(99)
    assert torch.get_num_threads() == n_threads
    assert random.getstate() == state


def test_copies_stay_in_the_graph():
    x = torch.ones(2, requires_grad=True)
    copied([x])[0].sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_what_the_code_prints_is_shown_in_part(sample, capsys):
    @exercise("98.double")
    def double(x):
        for i in range(7):
            print("i", i)
        return 2 * x

    said = capsys.readouterr().out.split("\n")
    assert said[0] == "i 0"
    assert "more printed lines" in said[10]


def test_an_unknown_exercise_is_named(sample):
    with pytest.raises(CourseError, match=r"'98.dubble'.*98.double"):
        exercise("98.dubble")
    with pytest.raises(CourseError, match="notebook '97' has no checks"):
        exercise("97.double")


def test_yours_loads_and_checks_again(sample, capsys):
    @exercise("98.causal_mask")
    def causal_mask(n_tokens):
        return torch.ones(n_tokens, n_tokens).tril().bool()

    from course_lib.classroom import exercises

    exercises.attempts.clear()
    capsys.readouterr()
    parts = yours()
    assert capsys.readouterr().out.startswith("yours: mask; the library's: scaled_dot_product,")
    assert parts.mask(2).tolist() == [[True, False], [True, True]]
    assert parts.mask is not sample.causal_mask
    assert yours("98.causal_mask")(1).tolist() == [[True]]
    config = GPTConfig(vocab_size=7, context_length=8, n_layers=1, n_heads=2, d_model=8, attention="naive")
    assert GPT(config, parts=parts)(torch.tensor([[1, 2, 3]])).shape == (1, 3, 7)


def test_yours_does_not_trust_what_is_kept(sample, capsys):
    path = exercise_path("98.causal_mask")
    path.parent.mkdir(parents=True)
    path.write_text("import torch\ndef causal_mask(n):\n    return torch.ones(n, n).triu().bool()\n")
    assert yours().mask is causal_mask
    assert "✗ 98.causal_mask: row 0 may look at token 1. Triangle upside down?" in capsys.readouterr().out
    path.write_text("def causal_mask(n:\n")
    assert yours("98.causal_mask") is causal_mask
    assert "SyntaxError" in capsys.readouterr().out


def test_this_sessions_wrong_answer_overrules_the_kept_one(sample):
    @exercise("98.double")
    def double(x):
        return x + x

    @exercise("98.double")
    def double(x):
        return x

    assert yours("98.double") is sample.double


def test_hints_come_one_by_one(sample, capsys):
    for expected in ("What is twice a number?", "x and x again", "return x + x", "return x + x"):
        hint("98.double")
        assert expected in capsys.readouterr().out
    assert read_progress()["exercises"]["98.double"]["hints"] == 3
