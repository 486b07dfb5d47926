"""Rows as columns of the tables `lines` and `rows`, and the conditions that several queries share."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from leadsync.journal.json_text import as_json, kept_reason, reason_of
from leadsync.journal.sql.conditions import OPEN, OPEN_ROWS
from leadsync.journal.sql.database import GIVEN_NUMBERS, moment
from leadsync.journal.states import State
from leadsync.journal.values import AttemptRecord, Entry, Origin
from leadsync.models import RowRecord
from leadsync.result_codes import RESULT_CODES, Verdict

ROW_COLUMNS = "number, cells, dates, lead, fields, state, code, name, message, attempts, time, harmless, reason"
ROWS_BY_NUMBER = (
    f"SELECT {ROW_COLUMNS} FROM {GIVEN_NUMBERS} CROSS JOIN rows JOIN lines USING (run, number) "
    "WHERE run = ? AND number = wanted.value"
)
"""The values are a JSON list of numbers, and the run's key."""
ATTEMPT_COLUMNS = "number, lead, attempt, begun, attempts.ended, effect, http, attempts.code, attempts.message"
ORIGIN_COLUMNS = "number, state, lead, fields, code, reason, attempts, sheet_row"

CAN_GO = "(state = 'pending' OR (state = 'unknown' AND harmless))"
_LATER_ROWS = """
    WITH RECURSIVE
        same(run) AS (
            SELECT run FROM runs WHERE {run}
            UNION SELECT again.run FROM runs AS again JOIN runs AS before ON again.retry_of = before.id
                  JOIN same ON same.run = before.run
        ),
        later(origin, run, number) AS (
            SELECT number, by_run, by_number FROM taken JOIN same USING (run)
            UNION SELECT later.origin, coalesce(taken.by_run, again.run), coalesce(taken.by_number, later.number)
                  FROM later CROSS JOIN (SELECT TRUE AS corrected UNION ALL SELECT FALSE) AS ways
                  LEFT JOIN taken ON corrected AND taken.run = later.run AND taken.number = later.number
                  LEFT JOIN runs AS before ON NOT corrected AND before.run = later.run
                  LEFT JOIN runs AS again ON again.retry_of = before.id
                  WHERE coalesce(taken.by_run, again.run) IS NOT NULL
        )
"""
LATER_ROWS = _LATER_ROWS.format(run="id = ?")
"""By its id, the rows of a run as `later.origin`, with those of later runs that have taken them, `later.number`.

`same` are the run and its retries.
"""


def rows_ahead(undecided: str) -> str:
    """By its key, the rows of a run that the other rows of their leads wait for: those for which `undecided` is true,
    and those that a later run has taken and is to send or to have decided.

    Lead, number, the run with the row by now, its number there (`there`), and whether that run is to send it (`goes`).
    """
    return (
        f"{_LATER_ROWS.format(run='run = ?')} SELECT lead, number, run, number AS there, FALSE AS goes "
        f"FROM same JOIN {OPEN_ROWS} USING (run) WHERE {OPEN} AND {undecided} "
        f"UNION SELECT lead, origin, run, number, (state = 'in_flight' OR {CAN_GO}) "
        f"FROM later JOIN rows USING (run, number) WHERE {OPEN}"
    )


_UNDECIDED = "(state = 'conflict' OR (state = 'unknown' AND NOT harmless))"
ROWS_AHEAD = rows_ahead(_UNDECIDED)


def _behind(ahead: str) -> str:
    return (
        f"SELECT waits.number FROM ({ROWS_AHEAD}) AS ahead JOIN rows AS waits "
        f"ON waits.run = ? AND waits.lead = ahead.lead AND {ahead}"
    )


