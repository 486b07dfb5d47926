"""kill -9 from inside: a child that ends itself at a named moment, without any hook in the product."""

import os
import signal
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import leadsync.cli  # so that the patched modules are there before the child patches them


class Countdown:
    """Kills the process at the `fatal`-th tick; with a log, writes down how many ticks there were."""

    def __init__(self, fatal: int, log: Path | None) -> None:
        self._fatal, self._log = fatal, log
        self._ticks = 0

    def tick(self) -> None:
        self._ticks += 1
        if self._log is not None:
            self._log.write_text(str(self._ticks))
        if self._ticks == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def around_commits(fatal: int, log: Path | None = None) -> None:
    """Ticks before and after each commit to the journal, in whatever thread."""
    countdown = Countdown(fatal, log)

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, *values)
            countdown.tick()
            done = super().execute(sql, *values)
            countdown.tick()
            return done

    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment]


def around_report_files(fatal: int, log: Path | None = None) -> None:
    """Ticks before and after each report file gets its name, and before its bytes are synced."""
    countdown = Countdown(fatal, log)
    os.fsync = _ticking(os.fsync, countdown)
    os.replace = _ticking(os.replace, countdown)


def _ticking(real: Callable[..., Any], countdown: Countdown) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        countdown.tick()
        done = real(*arguments, **named)
        countdown.tick()
        return done

    return call


__all__ = ["Countdown", "around_commits", "around_report_files", "leadsync"]
