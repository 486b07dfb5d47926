"""A stage for faults: the real leadsync in a process of its own against a practice dialer that keeps a ledger.

The processes are forked from a server that has imported leadsync already: a warm start takes milliseconds, which is
what lets a suite kill dozens of them.
"""

import csv
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.faults.invariants import SheetRow, check_invariants

KEY = "practice"
SLOTS = 16
LONGEST_RUN_SECONDS = 40

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["__main__", "leadsync.cli", "leadsync.run", "leadsync.sheets.delimited", "leadsync.sheets.writing", "xlsxwriter"]
)

Patch = Callable[..., None]
"""Changes something in the child before leadsync starts there."""


def _be_leadsync(arguments: list[str], out: str, err: str, patch: Patch | None, patched_with: tuple[Any, ...]) -> None:
    for path, number in ((out, 1), (err, 2)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    os.environ["LEADSYNC_API_KEY"] = KEY
    if patch is not None:
        patch(*patched_with)
    sys.argv = ["leadsync", *arguments]
    from leadsync.cli import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


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

    def __init__(self, process: ForkServerProcess, out: Path, err: Path) -> None:
        self._process, self._out, self._err = process, out, err
        out.touch()
        err.touch()
        process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, number: int) -> None:
        """Send it a signal, if it still lives."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> Ended:
        """Its end."""
        self._process.join(LONGEST_RUN_SECONDS)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
            raise AssertionError(f"leadsync did not end: {self._err.read_text()}")
        code = self._process.exitcode
        self._process.close()
        return Ended(code, self._out.read_text(), self._err.read_text())

    @property
    def said(self) -> str:
        """What it wrote to standard error so far."""
        return self._err.read_text()


@dataclass
class Scene:
    """A folder with a sheet, settings and a state of its own, and the dialer that the settings name."""

    folder: Path
    dialer: PracticeDialer
    url: str
    rows: list[SheetRow]
    settings: str = ""
    server: PracticeServer | None = None
    ca_file: str = ""
    slots: int = SLOTS
    wait_seconds: float = 0.05
    state_folder: Path | None = None
    """Elsewhere than in the scene's folder."""
    sheet: Path = field(init=False)
    asked: set[int] = field(default_factory=set)
    """Rows that a person asked to have sent again."""
    fatal: int = 0
    """The tick at which a process of this scene is to die."""
    begun_before_death: bool = False

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sheet = self.folder / "leads.csv"
        self.write_sheet(self.sheet)
        (self.folder / "leadsync.toml").write_text(
            f"""
[server]
url = "{self.url}"
hardware_threads = {self.slots * 2}
ca_file = "{self.ca_file}"
[campaign]
template_id = 41
campaign_id = 41
allocation_id = 38
[retry]
wait_seconds = {self.wait_seconds}
{self.settings}
"""
        )
        self._started = 0

    @property
    def state(self) -> Path:
        return self.state_folder or self.folder / "state"

    @property
    def common(self) -> list[str]:
        """The options that every command gets."""
        return ["--config", str(self.folder / "leadsync.toml"), "--state", str(self.state)]

    def write_sheet(self, path: Path) -> None:
        """The rows as a sheet; the name of each says which row it is, so that the ledger tells them apart."""
        with path.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["External Id", "FirstPhone", "Disposition", "Name"])
            for row in self.rows:
                writer.writerow([row.lead, f"038321{8000 + row.number}", row.disposition, row.name])

    def anew(self, folder: str) -> "Scene":
        """The same scene in a folder beside this one, with nothing done yet."""
        wait_until(lambda: self.dialer.open_calls == 0)
        self.dialer.faults.clear()
        self.dialer.ledger.received.clear()
        self.dialer.ledger.applications.clear()
        return replace(self, folder=self.folder.parent / folder, asked=set())

    def start(self, *arguments: str | Path, patch: Patch | None = None, patched_with: Sequence[Any] = ()) -> Running:
        """Start leadsync with this scene's settings and state."""
        self._started += 1
        out, err = (self.folder / f"{self._started}.{kind}" for kind in ("out", "err"))
        words = [str(arguments[0]), *self.common, "--json", *map(str, arguments[1:])]
        process = _context.Process(target=_be_leadsync, args=(words, str(out), str(err), patch, tuple(patched_with)))
        return Running(process, out, err)

    def leadsync(self, *arguments: str | Path) -> Ended:
        """Run leadsync to its end."""
        return self.start(*arguments).wait()

    def run(self) -> Ended:
        """`leadsync run` of the sheet."""
        return self.leadsync("run", self.sheet)

    def finish(self) -> Ended:
        """What one `resume` makes of a run that stopped; one that had not even begun is run."""
        ended = self.leadsync("resume")
        return self.run() if ended.summary["run"] is None else ended

    def strike(self, **rule: Any) -> None:
        """Ask the dialer for a fault."""
        from leadsync.simulator import FaultRule

        self.dialer.faults.add([FaultRule(**rule)])

    def applied(self, number: int) -> int:
        """How often the dialer applied a row of the sheet."""
        name = next(row.name for row in self.rows if row.number == number)
        return sum(entry.fields.get("Name") == name for entry in self.dialer.ledger.applications)

    def await_calls(self, count: int) -> None:
        """Wait until the dialer has had so many lead calls."""
        wait_until(lambda: len(self.dialer.ledger.received) >= count)

    def report(self) -> list[dict[str, str]]:
        """The rows of the newest report; none where there is none."""
        reports = sorted(self.folder.glob("*.report.csv"), key=lambda path: path.stat().st_mtime_ns)
        return read_table(reports[-1]) if reports else []

    def statuses(self) -> dict[int, str]:
        """Each row's status in the report."""
        return {int(row["sync_row"]): row["sync_status"] for row in self.report()}

    def check(self, ended: Ended) -> None:
        """Hold the invariants against a process that came to its own end."""
        wait_until(lambda: self.dialer.open_calls == 0)
        nothing_to_do = ended.code == 0 and "Nothing to do" in ended.err
        check_invariants(
            ended.code,
            ended.summary,
            self.report(),
            self.dialer.ledger,
            self.rows,
            self.asked,
            nothing_to_do=nothing_to_do,
        )


def read_table(path: Path) -> list[dict[str, str]]:
    """A delimited file's rows by their headings."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
