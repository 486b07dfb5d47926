"""The rows for a run or its retry to send."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from leadsync.errors import JournalError
from leadsync.journal.json_text import kept_reason
from leadsync.journal.run_log import RunLog, RunWriter
from leadsync.journal.sql.conditions import OPEN
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connection
from leadsync.journal.sql.restores import refuse_restored
from leadsync.journal.sql.row_table import (
    CAN_GO,
    CORRECTABLE,
    CORRECTED,
    FAILURES_THAT_WAIT,
    NOT_TAKEN,
    OPEN_STATES,
    OVERTAKEN_SINCE,
    ROWS_AHEAD,
    ROWS_THAT_WAIT,
    WENT,
    WENT_SINCE,
)
from leadsync.journal.sql.run_queue import SqlRunQueue
from leadsync.journal.sql.run_table import NO_END, insert_run, recount, run_key, set_run
from leadsync.journal.values import OvertakenRow, Queued
from leadsync.models import Lead, RunRecord, Status
from leadsync.reasons import Skip, SkipKind

_OVERTAKEN = (
    "EXISTS (SELECT 1 FROM rows AS later WHERE later.lead = rows.lead AND later.run = rows.run "
    "AND later.number > rows.number AND later.state = 'succeeded')"
)
"""A later row of the row's lead in the run went through."""
_FAILED = f"(state = 'failed' AND {CORRECTABLE})"
_WAITED = f"(state = 'skipped' AND kind = '{SkipKind.WAITS_IN_RETRY.name}')"
_TO_RETRY = (
    f"rows.run = ? AND ({CAN_GO} OR {_FAILED} OR {_WAITED}) AND {NOT_TAKEN} "
    f"AND number NOT IN ({CORRECTED}) AND NOT {_OVERTAKEN}"
)
_RETRIED = f"{_TO_RETRY} AND number NOT IN ({FAILURES_THAT_WAIT})"
"""The rows that a retry sends; see `_retried` for the values.

A lead's later row that went through would be undone. A corrected row would go with its old cells.
"""
_NOT_SENT_SINCE = (
    "number NOT IN (SELECT number FROM rows JOIN runs USING (run) WHERE retry_of = ?) "
    "AND number NOT IN (SELECT taken.number FROM taken JOIN rows AS its ON its.run = taken.by_run "
    "AND its.number = taken.by_number WHERE taken.run = ? AND its.state <> 'skipped')"
)
_LEFT_OUT = (
    f"rows.run = ? AND {OPEN_STATES} AND {_NOT_SENT_SINCE} AND number NOT IN ({CORRECTED}) AND {OVERTAKEN_SINCE}"
)
"""The rows that a retry and a correction leave out."""

# CROSS JOIN keeps the order of the loops: each lead is looked up in the index.
_SENT_BESIDE = (
    "SELECT DISTINCT runs.id FROM "
    f"(SELECT DISTINCT lead FROM rows WHERE run = ? AND ({CAN_GO} OR state = 'failed') AND lead <> '') AS own "
    "CROSS JOIN rows CROSS JOIN runs "
    "WHERE rows.lead = own.lead AND rows.run <> ? AND rows.sequence > ? AND runs.run = rows.run"
)


