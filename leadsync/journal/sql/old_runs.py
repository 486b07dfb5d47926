"""The deletion of old runs."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from leadsync.journal.sql.conditions import NOTABLE, OPEN
from leadsync.journal.sql.database import Database
from leadsync.journal.sql.run_locks import SqlRunLocks
from leadsync.journal.sql.run_table import delete_run, run_key
from leadsync.journal.values import OldRun, Pruned, deletable
from leadsync.reasons import MAY_GO_LATER, SkipKind

CHUNK = 20_000
"""Rows to a commit: other processes wait no longer for the journal, and an interruption costs no more work."""

_MAY_GO_LATER = ", ".join(f"'{kind.name}'" for kind in (*MAY_GO_LATER, SkipKind.WAITS_IN_RETRY))
_RELATED = f"""
    SELECT later.id, earlier.id FROM runs AS later JOIN runs AS earlier ON later.retry_of = earlier.id
    WHERE NOT earlier.deleting AND NOT later.deleting
    UNION SELECT later.id, earlier.id FROM taken JOIN runs AS later ON later.run = taken.by_run
    JOIN runs AS earlier ON earlier.run = taken.run
    WHERE NOT earlier.deleting AND NOT later.deleting
    UNION SELECT later.id, earlier.id FROM rows AS own CROSS JOIN rows AS sent
    JOIN runs AS later ON later.run = sent.run JOIN runs AS earlier ON earlier.run = own.run
    WHERE own.state IN ('pending', 'in_flight', 'unknown', 'conflict') AND own.lead <> ''
    AND sent.lead = own.lead AND sent.run > own.run
    AND sent.sequence = (SELECT max(newest.sequence) FROM rows AS newest WHERE newest.lead = own.lead)
    AND NOT earlier.deleting AND NOT later.deleting
    UNION SELECT later.id, earlier.id
    FROM (
        SELECT run, json_extract(reason, '$.run') AS awaited, json_extract(reason, '$.of_run') AS given_back_from
        FROM rows INDEXED BY notable_rows WHERE {NOTABLE} AND state = 'skipped' AND kind IN ({_MAY_GO_LATER})
    ) AS waiting
    JOIN runs AS later ON later.run = waiting.run JOIN runs AS earlier ON earlier.id IN (awaited, given_back_from)
    WHERE NOT earlier.deleting AND NOT later.deleting
"""
"""Each run with rows of an earlier one, by a retry or from a sheet, and that one; each that was the last to send to a
lead of which an earlier one has rows left: what those would repeat or undo is known by it; and each with rows that wait
for another run, and that one: what became of them is known by it."""


class SqlOldRuns(SqlRunLocks):
    """The old runs; see `leadsync.journal.protocol.OldRuns`."""

    def old_runs(self, before: datetime) -> list[OldRun]:
        waiting = f"EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state IN"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, NOT deleting AND (NOT finished OR {waiting} ('pending', 'in_flight'))), "
                f"NOT deleting AND {waiting} ('unknown', 'conflict')) FROM runs "
                "WHERE created < ? OR deleting ORDER BY run",
                [before.timestamp()],
            )
            related: dict[str, set[str]] = defaultdict(set)
            for later, earlier in connection.execute(_RELATED):
                related[later].add(earlier)
                related[earlier].add(later)
            return [
                OldRun(run_id, bool(unfinished), bool(undecided), frozenset(related[run_id]))
                for run_id, unfinished, undecided in rows
            ]

    def prune(self, before: datetime, *, undecided: bool) -> Pruned:
        to_delete = deletable(self.old_runs(before), undecided=undecided)
        size = self._database.size()
        rows, busy = 0, set[str]()
        for group in to_delete:
            held = [run.id for run in group if self.try_hold(run.id)]
            busy |= {run.id for run in group if run.id not in held}
            # They may have changed before their locks were held.
            if len(held) == len(group) and group in deletable(self.old_runs(before), undecided=undecided):
                rows += sum(sum(delete_rows(self._database, run.id)) for run in group)
            for run_id in held:
                self.release(run_id)
        if rows or len(busy) < len(to_delete):
            self._database.give_back()
        old = self.old_runs(before)
        left = {run.id for run in old}
        return Pruned(
            tuple(run.id for group in to_delete for run in group if run.id not in left),
            rows,
            max(0, size - self._database.size()),
            tuple(run.id for run in old if run.unfinished),
            tuple(run.id for run in old if run.undecided and not run.unfinished and not undecided),
            tuple(sorted(busy)),
            tuple(
                run.id
                for run in old
                if run.related and run.id not in busy and not run.unfinished and (undecided or not run.undecided)
            ),
        )


def delete_rows(database: Database, run_id: str) -> Iterator[int]:
    """Delete a run, a chunk of rows to a commit; gives the size of each chunk."""
    with database.writing() as connection:
        key = run_key(connection, run_id)
        # First of all: from here on the run is not listed, even if this process is killed in the middle.
        connection.execute("UPDATE runs SET deleting = TRUE WHERE run = ?", [key])
    chunk = "SELECT number FROM rows WHERE run = ? ORDER BY number LIMIT ?"
    while True:
        with database.writing() as connection:
            first, last, count = connection.execute(
                f"SELECT min(number), max(number), count(*) FROM ({chunk}) AS chunk", [key, CHUNK]
            ).fetchone()
            # `rows` goes last: an interrupted deletion finds its next chunk there.
            for table in ("lines", "attempts", "rows") if count else ():
                connection.execute(f"DELETE FROM {table} WHERE run = ? AND number BETWEEN ? AND ?", [key, first, last])
        if not count:
            break
        yield count
    with database.writing() as connection:
        delete_run(connection, key)
