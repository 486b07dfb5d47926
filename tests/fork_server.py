"""The parent of forked processes, a program for `tests/forked_processes.py` alone.

It imports leadsync once, and makes each child a child of the process that asks for it. In the child the module runs as
`python -m` runs it. Its end is the interpreter's, less the clearing of modules: that takes longer than most commands.
"""

import atexit
import ctypes
import fcntl
import gc
import importlib
import json
import os
import platform
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import suppress
from typing import Any, NoReturn

LENGTH = 4
"""Bytes of a length, and of a process id."""
CLONE_PARENT = 0x8000
FOR_COMMANDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that may go to a command with all its group; a parent ends with its connection alone."""
CLONE_CALLS = {"x86_64": 56, "aarch64": 220}
"""The number of clone(2), by machine."""


def serve(connection: socket.socket) -> str:
    """Fork a child for each request; return in the child, and there alone, the module to run."""
    while True:
        head, streams, _, _ = socket.recv_fds(connection, LENGTH, 3)
        if not head:
            os._exit(0)
        request = json.loads(connection.recv(int.from_bytes(head), socket.MSG_WAITALL))
        for module in request["preloaded"]:
            importlib.import_module(module)
        gc.freeze()
        child = fork()
        if not child:
            connection.close()
            if request["starts_others"] and (asked_for := fork_own_parent()):
                return asked_for
            become(request, streams)
            return str(request["module"])
        for stream in streams:
            os.close(stream)
        connection.sendall(child.to_bytes(LENGTH))


def fork_own_parent() -> str | None:
    """Fork a parent for what this process will start; return in its children, and there alone, the module to run.

    It is forked at once, because a process with threads, as this one will be, is not safely forked.
    """
    from tests.forked_processes import OwnParent, start_by

    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        subprocess.Popen._execute_child = start_by(OwnParent(ours))  # type: ignore[attr-defined]
        return None
    for number in FOR_COMMANDS:
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    kept = os.dup(theirs.fileno())
    for number in range(3):
        os.dup2(nothing, number)
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    ours.detach()
    theirs.detach()
    return serve(socket.socket(fileno=kept))


def fork() -> int:
    """Fork as os.fork does, but a child of this process's parent, who can then wait for it."""
    ctypes.pythonapi.PyOS_BeforeFork()
    # PyDLL: this thread must not let go of the interpreter's lock meanwhile.
    call = ctypes.PyDLL(None).syscall
    child = int(call(ctypes.c_long(CLONE_CALLS[platform.machine()]), CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0))
    if child:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    else:
        ctypes.pythonapi.PyOS_AfterFork_Child()
    return child


def become(request: dict[str, Any], streams: list[int]) -> None:
    """Take over what a new process has from its parent."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    for number in FOR_COMMANDS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for number in request["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    if request["new_session"]:
        os.setsid()
    if request["terminal"]:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.umask(request["umask"])
    os.chdir(request["folder"])
    # This process has no variables but those that all its children have.
    os.environ.update(request["environment"])
    time.tzset()
    tempfile.tempdir = None
    if not request["safe_path"]:
        sys.path.insert(0, request["folder"])
    sys.argv = [request["module"], *request["arguments"]]
    sys.modules.pop(request["module"], None)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        new = open(  # noqa: SIM115 - for as long as the process lives
            number,
            mode,
            buffering=1 if name == "stderr" else -1,
            encoding=old.encoding,
            errors=old.errors,
            newline="\n" if mode == "w" else None,
            closefd=False,
        )
        new.buffer.raw.name = f"<{name}>"
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def run(module: str) -> None:
    """Run the module, and note its exit code for `leave`."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        exit_codes.append(0)
    except SystemExit as ended:
        if isinstance(ended.code, int):
            exit_codes.append(ended.code)
        raise


def leave() -> None:
    """End with the noted exit code; any other end, and output that nobody takes, is left to the interpreter."""
    with suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for code in exit_codes:
            os._exit(code & 0xFF)


def be(module: str) -> NoReturn:
    """Run the module in place of what this process was forked for, to its end."""
    try:
        run(module)
    finally:
        leave()
        os._exit(1)


exit_codes: list[int] = []

if __name__ == "__main__":
    atexit.register(leave)  # the first to be registered is the last to be called, behind the end of all threads
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder of this file
    run(serve(socket.socket(fileno=int(sys.argv[1]))))
