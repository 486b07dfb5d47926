"""Cells as people really write them: phones, placeholders, words for blank, apostrophes, checkboxes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadsync.config import settings_from
from leadsync.journal import Entry, State
from leadsync.reasons import Rejected
from leadsync.report import reason_words
from leadsync.run import SheetScan, SheetSource, scan_sheet

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Values:
    """A sheet's leads as they would be sent, its rejections in words, and its remarks."""

    def __init__(self, file: str, columns: dict[str, str], **rules: Any) -> None:
        self._entries: list[Entry] = []
        settings = settings_from({"input": rules, "columns": columns}, "the test")
        self.scan = scan_sheet(SheetSource(DATA / file), settings, NOW, self._take)

    def _take(self, scan: SheetScan) -> None:
        self._entries = list(scan.entries())

    @property
    def sent(self) -> dict[str, dict[str, str]]:
        return {entry.lead: dict(entry.fields) for entry in self._entries if entry.state is State.PENDING}

    @property
    def rejected(self) -> dict[int, str]:
        return dict(self._rejections())

    @property
    def remarks(self) -> list[str]:
        return list(map(str, self.scan.remarks))

    def _rejections(self) -> Iterator[tuple[int, str]]:
        for entry in self._entries:
            if isinstance(entry.reason, Rejected):
                yield entry.row.number, reason_words(entry.reason)

    def field(self, name: str) -> dict[str, str]:
        return {lead: fields[name] for lead, fields in self.sent.items()}


@pytest.fixture
def values() -> Callable[..., Values]:
    def read(file: str, columns: dict[str, str] | None = None, **rules: Any) -> Values:
        return Values(file, columns or {}, **rules)

    return read


def test_phones_of_australia(values: Callable[..., Values]) -> None:
    sheet = values("phones_au2.csv")
    assert sheet.field("FirstPhone") == {
        "P0": "0293744000",
        "P1": "0293744000",
        "P2": "0412345678",
        "P3": "0412345678",
        "P4": "0891621234",
        "P5": "0891621234",
        "P6": "0730907665",
        "P7": "0730907665",
        "P11": "0473959999",
    }
    assert list(sheet.rejected) == [10, 11, 12]


def test_phones_of_great_britain_and_its_islands(values: Callable[..., Values]) -> None:
    sheet = values("phones_gb2.csv", region="GB")
    assert sheet.field("FirstPhone") == {
        "P0": "01534123456",
        "P1": "07797712345",
        "P2": "01624675663",
        "P3": "07624369230",
        "P4": "01481721000",
        "P5": "07911123456",
        "P6": "02079460958",
        "P7": "01534123456",
    }


def test_an_unreadable_second_phone(values: Callable[..., Values]) -> None:
    strict = values("bad_second.csv")
    assert strict.sent == {}
    assert all('set bad_phone to "omit" in [input]' in why for why in strict.rejected.values())
    assert "SecondPhone 'N/A' is a word for no number" in strict.rejected[2]
    lenient = values("bad_second.csv", bad_phone="omit")
    assert lenient.rejected == {}
    assert lenient.sent == {
        "A1": {"FirstPhone": "0412345678", "njDisposition": "Sale"},
        "A2": {"FirstPhone": "0412345679", "njDisposition": "Sale"},
        "A3": {"FirstPhone": "0412345670", "njDisposition": "Sale"},
    }
    [group] = [group for group in lenient.scan.survey.warnings.values() if group.column == "SecondPhone"]
    assert (group.what, group.count) == ("an unreadable phone beside a good one: left out", 3)


def test_a_placeholder_is_no_id(values: Callable[..., Values]) -> None:
    sheet = values("na_ids.csv")
    assert sheet.sent == {}
    assert sheet.rejected[2] == ("External Id 'N/A' is a placeholder and names no lead; write the lead's external id.")
    assert list(sheet.rejected) == [2, 3]
    assert not [remark for remark in sheet.remarks if "blank_words" in remark]


