"""Drafts: stored, confirmed or deleted."""

import json
from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from leadsync.dialer_address import same_dialer
from leadsync.errors import BusyError, JournalError
from leadsync.journal.json_text import kept_reason
from leadsync.journal.sql.conditions import OPEN, OPEN_ROWS
from leadsync.journal.sql.database import GIVEN_NUMBERS, Connection, places
from leadsync.journal.sql.decisions import MadeDecision, decide, keep_decision
from leadsync.journal.sql.restores import refuse_restored
from leadsync.journal.sql.row_table import CAN_GO, line_values, new_row_values
from leadsync.journal.sql.run_queue import SqlRunQueue
from leadsync.journal.sql.run_table import (
    LISTED,
    OF_SHEET,
    delete_run,
    insert_run,
    recount,
    reopen_givers,
    run_key,
    set_run,
)
from leadsync.journal.states import INITIAL, State, sources
from leadsync.journal.values import NO_EFFECTS, Effects, Entry, Queued
from leadsync.models import RunRecord
from leadsync.reasons import TAKEN_OVER, Reason, Skip, SkipKind

# Rows to a commit: other processes wait for the journal no longer than that.
_CHUNK = 2000
_DECIDED = {State.SUCCEEDED: "applied", State.FAILED: "not applied"}
"""The decisions that end a row of an earlier run; any other state means a new sending."""


class SqlDrafts(SqlRunQueue):
    """The drafts; see `leadsync.journal.protocol.Drafts`."""

    def create(self, run: RunRecord, known: Collection[str] | None = None) -> None:
        with self._database.writing() as connection:
            [sheet] = connection.execute(
                "SELECT coalesce((SELECT file FROM checks WHERE id = ?), ?)", [run.checked, str(run.file)]
            ).fetchone()
            others = connection.execute(f"SELECT id FROM {LISTED} WHERE {OF_SHEET}", [sheet, sheet]).fetchall()
            # Runs unknown when the file was looked up: another process has begun to read it since.
            new = {run_id for (run_id,) in others} - {*(known or ()), run.id}
            if known is not None and new:
                raise BusyError(f"{run.file.name} is being read by another leadsync, as run {new.pop()}; try again.")
            _delete_draft(connection, run.id)
            insert_run(connection, run)

    def add(self, run_id: str, entries: Iterable[Entry]) -> None:
        with self._database.reading() as connection:
            key = run_key(connection, run_id)
        remaining = iter(entries)
        while chunk := list(islice(remaining, _CHUNK)):
            if any(entry.state not in INITIAL for entry in chunk):
                raise JournalError("A row cannot be taken in as already sent; please report this.")
            self._database.insert_rows(
                (line_values(key, entry) for entry in chunk), (new_row_values(key, entry) for entry in chunk)
            )

    def confirm(self, run_id: str, effects: Effects = NO_EFFECTS, queued: Queued | None = None, **values: Any) -> None:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            key = run_key(connection, run_id)
            if effects.known is not None:
                _refuse_second(connection, key, effects.known)
            if effects.corrected is not None:
                _end_corrected(connection, *effects.corrected)
            # A person's word that a row was applied, or was not, sends nothing.
            sent = (other for other, state in effects.decided if state not in _DECIDED)
            refuse_restored(connection, *effects.taken, *sent, *effects.ended)
            [file, trial] = connection.execute("SELECT file, follows FROM runs WHERE run = ?", [key]).fetchone()
            _apply_decided(
                connection, effects, self._database.now(), Skip(SkipKind.TRANSFERRED, run_id, text=Path(file).name)
            )
            for other, numbers in effects.taken.items():
                other_key = run_key(connection, other)
                connection.executemany(
                    "INSERT INTO taken (run, number, by_run, by_number) VALUES (?, ?, ?, ?) "
                    "ON CONFLICT (run, number, by_run) DO UPDATE SET by_number = excluded.by_number",
                    ((other_key, there, key, here) for there, here in numbers),
                )
            if trial:
                _follow(connection, run_key(connection, trial), key, effects.kept)
            for other in effects.ended:
                _end(connection, run_key(connection, other), Skip(SkipKind.BEGUN_ANEW, run_id), effects.waiting)
            for other, behind in effects.left_behind.items():
                _leave_behind(connection, other, behind, Skip(SkipKind.LEFT_BEHIND, run_id))
            set_run(connection, run_id, {**values, "complete": True})
            self._queue(connection, run_id, queued)

    def delete_draft(self, run_id: str, *, corrected: bool = True) -> None:
        with self._database.writing() as connection:
            self._refuse_stale(connection, run_id)
            _delete_draft(connection, run_id, "" if corrected else _UNCORRECTED)
        self.release(run_id)


_UNCORRECTED = "AND NOT EXISTS (SELECT 1 FROM edits WHERE edits.run = runs.run AND version > 0)"


def _delete_draft(connection: Connection, run_id: str, condition: str = "") -> None:
    wanted = f"SELECT run FROM runs WHERE id = ? AND NOT complete {condition}"
    if draft := connection.execute(wanted, [run_id]).fetchone():
        delete_run(connection, draft[0])


