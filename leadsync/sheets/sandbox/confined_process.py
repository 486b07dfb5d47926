"""The start of a confined process and the receipt of its answers, for the reader and the marker."""

import json
import logging
import os
import subprocess
import sys
import time
from threading import Event, Thread, current_thread, main_thread
from typing import Any, BinaryIO

from leadsync.sheets.sandbox.frames import REQUEST, FrameError, receive

AGAIN_SECONDS = 8.0
"""The time between two words about a silent process."""
_ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR")
"""Python's needs for a start; the key, proxies and addresses of agents are not among them."""

_log = logging.getLogger(__name__)


def start(module: str, file: BinaryIO, request: dict[str, Any]) -> "subprocess.Popen[bytes]":
    """The process; it gets the sheet and a pipe, no sight of the dialer's key and no module of the working folder."""
    # The system tells the process when the thread ends that started it, and not when its parent does.
    wishes = {**request, "end_with_parent": current_thread() is main_thread()}
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - `module` is one of the two of this package
        # -P: no module of the working folder is imported. -X utf8: the environment has no locale.
        [sys.executable, "-P", "-X", "utf8", "-m", module],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, REQUEST: json.dumps(wishes)},
    )


def received(process: "subprocess.Popen[bytes]", seconds: float) -> tuple[dict[str, Any], str]:
    """Return the next frame; end a process that takes too long. Raises FrameError without one."""
    if process.stdout is None:
        raise FrameError("no pipe")
    # A read from a pipe has no timeout of its own; the kill ends it.
    answered = Event()
    Thread(target=_kill_late, args=(process, seconds, answered), name="late sheet", daemon=True).start()
    try:
        return receive(process.stdout.read)
    finally:
        answered.set()


def _kill_late(process: "subprocess.Popen[bytes]", seconds: float, answered: Event) -> None:
    """Kill a process that has not answered within these seconds; tell of the wait meanwhile."""
    end = time.monotonic() + seconds
    while not answered.wait(min(AGAIN_SECONDS, max(0.0, end - time.monotonic()))):
        if time.monotonic() >= end:
            process.kill()
            return
        until = time.strftime("%H:%M:%S", time.localtime(time.time() + end - time.monotonic()))
        _log.warning("the process at the sheet has said nothing for a while; waiting until %s", until)


def end(process: "subprocess.Popen[bytes]") -> None:
    """End the process, whatever it does."""
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()
