"""The sync_* cells of a checked row."""

from collections.abc import Mapping, Sequence

from leadsync.leads import NEW_LEAD
from leadsync.models import Note, NoteKind, Status
from leadsync.reasons import Fault, FaultKind, Reason, Rejected, Skip, SkipKind
from leadsync.report import SYNC_COLUMNS, checked_cells, checked_sync

CHECK = "check-0123456789ab"


def cells(
    number: int,
    status: Status,
    reason: Reason | None,
    notes: Sequence[Note],
    sync: Mapping[str, str] = {},
) -> dict[str, str]:
    return dict(zip(SYNC_COLUMNS, checked_cells(number, status, reason, notes, sync, CHECK), strict=True))


def test_a_row_to_send_tells_the_values_to_be_rewritten() -> None:
    notes = [
        Note(NoteKind.REPAIR, "leading zero restored", "Phone", "383218199", "0383218199"),
        Note(NoteKind.WARNING, "in the past", "Call back", "2020-01-01", "2020-01-01"),
        Note(NoteKind.WARNING, "odd", "Id", "x\ny"),
    ]
    known = {name: value for name, value in cells(7, Status.UNSENT, None, notes).items() if value}
    assert known == {
        "sync_row": "7",
        "sync_status": "unsent",
        "sync_message": "Phone: leading zero restored (383218199 → 0383218199); Call back: in the past; Id: odd",
        "sync_run": CHECK,
    }


def test_a_rejected_row_tells_its_fault_and_the_next_step() -> None:
    reason = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
    known = {name: value for name, value in cells(7, Status.REJECTED, reason, []).items() if value}
    assert known == {
        "sync_row": "7",
        "sync_status": "rejected",
        "sync_message": "Lead Id is blank; write the lead's external id.",
        "sync_advice": "Correct the row as the message says, then give this file to `leadsync run`.",
        "sync_run": CHECK,
    }


def test_no_line_end_of_a_value_ends_the_line() -> None:
    notes = [Note(NoteKind.REPAIR, "trimmed", "Name", "a\nb", "a b")]
    assert "\n" not in cells(7, Status.UNSENT, None, notes)["sync_message"]


def test_in_a_workbook_repairs_and_new_leads_have_no_message() -> None:
    notes = [
        Note(NoteKind.REPAIR, "trimmed", "Name", " a", "a"),
        Note(NoteKind.WARNING, NEW_LEAD, "Call back", ""),
        Note(NoteKind.WARNING, "in the past", "Call back", "2020-01-01"),
    ]
    assert checked_sync(7, Status.UNSENT, None, notes, {}, CHECK)["sync_message"] == "Call back: in the past"


def test_a_row_of_a_run_keeps_its_cells_but_for_the_message() -> None:
    reason = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
    sync = {"sync_row": "3", "sync_status": "failed", "sync_code": "102", "sync_run": "20261123-210455-7f3a"}
    words = "Lead Id is blank; write the lead's external id."
    assert checked_sync(7, Status.REJECTED, reason, [], sync, CHECK) == {"sync_message": words}
    known = {name: value for name, value in cells(7, Status.REJECTED, reason, [], sync).items() if value}
    assert known == {**sync, "sync_message": words}


def test_a_row_of_an_earlier_check_is_written_anew() -> None:
    sync = {"sync_row": "3", "sync_status": "rejected", "sync_run": "check-ba9876543210"}
    assert checked_sync(7, Status.UNSENT, None, [], sync, CHECK) == {
        "sync_row": "7",
        "sync_status": "unsent",
        "sync_message": "",
        "sync_run": CHECK,
    }
    assert checked_sync(None, Status.UNSENT, None, [], {}, CHECK)["sync_row"] == "", "a line added to a copy"


def test_a_total_is_none_of_the_sheets_leads() -> None:
    assert checked_sync(7, Status.SKIPPED, Skip(SkipKind.NO_LEAD), [], {}, CHECK)["sync_run"] == ""
