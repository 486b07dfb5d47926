"""A sheet's scan, and the entries of each reading."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadsync.config import settings_from
from leadsync.journal import Entry
from leadsync.run import SheetScan, SheetSource, scan_sheet

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "Lead Id,FirstPhone,Outcome,Callback"


class Taken:
    """What a sheet came to: its last scan, and each reading's entries."""

    def __init__(self, folder: Path, lines: list[str], **values: Any) -> None:
        sheet = folder / "leads.csv"
        sheet.write_text("\n".join(lines) + "\n", "utf-8")
        self.readings: list[list[Entry]] = []
        settings = settings_from({"input": values}, "the test")
        self.scan = scan_sheet(SheetSource(sheet), settings, NOW, self._take)
        self.entries = {entry.row.number: entry for entry in self.readings[-1]}

    def _take(self, scan: SheetScan) -> None:
        self.readings.append([])
        for entry in scan.entries():
            self.readings[-1].append(entry)

    @property
    def callbacks(self) -> list[str | None]:
        return [entry.fields.get("njCallBackDate") for entry in self.entries.values()]
