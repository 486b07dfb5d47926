"""The clock for leases goes on while nothing of this process runs."""

import time

from leadsync.boot_clock import clock


def test_it_counts_the_seconds_of_a_sleep() -> None:
    before = clock()
    time.sleep(0.05)
    assert 0.05 <= clock() - before < 60.0
