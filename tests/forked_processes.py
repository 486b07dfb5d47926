"""leadsync in processes that start within milliseconds: forks of a parent that has imported it.

`subprocess.Popen` of `python -m leadsync…` gets a child of this process as ever, with the same arguments, folder,
environment, streams and signals. Anything else, and anything on another system than Linux, is started as ever.
"""

import inspect
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from tests.fork_server import CLONE_CALLS, LENGTH

PYTHON = sys.executable
SERVER = Path(__file__).with_name("fork_server.py")
COMMANDS = ("tests.preloaded_commands", "tests.preloaded_children", "tests.forked_processes")
"""What the parent of commands imports before."""
PRELOADED = {
    "leadsync": COMMANDS,
    "leadsync.web.child": ("leadsync.web.child", *COMMANDS),
    "leadsync.web.stats_child": ("leadsync.web.stats_child",),
    "leadsync.sheets.sandbox.reader_process": ("tests.preloaded_reader",),
    "leadsync.sheets.sandbox.marking_process": ("tests.preloaded_marker",),
    "tests.forked_worker": ("tests.preloaded_worker", "tests.preloaded_commands"),
}
"""The modules that are started so, each with what its parent imports before."""
STARTING_OTHERS = ("leadsync", "leadsync.web.child")
"""Those of them that start others, which are forked too, by a parent of their own."""
OPTIONS = ((), ("-P", "-X", "utf8"))
"""The interpreter's options with which they are started."""
AT_START = ("PYTHON", "LANG", "LC_", "LD_")
"""Beginnings of the environment variables that count at the interpreter's start: other values, another parent."""
UNUSUAL = ("executable", "preexec_fn", "pass_fds", "shell", "gid", "gids", "uid")
"""Arguments of Popen that no parent here knows."""


def can_fork() -> bool:
    """Whether this system has what a parent needs."""
    return sys.platform == "linux" and platform.machine() in CLONE_CALLS


class Start(NamedTuple):
    """What is to be started."""

    options: tuple[str, ...]
    module: str
    arguments: list[str]


def start_of(words: Any) -> Start | None:
    """The start of one of the modules; None for any other program."""
    if not isinstance(words, list | tuple):
        return None
    first, *rest = map(os.fsdecode, words)
    if first != PYTHON or "-m" not in rest[:-1]:
        return None
    place = rest.index("-m")
    start = Start(tuple(rest[:place]), rest[place + 1], rest[place + 2 :])
    return start if start.options in OPTIONS and start.module in PRELOADED else None


class Parents:
    """The running parents: one for each module, interpreter options, and variables that count at its start."""

    def __init__(self) -> None:
        # The children are this thread's, for the kernel; it outlives them.
        self._thread = ThreadPoolExecutor(1)
        self._parents: dict[object, tuple[subprocess.Popen[bytes], socket.socket]] = {}

    def fork(self, start: Start, folder: Path, environment: Mapping[str, str], streams: list[int], **more: Any) -> int:
        """Return the process id of a new child of this process."""
        counts = {name: value for name, value in environment.items() if name.startswith(AT_START)}
        key = (start.module, start.options, *sorted(counts.items()))
        request = _request(start, folder, environment, more)
        return self._thread.submit(self._fork, key, start.options, counts, request, streams).result()

    def _fork(
        self, key: object, options: tuple[str, ...], counts: dict[str, str], request: bytes, streams: list[int]
    ) -> int:
        if key not in self._parents:
            self._parents[key] = _started(options, counts)
        _, connection = self._parents[key]
        return _child(connection, request, streams)

    def end(self) -> None:
        """End all of them; their children go on."""
        for parent, connection in self._parents.values():
            connection.close()
            parent.wait(20)
        self._thread.shutdown()


class OwnParent:
    """The parent of what a forked process starts; it has the variables at the start of that process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._lock = connection, Lock()

    def fork(self, start: Start, folder: Path, environment: Mapping[str, str], streams: list[int], **more: Any) -> int:
        """Return the process id of a new child of this process."""
        with self._lock:
            return _child(self._connection, _request(start, folder, environment, more), streams)


def _request(start: Start, folder: Path, environment: Mapping[str, str], more: Mapping[str, Any]) -> bytes:
    request = {
        "module": start.module,
        "preloaded": PRELOADED[start.module],
        "starts_others": start.module in STARTING_OTHERS,
        "safe_path": "-P" in start.options,
        "arguments": start.arguments,
        "folder": str(folder.absolute()),
        "environment": dict(environment),
        "umask": _umask(),
        "ignored": [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
        **more,
    }
    return json.dumps(request).encode()


def _child(connection: socket.socket, request: bytes, streams: list[int]) -> int:
    socket.send_fds(connection, [len(request).to_bytes(LENGTH)], streams)
    connection.sendall(request)
    child = connection.recv(LENGTH, socket.MSG_WAITALL)
    assert child, "the parent of forked processes has ended"
    return int.from_bytes(child)


def _started(options: tuple[str, ...], environment: dict[str, str]) -> tuple["subprocess.Popen[bytes]", socket.socket]:
    """A new parent, and the connection to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [PYTHON, *options, str(SERVER), str(theirs.fileno())]
        parent = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment,
            pass_fds=[theirs.fileno()],
        )
    return parent, ours


def _umask() -> int:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("Umask:")[2].split()[0], 8)


REAL = subprocess.Popen._execute_child  # type: ignore[attr-defined]
"""How Python itself starts a program."""
_NAMES = tuple(inspect.signature(REAL).parameters)[1:]
_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")


def start_by(parents: Parents | OwnParent) -> Callable[..., None]:
    """Return what takes the place of REAL: a fork of what can be forked."""

    def execute(popen: Any, *values: Any) -> None:
        given = dict(zip(_NAMES, values, strict=True))
        start = None if any(given[name] for name in UNUSUAL) else start_of(given["args"])
        if start is None:
            REAL(popen, *values)
            return
        environment = os.environ if given["env"] is None else given["env"]
        ends = (given["p2cread"], given["c2pwrite"], given["errwrite"])
        streams = [number if end == -1 else end for number, end in enumerate(ends)]
        popen.pid = parents.fork(
            start,
            Path(given["cwd"] or "."),
            environment,
            streams,
            new_session=given["start_new_session"],
            terminal=False,
        )
        popen._child_created = True
        popen._close_pipe_fds(*(given[name] for name in _PIPES))

    return execute


def spawn_by(parents: Parents) -> Callable[..., Any]:
    """Return what takes the place of pexpect's start at a terminal of its own."""
    import termios

    from ptyprocess import PtyProcess

    really = PtyProcess.spawn

    def spawn(words: list[str], cwd: Any, env: Any, dimensions: tuple[int, int] | None = None, **more: Any) -> Any:
        start = None if more.get("preexec_fn") else start_of(words)
        if start is None:
            return really(words, cwd=cwd, env=env, **more, **({"dimensions": dimensions} if dimensions else {}))
        ours, theirs = os.openpty()
        termios.tcsetwinsize(ours, dimensions or (24, 80))
        environment = os.environ if env is None else env
        pid = parents.fork(start, Path(cwd or "."), environment, [theirs] * 3, new_session=True, terminal=True)
        os.close(theirs)
        return PtyProcess(pid, ours)

    return spawn
