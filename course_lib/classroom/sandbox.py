"""Running a learner's code so that nothing outside it changes, and whatever happens becomes one line."""

import contextlib
import functools
import io
import random
import traceback
import warnings
from collections.abc import Callable, Iterator

import numpy
import torch

from course_lib.classroom.registry import Exercise, Wrong

MAX_PRINTED_LINES = 10
"""How much of what the learner's code prints during a check is shown."""


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """Put random state, grad mode, default dtype and thread count back as they were, whatever happens inside.

    Example:
        >>> before = torch.get_rng_state()
        >>> with unchanged():
        ...     _ = torch.manual_seed(5), torch.set_grad_enabled(False)
        >>> bool((torch.get_rng_state() == before).all()), torch.is_grad_enabled()
        (True, True)
    """
    states = random.getstate(), numpy.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    on_gpu = torch.cuda.get_rng_state_all() if torch.cuda.is_available() and torch.cuda.is_initialized() else None
    grad, dtype, n_threads = torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads()
    torch.set_grad_enabled(True)
    try:
        yield
    finally:
        random.setstate(states[0])
        numpy.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
        if on_gpu is not None:
            torch.cuda.set_rng_state_all(on_gpu)
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        if torch.get_num_threads() != n_threads:
            torch.set_num_threads(n_threads)


def copied(value: object) -> object:
    """A copy of tensors, arrays, lists and dicts, however nested; anything else is itself.

    A tensor's copy stays in the graph, so gradients still reach the original.

    Example:
        >>> inner = [1, 2]
        >>> copied((inner, "text"))[0] is inner
        False
    """
    if isinstance(value, torch.nn.Parameter):
        return value
    if isinstance(value, torch.Tensor):
        return value.clone()
    if isinstance(value, numpy.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(copied(item) for item in value)
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return value


def on_copies(function: Callable) -> Callable:
    """The same function, called on copies of what it is given."""

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        return function(*copied(args), **copied(kwargs))

    return call


def _where(error: BaseException, filename: str | None) -> str:
    """The last line of the learner's own code that an error passed through."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename and frame.line]
    return f", at `{own[-1].line}`" if own else ""


def describe(error: BaseException, filename: str | None = None) -> str:
    """What happened, in one line for the learner.

    Example:
        >>> describe(ZeroDivisionError("division by zero"))
        'your code stopped with ZeroDivisionError: division by zero'
    """
    if isinstance(error, Wrong):
        return " ".join(str(error).split())
    if isinstance(error, KeyboardInterrupt):
        return f"your code was interrupted (KeyboardInterrupt){_where(error, filename)}"
    said = " ".join(str(error).split())
    said = said if len(said) <= 160 else said[:157] + "..."
    return f"your code stopped with {type(error).__name__}{': ' + said if said else ''}{_where(error, filename)}"


def verdict_on(exercise: Exercise, candidate: Callable) -> str | None:
    """Run an exercise's check.

    Args:
        exercise: Whose check to run.
        candidate: The learner's function or class.

    Returns:
        None if it is right, else one line that names the mistake, or the error or interrupt that ended it.
    """
    is_function = not isinstance(candidate, type)
    code = getattr(candidate, "__code__", None) if is_function else getattr(candidate.__init__, "__code__", None)
    tried = on_copies(candidate) if is_function and exercise.copies else candidate
    printed = io.StringIO()
    message = None
    try:
        with unchanged(), contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exercise.check(tried)
    except BaseException as error:
        message = describe(error, code.co_filename if code else None)
    lines = printed.getvalue().splitlines()
    for line in lines[:MAX_PRINTED_LINES]:
        print(line)
    if len(lines) > MAX_PRINTED_LINES:
        print(f"… {len(lines) - MAX_PRINTED_LINES} more printed lines")
    return message
