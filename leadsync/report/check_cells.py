"""The `sync_*` cells behind a row in the copy of `check`. Pure."""

from collections.abc import Mapping, Sequence

from leadsync.leads import NEW_LEAD
from leadsync.models import Note, NoteKind, Status
from leadsync.reasons import Reason, Skip, SkipKind
from leadsync.report.row_words import reason_words
from leadsync.report.tables import SYNC_COLUMNS
from leadsync.spreadsheet import CHECK_PREFIX, CHECKED_ID
from leadsync.terminal import one_line

_SHOWN_DIGITS = 11
"""A spreadsheet program shows a longer number in powers of ten, and saves that in a text file."""
CHECK_COLUMNS = ("sync_row", "sync_status", "sync_message", "sync_run")
"""The columns in a marked workbook; the others of a report would be blank there."""
_ADVICE = {Status.REJECTED: "Correct the row as the message says, then give this file to `leadsync run`."}


def checked_cells(
    number: int | None,
    status: Status,
    reason: Reason | None,
    notes: Sequence[Note],
    sync: Mapping[str, str],
    check_id: str,
) -> tuple[str, ...]:
    """The cells of SYNC_COLUMNS in a table: the row's status, the reason, and the values to be rewritten."""
    known = checked_sync(number, status, reason, notes, sync, check_id)
    if reason is None:
        known["sync_message"] = one_line("; ".join(map(_in_words, notes)))
    kept = sync if was_in_run(sync) else {"sync_advice": _ADVICE.get(status, "")}
    return tuple({**kept, **known}.get(name, "") for name in SYNC_COLUMNS)


def checked_sync(
    number: int | None,
    status: Status,
    reason: Reason | None,
    notes: Sequence[Note],
    sync: Mapping[str, str],
    check_id: str,
) -> dict[str, str]:
    """The cells of a row in a marked workbook, by heading; `sync` are its present ones.

    `number` is its own in the sheet; a line added to a copy has none. `sync_run` names the check: no run has had the
    row, but it is one of the sheet that was checked. A row of an earlier run keeps its cells, but for the message.
    Repairs have no message: nobody has to do anything about them.
    """
    # Nearly every row of a list of new leads lacks a callback date; the file says so once.
    doubts = [note for note in notes if note.kind is NoteKind.WARNING and note.what != NEW_LEAD]
    message = one_line(reason_words(reason) if reason else "; ".join(map(_in_words, doubts)))
    if was_in_run(sync):
        return {"sync_message": message}
    # A total is no lead: by its status alone it is known as none again.
    is_lead = not (isinstance(reason, Skip) and reason.kind is SkipKind.NO_LEAD)
    known = {"sync_row": "" if number is None else str(number), "sync_status": status.value, "sync_message": message}
    return {**known, "sync_run": check_id if is_lead else ""}


def check_with_id(check_id: str, lead: str, sync: Mapping[str, str]) -> str:
    """The cell `sync_run` of a row in a table: with its external id, if a spreadsheet program may make another lead's
    of it (00123 becomes 123). A copy's copy keeps the id of the first one, in its present cells `sync`."""
    beginning = f"{check_id}{CHECKED_ID}"
    kept = " ".join(sync.get("sync_run", "").lower().split())
    if kept.startswith(beginning):
        return kept
    changes = lead.isdecimal() and (lead.startswith("0") or len(lead) > _SHOWN_DIGITS)
    return f"{beginning}{lead}" if changes else check_id


def was_in_run(sync: Mapping[str, str]) -> bool:
    """Whether the row is one of an earlier run, by its own cells."""
    run = sync.get("sync_run", "").strip().lower()
    return run != "" and not run.startswith(CHECK_PREFIX)


def _in_words(note: Note) -> str:
    change = f" ({note.before} → {note.after})" if note.after and note.after != note.before else ""
    return f"{note.column}: {note.what}{change}"
