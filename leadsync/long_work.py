"""Words about work that takes long: none goes on for ten seconds in silence."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from leadsync.terminal import one_line

WORD_SECONDS = 7.0
"""The silence before a word, and between two words."""
PAUSE_SECONDS = 1.0
"""Work that begins so soon behind other work goes on with its silence: short ones are not silent for long together."""

_log = logging.getLogger(__name__)


class Silence:
    """The time since the last word about work, or since work began behind a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard_at = self._ended_at = float("-inf")

    def begin(self, now: float) -> None:
        """Work begins."""
        with self._lock:
            if now - self._ended_at > PAUSE_SECONDS:
                self._heard_at = now

    def end(self, now: float) -> None:
        """Work ends."""
        self._ended_at = now

    def left(self, now: float) -> float:
        """The seconds until a word is due; with 0 the caller has to say it."""
        with self._lock:
            left = max(0.0, self._heard_at + WORD_SECONDS - now)
            if not left:
                self._heard_at = now
            return left


_silence = Silence()


@contextmanager
def told(words: Callable[[], str]) -> Iterator[None]:
    """Log `words()` again and again while the body takes long. The command line shows this log on standard error.

    A thread of its own asks for the words: they need no look at the clock in the work.
    """
    over = threading.Event()
    _silence.begin(time.monotonic())
    threading.Thread(target=_tell, args=(words, over), name="long work", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        _silence.end(time.monotonic())


def _tell(words: Callable[[], str], over: threading.Event) -> None:
    while not over.is_set():
        if left := _silence.left(time.monotonic()):
            over.wait(left)
        else:
            _log.info("%s", one_line(words()))
