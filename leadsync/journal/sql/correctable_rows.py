"""The rows of a run open to correction: untouched ones by reason and page."""

import json
from collections.abc import Collection, Iterator
from heapq import merge
from itertools import islice

from leadsync.journal.row_protocols import MOST_LOOKED_AT
from leadsync.journal.sql.conditions import NOTABLE
from leadsync.journal.sql.database import Connected
from leadsync.journal.sql.row_pages import ALIKE, counted_values, groups_of
from leadsync.journal.sql.row_table import LATER_ROWS, OPEN_STATES, OPEN_TO_CORRECTION, ROWS_BY_NUMBER, row_record
from leadsync.journal.sql.run_table import run_key_and_end
from leadsync.journal.states import State
from leadsync.journal.values import OpenRows, ReasonCount, SentAgain, ValueCount
from leadsync.models import RowRecord

_STATES = (State.FAILED, State.REJECTED, State.SKIPPED)
_UNTOUCHED = (
    f"{OPEN_TO_CORRECTION} AND NOT EXISTS (SELECT 1 FROM edited_rows AS edited WHERE edited.run = rows.run "
    "AND edited.number = rows.number)"
)
"""The values are the run's id and its key."""


class SqlCorrectableRows(Connected):
    """The rows; see `leadsync.journal.correction_protocols.CorrectableRows`."""

    def correctable_counts(self, run_id: str, rules: str = "") -> OpenRows:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            # One walk along the index, in its order: no sorting, and each changed row is looked up once.
            groups = connection.execute(
                "SELECT state, code, kind, count(*) FILTER (WHERE version IS NULL) AS untouched, "
                "min(number) FILTER (WHERE version IS NULL), count(*) FILTER (WHERE ready), "
                "count(*) FILTER (WHERE NOT ready), count(*) FILTER (WHERE rules <> ?) "
                "FROM rows INDEXED BY notable_rows LEFT JOIN edited_rows USING (run, number) "
                f"WHERE run = ? AND number <= ? AND {NOTABLE} AND state IN ({', '.join('?' * len(_STATES))}) "
                f"AND {OPEN_TO_CORRECTION} GROUP BY state, code, kind",
                [rules, key, end, *_STATES, run_id, key],
            ).fetchall()
            # A row to be sent is not notable; none of a run is counted.
            changed = connection.execute(
                "SELECT count(*) FILTER (WHERE ready), count(*) FILTER (WHERE NOT ready), "
                "count(*) FILTER (WHERE rules <> ?) FROM edited_rows JOIN rows USING (run, number) "
                "WHERE NOT (SELECT complete FROM runs WHERE run = ?) AND run = ? AND state = 'pending' AND is_changed",
                [rules, key, key],
            ).fetchone()
        reasons = [
            ReasonCount(State(state).status, code, kind, rows, first)
            for state, code, kind, rows, first, *_ in groups
            if rows
        ]
        reasons.sort(key=lambda one: (-one.rows, one.code or 0, one.kind or ""))
        ready, faulty, unchecked = (sum(group[at] for group in groups) + changed[at - 5] for at in (5, 6, 7))
        return OpenRows(reasons, ready, faulty, unchecked)

    def correctable_values(self, run_id: str, reason: ReasonCount, most: int = MOST_LOOKED_AT) -> list[ValueCount]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            values = (key, end, reason.status.value, reason.code, reason.kind, reason.first, run_id, key, most)
            return counted_values(connection, reason, ALIKE.format(f"rows.number >= ? AND {_UNTOUCHED}"), [values])

    def correctable_page(
        self, run_id: str, after: int = 0, limit: int = 100, reason: ReasonCount | None = None
    ) -> list[RowRecord]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            if reason is not None:
                groups: Iterator[tuple[object, ...]] = iter([(reason.status.value, reason.code, reason.kind)])
                after = max(after, reason.first - 1)
            else:
                groups = iter(groups_of(connection, key, _STATES))
            # A page is merged from one stream for each group, along the index; see `row_pages`.
            streams = [
                connection.execute(
                    f"SELECT number FROM rows INDEXED BY notable_rows WHERE run = ? AND number > ? AND number <= ? "
                    f"AND {NOTABLE} AND state = ? AND code IS ? AND kind IS ? AND {_UNTOUCHED} ORDER BY number LIMIT ?",
                    [key, after, end, *group, run_id, key, limit],
                ).fetchall()
                for group in groups
            ]
            numbers = [number for (number,) in islice(merge(*streams), limit)]
            rows = connection.execute(f"{ROWS_BY_NUMBER} ORDER BY number", [json.dumps(numbers), key])
            return [row_record(values) for values in rows]

    def open_rows(self, run_id: str, numbers: Collection[int]) -> list[RowRecord]:
        with self._database.reading() as connection:
            key, _ = run_key_and_end(connection, run_id)
            rows = connection.execute(
                f"{ROWS_BY_NUMBER} AND {OPEN_TO_CORRECTION} ORDER BY number",
                [json.dumps(list(numbers)), key, run_id, key],
            )
            return [row_record(values) for values in rows]

    def sent_again(self, run_id: str) -> dict[str, SentAgain]:
        with self._database.reading() as connection:
            key, end = run_key_and_end(connection, run_id)
            rows = connection.execute(
                f"{LATER_ROWS}, again(number, by_run, by_number) AS (SELECT origin, run, number FROM later "
                "UNION SELECT number, run, number FROM same JOIN rows USING (run) WHERE run <> ?), "
                # A row behind a trial's end goes in the later run for the first time.
                "last AS (SELECT number, max(by_run) AS by_run FROM again WHERE number <= ? GROUP BY number), "
                # By the row's number there: its lead may have another id by now.
                "sent AS (SELECT by_run, max(CASE WHEN there.state = 'succeeded' THEN 1 ELSE 0 END) AS succeeded, "
                "max(CASE WHEN there.state = 'rejected' THEN 1 ELSE 0 END) AS faulty "
                "FROM last JOIN again USING (number, by_run) "
                "LEFT JOIN rows AS there ON there.run = by_run AND there.number = by_number WHERE EXISTS "
                f"(SELECT 1 FROM rows WHERE rows.run = ? AND rows.number = last.number AND {OPEN_STATES}) "
                "GROUP BY by_run, last.number) "
                "SELECT id, count(*), sum(succeeded), sum(faulty) FROM sent JOIN runs ON runs.run = by_run "
                "GROUP BY by_run, id ORDER BY by_run DESC",
                [run_id, key, end, key],
            )
            return {later: SentAgain(count, int(succeeded), int(faulty)) for later, count, succeeded, faulty in rows}
