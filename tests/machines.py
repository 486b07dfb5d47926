"""Machines at one journal in PostgreSQL: each has a state folder and a runtime folder of its own."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from leadsync.config import load
from leadsync.dialer_address import canonical
from leadsync.journal import Journal, Queued, open_journal
from leadsync.run import RunOptions, plan_run
from leadsync.simulator import PracticeDialer
from tests.conftest import Desk

LEASE_SECONDS = 5.0
ROOT = Path(__file__).parent.parent


class Machines:
    """Machines with one settings file at the desk's dialer; every second row sets a disposition."""

    def __init__(self, desk: Desk, url: str, rows: int = 120, lease_seconds: float = LEASE_SECONDS) -> None:
        self.desk, self.url, self.rows, self.lease_seconds = desk, url, rows, lease_seconds
        lines = [f"L{n},038321{8000 + n},{'Sale' if n % 2 else ''}" for n in range(rows)]
        self.sheet = desk.sheet("leads.csv", "External Id,FirstPhone,Disposition", *lines)
        self._started: list[subprocess.Popen[str]] = []

    def environment(self, machine: str) -> dict[str, str]:
        runtime = self.desk.folder / f"runtime of {machine}"
        runtime.mkdir(mode=0o700, exist_ok=True)
        return {
            **self.desk.environment,
            "XDG_RUNTIME_DIR": str(runtime),
            "LEADSYNC_STATE": str(self.state(machine)),
            "LEADSYNC_JOURNAL_URL": self.url,
            "LEADSYNC_CLUSTER__LEASE_SECONDS": str(self.lease_seconds),
        }

    def state(self, machine: str) -> Path:
        return self.desk.folder / machine

    def start(self, machine: str, *arguments: str | Path, log: str = "", **environment: str) -> "subprocess.Popen[str]":
        """Start a command of leadsync."""
        return self.popen(
            machine, [sys.executable, "-m", "leadsync", *map(str, arguments)], log or machine, environment
        )

    def popen(self, machine: str, words: list[str], log: str, environment: dict[str, str]) -> "subprocess.Popen[str]":
        """Start a program; its words go to a file, so that no pipe is full, and nobody keeps one open."""
        with (self.desk.folder / f"{log}.log").open("a") as stream:
            process = subprocess.Popen(
                words,
                cwd=self.desk.folder,
                env={**self.environment(machine), "PYTHONPATH": str(ROOT), **environment},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                text=True,
            )
        self._started.append(process)
        return process

    @staticmethod
    def kill(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """End what is still running, children of workers too."""
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextmanager
    def journal(self, machine: str = "judge") -> Iterator[Journal]:
        with open_journal(self.state(machine), self.url, self.lease_seconds) as journal:
            yield journal

    def queue(self, priority: int = 10) -> str:
        """Have the sheet's run wait for a worker, as the page does."""
        with self.journal("page") as journal:
            settings = load(self.desk.config)
            plan = plan_run(journal, self.sheet, settings, RunOptions(), datetime.now().astimezone())
            plan.confirm((), Queued(canonical(settings.url()), priority, author="ann"))
            return plan.run.id

    def queues(self) -> list[str]:
        return [canonical(load(self.desk.config).url())]

    def is_finished(self, run_id: str) -> bool:
        with self.journal() as journal:
            return journal.run(run_id).finished

    def stopped(self, run_id: str) -> str:
        with self.journal() as journal:
            return journal.run(run_id).stopped

    def statuses(self, run_id: str) -> dict[str, int]:
        with self.journal() as journal:
            return {str(status): count for status, count in journal.tally(run_id).statuses.items() if count}

    def check(self, dialer: PracticeDialer, run_id: str, slots: int = 0) -> None:
        """No disposition is applied twice, no row forgotten, none called succeeded that was not applied."""
        statuses = self.statuses(run_id)
        assert sum(statuses.values()) == self.rows, statuses
        assert set(statuses) <= {"succeeded", "unknown"}, statuses
        applied = Counter(
            entry.lead for entry in dialer.ledger.applications if entry.fields.get("njDisposition") == "Sale"
        )
        assert max(applied.values(), default=0) <= 1, [lead for lead, count in applied.items() if count > 1]
        anything = {entry.lead for entry in dialer.ledger.applications}
        assert len(anything) >= statuses.get("succeeded", 0), "no row is called succeeded that was not applied"


def wait_until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """The process ids of a process's children, on Linux."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []
