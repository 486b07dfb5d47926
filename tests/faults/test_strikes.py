"""A blow counts where it met leadsync at work."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.dialer_faults import Mood
from tests.faults.processes import wait_until
from tests.faults.raw_dialer import RawDialer
from tests.faults.strikes import Blow, Strike, Struck, codes_after, strike
from tests.faults.walk import Command, Walk


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    with RawDialer() as dialer:
        yield Walk(tmp_path / "walk", 1, dialer, Mood(1))


def test_a_stop_and_a_kill_count_apart(walk):
    blows = (Blow(0, signal.SIGSTOP), Blow(0.05, signal.SIGCONT), Blow(0.05, signal.SIGKILL))
    (ended,) = walk.carry_out((Command(["runs"]), Strike(blows)))
    assert ended.code == -signal.SIGKILL
    assert walk.strikes == {"freezes": 1, "kills": 1}
    assert not walk.broken


def test_a_signal_counts(walk):
    sheet = walk.new_sheet(walk.work / "leads.csv")
    (ended,) = walk.carry_out((Command(["run", str(sheet.path)]), Strike((Blow(0, signal.SIGTERM),), call=2)))
    assert ended.code == 128 + signal.SIGTERM
    assert walk.strikes == {"signals": 1}
    assert len(walk.dialer.calls) >= 2, "the strike began at the second call"


def test_blows_after_the_end_do_not_count(walk):
    blows = (Blow(0, signal.SIGSTOP), Blow(0, signal.SIGCONT), Blow(0, signal.SIGINT), Blow(0, signal.SIGKILL))
    struck = Struck(walk._start(["runs"]), Strike(blows))
    wait_until(lambda: struck.running.over)
    struck.look(time.monotonic(), walk.dialer)
    assert len(struck.dealt) == 4
    assert struck.end().code == 0
    assert struck.hits.total() == 0


def test_a_continuation_without_a_stop_is_no_freeze(walk):
    (ended,) = walk.carry_out((Command(["runs"]), Strike((Blow(0, signal.SIGCONT),))))
    assert ended.code == 0
    assert walk.strikes.total() == 0


def test_a_strike_waits_for_a_call_that_never_comes(walk):
    (ended,) = walk.carry_out((Command(["runs"]), Strike((Blow(0, signal.SIGKILL),), call=1)))
    assert ended.code == 0
    assert walk.strikes.total() == 0


def test_only_the_codes_of_blows_that_were_dealt_are_allowed():
    assert codes_after(()) == {0, 2, 3, 4}
    assert codes_after((Blow(0, signal.SIGSTOP), Blow(0, signal.SIGCONT), Blow(0, None))) == {0, 2, 3, 4}
    assert codes_after((Blow(0, signal.SIGKILL),)) == {0, 2, 3, 4, -9}
    assert codes_after((Blow(0, signal.SIGTERM),)) == {0, 2, 3, 4, 143, -15}


def test_each_stop_of_a_strike_ends_with_its_continuation_or_a_kill():
    for seed in range(300):
        blows = strike(random.Random(seed), 0.4, 1.2).blows
        stopped = False
        for blow in blows:
            stopped = blow.number is signal.SIGSTOP or (stopped and blow.number is not signal.SIGCONT)
        assert not stopped or any(blow.number is signal.SIGKILL for blow in blows), blows
