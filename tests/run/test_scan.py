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
from leadsync.remarks import Remark
from leadsync.report import reason_words
from leadsync.run import SheetScan, SheetSource, scan_sheet

NOW = datetime(2026, 3, 1, tzinfo=UTC)


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


HEAD = "Lead Id,FirstPhone,Outcome,Callback"


def test_dates_that_fit_are_read_in_one_go(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [HEAD, "1,0383218199,Sale,04/03/2026 10:00", "2,0383218199,Sale,24/03/2026 10:00"])
    assert len(taken.readings) == 1
    assert taken.callbacks == ["2026/03/04 10:00", "2026/03/24 10:00"]
    assert taken.scan.remarks == ()


def test_a_date_that_does_not_fit_the_order_is_rejected_alone(tmp_path: Path) -> None:
    # shared case one_us_date: read with "dmy", the third date has no month 13.
    dates = ["03/11/2026 14:30", "05/12/2026 14:30", "12/13/2026 9:00"]
    lines = [HEAD, *(f"{number},0383218199,Sale,{date}" for number, date in enumerate(dates, 1))]
    taken = Taken(tmp_path, lines)
    assert len(taken.readings) == 1
    assert taken.callbacks == ["2026/11/03 14:30", "2026/12/05 14:30", None]
    assert taken.entries[4].state is State.REJECTED
    remark = taken.scan.remarks[0]
    assert remark.loud
    assert remark.text.startswith("Callback: 1 date (row 4) cannot be day/month/year")
    auto = Taken(tmp_path, lines, date_order="auto")
    assert auto.callbacks == ["2026/03/11 14:30", "2026/05/12 14:30", "2026/12/13 09:00"]
    remark = auto.scan.remarks[0]
    assert remark.loud
    assert remark.text.startswith('Callback: date_order = "auto" reads all 3 dates as month/day/year')
    assert auto.scan.date_order == "mdy"


def test_a_large_sheet_in_another_order_is_read_anew_at_once(tmp_path: Path) -> None:
    rows = [f"{number},0383218199,Sale,03/24/2026 10:00" for number in range(2, 30_000)]
    taken = Taken(tmp_path, [HEAD, *rows], date_order="auto")
    assert set(taken.callbacks) == {"2026/03/24 10:00"}
    first, second = taken.readings
    assert len(first) < len(second) == 29_998


@pytest.mark.parametrize("third", [",nope,Sale,03/24/2026", "3,nope,Sale,03/24/2026", "3,0383218199,Nope,03/24/2026"])
def test_only_rows_to_be_sent_prove_an_order(tmp_path: Path, third: str) -> None:
    lines = [HEAD, "1,0383218199,Sale,24/03/2026 10:00", "2,0383218199,Sale,04/03/2026 10:00", third]
    taken = Taken(tmp_path, lines, date_order="auto", dispositions=["Sale"])
    assert taken.callbacks == ["2026/03/24 10:00", "2026/03/04 10:00", None]
    del lines[1]
    with pytest.raises(SheetError, match=r"day/month/year and month/day/year fit all dates alike"):
        Taken(tmp_path, lines, date_order="auto", dispositions=["Sale"])


def test_auto_refuses_a_sheet_that_no_order_fits(tmp_path: Path) -> None:
    lines = [HEAD, "1,0383218199,Sale,24/03/2026", "2,0383218199,Sale,03/24/2026"]
    with pytest.raises(SheetError, match="none fits all dates"):
        Taken(tmp_path, lines, date_order="auto")
    assert Taken(tmp_path, lines).callbacks == ["2026/03/24 00:00", None]


def test_auto_needs_no_order_for_dates_that_are_equal_in_all(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [HEAD, "1,0383218199,Sale,2026-03-04", "2,0383218199,Sale,"], date_order="auto")
    assert taken.callbacks == ["2026/03/04 00:00", None]
    assert taken.scan.remarks == ()


def test_date_cells_beside_text_dates_with_the_mark_of_a_swap_are_rejected(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    for number, date in enumerate([datetime(2027, 5, 11, 9), datetime(2027, 8, 12, 9), "24/11/2027 09:00"]):
        book.active.append([f"A{number}", "0383218199", "Sale", date])
    book.save(tmp_path / "leads.xlsx")
    entries: list[Entry] = []

    def take(scan: SheetScan) -> None:
        entries[:] = scan.entries()

    scan = scan_sheet(SheetSource(tmp_path / "leads.xlsx"), settings_from({}, "the test"), NOW, take)
    assert [entry.state for entry in entries] == [State.REJECTED, State.REJECTED, State.PENDING]
    assert entries[2].fields["njCallBackDate"] == "2027/11/24 09:00"
    assert "conflict of date cells and text dates" in reason_words(entries[0].reason)
    assert any(remark.loud and remark.text.startswith("Callback mixes date cells") for remark in scan.remarks)


def test_day_numbers_are_counted_as_their_workbook_counts_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEAD.split(","))
    book.active.append(["1", "0383218199", "Sale", 45009.4166])
    book.save(tmp_path / "leads.xlsx")
    entries: list[Entry] = []
    settings = settings_from({}, "the test")
    scan_sheet(SheetSource(tmp_path / "leads.xlsx"), settings, NOW, lambda scan: entries.extend(scan.entries()))
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
    assert Remark("2 rows name a lead that stands in several rows; duplicates = 'last'.") in taken.scan.remarks


def test_none_of_a_leads_several_rows_is_sent(tmp_path: Path) -> None:
    taken = Taken(tmp_path, LEADS, duplicates="reject")
    states = {number: entry.state for number, entry in taken.entries.items()}
    assert states == {2: State.REJECTED, 3: State.PENDING, 4: State.REJECTED, 5: State.REJECTED}
    assert taken.entries[2].reason is not None
    assert reason_words(taken.entries[2].reason) == "Lead Id 'A' stands in several rows; keep one of the rows 2, 4, 5."
    assert taken.scan.survey.dispositions == {"Sale": 1}


def test_the_order_of_dates_and_a_leads_several_rows_are_both_learned(tmp_path: Path) -> None:
    lines = [HEAD, "A,0383218199,Sale,03/04/2026", "A,0383218199,Sale,03/24/2026"]
    taken = Taken(tmp_path, lines, duplicates="last", date_order="auto")
    assert [entry.state for entry in taken.entries.values()] == [State.SKIPPED, State.PENDING]
    assert taken.callbacks == ["2026/03/04 00:00", "2026/03/24 00:00"]


def test_a_file_name_makes_no_remark_loud(tmp_path: Path) -> None:
    file = tmp_path / "! leads.csv"
    file.write_text(f"{HEAD}\n", "utf-8")
    scan = scan_sheet(SheetSource(file), settings_from({}, "the test"), NOW, lambda scan: list(scan.entries()))
    assert scan.remarks == (Remark("! leads.csv has headings and no rows below them: there is nothing to send."),)
    assert not scan.remarks[0].loud
