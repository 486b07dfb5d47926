"""Readers and markers of sheets that a forked command starts: forks of the command, which has loaded what they load."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import fork_server, forked_processes
from tests.forked_processes import Start, start_by, umask


class Itself:
    """In the place of parents: this process."""

    def fork(self, start: Start, folder: Path, environment: Mapping[str, str], streams: list[int], **more: Any) -> int:
        """Return the process id of a new child of this process."""
        # No handler of this process may run in the child.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        request = {"module": start.module, "arguments": start.arguments, "folder": str(folder.absolute())}
        request |= {"environment": environment, "umask": umask(), "ignored": (), **more}
        child = fork_server.fork(sibling=False)
        if not child:
            try:
                _forget(streams)
                signal.pthread_sigmask(signal.SIG_SETMASK, held)
                fork_server.become(request, [os.dup(number) for number in range(3)], safe_path=True)
                fork_server.run(start.module)
            finally:
                fork_server.leave()
                os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        return child


def _forget(streams: list[int]) -> None:
    """Let go of what a new program does not get: handlers of signals, variables, and files but the three streams."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for number, stream in enumerate([os.dup(stream) for stream in streams]):
        os.dup2(stream, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()


def fork_readers() -> None:
    """Have this process fork its readers and markers from now on."""
    forked_processes.PRELOADED = {name: () for name in forked_processes.PRELOADED if ".sandbox." in name}
    subprocess.Popen._execute_child = start_by(Itself())  # type: ignore[attr-defined]
