"""The subfolders for sent files; no file ever takes the name of another."""

import errno
import os
import sys
from itertools import count
from pathlib import Path
from stat import S_IMODE, S_ISDIR, S_ISGID, S_IWGRP, S_IWOTH

from leadsync.private_files import ANOTHERS, is_anothers, is_for_our_group, others_can_write
from leadsync.private_files import move as rename

DONE = "done"
"""The subfolder for files without open questions."""
ATTENTION = "attention"
"""The subfolder for files with work for a person."""


def prepare(folder: Path) -> None:
    """Make both subfolders, before anything is sent; raises OSError, also for one open to others."""
    above = folder.stat()
    for name in (DONE, ATTENTION):
        path = folder / name
        if not os.path.lexists(path):
            _make(path, above)
        if problem := _problem(path, above):
            raise OSError(errno.EPERM, problem, str(path))


def move(file: Path, into: Path) -> Path:
    """Move a file into a prepared folder, under a free name; return its new path. Raises OSError."""
    target = free_name(into / file.name)
    # Only one process watches the folder, so nobody takes the name in between.
    rename(file, target)
    return target


def free_name(path: Path) -> Path:
    """The path, or a free one with a number in its name: `leads (2).csv`."""
    if not os.path.lexists(path):
        return path
    numbered = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return next(other for other in numbered if not os.path.lexists(other))


def exists(path: Path) -> bool:
    """Whether the path exists; False also on a share out of reach."""
    try:
        return path.exists()
    except OSError:
        return False


def _make(path: Path, above: os.stat_result) -> None:
    """Make a subfolder; on a team's share with the share's mode, so that the next of the team can use it."""
    if not (_is_of_a_team(above) and _gives_its_group(above)):
        path.mkdir(mode=0o755)
        return
    # A chmod afterwards might hit something else under this name.
    before = os.umask(0)
    try:
        path.mkdir(mode=S_IMODE(above.st_mode) & 0o775)
    finally:
        os.umask(before)


def _problem(path: Path, above: os.stat_result) -> str:
    """The reason not to write into a subfolder; empty if it is ours or our team's, and closed to all others."""
    status = path.lstat()
    if not S_ISDIR(status.st_mode):
        return "it is a link or no folder, so move it away"
    of_the_team = _is_of_a_team(above) and status.st_gid == above.st_gid and not status.st_mode & S_IWOTH
    if is_anothers(status, path.parent) and not (of_the_team and is_for_our_group(status)):
        return f"{ANOTHERS}, so move it away"
    if others_can_write(status) and not (above.st_mode & S_IWOTH or of_the_team):
        return "other users can write into it than into the watched folder, so close it with chmod go-w"
    return ""


def _is_of_a_team(above: os.stat_result) -> bool:
    """Whether a group can write into the watched folder, and not everybody."""
    return bool(above.st_mode & S_IWGRP) and not above.st_mode & S_IWOTH


def _gives_its_group(above: os.stat_result) -> bool:
    """Whether new subfolders get the group of the folder."""
    return sys.platform != "win32" and bool(above.st_mode & S_ISGID or above.st_gid == os.getegid())
