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
        journal = opened.enter_context(SqliteJournal(state))
        journal.check()
        for run in journal.runs():
            # Held until the end: nothing is sent from a journal of which a copy is made.
            if not run.finished and not journal.try_hold(run.id):
                raise BusyError(f"Run {run.id} is being sent or changed; copy the journal when it has ended.")
        source = opened.enter_context(Snapshot(state))
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
