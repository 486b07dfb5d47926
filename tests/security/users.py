"""A second user of the machine, as far as the tests may act as one."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

OTHER = 65534
"""The user `nobody`."""
POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="file modes are POSIX's, and so are these links")
AS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="file modes are POSIX's, and root alone can be two users"
)


def as_user(user: int, work: Callable[[], object]) -> str:
    """Do this as another user in a process of its own; gives the error that it ended in, empty for none."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            work()
        except BaseException as error:
            os.write(write, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as stream:
        return stream.read()


class StillWaiting(BaseException):
    """No error of the product's own: whatever catches those lets it pass."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail what waits for longer, as opening a pipe does that nobody writes to."""

    def too_long(_number: int, _frame: object) -> None:
        raise StillWaiting

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
