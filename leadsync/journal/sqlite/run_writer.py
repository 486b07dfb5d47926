"""SQLite's part in the log of a run while it is being sent."""

import json
import time
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leadsync.errors import JournalError
from leadsync.journal.json_text import kept_reason
from leadsync.journal.run_log import Begin, Finish, Work
from leadsync.journal.sqlite.database import connect, places, transaction, translated
from leadsync.journal.sqlite.live_runs import KEEP_LIVE, live_values
from leadsync.journal.sqlite.marks import Marks
from leadsync.journal.sqlite.run_table import run_key_and_end
from leadsync.journal.sqlite.schema import OPEN
from leadsync.journal.sqlite.statements import (
    BEGIN_ROWS,
    FINISH_ROWS,
    KEEP_ATTEMPTS,
    PENDING,
    PRIORITY_ORDER,
    SENDABLE,
    UNDECIDED,
)
from leadsync.journal.states import State, sources
from leadsync.models import Lead, PendingRow
from leadsync.reasons import Skip, SkipKind
from leadsync.tallies import Live


class SqliteRunWriter:
    """The RunWriter of a run, on a connection of its own."""

    def __init__(self, path: Path, run_id: str, *, resend_unknown: bool, by_priority: bool) -> None:
        self._path, self._run_id = path, run_id
        self._resend_unknown, self._by_priority = resend_unknown, by_priority
        self._order: array[int] | None = None
        self._place = 0
        self._is_live = False
        with translated(path):
            self._connection = connect(path)
            self._key, self._last_row = run_key_and_end(self._connection, run_id)
        try:
            self._marks = Marks(path.parent, run_id)
        except OSError as error:
            self._connection.close()
            raise JournalError(
                f"No file can be made beside the journal {path}: {error.strerror}; make room or correct the "
                "folder's permissions."
            ) from error

    def close(self) -> None:
        self._connection.close()
        self._marks.close()

    def undecided(self) -> dict[str, int]:
        rows = self._connection.execute(
            f"SELECT lead, number FROM rows WHERE run = ? AND {OPEN} AND {UNDECIDED} ORDER BY number DESC",
            [self._key, self._resend_unknown],
        )
        return dict(rows.fetchall())

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
            f"SELECT {PENDING} FROM json_each(?) CROSS JOIN rows JOIN lines USING (run, number) "
            "WHERE run = ? AND number = json_each.value ORDER BY json_each.key",
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

    def withdraw(self, number: int, attempt: int, state: State) -> None:
        last = self._connection.execute(
            "SELECT ended FROM attempts WHERE run = ? AND number = ? AND attempt = ?", [self._key, number, attempt - 1]
        ).fetchone()
        self._move(number, state, "attempts = ?, time = ?", [attempt - 1, last[0] if last else None])

    def never_harmless(self, number: int) -> None:
        self._connection.execute(
            "UPDATE rows SET harmless = 0, inserting = 1 WHERE run = ? AND number = ?", [self._key, number]
        )

    def exhaust(self, number: int, message: str, state: State) -> None:
        # An idempotent row in doubt that is sent again after this has all its attempts again.
        assignments = "message = ?, reason = NULL, kind = NULL, counted_from = iif(harmless, attempts, counted_from)"
        self._move(number, state, assignments, [message])

    def hold(self, number: int, earlier: int) -> None:
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
        wanted: str = self._connection.execute(KEEP_LIVE, live_values(self._key, live, time.time())).fetchone()[0]
        return wanted

    def commit(self, group: Sequence[Work]) -> list[Any]:
        """Do a group's work: ends first, then functions, then beginnings.

        For any one row that is the order of its calls. Its next beginning comes after its end, and no end is known
        before its beginning is durable.
        """
        finishes = [work for work in group if isinstance(work, Finish)]
        with translated(self._path), transaction(self._connection):
            self._finish_all(finishes)
            results = [work() if callable(work) else None for work in group]
            self._begin_all([work for work in group if isinstance(work, Begin)])
        # After the commit: another row's mark may take the place, and a kill in between would make this row unsent.
        for finish in finishes:
            self._marks.forget(finish.number)
        return results

    def _begin_all(self, group: list[Begin]) -> None:
        if group:
            [before] = self._connection.execute("SELECT last FROM sequence").fetchone()
            self._connection.execute("UPDATE sequence SET last = ?", [before + len(group)])
            now = time.time()
            lines = [(self._key, *work, now, before + place) for place, work in enumerate(group, 1)]
            moved = self._connection.execute(BEGIN_ROWS, [json.dumps(lines)]).rowcount
            self._all_moved(moved, {work.number: State.IN_FLIGHT for work in group})

    def _finish_all(self, group: list[Finish]) -> None:
        if group:
            now = time.time()
            lines = json.dumps([_line(self._key, work, now) for work in group], ensure_ascii=False)
            self._connection.execute(KEEP_ATTEMPTS, [lines])
            moved = self._connection.execute(FINISH_ROWS, [lines]).rowcount
            self._all_moved(moved, {work.number: work.state for work in group})

    def _move(self, number: int, target: State, assignments: str, values: list[Any]) -> None:
        came_from = sources(target)
        moved = self._connection.execute(
            f"UPDATE rows SET state = ?, {assignments} WHERE run = ? AND number = ? AND state IN ({places(came_from)})",
            [target, *values, self._key, number, *came_from],
        ).rowcount
        if moved != 1:
            raise self._cannot(number, target)

    def _all_moved(self, moved: int, targets: Mapping[int, State]) -> None:
        if moved == len(targets):
            return
        # The statement moved them all at once: only a look at each row finds the wrong one.
        for number, target in targets.items():
            row = self._connection.execute(
                "SELECT state FROM rows WHERE run = ? AND number = ?", [self._key, number]
            ).fetchone()
            if row is None or row[0] != target:
                raise self._cannot(number, target)
        raise self._cannot(next(iter(targets)), next(iter(targets.values())))

    def _cannot(self, number: int, target: State) -> JournalError:
        return JournalError(f"Row {number} of run {self._run_id} cannot become {target}; is another process at it?")


def _line(key: int, end: Finish, now: float) -> tuple[object, ...]:
    """An attempt's end in the order of the statements' columns."""
    outcome = end.outcome
    effect = outcome.effect.name.lower()
    name, message = _storable(outcome.name), _storable(outcome.message)
    return key, end.number, end.attempt, now, effect, outcome.http, outcome.code, name, message, end.state


def _storable(text: str) -> str:
    """The text without halves of characters and NULs: an answer's JSON can name them, and no file should hold them."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _pending_row(values: tuple[Any, ...]) -> PendingRow:
    number, lead, fields, attempts, state, spent = values
    return PendingRow(number, Lead(lead, json.loads(fields)), attempts, state == State.UNKNOWN, spent)
