"""Corrections of cells, and the actions of users."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadsync.errors import BusyError, UsageError
from leadsync.journal.json_text import as_json
from leadsync.journal.sql.database import Connected, Connection, moment
from leadsync.journal.sql.run_table import run_key
from leadsync.journal.values import LEFT_OUT, AuditEntry, AuditFilter, Edit

_COLUMNS = "number, version, position, old, new, author, at"


class SqlEdits(Connected):
    """The corrections; see `leadsync.journal.correction_protocols.Edits`."""

    def edit(self, run_id: str, number: int, changes: Mapping[int, str], *, version: int, user: str) -> int | None:
        return self.edit_rows(run_id, {number: (version, changes)}, user=user)[number]

    def edit_rows(
        self, run_id: str, changes: Mapping[int, tuple[int, Mapping[int, str]]], *, user: str
    ) -> dict[int, int | None]:
        # One transaction from the look at the version to the change: of two people one comes first.
        with self._database.writing() as connection:
            key, now = _open_key(connection, run_id), self._database.now()
            return {
                number: _edit(connection, (key, run_id, number), seen, new, (user, now))
                for number, (seen, new) in changes.items()
            }

    def edits(self, run_id: str, numbers: Collection[int] | None = None) -> list[Edit]:
        wanted = "" if numbers is None else "AND number IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
        values = [] if numbers is None else [json.dumps(list(numbers))]
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM edits WHERE run = ? {wanted} ORDER BY number, version, position",
                [run_key(connection, run_id), *values],
            )
            return list(map(_from_row, rows))

    def keep_edits(self, run_id: str, edits: Iterable[Edit]) -> None:
        with self._database.writing() as connection:
            key = run_key(connection, run_id)
            connection.executemany(
                f"INSERT INTO edits (run, {_COLUMNS}) VALUES (?, ?, 0, ?, ?, ?, ?, ?)",
                ((key, one.number, one.position, one.old, one.new, one.user, one.at.timestamp()) for one in edits),
            )

    def move_edits(self, run_id: str, target: str) -> None:
        with self._database.writing() as connection:
            keys = run_key(connection, target), run_key(connection, run_id)
            connection.execute("UPDATE edits SET run = ? WHERE run = ? AND version > 0", keys)
            connection.execute("UPDATE edited_rows SET run = ?, rules = '' WHERE run = ?", keys)
            connection.execute("UPDATE runs SET deleting = TRUE WHERE run = ?", keys[1:])

    def edit_count(self, run_id: str) -> int:
        with self._database.reading() as connection:
            values = [run_key(connection, run_id)]
            [count] = connection.execute("SELECT count(*) FROM edits WHERE run = ? AND version > 0", values).fetchone()
            return int(count)

    def edits_taken(self, run_id: str, number: int) -> list[tuple[str, Edit]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT runs.id, number, version, position, old, new, author, at "
                "FROM taken JOIN edits USING (run, number) JOIN runs USING (run) "
                "WHERE by_run = ? AND by_number = ? ORDER BY run, number, version, position",
                [run_key(connection, run_id), number],
            )
            return [(before, _from_row(values)) for before, *values in rows]


def _open_key(connection: Connection, run_id: str) -> int:
    """The run's number in all tables. Raises BusyError for one that has ended as a draft."""
    found = connection.execute("SELECT run FROM runs WHERE id = ? AND NOT deleting", [run_id]).fetchone()
    if found is None:
        raise BusyError(f"The rows of run {run_id} were sent, read again or deleted meanwhile; nothing was changed.")
    return int(found[0])


def _from_row(values: Sequence[Any]) -> Edit:
    """A change from its _COLUMNS."""
    number, version, position, old, new, author, at = values
    return Edit(number, version, position, old, new, author, moment(at))


