"""Child processes of the page, started apart from it: they outlive it, and a crash of either side harms nothing.

One is kept in reserve with its libraries loaded: half of the time to read a small sheet is the start of a process.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from leadsync.errors import LeadsyncError
from leadsync.private_files import make_private_folder, open_to_append
from leadsync.web.jobs import Job

LOG_NAME = "children.log"
_LONGEST_LOG = 4 << 20
_RESERVE_SECONDS = 600.0
"""The longest that a process waits for a job."""
# So that Ctrl-C at the page's terminal, or its end, is not theirs. Windows alone has these flags.
_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
_children: list["subprocess.Popen[bytes]"] = []


class Reserve:
    """A child that waits for its job. It ends without one, after ten minutes or with the page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def fill(self, state: Path, config: Path | None) -> None:
        """Have a child ready, if the system starts one."""
        with self._lock, suppress(LeadsyncError):
            if self._child is None or self._child.poll() is not None:
                self._child = _started(state, config, [], subprocess.PIPE)
                timer = threading.Timer(_RESERVE_SECONDS, self.hand_over, [None])
                timer.daemon = True
                timer.start()

    def hand_over(self, asked: Sequence[str] | None) -> "subprocess.Popen[bytes] | None":
        """Give the child a job, or none, and return it; None without a child."""
        with self._lock:
            child, self._child = self._child, None
        if child is None or child.stdin is None:
            return None
        try:
            with child.stdin as stream:
                stream.write(json.dumps(asked).encode() + b"\n" if asked else b"")
        except OSError:  # it has ended
            return None
        return child


def start_child(state: Path, config: Path | None, verb: str, key: str, job: Job, reserve: Reserve | None = None) -> int:
    """Give a job to a child, and return its process id. Raises LeadsyncError if the system starts none.

    The `reserve` was filled for the same folder and settings.
    """
    asked = [verb, key, str(job.number)]
    child = reserve.hand_over(asked) if reserve is not None else None
    if child is None:
        child = _started(state, config, asked, subprocess.DEVNULL)
    job.starts_in(lambda: child.poll() is None)
    return child.pid


def _started(state: Path, config: Path | None, asked: Sequence[str], stdin: int) -> "subprocess.Popen[bytes]":
    _children[:] = [child for child in _children if child.poll() is None]
    settings = [] if config is None else ["--config", str(config.absolute())]
    command = [sys.executable, "-m", "leadsync.web.child", "--state", str(state.absolute()), *settings, *asked]
    try:
        make_private_folder(state)
        log = _log_file(state)
        try:
            child = subprocess.Popen(  # noqa: S603 - Python itself, with ids and paths of this program
                command,
                stdin=stdin,
                stdout=log,
                stderr=log,
                creationflags=_FLAGS,
                start_new_session=True,
            )
        finally:
            os.close(log)
    except OSError as error:
        raise LeadsyncError(
            f"No process can be started for this ({error.strerror}); see whether the machine has memory left, and "
            f"whether {LOG_NAME} in the state folder can be written. Nothing was sent."
        ) from error
    _children.append(child)
    return child


def _log_file(state: Path) -> int:
    """The log of all children; a long one begins anew."""
    path = state / LOG_NAME
    with suppress(OSError):
        if path.stat().st_size > _LONGEST_LOG:
            path.replace(path.with_name(f"{LOG_NAME}.1"))
    return open_to_append(path)
