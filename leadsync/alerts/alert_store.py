"""The alerts told already, by the folder of the sheets, in a file of the state folder."""

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock

from leadsync.alerts.alerts import AlertState
from leadsync.private_files import make_private_folder, whole_or_not

# Every run with this state folder writes the same file, with all folders in it.
_LONGEST_WAIT_SECONDS = 10


class AlertStore:
    """The store of one folder's alerts. After loss or damage they are told once more. Methods may raise OSError."""

    def __init__(self, state: Path, subject: str) -> None:
        self._path = state.resolve() / "told.json"
        self._lock = FileLock(state / "told.lock", timeout=_LONGEST_WAIT_SECONDS, mode=0o600)
        self._subject = subject

    def load(self) -> dict[str, AlertState]:
        """The troubles told and not over."""
        return self._read().get(self._subject, {})

    def save(self, known: dict[str, AlertState]) -> None:
        """Store the known troubles, whole or not at all."""
        make_private_folder(self._path.parent)
        with self._lock:
            everything = self._read() | {self._subject: known}
            with whole_or_not(self._path) as stream:
                # ASCII: names of folders and files need not be valid UTF-8.
                stream.write(json.dumps(everything, default=asdict).encode("ascii"))

    def _read(self) -> dict[str, dict[str, AlertState]]:
        """The troubles of every folder; damaged entries are left out."""
        read: Any = None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            read = json.loads(self._path.read_text("utf-8"))
        return {
            subject: {about: _known(entry) for about, entry in _members(told) if isinstance(entry, dict)}
            for subject, told in _members(read)
        }


def _members(value: Any) -> list[tuple[str, Any]]:
    """The names and values of a JSON object; nothing of any other value."""
    return list(value.items()) if isinstance(value, dict) else []


def _known(entry: dict[str, Any]) -> AlertState:
    """A trouble from its JSON object; a wrong cause is read as empty, a wrong size as 0."""
    cause, size = entry.get("cause"), 0
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        size = int(entry.get("size", 0))
    return AlertState(cause if isinstance(cause, str) else "", size)