def _refuse_second(connection: Connection, key: int, known: Collection[str]) -> None:
    """Raise BusyError if the content was begun for the same campaign by a run that is not known."""
    begun = connection.execute(
        "SELECT other.id, run.file, other.dialer, run.dialer "
        "FROM runs AS run JOIN runs AS other ON other.fingerprint = run.fingerprint "
        "AND other.campaign = run.campaign AND other.sheet = run.sheet "
        "AND other.run <> run.run AND other.complete WHERE run.run = ?",
        [key],
    ).fetchall()
    for other, file, its_dialer, dialer in begun:
        if other not in known and same_dialer(its_dialer, dialer):
            raise BusyError(
                f"{Path(file).name} was begun as run {other} meanwhile, by somebody else or on the page; nothing was "
                "sent here. See how that run goes, then send the sheet again if there is need."
            )


def _end_corrected(connection: Connection, draft: str, edits: int) -> None:
    """End a draft whose corrections were read; raise BusyError if they were changed since."""
    found = connection.execute(
        "SELECT runs.run, count(edits.run) FROM runs LEFT JOIN edits USING (run) "
        "WHERE id = ? AND NOT complete AND NOT deleting GROUP BY runs.run",
        [draft],
    ).fetchone()
    if found is None or found[1] != edits:
        raise BusyError("Rows of this draft were corrected or left out meanwhile; look at it again. Nothing was sent.")
    connection.execute("UPDATE runs SET deleting = TRUE WHERE run = ?", [found[0]])


def _apply_decided(connection: Connection, effects: Effects, now: float, reason: Reason) -> None:
    for (other, state), numbers in effects.decided.items():
        key = run_key(connection, other)
        for number in numbers:
            if state in _DECIDED:
                decide(connection, key, number, state, MadeDecision(_DECIDED[state], effects.user, "", now))
            else:
                # A harmless row needs no decision to be sent again.
                keep_decision(connection, key, number, MadeDecision("send", effects.user, "", now), "NOT harmless")
                _move(connection, key, number, state, reason)
        recount(connection, other)
        reopen_givers(connection, other)
        if state is State.SKIPPED:
            # Stopped or not: of a run whose last rows are another's now there is nothing to go on with.
            connection.execute(
                "UPDATE runs SET finished = TRUE, stopped = '' WHERE run = ? AND complete AND NOT EXISTS "
                f"(SELECT 1 FROM {OPEN_ROWS} WHERE rows.run = runs.run AND {OPEN} AND {CAN_GO})",
                [key],
            )


def _move(connection: Connection, key: int, number: int, target: State, reason: Reason) -> None:
    """Bring a row to `target` if a transition leads there."""
    connection.execute(
        "UPDATE rows SET state = ?, message = '', reason = ?, kind = ? "
        f"WHERE run = ? AND number = ? AND state IN ({places(sources(target))})",
        [target, *kept_reason(reason), key, number, *sources(target)],
    )


def _follow(connection: Connection, trial: int, key: int, kept: Collection[tuple[int, int]]) -> None:
    """Copy a trial's outcomes to its successor, and finish the trial."""
    # All outcomes move here: a report of this run then has every row of its sheet.
    connection.executemany(
        "UPDATE rows SET (state, code, name, message, reason, kind, attempts, time, sequence) = "
        "(SELECT state, code, name, CASE WHEN state = 'succeeded' THEN rows.message ELSE message END, "
        "CASE WHEN state = 'succeeded' THEN rows.reason ELSE reason END, "
        "CASE WHEN state = 'succeeded' THEN rows.kind ELSE kind END, "
        "attempts, time, sequence "
        "FROM rows AS was WHERE was.run = ? AND was.number = ?) WHERE run = ? AND number = ?",
        [(trial, there, key, here) for there, here in kept],
    )
    connection.executemany(
        "INSERT INTO attempts SELECT ?, ?, attempt, begun, ended, effect, http, code, message FROM attempts "
        "WHERE run = ? AND number = ?",
        [(key, here, trial, there) for there, here in kept],
    )
    _finish(connection, trial)


def _end(connection: Connection, key: int, reason: Reason, waiting: Collection[str]) -> None:
    """Skip the rows left of a run, beyond a trial's end too; a person still decides about rows in doubt, and the rows
    of `waiting` leads go after that."""
    connection.execute(
        f"UPDATE rows SET state = 'skipped', message = '', reason = ?, kind = ? WHERE run = ? AND {OPEN} AND {CAN_GO} "
        "AND lead NOT IN (SELECT value FROM json_each(?))",
        [*kept_reason(reason), key, json.dumps(list(waiting))],
    )
    _finish(connection, key)


def _leave_behind(connection: Connection, run_id: str, numbers: Collection[int], reason: Skip) -> None:
    """Give this reason to rows of a run that were skipped for its taker; those beyond a trial's end are listed then."""
    key = run_key(connection, run_id)
    connection.execute("UPDATE runs SET last_row = NULL, tally = NULL WHERE run = ?", [key])
    connection.execute(
        "UPDATE rows SET reason = ?, kind = ? WHERE run = ? AND state = 'skipped' "
        f"AND kind IN ({places(TAKEN_OVER)}) AND number IN (SELECT wanted.value FROM {GIVEN_NUMBERS})",
        [*kept_reason(reason), key, *(kind.name for kind in TAKEN_OVER), json.dumps([*numbers])],
    )


def _finish(connection: Connection, key: int) -> None:
    connection.execute("UPDATE runs SET finished = TRUE, stopped = '', tally = NULL WHERE run = ?", [key])