ROWS_THAT_WAIT = _behind("waits.number > ahead.number")
"""The rows of a run behind one of their lead that they wait for. The values are the run's key, twice."""
FAILURES_THAT_WAIT = _behind("(waits.number > ahead.number OR NOT ahead.goes)")
"""The rows that would wait if they failed: for a later one to be decided as well. The same values."""
WENT_SINCE = (
    f"{LATER_ROWS}, went(number) AS (SELECT origin FROM later JOIN rows USING (run, number) WHERE state = 'succeeded' "
    "UNION SELECT number FROM same JOIN rows USING (run) WHERE same.run <> ? AND state = 'succeeded')"
)
"""The rows of a run that went through in later ones, as `went`. The values are the run's id and its key."""
WENT = "(later.state = 'succeeded' OR later.number IN (SELECT number FROM went))"
"""Behind WENT_SINCE: whether a row of that run, `later`, went through."""
OVERTAKEN_SINCE = (
    "(rows.lead <> '' AND EXISTS (SELECT 1 FROM rows AS later WHERE later.lead = rows.lead AND later.run = rows.run "
    f"AND later.number > rows.number AND {WENT}))"
)
"""Behind WENT_SINCE: whether a later row of the row's lead went through."""
_FINAL_CODES = sorted(code for code, entry in RESULT_CODES.items() if entry.verdict is Verdict.FINAL)
CORRECTABLE = f"coalesce(code, 0) NOT IN ({', '.join(map(str, _FINAL_CODES))})"
"""The dialer has not refused the row for good."""
NOT_TAKEN = (
    "number NOT IN (SELECT number FROM rows JOIN runs USING (run) WHERE retry_of = ?) "
    "AND number NOT IN (SELECT number FROM taken WHERE run = ?)"
)
"""Rows without a successor in a retry or a corrected sheet; the values are their run's id and key."""
OPEN_STATES = f"({CORRECTABLE} AND (state IN ('failed', 'rejected') OR (state = 'skipped' AND kind = 'STILL_FAILING')))"
"""Rows that did not go and may be corrected."""
_TO_BE_SENT = "(state = 'pending' AND EXISTS (SELECT 1 FROM runs WHERE runs.run = rows.run AND NOT complete))"
"""Rows of a draft that go with it."""
OPEN_TO_CORRECTION = f"(({OPEN_STATES} OR {_TO_BE_SENT}) AND {NOT_TAKEN})"
"""Rows that a person may still correct in their run; the values are those of NOT_TAKEN."""
CORRECTED = "SELECT number FROM edited_rows WHERE run = ? AND is_changed"
"""The numbers of rows with another text now than in their sheet; the value is their run's key."""


def settled(state: str) -> State:
    """The state; in doubt for a row in flight."""
    return State.UNKNOWN if state == State.IN_FLIGHT else State(state)


def origin_of(run_id: str, values: Sequence[Any]) -> Origin:
    """A row from its ORIGIN_COLUMNS behind the number."""
    state, lead, fields, code, reason, attempts, sheet_row = values
    return Origin(run_id, settled(state), lead, json.loads(fields), code, reason_of(reason), attempts, sheet_row)


def line_values(key: int, entry: Entry) -> tuple[object, ...]:
    """A row's line in the table `lines`, in the order of LINE_COLUMNS."""
    row = entry.row
    # Few rows have date cells: nothing instead of an empty list.
    dates = as_json(row.dates) if row.dates else ""
    return key, row.number, as_json(row.cells), dates, as_json(dict(entry.fields)), entry.sheet_row


def new_row_values(key: int, entry: Entry) -> tuple[object, ...]:
    """A row's line in the table `rows` before its first attempt, in the order of NEW_ROW_COLUMNS."""
    return key, entry.row.number, entry.lead, entry.harmless, entry.state, *kept_reason(entry.reason)


_scan = json.JSONDecoder().raw_decode
"""Reads our own JSON, a row at a time, at half the cost of `json.loads`."""
_STATUS_OF = {state.value: state.status for state in State}


@lru_cache(maxsize=1024)
def _positions(dates: str) -> tuple[int, ...]:
    return tuple(json.loads(dates)) if dates else ()


@lru_cache(maxsize=1024)
def _second(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC).astimezone()


def row_record(values: tuple[Any, ...]) -> RowRecord:
    """A row from its ROW_COLUMNS; its time to the second."""
    number, cells, dates, lead, fields, state, code, name, message, attempts, time, harmless, reason = values
    return RowRecord(
        number,
        tuple(_scan(cells)[0]),
        _positions(dates),
        lead,
        _scan(fields)[0],
        _STATUS_OF[state],
        code,
        name,
        message,
        attempts,
        None if time is None else _second(int(time)),
        bool(harmless),
        reason_of(reason),
    )


def attempt_record(values: tuple[Any, ...]) -> AttemptRecord:
    """A request from its ATTEMPT_COLUMNS."""
    number, lead, attempt, begun, ended, *rest = values
    return AttemptRecord(number, lead, attempt, moment(begun), None if ended is None else moment(ended), *rest)
