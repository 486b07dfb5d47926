"""What tests share: a practice dialer on loopback, settings for it, and the command line as a user calls it."""

import contextlib
import csv
import gc
import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import trustme

from leadsync import long_work
from leadsync.simulator import PracticeDialer, PracticeServer
from tests import forked_processes
from tests.forked_processes import Parents, can_fork, spawn_by, start_by
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

hypothesis.settings.register_profile("leadsync", deadline=None)
hypothesis.settings.load_profile("leadsync")
"""How long an example takes says more about what else the machine is doing."""

for name in ("SIGINT", "SIGHUP"):
    # A shell starts what runs in the background without them, and the programs under test would inherit that.
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux: each commit of a journal waits for its disk, and a busy one takes a third more of
the processor's time, too. So do the many parts of a workbook, which XlsxWriter removes one by one."""
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 << 30:
    for name in ("PYTEST_DEBUG_TEMPROOT", "TMPDIR"):
        os.environ.setdefault(name, str(MEMORY))
    tempfile.tempdir = None


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their argument: those of an archive hold the time, and two workers must collect the same names."""
    return argname if isinstance(val, bytes) else None


def pytest_xdist_auto_num_workers() -> int:
    """Three workers for each processor: most of the time tests wait, for leases, rests and other processes."""
    return 3 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[Any]) -> None:
    """Fork the workers of a parent that has imported all tests: that takes longer than all else before the first."""
    if not can_fork() or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    parents, patch = Parents(), pytest.MonkeyPatch()
    patch.setattr(subprocess.Popen, "_execute_child", start_by(parents))
    config.add_cleanup(parents.end)
    config.add_cleanup(patch.undo)
    for spec in specs:
        spec.python = f"{sys.executable} -m tests.forked_worker"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the search for rings of objects: what is collected stays, and searching it takes a third of the
    time, in each worker. In a forked worker, whose modules are frozen, it is not searched later either: that took a
    third of the tests' time. Elsewhere older hypothesis takes frozen objects for ones without a referrer."""
    gc.disable()
    try:
        return (yield)
    finally:
        if gc.get_freeze_count():
            gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that wait for most of their time, on two of the workers: each is given one part of the list.
    One alone would wait longer than all others work, and all of them at once would leave the processors idle. Another
    begins with those in a browser: its start takes as long as a test, in each worker anew."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    waiting, browsing, others = list[pytest.Item](), list[pytest.Item](), list[pytest.Item]()
    for item in items:
        in_browser = "chromium" in getattr(item, "fixturenames", ())
        (waiting if "/faults/" in item.nodeid else browsing if in_browser else others).append(item)
    size = len(items) // workers
    parts: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, first in ((0, waiting[::2]), (workers // 2, waiting[1::2]), (workers - 1, browsing)):
        parts[number] += first
    rest = iter(others)
    items[:] = [item for part in parts for item in (*part, *islice(rest, max(0, size - len(part))))] + list(rest)


KEY = "f863246a-973e-11e6-8784-08002718f5b5"


@dataclass
class Result:
    """What a command printed, and how it exited."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """A folder to work in, with settings, a key in the environment, and a practice dialer."""

    def __init__(self, folder: Path, start: Callable[..., PracticeServer]) -> None:
        self.folder = folder
        self._start = start
        self.state = folder / "state"
        self.config = folder / "leadsync.toml"
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.environment = {
            **os.environ,
            "LEADSYNC_API_KEY": KEY,
            "LEADSYNC_STATE": str(self.state),
            "XDG_RUNTIME_DIR": str(runtime),
        }

    def dialer(self, *, settings: str = "", **options: Any) -> PracticeDialer:
        """Start a practice dialer and write the settings for it; `settings` is more TOML, by section."""
        dialer = PracticeDialer(**{"api_key": KEY, "any_lead": True, "floor_seconds": 0.005, **options})
        url = self._start(dialer).url
        self.settings(url, settings)
        return dialer

    def settings(self, url: str, more: str = "") -> None:
        campaign = (
            "" if "[campaign]" in more else "[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 38\n"
        )
        retry = "" if "[retry]" in more else "[retry]\nwait_seconds = 0.05\nattempts = 3\n"
        server = "" if "[server]" in more else f'[server]\nurl = "{url}"\n'
        self.config.write_text(server + campaign + retry + more.replace("@URL@", url), "utf-8")

    def sheet(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{line}\r\n" for line in lines), "utf-8", newline="")
        return path

    def leadsync(self, *arguments: str | Path, **environment: str) -> Result:
        """Run a command as `main` does, in this process: starting another takes longer than most commands."""
        from leadsync.cli import exit_code_of

        out, err = io.StringIO(), io.StringIO()
        log = logging.getLogger()
        with pytest.MonkeyPatch.context() as patch:
            # The command's handler goes again: a log file that is only closed is opened by whatever is logged next.
            patch.setattr(log, "handlers", log.handlers)
            # As in a process of its own: the commands before it were not silent for it.
            patch.setattr(long_work, "_silence", long_work.Silence())
            patch.chdir(self.folder)
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = exit_code_of([str(argument) for argument in arguments])
            for handler in log.handlers:
                handler.close()
        return Result(code, out.getvalue(), err.getvalue())

    def process(self, *arguments: str | Path, **environment: str) -> Result:
        """Run a command in a process of its own, as a user does."""
        done = subprocess.run(
            [sys.executable, "-m", "leadsync", *map(str, arguments)],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    @staticmethod
    def rows(path: str | Path) -> list[dict[str, str]]:
        """A written csv file's rows."""
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))


@pytest.fixture(scope="session", autouse=True)
def parents(one_authority: None) -> Iterator[None]:
    """The parents of leadsync's processes; a fork takes a tenth of a start's time."""
    parents = Parents()
    with pytest.MonkeyPatch.context() as patch:
        # It would give real starts other streams than forks.
        patch.delenv("PYTHONUNBUFFERED", raising=False)
        if can_fork():
            patch.setattr(subprocess.Popen, "_execute_child", start_by(parents))
            patch.setattr("ptyprocess.PtyProcess.spawn", spawn_by(parents))
        yield
    parents.end()


@pytest.fixture
def real_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start processes as Python does: for tests of the start itself and of what a process holds."""
    monkeypatch.setattr(forked_processes, "PRELOADED", {})


CANNOT_BE_OTHERWISE = (
    "root may write anywhere",
    "file modes are POSIX's",
    "network namespaces are not allowed here",
)
"""What a test may skip for in CI too: no part is missing, it is just not that kind of machine."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On a bare machine a test without its part skips; in CI, which installs the parts, it fails."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        reason = str(report.longrepr)
        if not any(allowed in reason for allowed in CANNOT_BE_OTHERWISE):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI: {reason}"
    return report


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority instead of the system's: those take every command 60 ms of the processor to load."""
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    servers: list[PracticeServer] = []

    def start(dialer: PracticeDialer) -> PracticeServer:
        server = PracticeServer(dialer)
        server.start()
        servers.append(server)
        return server

    yield Desk(tmp_path, start)
    for server in servers:
        server.stop()
