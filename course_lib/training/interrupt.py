"""Ctrl-C that waits for the end of the step, so that what is saved is whole."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def catch_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a question that the caller asks at every yield; the second interrupts as usual.

    Outside the main thread signals cannot be caught, and Ctrl-C keeps its usual meaning.

    Yields:
        A function that says whether Ctrl-C was pressed.

    Example:
        >>> with catch_interrupt() as interrupted:
        ...     for step in range(1_000_000):
        ...         if step == 2:
        ...             signal.raise_signal(signal.SIGINT)        # what Ctrl-C sends
        ...         if interrupted():
        ...             break
        >>> step
        2
    """
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    usual = signal.getsignal(signal.SIGINT)

    def note(signal_number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, usual)
        pressed.set()

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, usual)
