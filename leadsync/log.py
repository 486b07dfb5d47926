"""The log: the run of a line, its form, and a handler without any effect on the run."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from leadsync.terminal import BackgroundWriter, one_line, visible, writer_to

_NEVER = logging.CRITICAL + 1

_run: ContextVar[str] = ContextVar("run", default="")


@contextmanager
def logged_as(run_id: str) -> Iterator[None]:
    """Mark the lines logged inside, also in tasks begun inside, with this run."""
    token = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(token)


def current_run() -> str:
    """The id of the present run; empty outside one."""
    return _run.get()


@contextmanager
def without_secrets() -> Iterator[None]:
    """Keep other libraries from logging addresses, inside: those hold the API key, and tokens of messages."""
    levels = {"httpx": logging.WARNING, "apprise": _NEVER, "urllib3": _NEVER}
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(max(level, before[name]))
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


class TextFormatter(logging.Formatter):
    """A line with its run; the lines of a trace follow, indented."""

    def format(self, record: logging.LogRecord) -> str:
        about = f"run {run}: " if (run := current_run()) else ""
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: {about}{record.getMessage()}"
        trace = visible(self.formatException(record.exc_info)) if record.exc_info else ""
        return "\n    ".join([one_line(head), *trace.splitlines()])


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with run, row and attempt if there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if run := current_run():
            line["run"] = run
        line |= {name: getattr(record, name) for name in ("row", "attempt") if hasattr(record, name)}
        if record.exc_info:
            line["trace"] = f"{self.formatException(record.exc_info)}\n"
        return visible(json.dumps(line, ensure_ascii=False))


class BackgroundHandler(logging.Handler):
    """Formats a record at once and leaves the writing to a thread; the thread may drop it."""

    def __init__(self, stream: TextIO, *, closes: bool = False) -> None:
        super().__init__()
        # A stream not its own, such as standard error, is never closed.
        self._file = stream if closes else None
        self._writer = BackgroundWriter(stream) if closes else writer_to(stream)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._writer.write(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """Wait for the thread, a second at most."""
        self._writer.flush()

    def close(self) -> None:
        """As `flush`; closes a file of its own, unless a write is still stuck in it."""
        if self._writer.flush() and self._file is not None:
            self._file.close()
        super().close()