class SqlPendingRows(SqlRunQueue):
    """The rows to send; see `leadsync.journal.row_protocols.PendingRows`."""

    def nth_pending(self, run_id: str, count: int) -> int | None:
        with self._database.reading() as connection:
            return _nth_pending(connection, run_key(connection, run_id), count)

    def ready(self, run_id: str, end: int | None) -> int:
        return self._count(run_id, end, f"{CAN_GO} AND number NOT IN ({ROWS_THAT_WAIT})")

    def leads_left(self, run_id: str, end: int | None, others: Collection[str]) -> Iterator[tuple[int, Lead]]:
        condition = f"rows.run = ? AND number <= ? AND {OPEN} AND {CAN_GO} AND number NOT IN ({ROWS_THAT_WAIT})"
        with self._database.streaming() as connection:
            key = run_key(connection, run_id)
            yield from _leads(connection, condition, [key, NO_END if end is None else end, key, key], others)

    def leads_of_retry(self, run_id: str, others: Collection[str]) -> Iterator[tuple[int, Lead]]:
        with self._database.streaming() as connection:
            key = run_key(connection, run_id)
            yield from _leads(connection, _RETRIED, _retried(key, run_id), others)

    def first_call(self, run_id: str) -> int | None:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            [first] = connection.execute("SELECT min(sequence) FROM rows WHERE run = ?", [key]).fetchone()
        return first if first is None else int(first)

    def last_call(self) -> int:
        with self._database.reading() as connection:
            [last] = connection.execute("SELECT last FROM sequence").fetchone()
        return int(last)

    def sent_beside(self, run_id: str, since: int | None = None) -> set[str]:
        first = (self.first_call(run_id) or 0) if since is None else since
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(_SENT_BESIDE, [key, key, first]).fetchall()
        return {other for (other,) in rows}

    def skip(self, run_id: str, reasons: Mapping[int, Skip]) -> None:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            key = run_key(connection, run_id)
            connection.executemany(
                "UPDATE rows SET state = 'skipped', message = '', reason = ?, kind = ? "
                "WHERE run = ? AND number = ? AND state = 'pending'",
                ((*kept_reason(reason), key, number) for number, reason in reasons.items()),
            )
            recount(connection, run_id)

    def alike(self, run_id: str, others: Collection[str], without: Collection[int] = ()) -> int:
        with self._database.reading() as connection:
            # Each row costs one look into the index of leads.
            row = connection.execute(
                "SELECT count(*) FROM rows JOIN lines USING (run, number) "
                "WHERE rows.run = ? AND rows.state = 'pending' AND EXISTS "
                "(SELECT 1 FROM rows AS other JOIN lines AS its ON its.run = other.run "
                "AND its.number = other.number WHERE other.lead = rows.lead AND other.run IN "
                "(SELECT runs.run FROM runs JOIN json_each(?) AS wanted ON runs.id = wanted.value) "
                f"AND {CAN_GO} AND its.fields = lines.fields "
                f"AND other.number NOT IN (SELECT wanted.value FROM {GIVEN_NUMBERS}))",
                [run_key(connection, run_id), json.dumps(list(others)), json.dumps(list(without))],
            ).fetchone()
            return int(row[0])

    def waiting(self, run_id: str, end: int | None) -> int:
        return self._count(run_id, end, f"state = 'pending' AND number IN ({ROWS_THAT_WAIT})")

    def runs_ahead(self, run_id: str) -> list[str]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            runs = connection.execute(
                f"SELECT DISTINCT runs.id FROM ({ROWS_AHEAD}) AS ahead JOIN runs USING (run) WHERE EXISTS "
                "(SELECT 1 FROM rows AS waits WHERE waits.run = ? AND waits.lead = ahead.lead "
                "AND waits.number > ahead.number AND waits.state = 'pending') ORDER BY runs.id",
                [key, key],
            )
            return [run for (run,) in runs]

    def _count(self, run_id: str, end: int | None, condition: str) -> int:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            count: int = connection.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND {OPEN} AND {condition}",
                [key, NO_END if end is None else end, key, key],
            ).fetchone()[0]
            return count

    def has_more(self, run_id: str) -> bool:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            row = connection.execute(
                f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} AND (state = 'in_flight' OR {CAN_GO}) "
                f"AND number NOT IN ({ROWS_THAT_WAIT}) LIMIT 1",
                [key, key, key],
            )
            return row.fetchone() is not None

    def count_retry(self, run_id: str) -> int:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            count: int = connection.execute(
                f"SELECT count(*) FROM rows WHERE {_RETRIED}", _retried(key, run_id)
            ).fetchone()[0]
        return count

    def failures(self, run_id: str, *, before_others: bool = False) -> dict[int, str]:
        behind = (
            "AND EXISTS (SELECT 1 FROM rows AS later WHERE later.lead = rows.lead AND later.run = rows.run "
            "AND later.number > rows.number)"
        )
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"SELECT number, lead FROM rows WHERE run = ? AND {_FAILED} AND {NOT_TAKEN} AND lead <> '' "
                f"{behind if before_others else ''} ORDER BY number",
                [key, run_id, key],
            )
            return dict(rows)

    def behind_others(self, run_id: str) -> dict[tuple[str, bool], set[int]]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"SELECT DISTINCT runs.id, ahead.goes, waits.number FROM ({ROWS_AHEAD}) AS ahead "
                "JOIN runs USING (run) JOIN rows AS waits ON waits.run = ? AND waits.lead = ahead.lead "
                "AND waits.number <> ahead.number AND (waits.number > ahead.number OR NOT ahead.goes) "
                f"WHERE waits.number IN (SELECT number FROM rows WHERE {_TO_RETRY}) ORDER BY 1, 2",
                [key, key, key, run_id, key, key],
            )
            behind = defaultdict[tuple[str, bool], set[int]](set)
            for run, goes, number in rows:
                behind[run, bool(goes)].add(number)
            return dict(behind)

    def overtaken(self, run_id: str) -> list[OvertakenRow]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"{WENT_SINCE} SELECT number, state, code FROM rows WHERE {_LEFT_OUT} ORDER BY number",
                [run_id, key, key, run_id, key, key],
            )
            return [OvertakenRow(number, Status(state), code) for number, state, code in rows]

    def later_rows(self, run_id: str, numbers: Collection[int]) -> dict[int, int]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"{WENT_SINCE} SELECT rows.number, max(later.number) FROM {GIVEN_NUMBERS} CROSS JOIN rows "
                "JOIN rows AS later "
                "ON later.lead = rows.lead AND later.run = rows.run AND later.number > rows.number "
                f"WHERE rows.run = ? AND rows.number = wanted.value AND rows.lead <> '' AND {WENT} "
                "GROUP BY rows.number",
                [run_id, key, json.dumps([*numbers]), key],
            )
            return dict(rows)

    def create_retry(
        self,
        run: RunRecord,
        limit: int | None = None,
        queued: Queued | None = None,
        *,
        but_of: Collection[int] = (),
    ) -> None:
        with self._database.writing() as connection:
            refuse_restored(connection, run.retry_of)
            insert_run(connection, run)
            old, new = run_key(connection, run.retry_of), run_key(connection, run.id)
            chosen = f"{_RETRIED} AND number NOT IN (SELECT value FROM {GIVEN_NUMBERS})"
            retried = [*_retried(old, run.retry_of), json.dumps([*but_of])]
            connection.execute(
                "INSERT INTO lines (run, number, cells, dates, fields, sheet_row) "
                "SELECT ?, number, cells, dates, fields, sheet_row FROM rows JOIN lines USING (run, number) "
                f"WHERE {chosen}",
                [new, *retried],
            )
            connection.execute(
                "INSERT INTO rows (run, number, lead, harmless, state) SELECT ?, number, lead, harmless, 'pending' "
                f"FROM rows WHERE {chosen}",
                [new, *retried],
            )
            connection.execute(
                # After the copies: the condition of _RETRIED is no longer true of these rows.
                "UPDATE rows SET state = 'skipped', message = '', reason = ?, kind = ? "
                f"WHERE run = ? AND (({OPEN} AND state IN ('pending', 'unknown')) OR {_WAITED}) "
                "AND number IN (SELECT number FROM rows WHERE run = ?)",
                [*kept_reason(Skip(SkipKind.RETRIED, run.id)), old, new],
            )
            left = f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} AND {CAN_GO} AND number NOT IN ({ROWS_THAT_WAIT})"
            connection.execute(
                f"UPDATE runs SET tally = NULL, stopped = '', finished = NOT EXISTS ({left}) WHERE run = ?",
                [old, old, old, old],
            )
            if limit is not None:
                set_run(connection, run.id, {"last_row": _nth_pending(connection, new, limit)})
            self._queue(connection, run.id, queued)

    def log(self, run_id: str, *, resend_unknown: bool = False, by_priority: bool = False) -> RunLog:
        if self._locks.epoch(run_id) is None:
            raise JournalError(f"Run {run_id} cannot be sent without its lock; please report this.")
        with self._database.reading() as connection:
            refuse_restored(connection, run_id)
        return RunLog(partial(self._writer, run_id, resend_unknown=resend_unknown, by_priority=by_priority))

    def _writer(self, run_id: str, *, resend_unknown: bool, by_priority: bool) -> RunWriter:
        """The store's writer for a run's log."""
        raise NotImplementedError


