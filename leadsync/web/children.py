"""Child processes of the page, started apart from it: they outlive it, and a crash of either side harms nothing."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from leadsync.errors import LeadsyncError
from leadsync.private_files import make_private_folder, open_to_append
from leadsync.web.jobs import Job

LOG_NAME = "children.log"
_LONGEST_LOG = 4 << 20
# So that Ctrl-C at the page's terminal, or its end, is not theirs. Windows alone has these flags.
_FLAGS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
_children: list["subprocess.Popen[bytes]"] = []


def start_child(state: Path, config: Path | None, verb: str, key: str, job: Job) -> int:
    """Start the child for a job, and return its process id. Raises LeadsyncError if the system starts none."""
    _children[:] = [child for child in _children if child.poll() is None]
    settings = [] if config is None else ["--config", str(config.absolute())]
    command = [sys.executable, "-m", "leadsync.web.child", verb, "--state", str(state.absolute()), *settings]
    try:
        make_private_folder(state)
        log = _log_file(state)
        try:
            child = subprocess.Popen(  # noqa: S603 - Python itself, with ids and paths of this program
                [*command, key, str(job.number)],
                stdin=subprocess.DEVNULL,
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
    return child.pid


def _log_file(state: Path) -> int:
    """The log of all children; a long one begins anew."""
    path = state / LOG_NAME
    with suppress(OSError):
        if path.stat().st_size > _LONGEST_LOG:
            path.replace(path.with_name(f"{LOG_NAME}.1"))
    return open_to_append(path)
