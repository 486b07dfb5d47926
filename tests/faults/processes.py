"""The real leadsync in processes that start within milliseconds.

They are forked from a server with leadsync imported and pages' templates compiled. In the child only constants of time
are changed.
"""

import atexit
import faulthandler
import importlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NoReturn

from tests import fork_server
from tests.forked_processes import COMMANDS, can_fork

LONGEST_RUN_SECONDS = 120

_WRITE_SECONDS = 0.1
"""The stacks are written within milliseconds."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "__main__",
        "tests.faults.judge",
        *COMMANDS,
        "tests.frozen",
    ]
)

Patch = Callable[..., None]
"""Changes something in the child before leadsync starts there."""

READING = ("run", "watch")
"""Commands that start readers of sheets."""
_SHORTER = (
    ("leadsync.slots.pool", "LEAST_REST_SECONDS", 0.1),
    ("leadsync.slots.pool", "LEAST_KILLED_REST_SECONDS", 0.1),
    ("leadsync.slots.pool", "UNSEEN_CALL_SECONDS", 0.1),
    ("leadsync.slots.pool", "MOST_REST_SECONDS", 2.0),
)
"""Times that every child waits less, as the dialers of these tests are faster than real ones: module, name, seconds."""


def shorten(module: str, name: str, seconds: float) -> None:
    """Set a constant of time."""
    found = importlib.import_module(module)
    assert hasattr(found, name), f"{module} has no {name}"
    setattr(found, name, seconds)


def wait_for_answers(seconds: float) -> None:
    """Have the client wait so long for an answer; its settings allow no less than a minute."""
    from leadsync.dialer import DialerClient

    real = DialerClient.__init__

    @wraps(real)
    def init(self: Any, *arguments: Any, **named: Any) -> None:
        real(self, *arguments, **named | {"answer_seconds": seconds})

    DialerClient.__init__ = init  # type: ignore[method-assign]


def _be_leadsync(
    arguments: list[str],
    streams: tuple[str, str, str, str],
    environment: dict[str, str],
    patch: Patch | None,
    given: Any,
) -> NoReturn:
    if can_fork() and arguments[0] in READING and (module := fork_server.fork_own_parent()):
        fork_server.be(module)
    out, err, begun, done = streams
    for path, number in ((out, 1), (err, 2)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    faulthandler.register(signal.SIGUSR1, file=2, all_threads=True)
    os.environ.update(environment)
    tempfile.tempdir = None
    for shorter in _SHORTER:
        shorten(*shorter)
    if patch is not None:
        patch(*given)
    sys.argv = ["leadsync", *arguments]
    from leadsync.__main__ import main

    code = 130
    try:
        Path(begun).touch()
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except KeyboardInterrupt:
        # Before the first line of leadsync, which lets none pass.
        pass
    except BaseException:
        code = 1
        traceback.print_exc()
    Path(done).touch()
    # As the interpreter ends; what multiprocessing adds to that is no part of leadsync.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative for the signal that killed it) and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The object of --json."""
        value: dict[str, Any] = json.loads(self.out)
        return value


class Running:
    """A leadsync that has been started."""

    def __init__(self, process: ForkServerProcess, out: Path, err: Path, begun: Path, done: Path) -> None:
        self._process, self._out, self._err, self._begun, self._done = process, out, err, begun, done
        out.touch()
        err.touch()
        process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def begun(self) -> bool:
        """Whether leadsync itself runs by now; before that a signal would meet the test's own code."""
        return self._begun.exists()

    @property
    def over(self) -> bool:
        """Whether the process has ended."""
        return self._process.exitcode is not None

    @property
    def at_work(self) -> bool:
        """Whether leadsync itself runs just now, stopped or not."""
        return self.begun and not self.over and not self._done.exists()

    @property
    def stopped(self) -> bool:
        """Whether it is at work and the kernel has stopped it."""
        with suppress(FileNotFoundError, ProcessLookupError):
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state == "T" and self.at_work
        return False

    @property
    def busy(self) -> bool:
        """Whether a thread of it, or of its children, runs, waits for a processor, or waits for the disk."""
        processes = [self.pid]
        for process in processes:
            with suppress(FileNotFoundError, ProcessLookupError):
                for task in Path(f"/proc/{process}/task").iterdir():
                    if (task / "stat").read_text().rpartition(")")[2].split()[0] in "RD":
                        return True
                    processes += map(int, (task / "children").read_text().split())
        return False

    @property
    def said_bytes(self) -> int:
        """How much it wrote to standard error so far."""
        return self._err.stat().st_size

    def signal(self, number: int) -> None:
        """Send it a signal, if it still lives."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @property
    def stacks(self) -> str:
        """What it wrote to standard error so far, and behind that what its threads are at."""
        before = self.said_bytes
        self.signal(signal.SIGUSR1)
        with suppress(AssertionError):
            wait_until(lambda: self.said_bytes > before, 1.0)
            time.sleep(_WRITE_SECONDS)
        return self.said

    def kill(self) -> None:
        """End it, stopped or not."""
        self._process.kill()
        self._process.join()

    def wait(self) -> Ended:
        """Its end."""
        self._process.join(LONGEST_RUN_SECONDS)
        if self._process.exitcode is None:
            self.kill()
            raise AssertionError(f"leadsync did not end: {self.said}")
        code = self._process.exitcode
        self._process.close()
        return Ended(code, self._out.read_text(), self._err.read_text())

    @property
    def said(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text()


def start(
    words: Sequence[str],
    files: Path,
    environment: Mapping[str, str],
    patch: Patch | None = None,
    patched_with: Sequence[Any] = (),
) -> Running:
    """Start leadsync with these words; `files` is the path, without an ending, of the files for what it writes."""
    paths = [files.with_name(f"{files.name}.{kind}") for kind in ("out", "err", "begun", "done")]
    given = (list(words), tuple(map(str, paths)), dict(environment), patch, tuple(patched_with))
    return Running(_context.Process(target=_be_leadsync, args=given), *paths)


def wait_until(condition: Callable[[], bool], seconds: float = 40.0) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
