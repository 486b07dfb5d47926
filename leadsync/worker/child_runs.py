"""The runs that a worker has sent by child processes: `leadsync resume RUN`, one process a run.

A child holds the lease of its run, not the worker: after the end of either nothing is sent twice.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from leadsync.journal import Journal, Queued
from leadsync.models import RunRecord

FINISHED = frozenset({0, 3, 4})
"""Exit codes after which nobody has to go on by itself; 4 is a stop with a reason."""
_STOPPED = frozenset({128 + signal.SIGINT, 128 + signal.SIGTERM})
_WRONG = 2
_WRONG_PAUSE_SECONDS, _FAILED_PAUSE_SECONDS = 60.0, 5.0
"""The pauses before the next try, for wrong settings on this machine, and for a journal that was away."""


class Ended(NamedTuple):
    """The end of a child: its exit code, negative for a signal, and the error that it told."""

    code: int
    error: str


class ChildRuns:
    """The children of one worker."""

    def __init__(self, state: Path, config: Path | None) -> None:
        self._state, self._config = state, config
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False
        """Whether the worker is ending: another one goes on with its runs."""

    async def send(self, run: RunRecord, queued: Queued) -> Ended:
        """Send the rest of a run, and wait for the end."""
        child = subprocess.Popen(  # noqa: S603 - Python itself, with ids and paths of this program
            [sys.executable, "-m", "leadsync", *self.words(run, queued)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Ctrl-C at the worker's terminal is for the worker; it passes one signal on.
            start_new_session=True,
        )
        self._children[run.id] = child
        if self.stopping:
            child.terminate()
        try:
            out, _ = await asyncio.to_thread(child.communicate)
        finally:
            del self._children[run.id]
        return Ended(child.returncode, _error(out))

    def words(self, run: RunRecord, queued: Queued) -> list[str]:
        """The command line for a run, without the program's name."""
        config = [] if self._config is None else ["--config", str(self._config.absolute())]
        until = ["--until", f"{_local(queued.until):%H:%M}"] if queued.until else []
        # Its own folder may be another machine's; the page makes the files where they are asked for.
        is_ours = run.output.is_dir() and os.access(run.output, os.W_OK)
        output = [] if is_ours else ["--output", str(self._state.absolute() / "reports" / run.id)]
        return ["resume", run.id, "--yes", "--json", "--state", str(self._state.absolute()), *config, *until, *output]

    def stop(self) -> None:
        """Let the children end: at the first call they drain, at the second they stop."""
        self.stopping = True
        for child in list(self._children.values()):
            child.terminate()

    def stop_one(self, run_id: str) -> None:
        """Let the child of a run drain and end."""
        if run_id in self._children:
            self._children[run_id].terminate()

    def settle(self, journal: Journal, run_id: str, ended: Ended) -> None:
        """Take an ended run off its queue, or leave it to the next worker."""
        stopped = ended.code in _STOPPED and not self.stopping
        # An error of exit code 4 is the journal's, which has cut the run: somebody has to go on.
        if (ended.code in FINISHED and not ended.error) or stopped:
            journal.unqueue(run_id)
        elif ended.code in _STOPPED or ended.code < 0:
            # Of a killed child the lease has to run out first.
            journal.postpone(run_id, 0)
        elif not journal.is_held(run_id):
            journal.postpone(run_id, _WRONG_PAUSE_SECONDS if ended.code == _WRONG else _FAILED_PAUSE_SECONDS)


def is_over(queued: Queued, now: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> bool:
    """Whether the time until which a run was to be sent has come."""
    return bool(queued.until) and _local(queued.until) <= now()


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone()


def _error(out: Sequence[int] | bytes) -> str:
    try:
        return str(json.loads(bytes(out)).get("error", ""))
    except (ValueError, AttributeError):
        return ""
