"""A sheet is taken in as a stream, and read again where its end shows that its beginning was read wrongly."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from leadsync.config import settings_from
from leadsync.errors import SheetError
from leadsync.journal import Entry, State
from leadsync.reasons import Skip, SkipKind
from leadsync.report import reason_words
from leadsync.run import Reading, SheetScan, scan_sheet

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Taken:
    """What a sheet came to: its last scan, and each reading's entries."""

    def __init__(self, folder: Path, lines: list[str], **values: Any) -> None:
        sheet = folder / "leads.csv"
        sheet.write_text("\n".join(lines) + "\n", "utf-8")
        self.readings: list[list[Entry]] = []
        settings = settings_from({"input": values}, "the test")
        self.scan = scan_sheet(Reading(sheet), settings, NOW, self._take)
        self.entries = {entry.row.number: entry for entry in self.readings[-1]}

    def _take(self, scan: SheetScan) -> None:
        self.readings.append([])
        for entry in scan.entries():
            self.readings[-1].append(entry)

    @property
    def callbacks(self) -> list[str | None]:
        return [entry.fields.get("njCallBackDate") for entry in self.entries.values()]


HEAD = "Lead Id,FirstPhone,Outcome,Callback"


def test_dates_that_fit_are_read_in_one_go(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [HEAD, "1,0383218199,Sale,04/03/2026 10:00", "2,0383218199,Sale,24/03/2026 10:00"])
    assert len(taken.readings) == 1
    assert taken.callbacks == ["2026/03/04 10:00", "2026/03/24 10:00"]
    assert taken.scan.remarks == ()


def test_where_only_another_order_fits_all_dates_all_are_read_in_that(tmp_path: Path) -> None:
    rows = [f"{number},0383218199,Sale,03/04/2026 10:00" for number in range(2, 5000)]
    taken = Taken(tmp_path, [HEAD, *rows, "5000,0383218199,Sale,03/24/2026 10:00"])
    assert len(taken.readings) == 2
    assert set(taken.callbacks) == {"2026/03/04 10:00", "2026/03/24 10:00"}
    assert taken.scan.remarks[0].startswith("! ")
    assert "every date that can be read fits month/day/year, so all 4,999 of them" in taken.scan.remarks[0]
    assert taken.scan.survey.rows == 4999


def test_where_no_order_fits_all_dates_the_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="no one order"):
        Taken(tmp_path, [HEAD, "1,0383218199,Sale,24/03/2026", "2,0383218199,Sale,03/24/2026"])


def test_day_numbers_are_counted_as_their_workbook_counts_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEAD.split(","))
    book.active.append(["1", "0383218199", "Sale", 45009.4166])
    book.save(tmp_path / "leads.xlsx")
    entries: list[Entry] = []
    settings = settings_from({}, "the test")
    scan_sheet(Reading(tmp_path / "leads.xlsx"), settings, NOW, lambda scan: entries.extend(scan.entries()))
    assert [entry.fields["njCallBackDate"] for entry in entries] == ["2027/03/25 10:00"]


LEADS = [HEAD, "A,0383218199,Sale,", "B,0383218199,Sale,", "A,0383218199,Sale,", "A,bad,Sale,"]


def test_a_leads_rows_are_all_sent_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS)
    assert [entry.state for entry in taken.entries.values()] == [State.PENDING] * 3 + [State.REJECTED]
    assert taken.scan.survey.repeated_leads == 1


def test_only_a_leads_last_row_is_sent(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS, duplicates="last")
    states = {number: entry.state for number, entry in taken.entries.items()}
    assert states == {2: State.SKIPPED, 3: State.PENDING, 4: State.SKIPPED, 5: State.REJECTED}
    assert taken.entries[2].reason == Skip(SkipKind.OTHER_ROW_COUNTS, row=5)
    assert taken.scan.survey.dispositions == {"Sale": 1}
    assert "2 rows name a lead that stands in several rows; duplicates = 'last'." in taken.scan.remarks


def test_none_of_a_leads_several_rows_is_sent(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS, duplicates="reject")
    states = {number: entry.state for number, entry in taken.entries.items()}
    assert states == {2: State.REJECTED, 3: State.PENDING, 4: State.REJECTED, 5: State.REJECTED}
    assert taken.entries[2].reason is not None
    assert reason_words(taken.entries[2].reason) == "Lead Id 'A' stands in several rows; keep one of the rows 2, 4, 5."
    assert taken.scan.survey.dispositions == {"Sale": 1}


def test_the_order_of_dates_and_a_leads_several_rows_are_both_learned(tmp_path: Path) -> None:
    lines = [HEAD, "A,0383218199,Sale,03/04/2026", "A,0383218199,Sale,03/24/2026"]
    taken = Taken(tmp_path, lines, duplicates="last")
    assert [entry.state for entry in taken.entries.values()] == [State.SKIPPED, State.PENDING]
    assert taken.callbacks == ["2026/03/04 00:00", "2026/03/24 00:00"]
