"""A lockable file with a line of text about its holder's call, in one folder or two.

A file is opened once and locked often. filelock opens it for every lock, and takes 200 times as long (244 us, not 1.3).
"""

import os
import re
import sys
from contextlib import suppress
from typing import NamedTuple

from leadsync.slots.folder import SlotsFolder

_MARK_BYTES = 64
_LOCK_AT = 1 << 16
"""The locked byte on Windows. Others cannot read a locked byte there, so it lies behind the text."""

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def _read(descriptor: int) -> bytes:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return os.read(descriptor, _MARK_BYTES)

    def _write(descriptor: int, text: bytes) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, text)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    # One system call each: every one gives the interpreter's lock away, and then waits behind other threads.

    def _read(descriptor: int) -> bytes:
        return os.pread(descriptor, _MARK_BYTES, 0)

    def _write(descriptor: int, text: bytes) -> None:
        os.pwrite(descriptor, text, 0)


class Mark(NamedTuple):
    """The text of a slot file."""

    busy: bool
    """Whether a call is under way."""
    pid: int = 0
    """Its process."""
    begun: float = 0.0
    """Its beginning (`time.monotonic`)."""
    longest: float = 0.0
    """The longest call seen by its process, in seconds."""
    knows: int = 0
    """The dialer's slots as known to its process; 0: unknown."""

    def __bytes__(self) -> bytes:
        kind = "busy" if self.busy else "idle"
        text = f"{kind} {self.pid} {self.begun:.3f} {min(self.longest, 9999.0):.3f} {self.knows}"
        return text.ljust(_MARK_BYTES - 1).encode() + b"\n"


_MARK = re.compile(rb"(busy|idle) (\d{1,10}) (\d{1,12}\.\d{3}) (\d{1,4}\.\d{3}) (\d{1,4}) *\n")


def _mark_of(text: bytes) -> Mark | None:
    if not text:
        return Mark(busy=False)
    if (match := _MARK.fullmatch(text)) is None:
        return None
    kind, pid, begun, longest, knows = match.groups()
    return Mark(kind == b"busy", int(pid), float(begun), float(longest), int(knows))


class LockFile:
    """A file of the folder. Every method raises OSError if the file or its lock cannot be used."""

    def __init__(self, folder: SlotsFolder, name: str, *, create: bool = True) -> None:
        self._folder = folder
        self._name = name
        self._path = os.fspath(folder.path / name)
        self._open(folder.open(name, create=create))
        self._locked = False
        self.mark: Mark | None = Mark(busy=False)
        """The text as last read or written by this process."""

    def _open(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._status = os.fstat(descriptor)
        self._text = b""

    def try_lock(self) -> bool:
        """Lock the file, unless another process holds it."""
        self._locked = self._locked or _lock(self._descriptor)
        return self._locked

    def unlock(self) -> None:
        """Give the lock back."""
        if self._locked:
            self._locked = False
            _unlock(self._descriptor)

    def held_by_others(self) -> bool:
        """Whether another process holds it just now."""
        if self._locked:
            return False
        others = not self.try_lock()
        self.unlock()
        return others

    def read(self) -> Mark | None:
        """The file's text; an idle mark if it is empty, None if it makes no sense."""
        text = _read(self._descriptor)
        if text != self._text:
            self._text, self.mark = text, _mark_of(text)
        return self.mark

    def write(self, mark: Mark) -> None:
        """Replace the file's text; call it with the lock, or with a text unlike any before."""
        text = bytes(mark)
        if text != self._text:
            _write(self._descriptor, text)
            self._text, self.mark = text, mark

    def restore(self) -> bool:
        """Make a removed file anew, and lock it again if it was locked; return whether that was done.

        It is not done while another process holds a new file of this name.
        """
        with suppress(FileNotFoundError):
            if os.path.samestat(os.lstat(self._path), self._status):
                return False
        descriptor = self._folder.open(self._name)
        if self._locked and not _lock(descriptor):
            os.close(descriptor)
            return False
        self.close()
        self._open(descriptor)
        return True

    def close(self) -> None:
        """Close the file, which unlocks it."""
        os.close(self._descriptor)


class SlotFile:
    """A file of each folder, locked and written as one.

    Every process has the same order of folders, and none waits for a lock: no two wait for each other.
    """

    def __init__(self, folder: SlotsFolder, name: str, *, create: bool = True) -> None:
        create = create or any((each.path / name).exists() for each in folder.all)
        self._files: list[LockFile] = []
        try:
            for each in folder.all:
                self._files.append(LockFile(each, name, create=create))
        except OSError:
            self.close()
            raise
        self.mark: Mark | None = Mark(busy=False)
        """The text as last read or written by this process."""

    def try_lock(self) -> bool:
        """Lock all files or none; False if another process holds one of them."""
        locked = False
        try:
            locked = all(file.try_lock() for file in self._files)
        finally:
            if not locked:
                self.unlock()
        return locked

    def unlock(self) -> None:
        """Give the locks back."""
        for file in self._files:
            file.unlock()

    def held_by_others(self) -> bool:
        """Whether another process holds one of them just now."""
        return any(file.held_by_others() for file in self._files)

    def read(self) -> Mark | None:
        """The files' text; None if one makes no sense. Of two calls the later beginning and the longer time count.

        The texts may differ: a process may know one folder alone.
        """
        marks = [file.read() for file in self._files]
        known = [mark for mark in marks if mark is not None]
        if len(known) < len(marks):
            self.mark = None
        else:
            busy = [mark for mark in known if mark.busy] or known
            latest = max(busy, key=lambda mark: mark.begun)
            self.mark = latest._replace(longest=max(mark.longest for mark in busy))
        return self.mark

    def write(self, mark: Mark) -> None:
        """Replace the text of all."""
        for file in self._files:
            file.write(mark)
        self.mark = mark

    def restore(self) -> bool:
        """Make removed files anew, like `LockFile.restore`; return whether one was made."""
        # A list, because `any` of a generator would stop at the first missing file.
        restored = [file.restore() for file in self._files]
        return any(restored)

    def close(self) -> None:
        """Close all, which unlocks them."""
        for file in self._files:
            file.close()
