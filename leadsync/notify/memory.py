"""What has been told already, in a file of the state folder, by the folder that the sheets come from."""

import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock

from leadsync.notify.news import Known

_LONGEST_WAIT_SECONDS = 10


class Memory:
    """Where the file is lost or damaged, things are told once more, which does no harm. Methods may raise OSError."""

    def __init__(self, state: Path, subject: str) -> None:
        self._path = state / "told.json"
        self._lock = FileLock(state / "told.lock", timeout=_LONGEST_WAIT_SECONDS, mode=0o600)
        self._subject = subject

    def recall(self) -> dict[str, Known]:
        """The troubles that were told and are not over."""
        told = self._read().get(self._subject, {})
        return {about: Known(str(known["cause"]), int(known["size"])) for about, known in told.items()}

    def remember(self, known: dict[str, Known]) -> None:
        """Keep what is known from now on, whole or not at all."""
        with self._lock:
            everything = self._read() | {self._subject: {about: asdict(one) for about, one in known.items()}}
            new = self._path.with_suffix(f".{os.getpid()}")
            new.touch(mode=0o600)
            new.write_text(json.dumps(everything, ensure_ascii=False), "utf-8")
            new.replace(self._path)

    def _read(self) -> dict[str, dict[str, dict[str, str | int]]]:
        with contextlib.suppress(OSError, ValueError):
            read = json.loads(self._path.read_text("utf-8"))
            if isinstance(read, dict):
                return read
        return {}
