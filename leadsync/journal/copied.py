"""The mark of a journal that was copied into a database: nothing is sent from the original by mistake."""

from datetime import datetime
from pathlib import Path

from leadsync.errors import UsageError
from leadsync.private_files import whole_or_not

MARK = "journal.copied"
"""The file in the state folder; its text names the copy."""
_CUT_OFF = "; whether all of it came there is not known"
"""The end of the text until the database has kept the copy."""


def mark_copied(state: Path, place: str, at: datetime, *, kept: bool) -> None:
    """Mark the journal of a state folder as copied to `place`, a database in words; `kept`: it is whole there."""
    with whole_or_not(state / MARK) as stream:
        stream.write(f"{place}, on {at:%Y-%m-%d %H:%M}{'' if kept else _CUT_OFF}".encode())


def unmark(state: Path) -> None:
    """Take the mark away: the database has no copy."""
    (state / MARK).unlink(missing_ok=True)


def refuse_copied(state: Path, *, to_copy_to: str = "") -> None:
    """Raise UsageError if the journal of a state folder was copied: runs that both know would be sent twice.

    One whose copy was cut off is not refused for a copy to the same database, in words `to_copy_to`.
    """
    try:
        to = (state / MARK).read_text("utf-8")
    except FileNotFoundError:
        return
    if to.endswith(_CUT_OFF):
        if to_copy_to and to.startswith(f"{to_copy_to}, on "):
            return
        raise UsageError(
            f"The journal in {state} was copied to {to}: copy it there once more, which tells (`leadsync journal "
            f"copy`). If that database has no run of it, or is lost, remove {state / MARK} first."
        )
    raise UsageError(
        f"The journal in {state} was copied to {to}: name that database in LEADSYNC_JOURNAL_URL or [journal] url_file. "
        f"To go on with the old journal instead, remove {state / MARK}; do not use both."
    )
