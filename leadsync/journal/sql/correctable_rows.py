"""The rows of a run open to correction: untouched ones by reason and page, and those that a person has changed."""

import json
from collections.abc import Iterator
from heapq import merge
from itertools import islice

from leadsync.journal.row_protocols import MOST_LOOKED_AT
from leadsync.journal.sql.conditions import NOTABLE
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connected
from leadsync.journal.sql.row_pages import ALIKE, counted_values, groups_of
from leadsync.journal.sql.row_table import CORRECTED, OPEN_STATES, OPEN_TO_CORRECTION, ROW_COLUMNS, row_record
from leadsync.journal.sql.run_table import run_key_and_end
from leadsync.journal.states import State
from leadsync.journal.values import ReasonCount, ValueCount
from leadsync.models import RowRecord

_STATES = (State.FAILED, State.REJECTED, State.SKIPPED)
_UNTOUCHED = f"{OPEN_TO_CORRECTION} AND number NOT IN (SELECT number FROM edits WHERE run = ?)"
"""The values are the run's id, its key, and its key again."""
_ROWS = (
    f"SELECT {ROW_COLUMNS} FROM {GIVEN_NUMBERS} CROSS JOIN rows JOIN lines USING (run, number) "
    "WHERE run = ? AND number = wanted.value"
)


class SqlCorrectableRows(Connected):
    """The rows; see `leadsync.journal.row_protocols.CorrectableRows`."""

    def correctable_counts(self, run_id: str) -> list[ReasonCount]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            groups = connection.execute(
                "SELECT state, code, kind, count(*) AS count FROM rows INDEXED BY notable_rows "
                f"WHERE run = ? AND number <= ? AND {NOTABLE} AND state IN ({', '.join('?' * len(_STATES))}) "
                f"AND {_UNTOUCHED} GROUP BY state, code, kind ORDER BY count DESC, code NULLS FIRST, kind NULLS FIRST",
                [key, end, *_STATES, run_id, key, key],
            )
            return [ReasonCount(State(state).status, code, kind, rows) for state, code, kind, rows in groups]

    def correctable_values(self, run_id: str, reason: ReasonCount, most: int = MOST_LOOKED_AT) -> list[ValueCount]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            values = (key, end, reason.status.value, reason.code, reason.kind, run_id, key, key, most)
            return counted_values(connection, reason, ALIKE.format(_UNTOUCHED), [values])

    def correctable_page(
        self, run_id: str, after: int = 0, limit: int = 100, reason: ReasonCount | None = None
    ) -> list[RowRecord]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            if reason is not None:
                groups: Iterator[tuple[object, ...]] = iter([(reason.status.value, reason.code, reason.kind)])
            else:
                groups = iter(groups_of(connection, key, _STATES))
            # A page is merged from one stream for each group, along the index; see `row_pages`.
            streams = [
                connection.execute(
                    f"SELECT number FROM rows INDEXED BY notable_rows WHERE run = ? AND number > ? AND number <= ? "
                    f"AND {NOTABLE} AND state = ? AND code IS ? AND kind IS ? AND {_UNTOUCHED} ORDER BY number LIMIT ?",
                    [key, after, end, *group, run_id, key, key, limit],
                ).fetchall()
                for group in groups
            ]
            numbers = [number for (number,) in islice(merge(*streams), limit)]
            rows = connection.execute(f"{_ROWS} ORDER BY number", [json.dumps(numbers), key])
            return [row_record(values) for values in rows]

    def changed_rows(self, run_id: str, numbers: list[int] | None = None) -> list[RowRecord]:
        with self._database.reading() as connection:
            key, _ = run_key_and_end(connection, run_id)
            if numbers is None:
                found = connection.execute("SELECT DISTINCT number FROM edits WHERE run = ?", [key])
                numbers = [number for (number,) in found]
            rows = connection.execute(
                f"{_ROWS} AND {OPEN_TO_CORRECTION} ORDER BY number", [json.dumps(numbers), key, run_id, key]
            )
            return [row_record(values) for values in rows]

    def corrected(self, run_id: str) -> int:
        with self._database.reading() as connection:
            key, _ = run_key_and_end(connection, run_id)
            count: int = connection.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND number IN ({CORRECTED}) AND {OPEN_TO_CORRECTION}",
                [key, key, run_id, key],
            ).fetchone()[0]
            return count

    def sent_again(self, run_id: str) -> dict[str, int]:
        with self._database.reading() as connection:
            key, _ = run_key_and_end(connection, run_id)
            rows = connection.execute(
                "WITH later AS (SELECT number, by_run FROM taken WHERE run = ? "
                "UNION ALL SELECT number, run FROM rows JOIN runs USING (run) WHERE retry_of = ?), "
                "last AS (SELECT number, max(by_run) AS by_run FROM later GROUP BY number) "
                "SELECT id, count(*) FROM last JOIN runs ON runs.run = by_run WHERE EXISTS "
                f"(SELECT 1 FROM rows WHERE run = ? AND rows.number = last.number AND {OPEN_STATES}) "
                "GROUP BY by_run, id ORDER BY by_run DESC",
                [key, run_id, key],
            )
            return dict(rows.fetchall())
