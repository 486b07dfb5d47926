"""A forked process is to its parent and to itself as one that Python starts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import forked_processes
from tests.forked_processes import OPTIONS, start_of

PROBE = """
import json, os, signal, sys
from pathlib import Path
told = {
    "argv": sys.argv, "path": sys.path, "name": __name__, "flags": str(sys.flags), "folder": os.getcwd(),
    "environment": dict(os.environ), "parent": os.getppid(), "leads": os.getsid(0) == os.getpid(),
    "umask": os.umask(0), "files": sorted(os.listdir("/proc/self/fd"))[:-1], "read": sys.stdin.read(),
    "ignored": [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN],
    "streams": [(s.encoding, s.errors, s.line_buffering, s.mode, s.name) for s in (sys.stdin, sys.stdout, sys.stderr)],
}
print(json.dumps(told), flush=True)
print("Zoë", file=sys.stderr)
END
"""
pytestmark = pytest.mark.skipif(not forked_processes.can_fork(), reason="processes are forked on Linux alone")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, int, str]]:
    """What a module tells of itself in a new process, its exit code, and its standard error."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(forked_processes.PRELOADED, "probe", ("json",))

    def tell(options: tuple[str, ...], end: str) -> tuple[Any, int, str]:
        (tmp_path / "probe.py").write_text(PROBE.replace("END", end), "utf-8")
        done = subprocess.run(
            [sys.executable, *options, "-m", "probe", "a b", "--c"],
            input="Zoë",
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            # pytest's readline puts more into it than os.environ knows.
            env=dict(os.environ),
            start_new_session=True,
            check=False,
        )
        return json.loads(done.stdout), done.returncode, done.stderr

    return tell


@pytest.mark.parametrize("options", OPTIONS, ids=len)
def test_it_has_all_that_a_started_process_has(
    told: Callable[..., tuple[Any, int, str]], options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        forked = told(options, "sys.exit(7)")
        monkeypatch.setattr(forked_processes, "PRELOADED", {})
        started = told(options, "sys.exit(7)")
    finally:
        signal.signal(signal.SIGHUP, before)
    assert forked[0] == started[0]
    assert forked[1:] == started[1:] == (7, "Zoë\n")


STARTER = """
import subprocess, threading
from tests import forked_processes
forked_processes.PRELOADED.update(PRELOADED)
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.signal(signal.SIGTERM, lambda *_: None)
done = subprocess.run([sys.executable, "-m", "inner", "--d"], input="Zoë", capture_output=True, encoding="utf-8")
told = {**json.loads(done.stdout), "code": done.returncode, "is mine": json.loads(done.stdout)["parent"] == os.getpid()}
Path("inner.json").write_text(json.dumps(told), "utf-8")
"""


def test_what_it_starts_itself_is_forked_by_a_parent_of_its_own(
    told: Callable[..., tuple[Any, int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path(__file__).parent.parent))))
    monkeypatch.setattr(forked_processes, "STARTING_OTHERS", ("probe",))
    probe = PROBE.replace("END", "sys.exit(7)").replace(
        '"name":', '"forked": "fork_server" in str(sys.orig_argv), "name":'
    )
    (tmp_path / "inner.py").write_text(probe, "utf-8")
    inner = []
    for preloaded in ({"inner": ("json",)}, {}):
        assert told((), STARTER.replace("PRELOADED)", f"{preloaded})"))[1:] == (0, "Zoë\n")
        inner.append(json.loads((tmp_path / "inner.json").read_text("utf-8")))
    assert [one.pop("forked") for one in inner] == [True, False]
    for one in inner:
        assert (one["is mine"], one["code"]) == (True, 7)
        del one["parent"]
    assert inner[0] == inner[1]


def last_line(text: str) -> str:
    return text.splitlines()[-1]


@pytest.mark.parametrize(
    "end",
    [
        "pass",
        "sys.exit()",
        "sys.exit(260)",
        "sys.exit('words')",
        "1 / 0",
        "signal.raise_signal(signal.SIGTERM)",
        "signal.raise_signal(signal.SIGINT)",
        "os.close(1); print('lost')",
        "import threading, time; threading.Timer(0.05, lambda: print('late', file=sys.stderr)).start()",
        "import atexit; atexit.register(print, 'at the end', file=sys.stderr)",
    ],
)
def test_it_ends_as_a_started_process_does(
    told: Callable[..., tuple[Any, int, str]], end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked = told((), end)
    monkeypatch.setattr(forked_processes, "PRELOADED", {})
    started = told((), end)
    assert (forked[1], last_line(forked[2])) == (started[1], last_line(started[2]))


@pytest.mark.parametrize(
    "words",
    [
        "ls",
        ["ls", "-m", "leadsync"],
        [sys.executable, "-c", "pass"],
        [sys.executable, "-m"],
        [sys.executable, "-m", "sphinx"],
        [sys.executable, "-X", "importtime", "-m", "leadsync"],
    ],
)
def test_another_program_is_started(words: Any) -> None:
    assert start_of(words) is None
