"""A whole journal from its SQLite file into an empty PostgreSQL database."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from leadsync.errors import BusyError, JournalError, UsageError
from leadsync.journal.copied import mark_copied, refuse_copied
from leadsync.journal.postgres.errors import place
from leadsync.journal.postgres.intake import Intake
from leadsync.journal.sqlite.snapshot import Snapshot
from leadsync.journal.sqlite.store import SqliteJournal


def copy_journal(state: Path, url: str) -> Mapping[str, int]:
    """Copy the journal of a state folder; return the rows of each table, counted in both.

    Runs under way in either are refused. All of it is copied, or nothing; the original is marked then, and refused by
    `open_journal`. Raises JournalError, BusyError and UsageError.
    """
    refuse_copied(state, again=True)
    with ExitStack() as opened:
        journal = opened.enter_context(SqliteJournal(state))
        journal.check()
        for run in journal.runs():
            # Held until the end: nothing is sent from a journal of which a copy is made.
            if not run.finished and not journal.try_hold(run.id):
                raise BusyError(f"Run {run.id} is being sent or changed; copy the journal when it has ended.")
        source = opened.enter_context(Snapshot(state))
        target = opened.enter_context(Intake(url))
        if target.count("runs"):
            raise UsageError("The database has runs in its journal already; name another, empty one.")
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
        mark_copied(state, place(url), journal.now(), kept=False)
        target.keep(source.last_sequence())
        mark_copied(state, place(url), journal.now(), kept=True)
    return counts
