"""A sheet is taken in as a stream, and read again where its end shows that its beginning was read wrongly."""

import time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from leadsync import long_work
from leadsync.config import settings_from
from leadsync.errors import SheetError
from leadsync.journal import Entry, State
from leadsync.run import SheetScan, SheetSource, scan_sheet
from tests.run.scans import HEAD, NOW, Taken


def test_dates_that_fit_are_read_in_one_go(tmp_path: Path) -> None:
    taken = Taken(tmp_path, [HEAD, "1,0383218199,Sale,04/03/2026 10:00", "2,0383218199,Sale,24/03/2026 10:00"])
    assert len(taken.readings) == 1
    assert taken.callbacks == ["2026/03/04 10:00", "2026/03/24 10:00"]
    assert taken.scan.remarks == ()


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


def test_the_order_of_dates_and_a_leads_several_rows_are_both_learned(tmp_path: Path) -> None:
    lines = [HEAD, "A,0383218199,Sale,03/04/2026", "A,0383218199,Sale,03/24/2026"]
    taken = Taken(tmp_path, lines, duplicates="last", date_order="auto")
    assert [entry.state for entry in taken.entries.values()] == [State.SKIPPED, State.PENDING]
    assert taken.callbacks == ["2026/03/04 00:00", "2026/03/24 00:00"]


def test_a_long_reading_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", lambda _, text: said.append(text))
    end = time.monotonic() + 60

    def take(scan: SheetScan) -> None:
        for _ in scan.entries():
            while len(said) < scan.survey.rows and time.monotonic() < end:
                time.sleep(0.001)

    sheet = tmp_path / "leads.csv"
    sheet.write_text(f"{HEAD}\n1,0383218199,Sale,\n2,0383218199,Sale,\n", "utf-8")
    scan_sheet(SheetSource(sheet), settings_from({}, "the test"), NOW, take)
    assert set(said) <= {"Reading leads.csv", *(f"Reading leads.csv: {rows} so far" for rows in ("1 row", "2 rows"))}
    assert said
