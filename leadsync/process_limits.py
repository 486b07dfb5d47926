"""Limits of this process: no core dump, no look inside by other processes, less of the machine; more open files."""

import signal
import sys
from contextlib import suppress

_DEATH_SIGNAL, _DUMPABLE = 1, 4
"""Options of prctl(2)."""


def keep_private(*, end_with_parent: bool = False) -> None:
    """Leave no core dump, and close this process's memory to other processes of the user, if the system can.

    `end_with_parent`: kill this process with the end of its parent thread.
    """
    limit_to({"RLIMIT_CORE": 0})
    # If core dumps go to a program, as on most of today's systems, their limit alone does not count: core(5).
    if (prctl := Prctl.here()) is not None:
        prctl(_DUMPABLE, 0)
        if end_with_parent:
            prctl(_DEATH_SIGNAL, signal.SIGKILL)


def limit_to(limits: dict[str, int]) -> None:
    """Lower resource limits for good, each as far as the platform knows it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in limits.items():
        if (which := getattr(resource, name, None)) is None:
            continue
        _, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (most, most))
        except (OSError, ValueError):  # macOS refuses some values
            continue


def allow_open_files(count: int) -> int:
    """Raise the limit of open files to `count` as far as the user may; return how many of them may be open then."""
    try:
        import resource
    except ImportError:  # Windows
        return count
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return most
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    return soft


class Prctl:
    """prctl(2) of Linux; returns -1 if the kernel refuses."""

    def __init__(self) -> None:
        import ctypes

        self._long = ctypes.c_ulong
        self._call = ctypes.CDLL(None).prctl

    @classmethod
    def here(cls) -> "Prctl | None":
        """None on any other system, and without a callable C library."""
        try:
            return cls() if sys.platform == "linux" else None
        except (ImportError, OSError, AttributeError):
            return None

    def __call__(self, option: int, *arguments: int) -> int:
        # prctl takes five arguments; some options fail unless the unused ones are 0.
        padded = (*arguments, 0, 0, 0, 0)[:4]
        return int(self._call(option, *map(self._long, padded)))
