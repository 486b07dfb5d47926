"""A stage for faults: the real leadsync in processes of its own against a practice dialer that keeps a ledger."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leadsync.simulator import PracticeDialer, PracticeServer
from tests.faults.invariants import SheetRow, check_at_rest, check_invariants
from tests.faults.processes import Ended, Patch, Running, start, wait_until

KEY = "practice"
SLOTS = 16


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
        words = [str(arguments[0]), *self.common, "--json", *map(str, arguments[1:])]
        return start(words, self.folder / str(self._started), {"LEADSYNC_API_KEY": KEY}, patch, patched_with)

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
        if ended.code in (0, 3):
            check_at_rest(self.state / "journal.sqlite3", self.report(), self.rows)

    def check_decidable(self, run: str) -> None:
        """Where a row of the run is unknown, `resolve` decides it and no other."""
        unknown = [number for number, status in self.statuses().items() if status == "unknown"]
        for number in unknown[:1]:
            resolved = self.leadsync("resolve", run, "--row", str(number), "--applied")
            assert (resolved.code, resolved.summary["rows"]) == (0, 1), resolved
            assert self.statuses()[number] == "succeeded"


def read_table(path: Path) -> list[dict[str, str]]:
    """A delimited file's rows by their headings."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))
