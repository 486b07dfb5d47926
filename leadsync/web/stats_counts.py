"""Failures over many runs, counted apart from the page: in a process of its own, once for all who ask."""

import asyncio
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import anyio
import anyio.to_thread

from leadsync.errors import LeadsyncError, UsageError

if TYPE_CHECKING:
    from leadsync.stats_summary import StatsSummary

KEPT = timedelta(minutes=5)
"""So long a count is shown again."""
_MOST_KEPT = 50
_log = logging.getLogger(__name__)


class Question(NamedTuple):
    """A count: by a group or a heading, from a day on."""

    by: str
    since: datetime | None


class Counted(NamedTuple):
    """The answer, and when it was counted."""

    summary: "StatsSummary"
    at: datetime


async def count_apart(state: Path, question: Question, config: Path | None = None) -> "StatsSummary":
    """Count in another process. Raises UsageError for an unknown column, LeadsyncError for a count that failed."""
    # Abandoned at the page's end: the process reads, and ends by itself.
    return await anyio.to_thread.run_sync(_count, state, question, config, abandon_on_cancel=True)


def _count(state: Path, question: Question, config: Path | None) -> "StatsSummary":
    # The journal may be where the settings say.
    settings = {**os.environ, "LEADSYNC_CONFIG": str(config.absolute())} if config else None
    since = [question.since.isoformat()] if question.since else []
    command = [sys.executable, "-m", "leadsync.web.stats_child", str(state.absolute()), question.by, *since]
    try:
        done = subprocess.run(  # noqa: S603 - Python itself
            command, stdin=subprocess.DEVNULL, capture_output=True, env=settings, check=False
        )
    except OSError as error:
        raise LeadsyncError(f"No process can be started for counting ({error.strerror}); try again later.") from error
    if done.returncode == 2:
        raise UsageError(done.stderr.decode("utf-8", "replace"))
    if done.returncode:
        _log.error("Counting failures ended with %s\n%s", done.returncode, done.stderr.decode("utf-8", "replace"))
        raise LeadsyncError("The failures could not be counted; the log of `leadsync web` shows why.")
    found: StatsSummary = pickle.loads(done.stdout)  # noqa: S301 - written by our own process
    return found


class StatsCounts:
    """The counts of one page; each is made once, whoever waits for it."""

    def __init__(self, count: Callable[[Path, Question], Awaitable["StatsSummary"]] = count_apart) -> None:
        self._count = count
        self._known: dict[Question, Counted] = {}
        self._under_way: dict[Question, asyncio.Task[StatsSummary]] = {}
        self._one_by_one: anyio.CapacityLimiter | None = None

    async def get(
        self, state: Path, question: Question, now: Callable[[], datetime], patience: float, *, anew: bool = False
    ) -> Counted | None:
        """The count, or None if it is not ready after so many seconds. Raises what counting raises."""
        known = self._known.get(question)
        if known and not anew and timedelta() <= now() - known.at < KEPT and question not in self._under_way:
            return known
        task = self._under_way.get(question)
        if task is None:
            task = self._under_way[question] = asyncio.create_task(self._make(state, question))
        await asyncio.wait([task], timeout=patience)
        if not task.done():
            return None
        self._under_way.pop(question, None)
        while len(self._known) >= _MOST_KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[question] = Counted(task.result(), now())
        return self._known[question]

    async def _make(self, state: Path, question: Question) -> "StatsSummary":
        # Made in the running loop.
        self._one_by_one = self._one_by_one or anyio.CapacityLimiter(1)
        async with self._one_by_one:
            return await self._count(state, question)
