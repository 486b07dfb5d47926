"""The sync_* cells of a checked row."""

from leadsync.models import Note, NoteKind, Status
from leadsync.reasons import Fault, FaultKind, Rejected
from leadsync.report import SYNC_COLUMNS, checked_cells


def cells(*values: object) -> dict[str, str]:
    number, status, reason, notes = values
    return dict(zip(SYNC_COLUMNS, checked_cells(number, status, reason, notes), strict=True))  # type: ignore[arg-type]


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
    }


def test_a_rejected_row_tells_its_fault_and_the_next_step() -> None:
    reason = Rejected((Fault("Lead Id", "", FaultKind.BLANK_ID),))
    known = {name: value for name, value in cells(7, Status.REJECTED, reason, []).items() if value}
    assert known == {
        "sync_row": "7",
        "sync_status": "rejected",
        "sync_message": "Lead Id is blank; write the lead's external id.",
        "sync_advice": "Correct the row as the message says, then give this file to `leadsync run`.",
    }


def test_no_line_end_of_a_value_ends_the_line() -> None:
    notes = [Note(NoteKind.REPAIR, "trimmed", "Name", "a\nb", "a b")]
    assert "\n" not in cells(7, Status.UNSENT, None, notes)["sync_message"]
