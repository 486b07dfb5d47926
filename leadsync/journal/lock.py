"""One process at a time for one file. The lock is the operating system's and dies with its process."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from leadsync.errors import BusyError, JournalError


@contextmanager
def file_lock(state: Path, file: Path, doing: str = "being sent") -> Iterator[None]:
    """Hold `file` for this process; raises BusyError, which says who holds it, where another process does.

    A note beside the lock names the holder. It is read only where the lock is held, so a note that a dead process
    left behind misleads nobody.
    """
    folder = state / "locks"
    name = hashlib.sha256(str(file).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    note = folder / f"{name}.json"
    lock = FileLock(folder / f"{name}.lock", mode=0o600, thread_local=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"{file.name} is {doing} by another leadsync ({_holder(note)}); wait until it has ended."
        ) from None
    except OSError as error:
        raise JournalError(
            f"No lock can be made in {folder}: {error.strerror}; correct its permissions, or choose another folder "
            "with --state."
        ) from error
    try:
        _leave(note)
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _leave(note: Path) -> None:
    """A courtesy to whoever finds the lock held; it may fail, on a full disk for one."""
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    with (
        contextlib.suppress(OSError),
        os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream,
    ):
        json.dump({"pid": os.getpid(), "since": since}, stream)


def _holder(note: Path) -> str:
    try:
        known = json.loads(note.read_text("utf-8"))
        return f"process {known['pid']}, since {known['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has just started"
