"""PostgreSQL's part in the log of a run while it is being sent."""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from leadsync.errors import JournalError
from leadsync.journal.marks import Marks
from leadsync.journal.postgres.database import PostgresDatabase, Session
from leadsync.journal.postgres.errors import translated
from leadsync.journal.postgres.schema import REFUSED_MOVE
from leadsync.journal.run_log import Begin, Finish, LeaseLostError, Question, Work
from leadsync.journal.sql.run_table import run_key_and_end
from leadsync.journal.sql.run_writer import SqlRunWriter, finish_values
from leadsync.journal.states import State

_WRITE_GROUP = (
    "SELECT write_group(%s::bigint, %s::text, %s::bigint, %s::bigint[], %s::integer[], %s::text[], %s::integer[], "
    "%s::integer[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[])"
)
_LONGEST_SECONDS = 120.0
"""The longest wait for a group; a lock is waited for for 30 seconds."""


class PostgresRunWriter(SqlRunWriter):
    """The RunWriter of a run, on a connection of its own. A group of attempts takes one round trip."""

    def __init__(
        self,
        database: PostgresDatabase,
        marks: Callable[[], Marks],
        run: tuple[str, int],
        lease_lasts: Callable[[], bool],
        *,
        resend_unknown: bool,
        by_priority: bool,
    ) -> None:
        """`run` is its id and the epoch of its lease."""
        self._url, self._lease_lasts = database.url, lease_lasts
        run_id, self._epoch = run
        with translated(self._url):
            self._server = database.connect(_LONGEST_SECONDS)
            # Without figures about new rows, PostgreSQL walks through the run for each of them: ten times slower.
            self._server.execute("ANALYZE rows")
            session = Session(self._server)
            key, last_row = run_key_and_end(session, run_id)
        try:
            made = marks()
        except OSError as error:
            self._server.close()
            raise JournalError(
                f"No file can be made in the state folder: {error.strerror}; make room or correct its permissions."
            ) from error
        super().__init__(session, (run_id, key, last_row), made, resend_unknown=resend_unknown, by_priority=by_priority)

    def close(self) -> None:
        self._server.close()
        self._marks.close()

    def may_send(self) -> bool:
        return self._lease_lasts()

    def commit(self, group: Sequence[Work]) -> list[Any]:
        """Do a group's work: ends first, then changes of single rows, then beginnings; questions behind the commit.

        If the lease has another holder by now, ends of attempts in doubt are kept and LeaseLostError comes.
        """
        finishes = [work for work in group if isinstance(work, Finish)]
        begins = {work.number: (at, work) for at, work in enumerate(group) if isinstance(work, Begin)}
        results: list[Any] = [None] * len(group)
        with translated(self._url):
            while True:
                try:
                    is_mine = self._write_all(group, finishes, [work for _, work in begins.values()], results)
                    break
                except psycopg.Error as error:
                    if error.sqlstate != REFUSED_MOVE:
                        raise
                    number, state = (error.diag.message_detail or "0 ").split(" ")
                    settled = self._settled(int(number)) if state == State.IN_FLIGHT else None
                    if settled is None:
                        raise self._cannot(int(number), State(state)) from None
                # The server has undone the group: again, without the settled row.
                results[begins.pop(int(number))[0]] = settled
            if not is_mine:
                raise self._lost()
            # After the commit: another row's mark may take the place, and a kill in between would make this row unsent.
            for finish in finishes:
                self._marks.forget(finish.number)
            # Not in a transaction, whose beginning and end are a round trip each: all other rows wait meanwhile.
            self._answer(group, [at for at, work in enumerate(group) if isinstance(work, Question)], results)
        return results

    def _write_all(
        self, group: Sequence[Work], finishes: Sequence[Finish], begins: Sequence[Begin], results: list[Any]
    ) -> bool:
        """Write all of a group or nothing; return whether the lease is still this holder's."""
        changes = [at for at, work in enumerate(group) if callable(work) and not isinstance(work, Question)]
        if not changes:
            return self._write(finishes, begins)
        with self._server.transaction():
            is_mine = self._write(finishes, [])
            if is_mine:
                self._answer(group, changes, results)
                self._write([], begins)
        return is_mine

    @staticmethod
    def _answer(group: Sequence[Work], places: Sequence[int], results: list[Any]) -> None:
        for at in places:
            work = group[at]
            assert callable(work)  # noqa: S101 - only such places are given
            results[at] = work()

    def _write(self, finishes: Sequence[Finish], begins: Sequence[Begin]) -> bool:
        ends = [list(column) for column in zip(*map(finish_values, finishes), strict=True)] or [[]] * 8
        values = [
            *(self._key, self._run_id, self._epoch),
            *ends,
            *([work.number for work in begins], [work.attempt for work in begins]),
        ]
        row = self._server.execute(_WRITE_GROUP, values).fetchone()
        return bool(row and row[0])

    def _now(self) -> float:
        row = self._server.execute("SELECT this_moment()").fetchone()
        return float(row[0]) if row else 0.0

    def _lost(self) -> LeaseLostError:
        return LeaseLostError(
            f"Run {self._run_id} was taken over by another leadsync, or its lease ended while this one stood still; "
            "nothing more is sent from here."
        )
