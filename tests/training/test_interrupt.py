"""Ctrl-C: the first is a question, the second an interrupt, and afterwards all is as before."""

import signal
import threading
from collections.abc import Iterator

import pytest

from course_lib.training import catch_interrupt


@pytest.fixture
def usual_interrupt() -> Iterator[None]:
    """Ctrl-C as in a terminal, even where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("usual_interrupt")
def test_first_asks_second_interrupts() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with catch_interrupt() as interrupted:
        assert not interrupted()
        signal.raise_signal(signal.SIGINT)
        assert interrupted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is usual


def test_elsewhere_nothing_is_caught() -> None:
    answers = []

    def work() -> None:
        with catch_interrupt() as interrupted:
            answers.append(interrupted())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