def _retried(key: int, run_id: str) -> list[object]:
    """The values of `_RETRIED` for a run, in their order."""
    return [key, run_id, key, key, key, key]


def _leads(
    connection: Connection, condition: str, values: Sequence[object], others: Collection[str]
) -> Iterator[tuple[int, Lead]]:
    if not others:
        return
    # The index of leads holds the run: a lead without a row there costs one look into the index.
    rows = connection.execute(
        f"SELECT number, lead, fields FROM rows JOIN lines USING (run, number) WHERE {condition} AND EXISTS "
        "(SELECT 1 FROM rows AS other WHERE other.lead = rows.lead AND other.run IN "
        "(SELECT runs.run FROM runs JOIN json_each(?) AS wanted ON runs.id = wanted.value)) ORDER BY number",
        [*values, json.dumps(list(others))],
    )
    for number, lead, fields in rows:
        yield number, Lead(lead, json.loads(fields))


def _nth_pending(connection: Connection, key: int, count: int) -> int | None:
    if count > NO_END:
        return None
    # Two of them: the second shows that a trial would end before the sheet does.
    rows = connection.execute(
        f"SELECT number FROM rows WHERE run = ? AND {OPEN} AND state = 'pending' ORDER BY number LIMIT 2 OFFSET ?",
        [key, count - 1],
    ).fetchall()
    return rows[0][0] if len(rows) > 1 else None
