"""A person's decisions about conflict and unknown rows."""

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from leadsync.journal.sql.conditions import OPEN
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connected, Connection, moment
from leadsync.journal.sql.run_table import recount, reopen_givers, run_key
from leadsync.journal.states import State
from leadsync.journal.values import Decision
from leadsync.models import Effect

_NOT_SENT_SINCE = (
    "rows.state IN ('succeeded', 'failed', 'pending') AND NOT EXISTS (SELECT 1 FROM rows AS sent JOIN runs AS by "
    "ON by.run = sent.run JOIN attempts ON attempts.run = sent.run AND attempts.number = sent.number "
    f"WHERE sent.lead = rows.lead AND sent.sequence > was.sequence AND effect <> '{Effect.NEVER_BEGAN.name.lower()}' "
    "AND (sent.run <> rows.run OR sent.number <> rows.number OR attempt > rows.counted_from) AND (sent.run = rows.run "
    "OR by.retry_of = (SELECT id FROM runs WHERE runs.run = rows.run))) AND NOT EXISTS (SELECT 1 FROM "
    "rows AS again JOIN runs AS by ON by.run = again.run WHERE again.number = rows.number AND by.retry_of = "
    "(SELECT id FROM runs WHERE runs.run = rows.run)) AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.run = rows.run "
    "AND taken.number = rows.number)"
)
"""Nothing was sent since a decision (`was`) about a row: no attempt for its lead that began, no retry, no corrected
sheet."""

_WHEN = "coalesce(at, 0), number"
"""The order of decisions; those made at once by their rows."""


class SqlDecisions(Connected):
    """The decisions; see `leadsync.journal.correction_protocols.Decisions`."""

    def resolve(
        self, run_id: str, numbers: Iterable[int], state: State, decided: str, *, user: str = "", note: str = ""
    ) -> int:
        made = MadeDecision(decided, user, note, self._database.now())
        with self._database.writing() as connection:
            key = run_key(connection, run_id)
            count = sum(decide(connection, key, number, state, made) for number in numbers)
            recount(connection, run_id)
            reopen_givers(connection, run_id)
        return count

    def take_back(self, run_id: str, numbers: Iterable[int]) -> int:
        with self._database.writing() as connection:
            key = run_key(connection, run_id)
            count = sum(_take_back(connection, key, number) for number in numbers)
            recount(connection, run_id)
        return count

    def decision(self, run_id: str, number: int) -> str:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT decided FROM decisions WHERE run = ? AND number = ?", [run_key(connection, run_id), number]
            ).fetchone()
            return row[0] if row else ""

    def decisions(self, run_id: str, numbers: Collection[int]) -> dict[int, Decision]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT number, decided, author, note, at FROM {GIVEN_NUMBERS} CROSS JOIN decisions "
                "WHERE run = ? AND number = wanted.value",
                [json.dumps(list(numbers)), run_key(connection, run_id)],
            )
            return {
                number: Decision(decided, author, note, None if at is None else moment(at))
                for number, decided, author, note, at in rows
            }

    def last_decided(self, run_id: str, limit: int, before: int | None = None) -> list[int]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            last = f"(SELECT {_WHEN} FROM decisions WHERE run = ? AND number = ?)"
            older = "" if before is None else f"AND ({_WHEN}) < {last}"
            values = [] if before is None else [key, before]
            rows = connection.execute(
                f"SELECT number FROM decisions WHERE run = ? {older} "
                "ORDER BY coalesce(at, 0) DESC, number DESC LIMIT ?",
                [key, *values, limit],
            )
            return [number for (number,) in rows]

    def decided(self, run_id: str, numbers: Iterable[int]) -> dict[int, str]:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
            rows = (
                connection.execute(
                    "SELECT was.number, was.decided FROM decisions AS was JOIN rows USING (run, number) "
                    f"WHERE was.run = ? AND was.number = ? AND {_NOT_SENT_SINCE}",
                    [key, number],
                ).fetchone()
                for number in numbers
            )
            return dict(filter(None, rows))


class MadeDecision(NamedTuple):
    """A decision with its user, note and time."""

    decided: str
    user: str
    note: str
    at: float


def decide(connection: Connection, key: int, number: int, state: State, made: MadeDecision) -> int:
    """Apply a decision to a row, in place of an earlier one; return 1, or 0 if there is nothing to decide."""
    _take_back(connection, key, number)
    # Kept before the row changes: it stores the state to go back to.
    kept = keep_decision(connection, key, number, made)
    if kept:
        connection.execute(
            "UPDATE rows SET state = ?, message = ?, reason = NULL, kind = NULL, counted_from = attempts "
            "WHERE run = ? AND number = ?",
            [state, f"a person decided: {made.decided}", key, number],
        )
    return kept


def keep_decision(connection: Connection, key: int, number: int, made: MadeDecision, condition: str = "TRUE") -> int:
    """Keep a decision and the row's state before it, for `take_back`; return 1, or 0 if there is nothing to decide."""
    return connection.execute(
        "INSERT INTO decisions (run, number, state, message, sequence, decided, author, note, at) "
        "SELECT run, number, state, message, (SELECT last FROM sequence), ?, ?, ?, ? "
        f"FROM rows WHERE run = ? AND number = ? AND {OPEN} AND state IN ('conflict', 'unknown') AND {condition} "
        "ON CONFLICT (run, number) DO UPDATE SET state = excluded.state, message = excluded.message, "
        "sequence = excluded.sequence, decided = excluded.decided, author = excluded.author, note = excluded.note, "
        "at = excluded.at",
        [*made, key, number],
    ).rowcount


def _take_back(connection: Connection, key: int, number: int) -> int:
    came_back = connection.execute(
        "UPDATE rows SET state = was.state, message = was.message, reason = NULL, kind = NULL FROM decisions AS was "
        "WHERE was.run = rows.run "
        f"AND was.number = rows.number AND rows.run = ? AND rows.number = ? AND {_NOT_SENT_SINCE}",
        [key, number],
    ).rowcount
    if came_back:
        connection.execute("DELETE FROM decisions WHERE run = ? AND number = ?", [key, number])
    return came_back
