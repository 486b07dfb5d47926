"""Marks of the attempts on their way, readable even after this process was killed.

A row is written down as in flight before its wait for a slot: no slot waits for the disk. A small file beside the
journal tells whether the attempt has left. After a kill the system still has the file's memory; after the end of the
machine it has not. So the file names the machine's start and the holder's epoch, and counts for those alone. It is
mapped, because a system call for each mark would wait for the interpreter's lock.
"""

import mmap
import os
import struct
from collections import deque
from pathlib import Path

_RECORD = struct.Struct("<qq")
"""A row's number and its attempt; an attempt of 0 is a place without a mark."""
_HEADER_BYTES = 64
_MOST_OF_BOOT_ID = 40
MOST_MARKS = 4096
"""More than any dialer has slots."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Marks:
    """The marks of one run while it is sent; making them may raise OSError."""

    def __init__(self, state: Path, run_id: str, epoch: int = 0) -> None:
        self.path = _path(state, run_id)
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(self.path, flags, 0o600)
        try:
            # Written, not left as a hole: on a full disk the first mark in a hole would kill the process (SIGBUS).
            size = _HEADER_BYTES + MOST_MARKS * _RECORD.size
            os.write(handle, _origin(epoch).ljust(_HEADER_BYTES, b"\0").ljust(size, b"\0"))
            if os.fstat(handle).st_size != size:
                raise OSError(0, "there is no room")
            self._map = mmap.mmap(handle, size)
        finally:
            os.close(handle)
        self._places: dict[int, int] = {}
        self._free = deque(range(MOST_MARKS))

    def close(self) -> None:
        """Write no more; the file stays, to settle the rows in flight by."""
        self._map.close()

    def set(self, number: int, attempt: int) -> None:
        """The attempt for this row leaves now."""
        place = self._places[number] = self._free.popleft()
        _RECORD.pack_into(self._map, _HEADER_BYTES + place * _RECORD.size, number, attempt)

    def forget(self, number: int) -> None:
        """Free the attempt's place: the journal knows its outcome."""
        place = self._places.pop(number, None)
        if place is not None:
            # The old mark stays until the place is used again: the row is no longer in flight, so nobody asks for it.
            self._free.appendleft(place)


def left_attempts(state: Path, run_id: str, epoch: int = 0) -> set[tuple[int, int]] | None:
    """The marks of the run's holder with that epoch, as row and attempt; None if they tell nothing."""
    try:
        data = _path(state, run_id).read_bytes()
    except OSError:
        return None
    origin = data[:_HEADER_BYTES].rstrip(b"\0")
    if not origin or origin != _origin(epoch):
        return None
    whole = (len(data) - _HEADER_BYTES) // _RECORD.size * _RECORD.size
    marks = _RECORD.iter_unpack(data[_HEADER_BYTES : _HEADER_BYTES + whole])
    return {(number, attempt) for number, attempt in marks if attempt}


def drop_marks(state: Path, run_id: str) -> None:
    """Remove the marks of a run whose rows in flight were settled."""
    _path(state, run_id).unlink(missing_ok=True)


def _origin(epoch: int) -> bytes:
    """This start of the machine, and the holder's epoch.

    Empty if the system gives a start no name: marks tell nothing then.
    """
    try:
        boot = _BOOT_ID.read_bytes().strip()
    except OSError:
        return b""
    return boot[:_MOST_OF_BOOT_ID] + (b"-%d" % epoch if epoch else b"")


def _path(state: Path, run_id: str) -> Path:
    return state / "sent" / run_id
