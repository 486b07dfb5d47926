"""A clock for leases: seconds since some moment, counted also while the process or its machine sleeps."""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else None
"""Counts the sleep of the machine too, where the system has such a clock."""


def clock() -> float:
    """Seconds since some moment, also while the machine sleeps."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)
