"""The check of a sheet, and the copy with its findings: what it may replace, and what it holds."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from leadsync import long_work
from leadsync.config import Settings, settings_from
from leadsync.errors import UsageError
from leadsync.journal import Journal, open_journal
from leadsync.run import SheetSource
from leadsync.run.validation import Checked, check
from tests.conftest import Desk

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINES = ("Lead Id;FirstPhone;Outcome", "1;0383218199;Sale", "2;none;Sale", "3;03 8321 8197;Sale")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with open_journal(tmp_path / "state") as opened:
        yield opened


@pytest.fixture
def settings() -> Settings:
    return settings_from({}, "the test")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Three rows, the second without a phone number."""
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


def checked(sheet: Path, settings: Settings, journal: Journal, output: Path | None = None) -> Checked:
    return check(SheetSource(sheet), settings, NOW, journal, output)


def test_a_check_alone_writes_nothing(sheet: Path, settings: Settings, journal: Journal) -> None:
    done = checked(sheet, settings, journal)
    assert (done.written, done.scan.survey.rows, done.scan.survey.rejected) == (None, 3, 1)
    assert sorted(path.name for path in sheet.parent.iterdir()) == ["leads.csv", "state"]


def test_a_text_becomes_a_table_with_its_delimiter(sheet: Path, settings: Settings, journal: Journal) -> None:
    done = checked(sheet, settings, journal, sheet.parent / "checks")
    assert done.written == sheet.parent / "checks" / "leads.check.csv"
    with done.written.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    assert [row["sync_status"] for row in rows] == ["unsent", "rejected", "unsent"]
    assert rows[1]["sync_advice"].startswith("Correct the row")
    assert rows[2]["sync_message"] == "FirstPhone: separators removed (03 8321 8197 → 0383218197)"
    [name] = {row["sync_run"] for row in rows}
    assert name.startswith("check-")
    known = journal.checked_sheet(name)
    assert known is not None
    assert known.file == sheet


def test_rows_to_correct_have_a_sheet_of_their_own(sheet: Path, settings: Settings, journal: Journal) -> None:
    done = checked(sheet, settings, journal, sheet.parent / "x.xlsx")
    book = openpyxl.load_workbook(sheet.parent / "x.xlsx")
    assert done.written == sheet.parent / "x.xlsx"
    assert {name: [cell.value for cell in book[name]["A"]] for name in book.sheetnames} == {
        "To correct": ["Lead Id", "2"],
        "Ready": ["Lead Id", "1", "3"],
    }


def test_the_same_check_may_be_written_again_and_an_edited_copy_stays(
    sheet: Path, settings: Settings, journal: Journal
) -> None:
    copy = sheet.parent / "x.csv"
    checked(sheet, settings, journal, copy)
    checked(sheet, settings, journal, copy)
    copy.write_text("mine")
    with pytest.raises(UsageError, match=r"x\.csv is there already, and is not as `leadsync check` wrote it"):
        checked(sheet, settings, journal, copy)
    assert copy.read_text() == "mine"


def test_the_sheet_itself_is_never_replaced(sheet: Path, settings: Settings, journal: Journal) -> None:
    with pytest.raises(UsageError, match=r"leads\.csv is the sheet itself"):
        checked(sheet, settings, journal, sheet)
    (sheet.parent / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=r"folder\.csv is a folder; name a file in it"):
        checked(sheet, settings, journal, sheet.parent / "folder.csv")
    assert sheet.read_text("utf-8").startswith("Lead Id;")


def test_a_copy_of_a_copy_is_of_the_first_sheet(sheet: Path, settings: Settings, journal: Journal) -> None:
    first = checked(sheet, settings, journal, sheet.parent / "first.csv").written
    assert first is not None
    headings, *lines = first.read_text("utf-8").splitlines()
    added = lines[0].split(";")[0] + ";" * headings.count(";")
    first.write_text("\n".join([headings, added, *reversed(lines)]) + "\n", "utf-8")
    second = checked(first, settings, journal, sheet.parent / "second.csv").written
    assert second is not None
    rows = [list(csv.DictReader(path.read_text("utf-8").splitlines(), delimiter=";")) for path in (first, second)]
    assert {row["sync_run"] for row in rows[0][1:]} == {row["sync_run"] for row in rows[1]}
    assert [row["sync_row"] for row in rows[1]] == ["", "4", "3", "2"], "the added line has no row there"


def test_a_check_says_that_a_run_has_read_the_file(desk: Desk) -> None:
    desk.dialer()
    file = desk.sheet("leads.csv", "Lead Id,Version", "L,a")
    assert "has read this file" not in desk.leadsync("check", file).out
    run = desk.leadsync("run", file, "--json").json["run"]
    words = f"Run {run} of 20"
    assert words in desk.leadsync("check", file).out
    assert words in desk.leadsync("check", file, "--output", "c.csv").out
    assert words not in desk.leadsync("check", desk.folder / "c.csv").out
    desk.sheet("leads.csv", "Lead Id,Version", "L,b")
    assert words not in desk.leadsync("check", file).out


def test_a_long_marking_of_a_workbook_is_said(
    tmp_path: Path, settings: Settings, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    monkeypatch.setattr(long_work, "WORD_SECONDS", 0.001)
    monkeypatch.setattr(long_work._log, "info", lambda _, text: words.append(text))
    book = openpyxl.Workbook()
    for line in LINES:
        book.worksheets[0].append(line.split(";"))
    book.save(tmp_path / "leads.xlsx")
    checked = check(SheetSource(tmp_path / "leads.xlsx"), settings, NOW, journal, tmp_path / "copy.xlsx")
    assert checked.written == tmp_path / "copy.xlsx"
    assert "Writing copy.xlsx, the marked copy" in words


def test_a_copy_of_a_sheet_moved_since_its_run_is_one_of_the_sheet_under_its_first_name(desk: Desk) -> None:
    desk.dialer()
    sheet = desk.sheet("leads.csv", "Lead Id,Version", "A,a")
    desk.leadsync("run", sheet)
    desk.leadsync("run", desk.sheet("other.csv", "Lead Id,Version", "B,b"))
    moved, copy = desk.folder / "done.csv", desk.folder / "copy.csv"
    sheet.rename(moved)
    desk.leadsync("check", moved, "--output", copy)
    with open_journal(desk.state) as journal:
        of_sheet = journal.checked_sheet(desk.rows(copy)[0]["sync_run"])
        assert of_sheet is not None
        assert of_sheet.file == sheet
