"""Rows of a run as they stand."""

import json
from collections.abc import Collection, Iterable, Iterator

from leadsync.journal.sql.database import GIVEN_NUMBERS, Connected, places
from leadsync.journal.sql.history import LeadHistory
from leadsync.journal.sql.row_table import ATTEMPT_COLUMNS, ROW_COLUMNS, attempt_record, row_record
from leadsync.journal.sql.run_table import NO_END, run_key, run_key_and_end
from leadsync.journal.states import State
from leadsync.journal.values import AttemptRecord, Changes
from leadsync.models import CALLBACK, DISPOSITION, EXTERNAL_ID, NO_CHANGE, RowRecord, Status

_CHANGES = (
    "SELECT coalesce(json_extract(fields, ?), ?) AS disposition, count(*), count(json_extract(fields, ?)), "
    "count(CASE WHEN json_extract(fields, ?) IS NULL AND json_extract(fields, ?) IS NULL THEN 1 END) "
    "FROM rows JOIN lines USING (run, number) "
    "WHERE run = ? AND number <= ? AND state = 'succeeded' GROUP BY disposition ORDER BY count(*) DESC, disposition"
)


class RowRecords(Connected):
    """The rows; see `leadsync.journal.row_protocols.Rows`."""

    def records(
        self, run_id: str, statuses: Iterable[Status] | None = None, *, beyond_trial: bool = False
    ) -> Iterator[RowRecord]:
        wanted = set(Status) if statuses is None else set(statuses)
        states = [state for state in State if state.status in wanted]
        with self._database.streaming() as connection:
            key, end = run_key_and_end(connection, run_id)
            rows = connection.execute(
                f"SELECT {ROW_COLUMNS} FROM rows JOIN lines USING (run, number) "
                f"WHERE run = ? AND number <= ? AND state IN ({places(states)}) ORDER BY number",
                [key, NO_END if beyond_trial else end, *states],
            )
            yield from map(row_record, rows)

    def attempts(self, run_id: str, numbers: Collection[int] | None = None) -> Iterator[AttemptRecord]:
        wanted = "" if numbers is None else "AND number IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
        values = [] if numbers is None else [json.dumps(list(numbers))]
        with self._database.streaming() as connection:
            made = connection.execute(
                f"SELECT {ATTEMPT_COLUMNS} FROM attempts JOIN rows USING (run, number) WHERE run = ? {wanted} "
                "ORDER BY number, attempt",
                [run_key(connection, run_id), *values],
            )
            yield from map(attempt_record, made)

    def changes(self, run_id: str) -> Changes:
        names = (f"$.{name}" for name in (CALLBACK, CALLBACK, EXTERNAL_ID))
        with self._database.reading() as connection:
            values = [f"$.{DISPOSITION}", NO_CHANGE, *names, *run_key_and_end(connection, run_id)]
            groups = connection.execute(_CHANGES, values).fetchall()
        return Changes(
            {disposition: count for disposition, count, _, _ in groups},
            sum(callbacks for *_, callbacks, _ in groups),
            sum(new for *_, new in groups),
        )

    def states(self, run_id: str, numbers: Iterable[int]) -> dict[int, Status]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = (
                connection.execute(
                    "SELECT number, state FROM rows WHERE run = ? AND number = ?", [key, number]
                ).fetchone()
                for number in numbers
            )
            return {number: State(state).status for number, state in filter(None, rows)}

    def cells(self, run_id: str, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
        with self._database.reading() as connection:
            # CROSS JOIN keeps the order of the loops: each row is looked up by its key.
            rows = connection.execute(
                f"SELECT number, cells FROM {GIVEN_NUMBERS} CROSS JOIN lines WHERE run = ? AND number = wanted.value",
                [json.dumps(list(numbers)), run_key(connection, run_id)],
            )
            return {number: tuple(json.loads(cells)) for number, cells in rows}

    def history(self) -> LeadHistory:
        return LeadHistory(self._database)
