"""A run's progress for other processes, and the first request to stop it."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import cast

import pytest

from leadsync.errors import JournalError
from leadsync.journal import RunLog
from leadsync.models import Status
from leadsync.progress import SilentProgress
from leadsync.run import live_progress
from leadsync.run.live_progress import LiveProgress, kept_live
from leadsync.tallies import Live


class Shown(SilentProgress):
    """A display that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def settle(self, status: Status) -> None:
        self.told.append(status)

    def say(self, text: str) -> None:
        self.told.append(text)


class Log:
    """A run's log that keeps its states; `users` want to stop it, one after the other."""

    def __init__(self, *users: str, fails: bool = False) -> None:
        self.states: list[Live] = []
        self._users = list(users)
        self._fails = fails

    async def live(self, live: Live) -> str:
        self.states.append(live)
        if self._fails:
            raise JournalError("the disk is full")
        return self._users.pop(0) if self._users else ""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_progress, "LIVE_SECONDS", 0)


def kept(log: Log, progress: LiveProgress, stop: Callable[[str], object], states: int) -> None:
    """Keep the progress until the log has so many states."""

    async def keep() -> None:
        with kept_live(cast("RunLog", log), progress, stop):
            async with asyncio.timeout(60):
                while len(log.states) < states:
                    await asyncio.sleep(0)
        await asyncio.sleep(0)
        before = len(log.states)
        await asyncio.sleep(0.01)
        assert len(log.states) == before, "nothing is kept behind its end"

    asyncio.run(keep())


def test_the_display_is_told_and_the_state_counts() -> None:
    shown = Shown()
    progress = LiveProgress(shown, 5)
    for status in (Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED):
        progress.settle(status)
    progress.say("the dialer is away")
    live = progress.live()
    assert shown.told == [Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, "the dialer is away"]
    assert (live.rows, live.settled, live.done) == (5, {Status.SUCCEEDED: 2, Status.FAILED: 1}, 3)
    assert (live.words, live.pid, live.host) == ("the dialer is away", os.getpid(), socket.gethostname())
    progress.say("")
    assert progress.live().words == ""


def test_a_state_in_the_journal_does_not_change_with_later_rows() -> None:
    progress = LiveProgress(Shown(), 5)
    before = progress.live()
    progress.settle(Status.SUCCEEDED)
    assert before.settled == {}


def test_states_are_kept_until_the_end_of_the_sending() -> None:
    log, progress = Log(), LiveProgress(Shown(), 5)
    kept(log, progress, lambda _: pytest.fail("nobody wants to stop it"), states=3)
    assert [live.rows for live in log.states[:3]] == [5, 5, 5]


def test_the_first_request_stops_the_run_once() -> None:
    log, progress, stopped = Log("", "ann", "bob"), LiveProgress(Shown(), 5), list[str]()
    kept(log, progress, stopped.append, states=5)
    assert (stopped, progress.stopped_by) == (["ann"], "ann")


def test_a_failure_of_the_journal_is_left_to_the_engine() -> None:
    log = Log(fails=True)
    kept(log, LiveProgress(Shown(), 5), lambda _: None, states=1)
    assert len(log.states) == 1
