"""A folder that is watched, with a clock that nobody has to wait for, and what a person is told meanwhile."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from leadsync.errors import Interrupted
from tests.conftest import Desk, Result

HEADINGS = "Lead Id,FirstPhone,Outcome,Name"


@dataclass
class FakeClock:
    """Time passes only while somebody sleeps; what is planned for a moment is done when it comes, and at the end of the
    plan a SIGTERM arrives."""

    plan: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    time: float = 0.0

    def at(self, seconds: float, event: Callable[[], object]) -> None:
        self.plan.append((seconds, event))

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert self.time < 14 * 86400, "nothing ends this"
        end = self.time + seconds
        while due := sorted((one for one in self.plan if one[0] <= end), key=lambda one: one[0]):
            self.plan.remove(due[0])
            self.time = max(self.time, due[0][0])
            due[0][1]()
        self.time = end
        if not self.plan:
            raise Interrupted("Terminated; nothing was being sent.", 15)


@dataclass
class Hook:
    """A webhook on loopback and what came to it."""

    url: str
    messages: list[dict[str, Any]]

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.messages]


@pytest.fixture
def hook() -> Iterator[Hook]:
    messages: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Hook(f"json://127.0.0.1:{server.server_port}/", messages)
    server.shutdown()
    thread.join()
    server.server_close()


class Folder:
    """The watched folder of a desk, and `leadsync watch` over it."""

    def __init__(self, desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.hook = hook
        self.path: Path = desk.folder / "leads"
        self.path.mkdir()
        self.environment = {"LEADSYNC_NOTIFY_URLS": hook.url}
        self._monkeypatch = monkeypatch

    def drop(self, name: str, *rows: str, headings: str = HEADINGS) -> Path:
        path = self.path / name
        path.write_text("".join(f"{line}\r\n" for line in (headings, *rows)), "utf-8", newline="")
        return path

    def watch(self, *arguments: str, clock: FakeClock | None = None, **environment: str) -> Result:
        """Watch with a clock of our own; `--once` unless there is a plan for the night."""
        self._monkeypatch.setattr("leadsync.cli.watch.SystemClock", lambda: clock or Patient())
        once = () if clock else ("--once",)
        return self.desk.leadsync("watch", self.path, *once, *arguments, **{**self.environment, **environment})

    @property
    def names(self) -> set[str]:
        """What lies in the folder itself."""
        return {path.name for path in self.path.iterdir() if path.is_file()}

    def sheets(self, subfolder: str) -> set[str]:
        """What lies in a subfolder, without leadsync's own files."""
        folder = self.path / subfolder
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        kinds = ("report", "retry", "review", "summary")
        return {name for name in names if not any(f".{kind}." in name for kind in kinds)}

    def rows(self, subfolder: str, stem: str) -> dict[str, str]:
        """Each lead's status in the newest report of a sheet."""
        reports = sorted((self.path / subfolder).glob(f"{stem}.*.report.csv"), key=lambda path: path.stat().st_mtime_ns)
        return {row["Lead Id"]: row["sync_status"] for row in self.desk.rows(reports[-1])}


class Patient:
    """A clock for `--once`: sleeping takes no time and passes it."""

    def __init__(self) -> None:
        self._time = 0.0

    def now(self) -> float:
        return self._time

    def sleep(self, seconds: float) -> None:
        self._time += seconds


@pytest.fixture
def folder(desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(desk, hook, monkeypatch)
