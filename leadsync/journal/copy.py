"""A whole journal from its SQLite file into an empty PostgreSQL database."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from leadsync.errors import BusyError, JournalError, UsageError
from leadsync.journal.copied import mark_copied, refuse_copied
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
        # Before the database keeps it: a kill in between leaves a journal that is refused, not two that send.
        mark_copied(state, database, journal.now(), kept=False)
        target.keep(source.last_sequence())
        mark_copied(state, database, journal.now(), kept=True)
    return JournalCopy(database, counts)
