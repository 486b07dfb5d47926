"""A store's part in the log of a run while it is being sent, as far as the stores share it."""

import json
import time
from array import array
from typing import Any

from leadsync.errors import JournalError
from leadsync.journal.json_text import kept_reason
from leadsync.journal.marks import Marks
from leadsync.journal.run_log import Finish
from leadsync.journal.sql.conditions import OPEN
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connection, places
from leadsync.journal.sql.live_runs import KEEP_LIVE, live_values
from leadsync.journal.sql.row_table import rows_ahead
from leadsync.journal.sql.sendable_rows import PENDING, PRIORITY_ORDER, SENDABLE, UNDECIDED
from leadsync.journal.states import State, sources
from leadsync.models import Lead, PendingRow, Status
from leadsync.reasons import Skip, SkipKind
from leadsync.tallies import Live


class SqlRunWriter:
    """The queries and single changes of a RunWriter. A store adds `commit`, and `close` for its connection."""

    def __init__(
        self,
        connection: Connection,
        run: tuple[str, int, int],
        marks: Marks,
        *,
        resend_unknown: bool,
        by_priority: bool,
    ) -> None:
        """`run` is its id, key and last row."""
        self._connection, self._marks = connection, marks
        self._run_id, self._key, self._last_row = run
        self._resend_unknown, self._by_priority = resend_unknown, by_priority
        self._order: array[int] | None = None
        self._place = 0
        self._is_live = False
        self._taken_by: dict[int, str] = {}
        """The later runs that are to send rows of this one, by the rows' numbers."""

    def undecided(self) -> dict[str, int]:
        rows = self._connection.execute(
            f"SELECT lead, number, id, goes FROM ({rows_ahead(UNDECIDED)}) AS ahead JOIN runs USING (run) "
            "ORDER BY number DESC",
            [self._key, self._resend_unknown],
        )
        found: dict[str, int] = {}
        for lead, number, by_run, goes in rows.fetchall():
            found[lead] = number
            if goes:
                self._taken_by[number] = by_run
        return found

    def pending(self, after: int, limit: int) -> list[PendingRow]:
        return self._by_priorities(after, limit) if self._by_priority else self._by_number(after, limit)

    def _by_number(self, after: int, limit: int) -> list[PendingRow]:
        rows = self._connection.execute(
            f"SELECT {PENDING} FROM rows JOIN lines USING (run, number) "
            f"WHERE run = ? AND number > ? AND number <= ? AND {OPEN} AND {SENDABLE} ORDER BY number LIMIT ?",
            [self._key, after, self._last_row, self._resend_unknown, limit],
        )
        return [_pending_row(values) for values in rows]

    def _by_priorities(self, after: int, limit: int) -> list[PendingRow]:
        """The order is made at the first call, and kept as numbers."""
        if self._order is None:
            values = [self._key, self._last_row, self._resend_unknown]
            self._order = array("q", (number for (number,) in self._connection.execute(PRIORITY_ORDER, values)))
        if after == 0:
            self._place = 0
        numbers = self._order[self._place : self._place + limit]
        self._place += len(numbers)
        rows = self._connection.execute(
            f"SELECT {PENDING} FROM {GIVEN_NUMBERS} CROSS JOIN rows JOIN lines USING (run, number) "
            "WHERE run = ? AND number = wanted.value ORDER BY wanted.key",
            [json.dumps(numbers.tolist()), self._key],
        )
        return [_pending_row(values) for values in rows]

    def pending_row(self, number: int) -> PendingRow:
        row = self._connection.execute(
            f"SELECT {PENDING} FROM rows JOIN lines USING (run, number) WHERE run = ? AND number = ?",
            [self._key, number],
        )
        return _pending_row(row.fetchone())

    def leaves(self, number: int, attempt: int) -> None:
        self._marks.set(number, attempt)

    def may_send(self) -> bool:
        return True

    def withdraw(self, number: int, attempt: int, state: State) -> None:
        last = self._connection.execute(
            "SELECT ended FROM attempts WHERE run = ? AND number = ? AND attempt = ?", [self._key, number, attempt - 1]
        ).fetchone()
        self._move(number, state, "attempts = ?, time = ?", [attempt - 1, last[0] if last else None])

    def never_harmless(self, number: int) -> None:
        self._connection.execute(
            "UPDATE rows SET harmless = FALSE, inserting = TRUE WHERE run = ? AND number = ?", [self._key, number]
        )

    def exhaust(self, number: int, message: str, state: State) -> None:
        if self._settled(number) is not None:
            return
        # An idempotent row in doubt that is sent again after this has all its attempts again.
        assignments = "message = ?, reason = NULL, kind = NULL, counted_from = "
        assignments += "CASE WHEN harmless THEN attempts ELSE counted_from END"
        self._move(number, state, assignments, [message])

    def hold(self, number: int, earlier: int) -> None:
        if run_id := self._taken_by.get(earlier):
            reason = kept_reason(Skip(SkipKind.TAKEN_FIRST, run_id, earlier))
        else:
            reason = kept_reason(Skip(SkipKind.WAITS_FOR_DECISION, row=earlier))
        self._connection.execute(
            "UPDATE rows SET message = '', reason = ?, kind = ? WHERE run = ? AND number = ? AND state = 'pending'",
            [*reason, self._key, number],
        )

    def live(self, live: Live) -> str:
        if not self._is_live:
            # A dead process may have left its line, with a request to stop.
            self._connection.execute("DELETE FROM live WHERE run = ?", [self._key])
            self._is_live = True
        wanted: str = self._connection.execute(KEEP_LIVE, live_values(self._key, live, self._now())).fetchone()[0]
        return wanted

    def _now(self) -> float:
        """The time in seconds since 1970, by the database's clock."""
        return time.time()

    def _move(self, number: int, target: State, assignments: str, values: list[Any]) -> None:
        came_from = sources(target)
        moved = self._connection.execute(
            f"UPDATE rows SET state = ?, {assignments} WHERE run = ? AND number = ? AND state IN ({places(came_from)})",
            [target, *values, self._key, number, *came_from],
        ).rowcount
        if moved != 1:
            raise self._cannot(number, target)

    def _settled(self, number: int) -> Status | None:
        """The status of a row that was settled since it was read, or None."""
        row = self._connection.execute(
            "SELECT state FROM rows WHERE run = ? AND number = ?", [self._key, number]
        ).fetchone()
        is_settled = row is not None and row[0] not in (State.IN_FLIGHT, *sources(State.IN_FLIGHT))
        return State(row[0]).status if is_settled else None

    def _cannot(self, number: int, target: State) -> JournalError:
        return JournalError(f"Row {number} of run {self._run_id} cannot become {target}; is another process at it?")


def finish_values(end: Finish) -> tuple[object, ...]:
    """An attempt's end: row, attempt, effect, HTTP status, code, name, message and the row's new state."""
    outcome = end.outcome
    effect = outcome.effect.name.lower()
    name, message = _storable(outcome.name), _storable(outcome.message)
    return end.number, end.attempt, effect, outcome.http, outcome.code, name, message, end.state


def _storable(text: str) -> str:
    """The text without halves of characters and NULs: an answer's JSON can name them, and no file should hold them."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _pending_row(values: tuple[Any, ...]) -> PendingRow:
    number, lead, fields, attempts, state, spent = values
    return PendingRow(number, Lead(lead, json.loads(fields)), attempts, state == State.UNKNOWN, spent)
