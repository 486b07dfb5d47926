"""The open rows with changes by people: whether they can be sent, as the last check has found, by page and fault."""

import json
from collections.abc import Mapping

from leadsync.journal.sql.database import Connected
from leadsync.journal.sql.row_table import OPEN_TO_CORRECTION, ROWS_BY_NUMBER, row_record
from leadsync.journal.sql.run_table import run_key
from leadsync.journal.values import EditedCounts, RowCheck, ValueCount
from leadsync.models import RowRecord

_EDITED = "SELECT run AS of_run, number AS of_number, is_changed, rules, ready, fault, place, value FROM edited_rows"
_ROW = (
    f"CROSS JOIN rows WHERE of_run = ? AND run = of_run AND number = of_number AND {OPEN_TO_CORRECTION} "
    "AND (is_changed OR state <> 'pending')"
)
"""A row of a draft with its change taken back goes as any other."""
_OPEN = f"FROM ({_EDITED}) AS edited {_ROW}"
"""The values are the run's key, its id, and its key again."""
_FAULTY = f"FROM ({_EDITED} INDEXED BY faulty_rows WHERE NOT ready) AS edited {_ROW}"
"""The same of rows that cannot be sent."""


class SqlEditedRows(Connected):
    """The rows; see `leadsync.journal.correction_protocols.EditedRows`."""

    def unchecked(self, run_id: str, rules: str, limit: int) -> list[int]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = connection.execute(
                f"SELECT number {_OPEN} AND rules <> ? ORDER BY number LIMIT ?", [key, run_id, key, rules, limit]
            )
            return [number for (number,) in rows]

    def keep_checks(self, run_id: str, rules: str, checks: Mapping[int, RowCheck]) -> None:
        with self._database.writing() as connection:
            key = run_key(connection, run_id)
            # Another person may have changed a row since: its older check is worth nothing.
            connection.executemany(
                "UPDATE edited_rows SET rules = ?, ready = ?, fault = ?, place = ?, value = ? "
                "WHERE run = ? AND number = ? AND version = ?",
                (
                    (rules, one.ready, one.fault, one.place, one.value, key, number, one.version)
                    for number, one in checks.items()
                ),
            )

    def fault_counts(self, run_id: str) -> dict[str, int]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            groups = connection.execute(
                f"SELECT fault, count(*) AS count {_FAULTY} AND fault IS NOT NULL GROUP BY fault "
                "ORDER BY count DESC, fault",
                [key, run_id, key],
            )
            return dict(groups.fetchall())

    def fault_values(self, run_id: str, fault: str, most: int) -> list[ValueCount]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            groups = connection.execute(
                f"SELECT place, value, count(*) AS count {_FAULTY} AND fault = ? GROUP BY place, value "
                "ORDER BY count DESC, place, value LIMIT ?",
                [key, run_id, key, fault, most],
            )
            return [ValueCount(*group) for group in groups]

    def ready_page(self, run_id: str, after: int = 0, limit: int = 100) -> list[RowRecord]:
        return self._page(run_id, f"{_OPEN} AND ready", [], after, limit)

    def faulty_page(self, run_id: str, after: int = 0, limit: int = 100, fault: str = "") -> list[RowRecord]:
        if fault:
            return self._page(run_id, f"{_FAULTY} AND fault = ?", [fault], after, limit)
        return self._page(run_id, _FAULTY, [], after, limit)

    def edited_counts(self, run_id: str) -> EditedCounts:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            counts = connection.execute(
                "SELECT count(*) FILTER (WHERE is_changed), count(*) FILTER (WHERE ready), "
                "count(*) FILTER (WHERE ready AND state <> 'pending'), "
                # Without a fault it is unchecked: until then it goes as any other row of its draft.
                f"count(*) FILTER (WHERE NOT ready AND state = 'pending' AND fault IS NOT NULL) {_OPEN}",
                [key, run_id, key],
            ).fetchone()
            return EditedCounts(*counts)

    def _page(self, run_id: str, rows: str, values: list[str], after: int, limit: int) -> list[RowRecord]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            found = connection.execute(
                f"SELECT number {rows} AND number > ? ORDER BY number LIMIT ?",
                [key, run_id, key, *values, after, limit],
            )
            numbers = json.dumps([number for (number,) in found])
            return [
                row_record(line) for line in connection.execute(f"{ROWS_BY_NUMBER} ORDER BY number", [numbers, key])
            ]
