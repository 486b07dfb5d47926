"""A blow counts where it met leadsync at work."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.dialer_faults import Mood
from tests.faults.processes import wait_until
from tests.faults.raw_dialer import Answer, RawDialer
from tests.faults.strikes import Blow, Silence, Strike, Struck, codes_after, strike
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


@dataclass
class Process:
    """What a silence looks at."""

    said_bytes: int = 0
    busy: bool = False
    stacks: str = "Sending ..."


def silent_for(seconds: float, at: Callable[[float, Process, Any], bool] = lambda *_: False) -> None:
    """Look forty times a second; `at` may change process and dialer, and tells whether the process is stopped."""
    process, dialer = Process(), SimpleNamespace(last_event=5.0)
    silence: Any = Silence(process, 0.0)  # type: ignore[arg-type]
    for look in range(1, round(seconds * 40) + 1):
        stopped = at(look / 40, process, dialer)
        silence.look(look / 40, dialer, stopped=stopped)


def test_ten_seconds_without_a_word_are_too_long():
    silent_for(10.0)
    with pytest.raises(AssertionError, match=r"silent for 10 s; it said: Sending \.\.\."):
        silent_for(10.3)


def test_a_word_or_a_call_ends_a_silence():
    def word(now: float, process: Process, _: Any) -> bool:
        process.said_bytes += now == 9.0
        return False

    def call(now: float, _: Process, dialer: Any) -> bool:
        dialer.last_event += now == 9.0
        return False

    for event in (word, call):
        silent_for(18.9, event)
        with pytest.raises(AssertionError):
            silent_for(19.3, event)


def test_a_stop_neither_counts_nor_ends_a_silence():
    silent_for(14.8, lambda now, *_: 2 < now <= 7)
    with pytest.raises(AssertionError):
        silent_for(15.4, lambda now, *_: 2 < now <= 7)


def test_waits_for_a_processor_do_not_count() -> None:
    def busy(now: float, process: Process, _: Any) -> bool:
        process.busy = 2 < now <= 7
        return False

    silent_for(14.8, busy)
    with pytest.raises(AssertionError):
        silent_for(15.4, busy)


def test_a_machine_that_stood_still_is_no_silence() -> None:
    process, dialer = Process(), SimpleNamespace(last_event=5.0)
    silence: Any = Silence(process, 0.0)  # type: ignore[arg-type]
    for now in (0.1, 300.0, 600.0):
        silence.look(now, dialer, stopped=False)


def test_a_process_is_busy_until_it_sleeps_or_ends(walk) -> None:
    walk.dialer.decide = lambda _: Answer(work=3.0)
    sheet = walk.new_sheet(walk.work / "leads.csv")
    running = walk._start(["run", str(sheet.path)])
    wait_until(lambda: running.busy)
    wait_until(lambda: walk.dialer.under_way > 0 and not running.busy)
    running.kill()
    assert not running.busy


def test_slow_calls_in_their_first_moment_at_a_kill_do_not_count_as_too_many(walk):
    walk.dialer.decide = lambda _: Answer(work=3.0)
    sheet = walk.new_sheet(walk.work / "leads.csv")
    for command in (["run", str(sheet.path)], ["resume"]):
        walk.carry_out((Command(command), Strike((Blow(0.05, signal.SIGKILL),), call=4)))
    assert walk.strikes == {"kills": 2}
    assert len(walk.dialer.calls) == walk.dialer.under_way == 8
    assert walk.dialer.peak == 4
