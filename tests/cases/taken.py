"""A case as it would be sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadsync.config import settings_from
from leadsync.journal import Entry, State
from leadsync.reasons import FaultKind, Rejected, Skip
from leadsync.run import SheetScan, SheetSource, scan_sheet

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Taken:
    """A sheet as it would be sent: its scan, and the entries by their row's number."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self.entries: dict[int, Entry] = {}
        self.scan = scan_sheet(SheetSource(path), settings_from(settings, "the test"), NOW, self._take)

    def _take(self, scan: SheetScan) -> None:
        self.entries = {entry.row.number: entry for entry in scan.entries()}

    @property
    def sent(self) -> list[tuple[str, dict[str, str]]]:
        pending = [entry for entry in self.entries.values() if entry.state is State.PENDING]
        return [(entry.lead, dict(entry.fields)) for entry in pending]

    @property
    def ids(self) -> list[str]:
        return [lead for lead, _ in self.sent]

    @property
    def remarks(self) -> str:
        return "\n".join(map(str, self.scan.remarks))

    @property
    def skipped(self) -> list[int]:
        return [number for number, entry in self.entries.items() if isinstance(entry.reason, Skip)]


def kinds(entry: Entry) -> list[FaultKind]:
    """The faults of a rejected row."""
    assert isinstance(entry.reason, Rejected)
    return [fault.kind for fault in entry.reason.faults]


def body(**fields: str) -> dict[str, str]:
    """A row's fields, with those of a lead kept as it is."""
    return {"njDisposition": "Sale", "FirstPhone": "0412345678"} | fields
