"""Files safe from other users of the machine: not planted, exchanged or read by them.

A file is made new, or its open descriptor is checked before it is read or appended to. Owners and modes are POSIX's: on
Windows every check of them passes.
"""

import errno
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from stat import S_ISBLK, S_ISCHR, S_ISDIR, S_ISLNK, S_ISREG, S_ISVTX, S_IWGRP, S_IWOTH
from typing import IO

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""Without it, opening a pipe waits for its other end."""
_BINARY = getattr(os, "O_BINARY", 0)
_HANDLE = getattr(os, "O_PATH", os.O_RDONLY)
"""Linux opens a folder as a mere place, also one without the right to list it."""

_TEMPORARY = re.compile(r"\.leadsync-[0-9a-f]{16}\.tmp")
_UNLOCKED_SECONDS = 60.0
"""No new file is left unlocked for longer by a living writer."""

ANOTHERS = "it belongs to another user"
OPEN_TO_OTHERS = "other users can write into it"


def open_new(path: Path | str, mode: int = 0o600, *, flags: int = os.O_WRONLY, folder: int | None = None) -> int:
    """Make a file; return its descriptor. `folder` is the descriptor of a relative path's folder.

    Raises FileExistsError if anything has that name, a link included.
    """
    return os.open(path, flags | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY, mode, dir_fd=folder)


def open_regular(path: Path, *, links: bool = True) -> BufferedReader:
    """Open a regular file for reading, without waiting. Raises OSError for anything else, links too if not `links`."""
    descriptor = _opened(path, os.O_RDONLY | (0 if links else _NO_LINK))
    # Of the open file, not its name: between two looks at a name another file can take it.
    if S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no regular file", str(path))


def open_to_append(path: Path) -> int:
    """The descriptor of a file to write at its end, made with mode 0600 if need be.

    Raises OSError for a link, for anything but a file or a device, and for a file of another user.
    """
    with suppress(FileExistsError):
        return open_new(path, flags=os.O_WRONLY | os.O_APPEND)
    descriptor = _opened(path, os.O_WRONLY | os.O_APPEND | _NO_LINK)
    status = os.fstat(descriptor)
    problem = ""
    if not (S_ISREG(status.st_mode) or S_ISCHR(status.st_mode)):
        problem = "it is no regular file"
    elif status.st_nlink > 1:
        problem = "it is a hard link"
    elif is_anothers(status, path.parent):
        problem = ANOTHERS
    if problem:
        os.close(descriptor)
        raise OSError(errno.EPERM, problem, str(path))
    return descriptor


@contextmanager
def whole_or_not(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A new file beside `path`. It takes the place of `path` at the end, unless an error ends the context.

    A link at `path` is replaced and never followed. Files that killed processes of this user have left in the folder
    are removed. Raises OSError if the folder of `path` is a link, so resolve it, and if `path` is a device.
    """
    with opened_folder(path.parent) as folder:
        _refuse_device(path, folder)
        _sweep(path.parent, folder)
        temporary = _place(path.with_name(f".leadsync-{secrets.token_hex(8)}.tmp"), folder)
        # A secret name: nobody can plant a file there beforehand.
        descriptor = open_new(temporary, mode, folder=folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                _lock(descriptor)
                yield stream
                stream.flush()
                # Content first, then the name: after a power cut it leads to the old file or to the whole new one.
                os.fsync(stream.fileno())
            os.replace(temporary, _place(path, folder), src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        _sync(folder)


def move(file: Path, target: Path) -> None:
    """Rename a file; a link is moved itself. Raises OSError, also if the folder of `target` is a link."""
    with opened_folder(target.parent) as folder:
        # Path.rename would replace a taken name on Windows.
        os.rename(file, _place(target, folder), dst_dir_fd=folder)


@contextmanager
def opened_folder(path: Path) -> Iterator[int | None]:
    """The folder's descriptor, None on Windows. A renamed folder leads no file elsewhere.

    Raises OSError if the folder is a link.
    """
    if sys.platform == "win32":
        yield None
        return
    descriptor = _opened(path, _HANDLE | os.O_DIRECTORY | _NO_LINK)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def make_private_folder(path: Path) -> None:
    """Make a folder for the user alone, and the folders above it. Raises OSError, also if it is not the user's own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    if problem := folder_problem(path, links=True):
        raise OSError(errno.EPERM, problem, str(path))


def is_file(path: Path) -> bool:
    """Whether there is a file, as far as this user can look: `Path.is_file` may raise PermissionError."""
    with suppress(PermissionError):
        return path.is_file()
    return False


def state_of(path: Path) -> list[int]:
    """A file's size and time of change (ns): a new save changes one of them."""
    state = path.lstat()
    return [state.st_size, state.st_mtime_ns]


def is_folder(path: Path) -> bool:
    """The same for a folder."""
    with suppress(PermissionError):
        return path.is_dir()
    return False


def folder_problem(path: Path, *, links: bool = False) -> str:
    """The hand of others in a folder; empty if it is the user's own. With `links`, his link may lead to it."""
    try:
        named = path.lstat()
        status = path.stat() if links else named
    except OSError as error:
        return error.strerror or "it cannot be read"
    if not S_ISDIR(status.st_mode):
        return "it is a link or no folder"
    if sys.platform == "win32":
        return ""
    if status.st_uid != _user() or (S_ISLNK(named.st_mode) and named.st_uid not in (0, _user())):
        return ANOTHERS
    return OPEN_TO_OTHERS if others_can_write(status) else ""


def check_shared_folder(path: Path) -> None:
    """Raise OSError if others may exchange this user's files in a folder.

    That is a folder of another user, unless a group of this user can write into it, and a folder open to everybody.
    Sticky folders such as /tmp keep each user's files.
    """
    status = path.stat()
    if is_anothers(status, path) and not is_for_our_group(status):
        raise OSError(errno.EPERM, ANOTHERS, str(path))
    if sys.platform != "win32" and status.st_mode & S_IWOTH and not status.st_mode & S_ISVTX:
        # Some mounts show every file as open to all, even one made with mode 0600: the mode says nothing there.
        made = _made_in(path)
        if made is None or not made.st_mode & S_IWOTH:
            raise OSError(errno.EPERM, "everybody can write into it", str(path))


def is_for_our_group(status: os.stat_result) -> bool:
    """Whether a group of this user can write the file or folder."""
    return bool(status.st_mode & S_IWGRP) and status.st_gid in _groups()


def file_problem(status: os.stat_result) -> str:
    """The hand of others in a file; empty if it is the user's own or root's, and not writable for everybody."""
    if sys.platform == "win32":
        return ""
    if is_anothers(status):
        return ANOTHERS
    return "everybody can write it" if status.st_mode & S_IWOTH else ""


def is_anothers(status: os.stat_result, folder: Path | None = None) -> bool:
    """Whether a file or folder belongs to another user, root and root's caller by sudo excepted.

    On some shares all files belong to one user. A file made in `folder`, if given, shows such a share.
    """
    if sys.platform == "win32":
        return False
    # The caller by sudo is trusted as in git's safe.directory.
    trusted = {0, _user(), _caller()}
    if status.st_uid in trusted or folder is None:
        return status.st_uid not in trusted
    made = _made_in(folder)
    return made is None or status.st_uid != made.st_uid


def _made_in(folder: Path) -> os.stat_result | None:
    """The status of a file made in the folder for this user alone; None if none can be made."""
    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as made:
        return os.fstat(made.fileno())
    return None


def would_shut_out_caller(path: Path) -> bool:
    """Whether a folder, made by root now, would stand in a folder of root's caller by sudo."""
    if _caller() == _user() or path.exists():
        return False
    above = next((one for one in path.absolute().parents if one.exists()), None)
    return above is not None and above.stat().st_uid == _caller()


def others_can_write(status: os.stat_result) -> bool:
    """Whether another user can write the file or folder, root excepted."""
    if sys.platform == "win32":
        return False
    # Many systems give each user a group of his own: its right to write opens nothing.
    return bool(status.st_mode & S_IWOTH) or bool(status.st_mode & S_IWGRP and not _is_own_group(status))


def _refuse_device(path: Path, folder: int | None) -> None:
    """Raise OSError for a device: replaced, it would be gone for all users."""
    with suppress(FileNotFoundError):
        mode = os.stat(_place(path, folder), dir_fd=folder, follow_symlinks=False).st_mode
        if S_ISCHR(mode) or S_ISBLK(mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))


def _sweep(path: Path, folder: int | None) -> None:
    """Remove the new files of killed writers from a folder."""
    with suppress(OSError):
        listed = None if folder is None else os.open(".", os.O_RDONLY, dir_fd=folder)
        try:
            with os.scandir(path if listed is None else listed) as entries:
                names = [entry.name for entry in entries if _TEMPORARY.fullmatch(entry.name)]
        finally:
            if listed is not None:
                os.close(listed)
        for name in names:
            temporary = _place(path / name, folder)
            with suppress(OSError):
                if _is_left_behind(temporary, folder):
                    os.unlink(temporary, dir_fd=folder)


def _is_left_behind(temporary: str, folder: int | None) -> bool:
    descriptor = os.open(temporary, os.O_RDWR | _NO_LINK | _AT_ONCE | _BINARY, dir_fd=folder)
    try:
        status = os.fstat(descriptor)
        own = sys.platform == "win32" or status.st_uid == _user()
        # Its writer has locked it by then.
        old = status.st_mtime < time.time() - _UNLOCKED_SECONDS
        return S_ISREG(status.st_mode) and status.st_nlink == 1 and own and old and _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file for as long as it is open; False if it is locked already. Windows removes no open file anyway."""
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _opened(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags | _AT_ONCE | _BINARY)
    except OSError as error:
        if flags & _NO_LINK and path.is_symlink():
            raise OSError(errno.ELOOP, "it is a link", str(path)) from error
        raise


def _place(path: Path, folder: int | None) -> str:
    """The path in a call with its folder's descriptor, or with none."""
    return str(path) if folder is None else path.name


def _sync(folder: int | None) -> None:
    """Make a new name in the folder itself durable, where the platform lets a folder be synced."""
    if folder is None:
        return
    with suppress(OSError):
        handle = os.open(".", os.O_RDONLY, dir_fd=folder)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _user() -> int:
    return os.geteuid() if sys.platform != "win32" else 0


def _caller() -> int:
    """The user who called root by sudo; without sudo, the user."""
    caller = os.environ.get("SUDO_UID", "")
    return int(caller) if _user() == 0 and caller.isdecimal() else _user()


def _groups() -> set[int]:
    return {os.getegid(), *os.getgroups()} if sys.platform != "win32" else set()


def _is_own_group(status: os.stat_result) -> bool:
    """Whether the group is a user's private one, as many systems make it, with nobody else in it."""
    if sys.platform == "win32":
        return True
    import grp
    import pwd

    try:
        group, user = grp.getgrgid(status.st_gid), pwd.getpwuid(status.st_uid)
    except KeyError:
        return False
    return (group.gr_name, group.gr_gid) == (user.pw_name, user.pw_gid) and set(group.gr_mem) <= {user.pw_name}
