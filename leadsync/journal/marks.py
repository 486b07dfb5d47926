"""Which attempts have left, known even after this process was killed.

A row is written down as in flight before it waits for a slot, so that no slot waits for the disk. Whether its attempt
has left stands here, in a small file beside the journal: the system keeps what was written to it when the process is
killed, though not when the machine goes down. The file names the start of the machine, and counts for that one alone.
"""

import os
import struct
from collections import deque
from pathlib import Path

_RECORD = struct.Struct("<qq")
_HEADER_BYTES = 64
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Marks:
    """The marks of one run that is being sent. Methods may raise OSError."""

    def __init__(self, state: Path, run_id: str) -> None:
        self.path = _path(state, run_id)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o600)
        os.write(self._file, _boot_id().ljust(_HEADER_BYTES, b"\0"))
        self._places: dict[int, int] = {}
        self._free: deque[int] = deque()
        self._count = 0

    def close(self) -> None:
        """Write no more; the file stays for whoever settles the rows in flight."""
        os.close(self._file)

    def set(self, number: int, attempt: int) -> None:
        """The attempt for this row leaves now."""
        if self._free:
            place = self._free.popleft()
        else:
            place, self._count = self._count, self._count + 1
        self._places[number] = place
        os.lseek(self._file, _HEADER_BYTES + place * _RECORD.size, os.SEEK_SET)
        os.write(self._file, _RECORD.pack(number, attempt))

    def forget(self, number: int) -> None:
        """The journal knows what the attempt came to; its place is another's."""
        place = self._places.pop(number, None)
        if place is not None:
            self._free.append(place)


def left_attempts(state: Path, run_id: str) -> set[tuple[int, int]] | None:
    """The marks that a process left behind, as row and attempt; None where they tell nothing."""
    try:
        data = _path(state, run_id).read_bytes()
    except OSError:
        return None
    boot = data[:_HEADER_BYTES].rstrip(b"\0")
    if not boot or boot != _boot_id():
        return None
    whole = (len(data) - _HEADER_BYTES) // _RECORD.size * _RECORD.size
    return set(_RECORD.iter_unpack(data[_HEADER_BYTES : _HEADER_BYTES + whole]))


def drop_marks(state: Path, run_id: str) -> None:
    """Remove the marks of a run whose rows in flight were settled."""
    _path(state, run_id).unlink(missing_ok=True)


def _boot_id() -> bytes:
    """A name of this start of the machine; empty where the system gives none, and then marks tell nothing."""
    try:
        return _BOOT_ID.read_bytes().strip()[:_HEADER_BYTES]
    except OSError:
        return b""


def _path(state: Path, run_id: str) -> Path:
    return state / "sent" / run_id
