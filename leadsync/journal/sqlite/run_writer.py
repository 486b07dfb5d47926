"""SQLite's part in the log of a run while it is being sent."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from leadsync.errors import JournalError
from leadsync.journal.copied import refuse_copied
from leadsync.journal.marks import Marks
from leadsync.journal.run_log import Begin, Finish, Work
from leadsync.journal.sql.run_table import run_key_and_end
from leadsync.journal.sql.run_writer import SqlRunWriter, finish_values
from leadsync.journal.sqlite.database import Patience, connect, transaction, translated
from leadsync.journal.sqlite.run_locks import lock_lost
from leadsync.journal.sqlite.statements import BEGIN_ROWS, FINISH_ROWS, KEEP_ATTEMPTS
from leadsync.journal.states import State
from leadsync.models import Status

LONGEST_WAIT_SECONDS = 120.0
"""A run's longest wait for another writer: at its end the outcomes of answered calls are lost."""


class SqliteRunWriter(SqlRunWriter):
    """The RunWriter of a run, on a connection of its own."""

    def __init__(
        self,
        path: Path,
        run_id: str,
        hurried: threading.Event,
        lock_lasts: Callable[[], bool],
        *,
        resend_unknown: bool,
        by_priority: bool,
    ) -> None:
        self._path, self._lock_lasts = path, lock_lasts
        self._patience = Patience(hurried)
        with translated(path):
            self._file = connect(path)
            key, last_row = run_key_and_end(self._file, run_id)
        try:
            marks = Marks(path.parent, run_id)
        except OSError as error:
            self._file.close()
            raise JournalError(
                f"No file can be made beside the journal {path}: {error.strerror}; make room or correct the "
                "folder's permissions."
            ) from error
        run = run_id, key, last_row
        super().__init__(self._file, run, marks, resend_unknown=resend_unknown, by_priority=by_priority)

    def close(self) -> None:
        self._file.close()
        self._marks.close()

    def may_send(self) -> bool:
        return self._lock_lasts()

    def commit(self, group: Sequence[Work]) -> list[Any]:
        """Do a group's work: ends first, then functions, then beginnings.

        For any one row that is the order of its calls. Its next beginning comes after its end, and no end is known
        before its beginning is durable. If the run's lock has lost its file, only ends are written, and LeaseLostError
        comes.
        """
        finishes = [work for work in group if isinstance(work, Finish)]
        if is_lost := not self._lock_lasts():
            group = finishes
        with translated(self._path), transaction(self._file, LONGEST_WAIT_SECONDS, self._patience):
            refuse_copied(self._path.parent)
            self._finish_all(finishes)
            results = [work() if callable(work) else None for work in group]
            settled = self._begin_all([work for work in group if isinstance(work, Begin)])
        # After the commit: another row's mark may take the place, and a kill in between would make this row unsent.
        for finish in finishes:
            self._marks.forget(finish.number)
        if is_lost:
            raise lock_lost(self._run_id)
        if settled:
            results = [
                settled.get(work.number) if isinstance(work, Begin) else result
                for work, result in zip(group, results, strict=True)
            ]
        return results

    def _begin_all(self, group: list[Begin]) -> dict[int, Status]:
        """Begin all but the settled rows; return those."""
        settled: dict[int, Status] = {}
        if group:
            [before] = self._connection.execute("SELECT last FROM sequence").fetchone()
            self._connection.execute("UPDATE sequence SET last = ?", [before + len(group)])
            now = time.time()
            lines = [(self._key, *work, now, before + place) for place, work in enumerate(group, 1)]
            moved = self._connection.execute(BEGIN_ROWS, [json.dumps(lines)]).rowcount
            if moved < len(group):
                found = {work.number: self._settled(work.number) for work in group}
                settled = {number: status for number, status in found.items() if status is not None}
            begun = {work.number: State.IN_FLIGHT for work in group if work.number not in settled}
            self._all_moved(moved, begun)
        return settled

    def _finish_all(self, group: list[Finish]) -> None:
        if group:
            now = time.time()
            lines = json.dumps([(self._key, *finish_values(work), now) for work in group], ensure_ascii=False)
            self._connection.execute(KEEP_ATTEMPTS, [lines])
            moved = self._connection.execute(FINISH_ROWS, [lines]).rowcount
            self._all_moved(moved, {work.number: work.state for work in group})

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
