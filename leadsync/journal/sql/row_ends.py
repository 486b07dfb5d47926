"""Where the rows of many runs ended, read in bulk."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from leadsync.journal.sql.conditions import NOTABLE
from leadsync.journal.sql.database import Connected, Connection, Cursor, places
from leadsync.journal.sql.row_table import LATER_ROWS
from leadsync.journal.sql.run_table import NO_END, run_key, run_key_and_end
from leadsync.journal.states import State
from leadsync.journal.values import RowEnds
from leadsync.models import TO_LOOK_AT, Status

_BATCH = 50_000
_ENDED = [
    state.value for state in State if state.status in (Status.SUCCEEDED, *TO_LOOK_AT) and state is not State.IN_FLIGHT
]
"""A row in flight has not ended."""
_FAULT = "CASE WHEN state = 'rejected' THEN kind END"
_NOT_TAKEN_OVER = (
    "AND NOT EXISTS (SELECT 1 FROM rows AS later WHERE rows.sequence IS NOT NULL AND later.run = ? "
    "AND later.lead = rows.lead AND later.sequence = rows.sequence) "
    "AND NOT EXISTS (SELECT 1 FROM rows AS later WHERE rows.state = 'rejected' AND later.run = ? "
    "AND later.number = rows.number AND later.lead = rows.lead AND later.state = 'rejected')"
)
"""An outcome that was copied keeps its attempt's place in the order of all attempts."""


class SqlRowEnds(Connected):
    """The ends of rows; see `leadsync.journal.row_protocols.Rows`."""

    def ends(
        self, runs: Mapping[str, int | None], *, field: str = "", since: datetime | None = None
    ) -> Iterator[RowEnds]:
        moment = since.timestamp() if since else 0.0
        for run_id, position in runs.items():
            with self._database.streaming() as connection:
                corrected, again = _corrected_leads(connection, run_id), _sent_before(connection, run_id)
                rows = _rows(connection, run_id, position, field, moment)
                while batch := rows.fetchmany(_BATCH):
                    numbers, leads, statuses, codes, faults, times, values = zip(*batch, strict=True)
                    if corrected:
                        leads = tuple(map(corrected.get, numbers, leads))
                    told = [again is None or one in again for one in numbers]
                    yield RowEnds(run_id, leads, statuses, codes, faults, times, values, told)


def _corrected_leads(connection: Connection, run_id: str) -> Mapping[int, str]:
    """The leads of rows with a corrected id, by the rows' numbers: the failure is that of the lead it was meant for."""
    query = f"{LATER_ROWS} SELECT origin, rows.lead FROM later JOIN rows USING (run, number) ORDER BY later.run"
    return dict(connection.execute(query, [run_id]).fetchall())


def _sent_before(connection: Connection, run_id: str) -> set[int] | None:
    """The rows that an earlier run had first, by their numbers here; None for all of a retry."""
    key = run_key(connection, run_id)
    retry_of, follows = connection.execute("SELECT retry_of, follows FROM runs WHERE run = ?", [key]).fetchone()
    if retry_of:
        return None
    # A row behind a trial's end did not go there; one rejected there and here is told once.
    taken = connection.execute(
        "SELECT by_number FROM taken JOIN runs USING (run) WHERE by_run = ? AND number <= coalesce(last_row, ?) "
        "AND NOT EXISTS (SELECT 1 FROM rows AS was JOIN rows AS now ON now.run = by_run AND now.number = by_number "
        "AND now.state = was.state WHERE was.run = taken.run AND was.number = taken.number AND was.state = 'rejected')",
        [key, NO_END],
    ).fetchall()
    # A row rejected again stays with its first run; those of a followed trial are told here alone.
    rejected = connection.execute(
        f"SELECT number FROM rows INDEXED BY notable_rows WHERE run = ? AND {NOTABLE} AND state = 'rejected' "
        "AND coalesce(json_extract(reason, ?), ?) <> ?",
        [key, "$.run", follows, follows],
    ).fetchall()
    return {number for (number,) in (*taken, *rejected)}


def _rows(connection: Connection, run_id: str, position: int | None, field: str, since: float) -> Cursor:
    key, last = run_key_and_end(connection, run_id)
    [created] = connection.execute("SELECT created FROM runs WHERE run = ?", [key]).fetchone()
    later = connection.execute(
        "SELECT run FROM runs WHERE follows = ? AND complete ORDER BY run DESC", [run_id]
    ).fetchone()
    paths = [f"$.{json.dumps(field)}"] if field else []
    extracts = ["json_extract(fields, ?)"] if field else []
    if position is not None:
        paths.append(f"$[{position}]")
        extracts.append("json_extract(cells, ?)")
    # The table of cells is the larger one by far, and read for these values alone.
    source = "rows JOIN lines USING (run, number)" if extracts else "rows"
    extracted = ", ".join([*extracts, "NULL", "NULL"])
    return connection.execute(
        f"SELECT number, lead, state, code, {_FAULT}, coalesce(time, ?), coalesce({extracted}) "
        f"FROM {source} WHERE run = ? AND number <= ? AND state IN ({places(_ENDED)}) AND coalesce(time, ?) >= ? "
        f"{_NOT_TAKEN_OVER if later else ''} ORDER BY number",
        [created, *paths, key, last, *_ENDED, created, since, *(later * 2 if later else ())],
    )