def _edit(
    connection: Connection,
    row: tuple[int, str, int],
    seen: int,
    changes: Mapping[int, str],
    by: tuple[str, float],
) -> int | None:
    """Change a row, given by the run's key and id and its number; return its version; None if `seen` is older."""
    key, run_id, number = row
    line = connection.execute("SELECT cells FROM lines WHERE run = ? AND number = ?", [key, number]).fetchone()
    if line is None:
        raise UsageError(f"Run {run_id} has no row {number}; `leadsync show {run_id}` tells what it has.")
    sheet, last = json.loads(line[0]), 0
    cells = {LEFT_OUT: "", **dict(enumerate(sheet))}
    before = dict(cells)
    for last, position, new in connection.execute(  # noqa: B007 - the last version stays
        "SELECT version, position, new FROM edits WHERE run = ? AND number = ? ORDER BY version", [key, number]
    ):
        cells[position] = new
    if last != seen:
        return None
    if not changes.keys() <= cells.keys():
        raise UsageError(f"Row {number} of run {run_id} has {len(sheet)} columns; name them from 0.")
    changed = {position: new for position, new in changes.items() if cells[position] != new}
    connection.executemany(
        f"INSERT INTO edits (run, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(key, number, last + 1, place, cells[place], new, *by) for place, new in changed.items()],
    )
    if not changed:
        return last
    now = cells | changed
    # Unchecked: no rules have this name. A row left out needs no check.
    connection.execute(
        "INSERT INTO edited_rows (run, number, version, is_changed, ready) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run, number) DO UPDATE SET version = excluded.version, is_changed = excluded.is_changed, "
        "ready = excluded.ready, rules = '', fault = NULL, place = '', value = ''",
        [key, number, last + 1, any(text != before[place] for place, text in now.items()), bool(now[LEFT_OUT])],
    )
    return last + 1


class SqlAudit(Connected):
    """The actions; see `leadsync.journal.protocol.Audit`."""

    def add_audit(self, action: str, user: str, run_id: str = "", **detail: str | int) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO audit (at, author, action, run, detail) VALUES (?, ?, ?, ?, ?)",
                [self._database.now(), user, action, run_id, as_json(detail)],
            )

    def audit(self, run_id: str | None = None, limit: int = 100) -> list[AuditEntry]:
        return self.audit_page(AuditFilter(run_id or ""), limit=limit)

    def audit_page(self, chosen: AuditFilter, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
        wanted = {"run": chosen.run_id, "author": chosen.user, "action": chosen.action}
        conditions = {f"{name} = ?": value for name, value in wanted.items() if value}
        if before is not None:
            conditions["entry < ?"] = str(before)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT at, author, action, run, detail, entry FROM audit "
                f"WHERE {' AND '.join(['TRUE', *conditions])} ORDER BY entry DESC LIMIT ?",
                [*conditions.values(), limit],
            )
            return [
                AuditEntry(moment(at), author, action, run, json.loads(detail), number)
                for at, author, action, run, detail, number in rows
            ]

    def audit_names(self) -> tuple[list[str], list[str]]:
        with self._database.reading() as connection:
            users, actions = (
                [name for (name,) in connection.execute(f"SELECT DISTINCT {column} FROM audit ORDER BY {column}")]
                for column in ("author", "action")
            )
        return users, actions

    def senders(self, run_ids: Collection[str]) -> dict[str, str]:
        with self._database.reading() as connection:
            # The first entry comes last, and stays. CROSS JOIN keeps the order of the loops.
            rows = connection.execute(
                "SELECT run, author FROM json_each(?) AS wanted CROSS JOIN audit INDEXED BY audit_by_run "
                "WHERE run = wanted.value AND action = 'send' ORDER BY entry DESC",
                [json.dumps(list(run_ids))],
            )
            return dict(rows.fetchall())

    def last_logins(self) -> dict[str, datetime]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT author, max(at) FROM audit WHERE action = 'login' GROUP BY author")
            return {user: moment(at) for user, at in rows}