def test_an_apostrophe_is_taken_off_and_shown(values: Callable[..., Values]) -> None:
    sheet = values("apostrophe.csv")
    assert sheet.sent == {
        "00123": {"Name": "Ann", "PostCode": "0800", "FirstPhone": "0412345678", "njDisposition": "Sale"}
    }
    assert list(sheet.scan.survey.repairs) == [
        ("apostrophe removed", name) for name in ("External Id", "Name", "PostCode", "FirstPhone")
    ]


def test_a_priority_of_outlook(values: Callable[..., Values]) -> None:
    columns = {"E-mail Address": "njExternalLeadId", "Mobile Phone": "FirstPhone", "Business Phone": "SecondPhone"}
    [why] = values("outlook.csv", columns).rejected.values()
    assert why == (
        "Priority 'Normal' is no priority; write a whole number from 0 (called first) to 100 (last), or leave the cell "
        'blank; to leave the column out, write "Priority" = "" under [columns] in the settings.'
    )
    [(lead, fields)] = values("outlook.csv", {**columns, "Priority": ""}).sent.items()
    assert lead == "ann@example.com"
    assert (fields["FirstPhone"], fields["SecondPhone"]) == ("0412345678", "0293744000")
    assert "njPriority" not in fields


def test_cells_that_say_null(values: Callable[..., Values]) -> None:
    sheet = values("ssms_null.csv")
    assert (
        "! 4 cells say NULL in FirstPhone, Disposition, Callback, City: if that means blank, write blank_words = "
        '["NULL"] in [input]; otherwise such a cell is sent as it stands, or its row rejected.'
    ) in sheet.remarks
    assert sheet.rejected == {
        2: "Callback 'NULL' is a word for no date; write the date or add it to blank_words in [input].",
        3: "FirstPhone 'NULL' is a word for no number; leave the cell blank or add it to blank_words in [input].",
    }
    blank = values("ssms_null.csv", blank_words=["NULL"])
    assert blank.sent == {
        "A1": {"Name": "Ann", "FirstPhone": "0412345678", "njDisposition": "Sale"},
        "A2": {
            "Name": "Bob",
            "FirstPhone": "<No Change>",
            "njDisposition": "<No Change>",
            "njCallBackDate": "2027/11/24 14:30",
            "City": "Perth",
        },
    }
    assert not any("NULL" in remark for remark in blank.remarks)


def test_dispositions_that_differ_by_letter_case_or_blanks(tmp_path: Path) -> None:
    lines = ("External Id,FirstPhone,Disposition", "A1,0412345678,Sale", "A2,0412345679,sale ", "A3,0412345670,Sold")
    (tmp_path / "leads.csv").write_text("\n".join(lines), "utf-8")
    remarks = "\n".join(Values(str(tmp_path / "leads.csv"), {}).remarks)
    assert "! 2 spellings of a disposition differ by letter case or blanks alone (rows 2 and 3)" in remarks
    listed = Values(str(tmp_path / "leads.csv"), {}, dispositions=["Sale", "Sold"])
    assert not any("spellings" in remark for remark in listed.remarks)


def test_hidden_rows_are_sent_with_a_warning_or_skipped(values: Callable[..., Values]) -> None:
    sheet = values("x_filtered.xlsx")
    assert list(sheet.sent) == ["A1", "A2"]
    assert sheet.remarks == [
        '! 1 row (3) is hidden in the sheet and is sent; hidden_rows = "skip" in [input] skips such rows.'
    ]
    assert not any(remark.doubt for remark in sheet.scan.remarks)
    skipped = values("x_filtered.xlsx", hidden_rows="skip")
    assert list(skipped.sent) == ["A1"]
    assert skipped.remarks == ["1 row (3) is hidden in the sheet and is skipped."]


def test_rows_of_checkboxes_alone_are_no_rows(values: Callable[..., Values]) -> None:
    sheet = values("x_gsheets_checkbox.xlsx")
    assert list(sheet.sent) == ["A1", "A2"]
    assert sheet.scan.survey.rows == 2
    assert sheet.field("Done") == {"A1": "FALSE", "A2": "FALSE"}
