"""The folder of the slot files, and the opening of its files."""

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leadsync.dialer_address import canonical
from leadsync.errors import SettingsError
from leadsync.private_files import folder_problem, is_folder

_RUNTIME_FOLDERS = Path("/run/user")
"""systemd's place for the users' runtime folders; a cron job may have one without its variable."""
# Another user of a shared folder may plant a link or a pipe under a slot's name: neither is followed or waited for.
_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class SlotsFolder:
    """The folder of the slot files: the user's own if `private`, else an administrator's for several users.

    With `second`, each slot has a file in both folders.
    """

    path: Path
    private: bool = True
    second: "SlotsFolder | None" = None

    @property
    def all(self) -> tuple["SlotsFolder", ...]:
        """This folder and its second one, in the order of their locks."""
        return (self,) if self.second is None else (self, self.second)

    def __str__(self) -> str:
        return " and ".join(str(folder.path) for folder in self.all)

    def open(self, name: str, *, create: bool = True) -> int:
        """A descriptor of the file, made if need be. Raises OSError, also where another user may have planted it."""
        if self.private:
            self._prepare()
        path = self.path / name
        try:
            descriptor = os.open(path, _FLAGS)
        except FileNotFoundError:
            if not create:
                raise
            try:
                descriptor = os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600 if self.private else 0o666)
            # Another process has made it just now.
            except FileExistsError:
                return self.open(name)
            if not self.private and sys.platform != "win32":
                os.fchmod(descriptor, 0o666)  # of the file made just now: the umask would keep other users out
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            os.close(descriptor)
            raise OSError(0, f"{name} is no plain file")
        return descriptor

    def _prepare(self) -> None:
        for folder in (self.path.parent, self.path):
            folder.mkdir(mode=0o700, exist_ok=True)
        if problem := folder_problem(self.path):
            raise OSError(0, problem)


def find_folder(slots_dir: str, environment: Mapping[str, str], state: Path) -> SlotsFolder:
    """The folder of the slot files: `slots_dir` if set, else one in the user's runtime folder and a second in `state`.

    Processes find each other by either: a job of cron may have no runtime folder, and two runs may have two journals.
    Raises SettingsError if `slots_dir` is no folder: somebody who set it wants to share.
    """
    if slots_dir:
        path = Path(slots_dir).expanduser()
        if not is_folder(path):
            raise SettingsError(f"[server] slots_dir is no folder: {path}; make it, or leave slots_dir empty.")
        return SlotsFolder(path, private=False)
    usual = ""
    if sys.platform != "win32":
        usual = str(_RUNTIME_FOLDERS / str(os.geteuid()))
    runtime = Path(environment.get("XDG_RUNTIME_DIR", usual))
    own = SlotsFolder(state / "slots")
    path = runtime / "leadsync" / "slots"
    if not runtime.is_absolute() or folder_problem(runtime) or path.resolve() == own.path.resolve():
        return own
    return SlotsFolder(path, second=own)


def file_prefix(url: str) -> str:
    """The beginning of the names of the files for the dialer at `url`, the same for every spelling of its address."""
    return hashlib.sha256(canonical(url).encode()).hexdigest()[:32]
