"""A whole journal from its SQLite file into an empty PostgreSQL database."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from leadsync.errors import BusyError, Interrupted, JournalError, UsageError
from leadsync.journal.copied import mark_copied, refuse_copied, unmark
from leadsync.journal.postgres.errors import place
from leadsync.journal.postgres.intake import Intake
from leadsync.journal.sqlite.snapshot import Snapshot
from leadsync.journal.sqlite.store import SqliteJournal


class JournalCopy(NamedTuple):
    """What was copied."""

    place: str
    """The database in words."""
    tables: Mapping[str, int]
    """The rows of each table, counted in both journals."""


def copy_journal(state: Path, url: str) -> JournalCopy:
    """Copy the journal of a state folder.

    Runs under way in either are refused. All of it is copied, or nothing; the original is marked then, and refused by
    `open_journal`. Raises JournalError, BusyError and UsageError.
    """
    database = place(url)
    refuse_copied(state, to_copy_to=database)
    with ExitStack() as opened:
        journal = opened.enter_context(SqliteJournal(state, copies_to=database))
        journal.check()
        # What a dead process has left in flight is settled before the copy.
        held = {run.id for run in journal.runs() if not run.finished and journal.try_hold(run.id)}
        # From here to the mark nobody else writes, and everyone looks for the mark before he does.
        source = opened.enter_context(Snapshot(state))
        refuse_copied(state, to_copy_to=database)
        if busy := next((run.id for run in journal.runs() if not run.finished and run.id not in held), ""):
            raise BusyError(f"Run {busy} is being sent or changed; copy the journal when it has ended.")
        target = opened.enter_context(Intake(url))
        if known := target.runs():
            if known.isdisjoint(run.id for run in journal.runs()):
                raise UsageError(f"The journal in {database} has other runs already; name an empty database.")
            # The end of a copy that was cut off, or of one made before the state folder was restored.
            mark_copied(state, database, journal.now(), kept=True)
            raise UsageError(
                f"The journal in {database} has these runs already: name that database in LEADSYNC_JOURNAL_URL or "
                "[journal] url_file, and use it alone."
            )
        counts = {}
        for table in target.tables:
            target.fill(table, source.rows(table, target.columns(table)))
            counts[table] = source.count(table)
            if target.count(table) != counts[table]:
                raise JournalError(
                    f"Of table {table} {target.count(table)} rows came of {counts[table]}; nothing was kept. Please "
                    "report this."
                )
        target.count_on(source.last_sequence())
        _keep(target, state, database, journal.now())
        target.analyse()
    return JournalCopy(database, counts)


def _keep(target: Intake, state: Path, database: str, at: datetime) -> None:
    """Mark the original, then have the database keep the copy: a kill in between leaves no two journals that send."""
    try:
        mark_copied(state, database, at, kept=False)
        target.keep()
        mark_copied(state, database, at, kept=True)
    except BaseException as error:
        if not target.may_be_kept:
            unmark(state)
            raise
        words = (
            f"The copy was cut off, and whether the database has it is not known: copy the journal to {database} once "
            f"more, which tells; nothing is sent from {state} until then."
        )
        if isinstance(error, Interrupted | KeyboardInterrupt):
            error.add_note(words)
            raise
        raise JournalError(f"{words} ({error})") from error
