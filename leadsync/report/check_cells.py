"""The `sync_*` cells behind a row in the copy of `check`. Pure."""

from collections.abc import Sequence

from leadsync.models import Note, Status
from leadsync.reasons import Reason
from leadsync.report.tables import SYNC_COLUMNS
from leadsync.report.wording import reason_words
from leadsync.terminal import one_line

_ADVICE = {Status.REJECTED: "Correct the row as the message says, then give this file to `leadsync run`."}


def checked_cells(number: int, status: Status, reason: Reason | None, notes: Sequence[Note]) -> tuple[str, ...]:
    """The `sync_*` cells of a checked row: its status, the reason, and the values to be rewritten.

    `sync_run` stays blank: no run has had the row, and the file can be given to `leadsync run` as it is.
    """
    words = reason_words(reason) if reason else "; ".join(map(_in_words, notes))
    known = {
        "sync_row": str(number),
        "sync_status": status.value,
        "sync_message": one_line(words),
        "sync_advice": _ADVICE.get(status, ""),
    }
    return tuple(known.get(name, "") for name in SYNC_COLUMNS)


def _in_words(note: Note) -> str:
    change = f" ({note.before} → {note.after})" if note.after and note.after != note.before else ""
    return f"{note.column}: {note.what}{change}"
