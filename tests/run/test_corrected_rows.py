"""Rows corrected beside their sheet: the rules of a returned file, and the file itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from leadsync.config import reading_of, settings_from
from leadsync.errors import SettingsError
from leadsync.journal import Edit
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NOTE, PHONE, CampaignIds, RowRecord, RunRecord, Status
from leadsync.reasons import Fault, FaultKind, Rejected, Skip, SkipKind
from leadsync.reimport import Decision, Send
from leadsync.run import CorrectedRow, CorrectionRules, with_edits, write_corrected

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SETTINGS = {
    "server": {"url": "https://pbx.example.com"},
    "campaign": {"template_id": 1, "campaign_id": 2, "allocation_id": 3},
    "campaigns": {"Winback": {"campaign_id": 7}},
}
RUN = RunRecord(
    id="20261123-210455-7f3a",
    file=Path("/sheets/leads.csv"),
    sheet="",
    fingerprint="abc",
    kind="csv",
    delimiter=",",
    bom=False,
    headings=("Lead Id", "FirstPhone", "Outcome", "Callback", "Notes"),
    output=Path("/sheets"),
    dialer="https://pbx.example.com",
    ids=CampaignIds(1, 2, 3),
    created=NOW,
    complete=True,
    roles=(EXTERNAL_ID, PHONE, DISPOSITION, CALLBACK, ""),
)
FAILED = RowRecord(
    2,
    ("A1", "0412345678", "Sold", "02/03/2031", "new"),
    (),
    "A1",
    {"FirstPhone": "0412345678", "njDisposition": "Sold", "njCallBackDate": "2031/03/02 00:00", "Notes": "new"},
    Status.FAILED,
    106,
)


def decided(changes: Mapping[int, str], record: RowRecord = FAILED, run: RunRecord = RUN) -> Decision:
    rules = CorrectionRules(run, settings_from(SETTINGS, "the settings"), NOW)
    return rules.decisions([row(record, changes)])[0]


def row(record: RowRecord, changes: Mapping[int, str]) -> CorrectedRow:
    edits = [Edit(record.number, 1, at, record.cells[at], new, "ann", NOW) for at, new in changes.items()]
    return with_edits([record], edits)[0]


def sent(decision: Decision) -> dict[str, str]:
    assert isinstance(decision, Send)
    return {EXTERNAL_ID: decision.lead.external_id, **decision.lead.fields}


def test_a_corrected_row_is_sent_by_its_cells_now() -> None:
    assert sent(decided({0: "A01", 2: "Sale"})) == {
        EXTERNAL_ID: "A01",
        "FirstPhone": "0412345678",
        "njDisposition": "Sale",
        "njCallBackDate": "2031/03/02 00:00",
        "Notes": "new",
    }


def test_a_row_that_says_the_same_is_not_corrected() -> None:
    decision = decided({1: "0412 345 678"})
    assert isinstance(decision, Skip)
    assert decision.kind is SkipKind.STILL_FAILING


def test_a_wrong_value_is_a_fault() -> None:
    decision = decided({3: "31/02/2031"})
    assert isinstance(decision, Rejected)
    assert [(fault.column, fault.kind) for fault in decision.faults] == [("Callback", FaultKind.NO_SUCH_DAY)]


def test_dates_are_read_in_the_order_of_the_run() -> None:
    assert sent(decided({3: "02/03/2031 10:00"}))["njCallBackDate"] == "2031/03/02 10:00"
    mdy = replace(RUN, date_order="mdy")
    assert sent(decided({3: "02/03/2031 10:00"}, run=mdy))["njCallBackDate"] == "2031/02/03 10:00"


def test_the_reading_of_the_run_counts() -> None:
    then = settings_from(
        {**SETTINGS, "columns": {"Notes": ""}, "input": {"dispositions": ["Sale"]}}, "settings of then"
    )
    run = replace(RUN, reading=reading_of(then))
    assert "Notes" not in sent(decided({2: "sale"}, run=run))
    assert isinstance(decided({2: "Busy"}, run=run), Rejected)


def test_a_note_of_a_person_is_not_sent() -> None:
    run = replace(RUN, roles=(EXTERNAL_ID, PHONE, DISPOSITION, CALLBACK, NOTE))
    assert "Notes" not in sent(decided({2: "Sale"}, run=run))


def test_an_insert_stays_one() -> None:
    added = replace(FAILED, fields={**FAILED.fields, EXTERNAL_ID: "A1"})
    assert sent(decided({2: "Sale", 0: "A01"}, added))[EXTERNAL_ID] == "A01"
    decision = decided({1: ""}, added)
    assert isinstance(decision, Rejected)
    assert decision.faults[0].kind is FaultKind.INSERT_WITHOUT_PHONE


def test_a_second_line_of_a_row_stays_one() -> None:
    reason = Rejected((Fault("", "", FaultKind.DUPLICATE_ROW, details={"run": "r", "row": "2"}),))
    again = replace(FAILED, status=Status.REJECTED, code=None, fields={}, reason=reason)
    assert isinstance(decided({2: "Sale"}, again), Rejected)


def test_the_campaign_of_the_run_counts_and_another_place_is_refused() -> None:
    assert sent(decided({2: "Sale"}, run=replace(RUN, ids=CampaignIds(1, 7, 3))))
    for other in (replace(RUN, ids=CampaignIds(1, 9, 3)), replace(RUN, dialer="https://other.example.com")):
        with pytest.raises(SettingsError, match="another dialer or campaign"):
            decided({2: "Sale"}, run=other)


def test_a_typed_date_is_text_and_the_others_stay_dates() -> None:
    dated = replace(FAILED, cells=("A1", "0412345678", "Sold", "2031-03-02", "2031-01-01"), dates=(3, 4))
    changed = row(dated, {3: "03/04/2031"})
    assert changed.dates == (4,)
    assert row(dated, {3: "2031-03-02"}).dates == (3, 4), "the same text is no change"


def test_the_file_holds_the_rows_with_their_claims(tmp_path: Path) -> None:
    path = write_corrected(tmp_path, RUN, [row(FAILED, {2: "Sale"})])
    assert path.name == "leads.20261123-210455-7f3a.report.xlsx"
    sheet = openpyxl.load_workbook(path)["To correct"]
    headings, line = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    found = dict(zip(headings, line, strict=True))
    assert [found[name] for name in RUN.headings] == ["A1", "0412345678", "Sale", "02/03/2031", "new"]
    assert (found["sync_row"], found["sync_status"], found["sync_run"]) == ("2", "failed", RUN.id)
