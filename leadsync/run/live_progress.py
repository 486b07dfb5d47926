"""A run's progress for other processes, through the journal; and their requests to stop it."""

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from leadsync.engine.ports import Progress
from leadsync.errors import JournalError
from leadsync.journal import RunLog
from leadsync.models import Status
from leadsync.progress import RecentRate
from leadsync.tallies import Live

LIVE_SECONDS = 1.0
"""The time between two states in the journal."""


class LiveProgress:
    """Passes the progress of `rows` rows on to a display, and counts it."""

    def __init__(self, shown: Progress, rows: int) -> None:
        self.shown = shown
        self.words = ""
        """What it waits for, and until when."""
        self.stopped_by = ""
        """The user whose request has stopped the run."""
        self._rows = rows
        self._settled: Counter[Status] = Counter()
        self._rate = RecentRate()
        self._process = os.getpid(), socket.gethostname()

    def settle(self, status: Status) -> None:
        """Count a row at its end."""
        self._settled[status] += 1
        self.shown.settle(status)

    def say(self, text: str) -> None:
        """Keep the words of a wait."""
        self.words = text
        self.shown.say(text)

    def live(self) -> Live:
        """The present state."""
        pace = self._rate.add(time.monotonic(), self._settled.total())
        return Live(self._rows, dict(self._settled), pace, self.words, *self._process)


@contextmanager
def kept_live(log: RunLog, progress: LiveProgress, stop: Callable[[str], object]) -> Iterator[None]:
    """Keep the state in the journal, once a second, and call `stop` with the user of the first request to stop."""
    keeping = asyncio.create_task(_keep(log, progress, stop))
    try:
        yield
    finally:
        keeping.cancel()


async def _keep(log: RunLog, progress: LiveProgress, stop: Callable[[str], object]) -> None:
    # The engine meets the journal's failure too, and tells of it.
    with suppress(JournalError):
        while True:
            user = await log.live(progress.live())
            if user and not progress.stopped_by:
                progress.stopped_by = user
                stop(user)
            await asyncio.sleep(LIVE_SECONDS)
