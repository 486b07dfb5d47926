"""The table `runs`: the shared statements. Each runs in its caller's transaction."""

from collections.abc import Mapping
from typing import Any

from leadsync.errors import UsageError
from leadsync.journal.json_text import tally_json
from leadsync.journal.run_columns import RUN_COLUMNS, run_record, run_values, stored
from leadsync.journal.sql.conditions import OPEN, OPEN_ROWS
from leadsync.journal.sql.database import Connection, places
from leadsync.journal.sql.row_table import CAN_GO, ROWS_THAT_WAIT
from leadsync.journal.states import State
from leadsync.models import RunRecord, Status
from leadsync.reasons import SkipKind
from leadsync.tallies import Tally

NO_END = 2**63 - 1
"""The last row of a run without a trial's end: SQLite's largest integer."""
LISTED = "(SELECT * FROM runs WHERE NOT deleting) AS runs"
OF_SHEET = "(file = ? OR checked IN (SELECT id FROM checks WHERE file = ?))"
"""The runs of a sheet: of its file, and of the copies that `check` made of it."""
RUN_TABLES = (
    "lines",
    "rows",
    "attempts",
    "taken",
    "decisions",
    "edits",
    "edited_rows",
    "live",
    "restored",
    "queued",
    "runs",
)

_GIVERS = (
    "SELECT run FROM taken WHERE by_run = ? "
    "UNION SELECT first.run FROM runs AS first JOIN runs AS retry ON retry.retry_of = first.id WHERE retry.run = ?"
)


def select_runs(connection: Connection, condition: str, *values: object) -> list[RunRecord]:
    """The runs of a condition, without those under deletion."""
    rows = connection.execute(f"SELECT {RUN_COLUMNS} FROM {LISTED} {condition}", values)
    return [run_record(row) for row in rows]


def run_key(connection: Connection, run_id: str) -> int:
    """The run's number in all tables. Raises UsageError for an unknown run."""
    return run_key_and_end(connection, run_id)[0]


def run_key_and_end(connection: Connection, run_id: str) -> tuple[int, int]:
    """The run's number in all tables, and its last row. Raises UsageError for an unknown run."""
    row = connection.execute(f"SELECT run, coalesce(last_row, {NO_END}) FROM runs WHERE id = ?", [run_id]).fetchone()
    if row is None:
        raise UsageError(f"Run {run_id} is not in the journal any more; `leadsync runs` lists the runs.")
    return row[0], row[1]


def insert_run(connection: Connection, run: RunRecord) -> None:
    """Add a run without rows."""
    values = run_values(run)
    connection.execute(f"INSERT INTO runs ({RUN_COLUMNS}) VALUES ({places(values)})", values)


def set_run(connection: Connection, run_id: str, values: Mapping[str, Any]) -> None:
    """Change fields of a run."""
    columns = stored(values)
    assignments = ", ".join(f"{name} = ?" for name in columns)
    connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", [*columns.values(), run_id])
    # Counted once when the run stands still: listing a thousand runs counts nothing.
    tally = tally_json(count_rows(connection, run_id)) if values.get("finished") or "stopped" in values else None
    connection.execute("UPDATE runs SET tally = ? WHERE id = ?", [tally, run_id])
    if tally is not None:
        reopen_givers(connection, run_id)


def recount(connection: Connection, run_id: str) -> None:
    """Forget the kept counts of a run whose rows have changed, and see whether it is finished."""
    # NULL: counted anew at the next question.
    connection.execute(
        "UPDATE runs SET tally = NULL, finished = (finished OR (complete AND stopped = '')) AND NOT EXISTS "
        f"(SELECT 1 FROM {OPEN_ROWS} WHERE rows.run = runs.run AND {OPEN} AND state = 'pending') WHERE id = ?",
        [run_id],
    )


def reopen_givers(connection: Connection, run_id: str) -> None:
    """Let `resume` find the finished runs that gave a run its rows, if rows left of them need not wait any longer."""
    ahead, seen = [run_key(connection, run_id)], set[int]()
    while ahead:
        key = ahead.pop()
        found = {giver for (giver,) in connection.execute(_GIVERS, [key, key])} - seen
        ahead += found
        seen |= found
    for key in seen:
        # One under way is not finished, and stays so.
        connection.execute(
            "UPDATE runs SET finished = FALSE WHERE run = ? AND finished AND EXISTS (SELECT 1 FROM "
            f"{OPEN_ROWS} WHERE rows.run = runs.run AND {OPEN} AND {CAN_GO} AND number NOT IN ({ROWS_THAT_WAIT}))",
            [key, key, key],
        )


def delete_run(connection: Connection, key: int) -> None:
    """Delete a run from all tables."""
    for table in RUN_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE run = ?", [key])
    connection.execute("DELETE FROM taken WHERE by_run = ?", [key])


def count_rows(connection: Connection, run_id: str) -> Tally:
    """Counts over the run's rows."""
    key_and_end = run_key_and_end(connection, run_id)
    groups = connection.execute(
        "SELECT state, code, count(*), sum(attempts) FROM rows WHERE run = ? AND number <= ? GROUP BY state, code",
        key_and_end,
    )
    rows = attempts = 0
    statuses: dict[Status, int] = {}
    codes: dict[int, int] = {}
    for state, code, count, sent in groups:
        rows += count
        attempts += sent
        status = State(state).status
        statuses[status] = statuses.get(status, 0) + count
        if code is not None:
            codes[code] = codes.get(code, 0) + count
    beyond = connection.execute(
        f"SELECT count(*) FROM rows WHERE run = ? AND number > ? AND {OPEN} AND state = 'pending'", key_and_end
    ).fetchone()[0]
    still_failing = connection.execute(
        "SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND state = 'skipped' AND kind = ?",
        [*key_and_end, SkipKind.STILL_FAILING.name],
    ).fetchone()[0]
    return Tally(rows, statuses, codes, attempts, beyond, still_failing)
