"""The files of a watched folder: candidates to send, and ignored ones with the reason."""

import errno
import os
import signal
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from leadsync.private_files import open_regular

_TEXTS = (".csv", ".tsv", ".tab", ".psv", ".txt", ".asc", ".dat")
_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods", ".xml", ".html", ".htm", ".mht", ".mhtml")
SHEETS = frozenset((*_TEXTS, *_BOOKS, ".zip", ".gz"))
"""The endings of sheets."""
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".opdownload", ".swp")
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file ready to be sent, with the values to compare while it is written."""

    path: Path
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class IgnoredFile:
    """A file left alone, and the reason."""

    path: Path
    why: str


def look(folder: Path) -> tuple[list[Candidate], list[IgnoredFile]]:
    """Return the files to send, and those to leave alone.

    Leaves out hidden and temporary files, and folders. Raises OSError for an unreadable folder.
    """
    found: list[Candidate] = []
    left: list[IgnoredFile] = []
    with os.scandir(folder) as entries:
        # All names first: the note of a spreadsheet program may come before or after its file.
        names = {entry.name: entry for entry in entries}
    for name, entry in names.items():
        path = folder / name
        if _is_temporary(name):
            continue
        if why := _opened_by(name, names.keys()):
            left.append(IgnoredFile(path, why))
            continue
        try:
            state = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(IgnoredFile(path, f"it cannot be looked at: {error.strerror}"))
            continue
        if path.suffix.lower() not in SHEETS:
            left += [IgnoredFile(path, _ending(path))] * S_ISREG(state.st_mode)
            continue
        if S_ISLNK(state.st_mode):
            left.append(IgnoredFile(path, "it is a link; put the file itself here"))
            continue
        if not S_ISREG(state.st_mode):
            continue
        if why := _hard_link(state) or _in_use(path):
            left.append(IgnoredFile(path, why))
        else:
            found.append(Candidate(path, state.st_size, state.st_mtime_ns))
    return found, left


def _is_temporary(name: str) -> bool:
    """Whether a file is hidden, a system's own, or still being written by its name."""
    small = name.lower()
    return name.startswith((".", "~")) or small.endswith(_UNFINISHED) or small in _OF_SYSTEMS


def _ending(path: Path) -> str:
    ending = f"its ending {path.suffix} is no sheet's" if path.suffix else "its name has no ending"
    return f"{ending}; if it is a sheet, give it its own, such as .csv or .xlsx"


def _opened_by(name: str, names: Collection[str]) -> str:
    """The reason if a spreadsheet program has the file open: each leaves a note beside it."""
    for note in (f"~${name}", f".~lock.{name}#"):
        if note in names:
            return f"it is open in a spreadsheet program ({note} says so); close it there"
    return ""


def _hard_link(state: os.stat_result) -> str:
    """The reason if the file is also another file of this user: the author of the link may not read that one."""
    if sys.platform != "win32" and state.st_nlink > 1 and state.st_uid == os.geteuid():
        return "it is a link to another file of yours; put a copy here"
    return ""


def _in_use(path: Path) -> str:
    """The reason if another process writes or locks the file, as far as the system can tell."""
    try:
        with open_regular(path, links=False) as stream:
            # A byte: Windows opens a file with locked parts, and refuses only to read them.
            stream.read(1)
            return _held_by_others(stream.fileno())
    except FileNotFoundError:
        return "it has just gone"
    except PermissionError:
        return "it is locked, or may not be read"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _held_by_others(handle: int) -> str:
    try:
        import fcntl
    except ImportError:
        # Windows refuses to open such a file.
        return ""
    # Two kinds of locks that know nothing of each other: whole files (flock) and parts of files (lockf).
    for lock, unlock in ((fcntl.flock, fcntl.LOCK_UN), (fcntl.lockf, fcntl.LOCK_UN)):
        try:
            lock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            lock(handle, unlock)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return "another program has locked it"
    return "another program is writing it" if _is_open_for_writing(handle) else ""


def _is_open_for_writing(handle: int) -> bool:
    """Whether a process can still write to the file: only then does Linux refuse a read lease on it.

    The lease is given back at once. Other systems, network file systems and files of others have no leases; there the
    StabilityFilter has to do.
    """
    import fcntl

    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        # If a process begins to write just now, its signal is one without effect.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    with suppress(OSError):
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
