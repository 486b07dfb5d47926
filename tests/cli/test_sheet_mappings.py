"""Sheets with other headings, all by one settings file: each is read by the mapping for its headings."""

from pathlib import Path

import openpyxl
import pytest

from leadsync.simulator import FaultKind, FaultRule
from tests.conftest import Desk

MAPPINGS = """
[columns]
"Customer No" = "njExternalLeadId"
Comment = ""
[mappings.crm]
"Account No" = "njExternalLeadId"
"Wrap Code" = "njDisposition"
[mappings.web]
Ref = "njExternalLeadId"
Status = "njDisposition"
When = "njCallBackDate"
"""
CRM = ("Account No,FirstPhone,Wrap Code,Status,Comment", "A1,0412345678,Sale,gold,x")


def bodies(dialer: object) -> list[tuple[str, dict[str, str]]]:
    return [(one.lead, dict(one.fields)) for one in dialer.ledger.received]  # type: ignore[attr-defined]


def test_each_sheet_is_sent_by_the_mapping_for_its_headings(desk: Desk) -> None:
    dialer = desk.dialer(settings=MAPPINGS)
    desk.sheet("first.csv", "Customer No,FirstPhone,Outcome,Status", "C1,0412345677,Sale,gold")
    desk.sheet("crm.csv", *CRM)
    desk.sheet("web.csv", "ref,FirstPhone,STATUS,when", "W1,0412345679,Sale,24/11/2031 14:30")
    for name in ("first.csv", "crm.csv", "web.csv"):
        done = desk.leadsync("run", name)
        assert done.code == 0, done.out + done.err
    assert bodies(dialer) == [
        ("C1", {"FirstPhone": "0412345677", "njDisposition": "Sale", "Status": "gold"}),
        ("A1", {"FirstPhone": "0412345678", "njDisposition": "Sale", "Status": "gold"}),
        ("W1", {"FirstPhone": "0412345679", "njDisposition": "Sale", "njCallBackDate": "2031/11/24 14:30"}),
    ]


def test_the_mapping_is_said_before_sending_in_the_summary_and_in_json(desk: Desk) -> None:
    desk.dialer(settings=MAPPINGS)
    done = desk.leadsync("run", desk.sheet("crm.csv", *CRM), "--json")
    words = "The columns are mapped by [mappings.crm] in the settings."
    assert words in done.err
    assert words in done.json["warnings"]
    assert done.err.count("Sent as campaign fields of these names: Status.") == 1
    checked = desk.leadsync("check", desk.folder / "crm.csv", "--json")
    assert checked.json["mapping"] == "crm"
    assert words in desk.leadsync("check", desk.folder / "crm.csv").out


def test_a_sheet_for_two_mappings_or_for_none_is_refused_with_the_remedy(desk: Desk) -> None:
    dialer = desk.dialer(settings=MAPPINGS)
    both = desk.sheet("both.csv", "Account No,Wrap Code,Ref,Status,When", "A1,Sale,W1,Sale,")
    refused = desk.leadsync("run", both)
    assert refused.code == 2
    assert "[mappings.crm] and [mappings.web] in the settings fit the headings of this sheet alike; add" in refused.err
    none = desk.leadsync("run", desk.sheet("none.csv", "Account No,FirstPhone", "A1,0412345678"))
    assert none.code == 2
    assert "the nearest, [mappings.crm], names 'Wrap Code' too: correct it there, or add one" in none.err
    assert dialer.ledger.received == []


def test_headings_below_titles_are_found_by_the_names_of_a_mapping(desk: Desk) -> None:
    desk.dialer(settings=MAPPINGS)
    checked = desk.leadsync("check", desk.sheet("crm.csv", "Export of today", *CRM), "--json")
    assert checked.json["to_send"] == 1
    assert "The headings are on line 2; line 1 above them is not read." in checked.json["remarks"]


def test_the_remedy_of_a_cell_names_the_mapping(desk: Desk) -> None:
    desk.dialer(settings=MAPPINGS)
    checked = desk.leadsync("check", desk.sheet("crm.csv", f"{CRM[0]},Priority", f"{CRM[1]},Normal"))
    assert 'write "Priority" = "" under [mappings.crm] in the settings' in checked.out


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_that_comes_back_is_read_by_the_mapping_of_its_run(desk: Desk, form: str) -> None:
    """The columns added to it would fit another mapping too."""
    dialer = desk.dialer(settings=MAPPINGS, faults=[FaultRule(FaultKind.CODE, lead="A1", code=106, calls=1)])
    done = desk.leadsync("run", desk.sheet("crm.csv", *CRM), "--json", "--format", form)
    assert done.json["statuses"]["failed"] == 1
    given = with_columns(Path(done.json["files"]["retry"]), {"Ref": "R1", "When": "later"})
    again = desk.leadsync("run", given, "--json")
    assert again.json["statuses"]["succeeded"] == 1, again.err
    first, second = bodies(dialer)
    assert first == second == ("A1", {"FirstPhone": "0412345678", "njDisposition": "Sale", "Status": "gold"})
    assert "The columns are mapped by [mappings.crm] in the settings." in again.json["warnings"]


def test_a_file_of_a_run_that_nobody_knows_is_read_by_its_own_headings(desk: Desk) -> None:
    dialer = desk.dialer(settings=MAPPINGS)
    lines = (f"{CRM[0]},sync_run,sync_row,sync_status", f"{CRM[1]},20260101-000000-aaaa,2,failed")
    done = desk.leadsync("run", desk.sheet("crm.csv", *lines), "--json")
    assert done.code == 0, done.err
    assert [lead for lead, _ in bodies(dialer)] == ["A1"]


def with_columns(path: Path, columns: dict[str, str]) -> Path:
    """A written file with more columns, and one value in each row of them."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for sheet in book:
            width = sheet.max_column
            for at, (heading, value) in enumerate(columns.items(), width + 1):
                sheet.cell(1, at, heading)
                for number in range(2, sheet.max_row + 1):
                    sheet.cell(number, at, value)
        book.save(path)
        return path
    headings, *rows = path.read_text("utf-8-sig").splitlines()
    lines = [",".join((headings, *columns)), *(",".join((row, *columns.values())) for row in rows)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_the_settings_are_tried_with_their_mappings(desk: Desk) -> None:
    desk.dialer(settings=MAPPINGS)
    tried = desk.leadsync("init", "--check", "--json")
    assert (
        tried.json["tried"]["mappings"] == "2 mappings for sheets with other headings: [mappings.crm], [mappings.web]."
    )
    desk.dialer(settings='[mappings.crm]\nRef = "njOutcome"\n')
    refused = desk.leadsync("init", "--check")
    assert refused.code == 2
    assert "[mappings.crm] Ref is" in refused.err
    assert "the dialer has no field njOutcome; its fields are njCallBackDate" in refused.err
