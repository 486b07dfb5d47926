"""The journal: the durable record of runs, rows and attempts."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leadsync.errors import BusyError, JournalError, UsageError
from leadsync.journal.database import check, connect, prepare, transaction, translated
from leadsync.journal.history import History
from leadsync.journal.lock import SHORT_HOLD_SECONDS, StateLock, run_lock
from leadsync.journal.marks import drop_marks, left_attempts
from leadsync.journal.run_columns import RUN_COLUMNS, run_record, run_values, stored
from leadsync.journal.schema import OPEN
from leadsync.journal.states import INITIAL, State, sources
from leadsync.journal.values import (
    NO_EFFECTS,
    ROW_COLUMNS,
    Effects,
    Entry,
    Origin,
    line_values,
    new_run_id,
    places,
    reason_json,
    reason_of,
    row_record,
    tally_json,
    tally_of,
)
from leadsync.journal.writing import RunLog
from leadsync.models import RowRecord, RunRecord, Status, Tally
from leadsync.reasons import Reason, Skip, SkipKind
from leadsync.result_codes import RESULT_CODES, Verdict

FILE_NAME = "journal.sqlite3"
_CHUNK = 2000
_NO_END = 2**63 - 1
_LISTED = "(SELECT * FROM runs WHERE NOT deleting)"
_NOT_SENT_SINCE = (
    "rows.state IN ('succeeded', 'failed', 'pending') AND NOT EXISTS (SELECT 1 FROM rows AS sent JOIN runs AS by "
    "ON by.run = sent.run WHERE sent.lead = rows.lead AND sent.sequence > was.sequence AND (sent.run = rows.run OR "
    "by.retry_of = (SELECT id FROM runs WHERE runs.run = rows.run))) AND NOT EXISTS (SELECT 1 FROM "
    "rows AS again JOIN runs AS by ON by.run = again.run WHERE again.number = rows.number AND by.retry_of = "
    "(SELECT id FROM runs WHERE runs.run = rows.run)) AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.run = rows.run "
    "AND taken.number = rows.number)"
)
"""Whether nothing was sent from a decision (`was`) about a row: no attempt for its lead, no retry, no corrected
sheet."""
_CAN_GO = "(state = 'pending' OR (state = 'unknown' AND harmless))"
_UNDECIDED_LEADS = (
    f"SELECT lead FROM rows WHERE run = ? AND {OPEN} AND (state = 'conflict' OR (state = 'unknown' AND NOT harmless))"
)
_DECIDED = {State.SUCCEEDED: "applied", State.FAILED: "not applied"}
"""A person's decisions that bring a row of an earlier run to its end; any other row of it that moves is sent anew."""
_ENDED_UNDER_WAY = "leadsync ended while this row's request was under way"
_ORIGIN = "number, state, lead, fields, code, reason, attempts"


def _settled(state: str) -> State:
    """The state; in doubt for a row in flight."""
    return State.UNKNOWN if state == State.IN_FLIGHT else State(state)


def _origin(run_id: str, values: Sequence[Any]) -> Origin:
    state, lead, fields, code, reason, attempts = values
    return Origin(run_id, _settled(state), lead, json.loads(fields), code, reason_of(reason), attempts)


class Journal:
    """The journal in one state folder; a context manager. Every method may raise JournalError.

    Several processes may have it open at once.
    """

    def __init__(self, state: Path) -> None:
        self.path = state / FILE_NAME
        prepare(self.path)
        with translated(self.path):
            self._connection = connect(self.path)
        self._held: dict[str, StateLock] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for run_id in tuple(self._held):
            self.release(run_id)
        self._connection.close()

    # Locks

    def hold(self, run_id: str, patience: float = SHORT_HOLD_SECONDS) -> None:
        """Take the lock of a run until `release`, or until this journal is closed, and settle what an earlier process
        left in flight. Only then a run may be changed or sent. Raises BusyError where another process keeps it for
        longer than `patience`, in seconds."""
        if run_id not in self._held:
            lock = run_lock(self.path.parent, run_id)
            lock.acquire(patience)
            self._held[run_id] = lock
            self.settle(run_id)

    def release(self, run_id: str) -> None:
        """Give the lock of a run back, if it is held."""
        lock = self._held.pop(run_id, None)
        if lock is not None:
            lock.release()

    def try_hold(self, run_id: str) -> bool:
        """Take the lock of a run as `hold` does; False where another process has it."""
        try:
            self.hold(run_id, patience=0)
        except BusyError:
            return False
        return True

    def settle_if_dead(self, run_id: str) -> bool:
        """Settle rows in flight if no process sends the run; False where one does."""
        if run_id in self._held:
            return True
        with translated(self.path):
            query = f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} AND state = 'in_flight' LIMIT 1"
            in_flight = self._connection.execute(query, [self._key(run_id)]).fetchone()
        if in_flight is None:
            return True
        if not self.try_hold(run_id):
            return False
        self.release(run_id)
        return True

    def settle(self, run_id: str) -> int:
        """Settle the rows of a held run that are in flight though nothing sends them; gives how many there were.

        An attempt that has left, or of which that is not known, is in doubt. The others were never made.
        """
        left = left_attempts(self.path.parent, run_id)
        with translated(self.path), transaction(self._connection):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT number, attempts FROM rows WHERE run = ? AND {OPEN} AND state = 'in_flight'", [key]
            ).fetchall()
            in_doubt = [row for row in found if left is None or row in left]
            self._connection.executemany(
                "INSERT OR IGNORE INTO attempts (run, number, attempt, begun) SELECT run, number, attempts, time "
                "FROM rows WHERE run = ? AND number = ?",
                ((key, number) for number, _ in in_doubt),
            )
            self._connection.executemany(
                "UPDATE rows SET state = ?, message = ?, reason = NULL WHERE run = ? AND number = ?",
                ((State.UNKNOWN, _ENDED_UNDER_WAY, key, number) for number, _ in in_doubt),
            )
            self._connection.executemany(
                "UPDATE rows SET state = came_from, attempts = attempts - 1, "
                "time = (SELECT ended FROM attempts AS made "
                "WHERE made.run = rows.run AND made.number = rows.number AND made.attempt = rows.attempts - 1) "
                "WHERE run = ? AND number = ?",
                ((key, number) for number, _ in set(found).difference(in_doubt)),
            )
        drop_marks(self.path.parent, run_id)
        return len(found)

    def check(self) -> None:
        """Look through the whole file, before it is written to; raises JournalError where it is damaged."""
        check(self.path)

    def history(self) -> History:
        """What is known of leads over all runs, while this journal is open."""
        return History(self.path, self._connection)

    # Runs

    def create(self, run: RunRecord, known: Collection[str] | None = None) -> None:
        """Write down a new run, whose lock is held. It is a draft until `confirm`: nothing of it is sent before.

        With `known`, the runs of the same file as they were a moment ago: raises BusyError where there is another one
        by now, because another process reads the file too.
        """
        with translated(self.path), transaction(self._connection):
            others = self._connection.execute("SELECT id FROM runs WHERE file = ?", [str(run.file)]).fetchall()
            new = {run_id for (run_id,) in others} - {*(known or ()), run.id}
            if known is not None and new:
                raise BusyError(f"{run.file.name} is being read by another leadsync, as run {new.pop()}; try again.")
            if self._connection.execute("SELECT 1 FROM runs WHERE id = ? AND complete = 0", [run.id]).fetchone():
                self._delete(run.id)
            values = run_values(run)
            self._connection.execute(f"INSERT INTO runs ({RUN_COLUMNS}) VALUES ({places(values)})", values)

    def new_run_id(self, now: datetime) -> str:
        """An id that no run has, with its lock held."""
        while True:
            run_id = new_run_id(now)
            if run_id not in self._held and self.find(run_id) is None and self._take_new(run_id):
                return run_id

    def _take_new(self, run_id: str) -> bool:
        lock = run_lock(self.path.parent, run_id)
        try:
            lock.acquire(patience=0)
        except BusyError:
            return False
        self._held[run_id] = lock
        return True

    def run(self, run_id: str) -> RunRecord:
        """The run of that id, or of the only id with that part; raises UsageError."""
        found = self._runs("WHERE id = ?", run_id) or self.runs_like(run_id)
        if not found:
            raise UsageError(f"There is no run {run_id}; `leadsync runs` lists them.")
        if len(found) > 1:
            raise UsageError(f"{run_id} could be any of {len(found)} runs; `leadsync runs {run_id}` lists their ids.")
        return found[0]

    def runs_like(self, part: str) -> list[RunRecord]:
        """The runs with that part in their ids, the newest first."""
        return self._runs("WHERE instr(id, ?) > 0 ORDER BY run DESC", part)

    def find(self, run_id: str) -> RunRecord | None:
        """The run of exactly that id."""
        found = self._runs("WHERE id = ?", run_id)
        return found[0] if found else None

    def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        return self._runs("ORDER BY run DESC")

    def runs_of(self, file: Path) -> list[RunRecord]:
        """The runs of one file, the newest first."""
        return self._runs("WHERE file = ? ORDER BY run DESC", str(file))

    def retries(self, run_id: str) -> list[str]:
        """The runs that send rows of this one again, the oldest first."""
        return [run.id for run in self._runs("WHERE retry_of = ? ORDER BY run", run_id)]

    def takers(self, run_id: str) -> list[str]:
        """The runs that send rows of this one again, as they were or corrected, the oldest first."""
        taken = "SELECT by_run FROM taken WHERE run = (SELECT run FROM runs WHERE id = ?)"
        return [run.id for run in self._runs(f"WHERE retry_of = ? OR run IN ({taken}) ORDER BY run", run_id, run_id)]

    def lineage(self, run_id: str) -> list[str]:
        """The later runs that had rows of this one, directly or through others."""
        later: list[str] = []
        ahead = [run_id]
        while ahead:
            new = [one for one in self.takers(ahead.pop()) if one not in later]
            later += new
            ahead += new
        return later

    def moved_to(self, run_id: str) -> list[str] | None:
        """The later runs, the newest first, in which a row of this one is still to be sent, corrected or decided. None
        while a failed or rejected row is left here that no other run has had."""
        later = set(self.lineage(run_id))
        if not later or self._has_left(run_id, "FALSE"):
            return None
        return [run.id for run in self.runs() if run.id in later and self._has_left(run.id, OPEN)]

    def _has_left(self, run_id: str, or_else: str) -> bool:
        """Whether a row failed or was rejected here and has not gone on, or a condition on rows is true of one."""
        finals = [code for code, entry in RESULT_CODES.items() if entry.verdict is Verdict.FINAL]
        with translated(self.path):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT 1 FROM rows WHERE run = ? AND ({or_else} OR (state IN ('failed', 'rejected') "
                f"AND coalesce(code, 0) NOT IN ({places(finals)}) "
                "AND number NOT IN (SELECT number FROM rows JOIN runs USING (run) WHERE retry_of = ?) "
                "AND number NOT IN (SELECT number FROM taken WHERE run = ?))) LIMIT 1",
                [key, *finals, run_id, key],
            )
            return found.fetchone() is not None

    def update_run(self, run_id: str, **values: Any) -> None:
        """Change a run: any of `complete`, `finished`, `stopped`, `seconds`, `last_row`, `output`, `kind`, `dialer`,
        `ids`, `order`, `inserts`, `roles`, `first_stem`, `warnings`, `new_leads`."""
        with translated(self.path), transaction(self._connection):
            self._set(run_id, values)

    def _set(self, run_id: str, values: Mapping[str, Any]) -> None:
        columns = stored(values)
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self._connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", [*columns.values(), run_id])
        # Counted once where the run stands still, so that listing a thousand runs counts nothing.
        tally = tally_json(self._count(run_id)) if values.get("finished") or "stopped" in values else None
        self._connection.execute("UPDATE runs SET tally = ? WHERE id = ?", [tally, run_id])

    def tallies(self) -> list[tuple[RunRecord, Tally]]:
        """All runs, the newest first, each with the counts over its rows. Writes nothing, and so waits for nobody."""
        with translated(self.path):
            found = self._connection.execute(f"SELECT {RUN_COLUMNS}, tally FROM {_LISTED} ORDER BY run DESC").fetchall()
        runs = [(run_record(values[:-1]), values[-1]) for values in found]
        return [(run, tally_of(kept) if kept else self.tally(run.id)) for run, kept in runs]

    def tally(self, run_id: str) -> Tally:
        """Counts over the run's rows, a trial's only as far as it goes."""
        with translated(self.path):
            found = self._connection.execute("SELECT tally FROM runs WHERE id = ?", [run_id]).fetchone()
            if found is None:
                raise _gone(run_id)
            return tally_of(found[0]) if found[0] else self._count(run_id)

    def written(self, run_id: str) -> dict[str, list[int]]:
        """The run's files by their path, each with its size and time of change (in ns) as they were kept last."""
        with translated(self.path):
            found = self._connection.execute("SELECT written FROM runs WHERE id = ?", [run_id]).fetchone()
            kept: dict[str, list[int]] = json.loads(found[0])
            return kept

    def keep_written(self, run_id: str, files: Mapping[str, Sequence[int]]) -> None:
        """Remember the size and the time of change of a run's files, as `written` gives them."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute("UPDATE runs SET written = ? WHERE id = ?", [json.dumps(files), run_id])

    # Rows

    def add(self, run_id: str, entries: Iterable[Entry]) -> None:
        """Take rows in, a chunk to a commit; raises JournalError where one is in a state that no row begins in."""
        with translated(self.path):
            key = self._key(run_id)
            remaining = iter(entries)
            while chunk := list(islice(remaining, _CHUNK)):
                if any(entry.state not in INITIAL for entry in chunk):
                    raise JournalError("A row cannot be taken in as already sent; please report this.")
                with transaction(self._connection):
                    self._connection.executemany(
                        "INSERT INTO lines VALUES (?, ?, ?, ?, ?)", (line_values(key, entry) for entry in chunk)
                    )
                    self._connection.executemany(
                        "INSERT INTO rows (run, number, lead, harmless, state, reason) VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            (key, one.row.number, one.lead, one.harmless, one.state, reason_json(one.reason))
                            for one in chunk
                        ),
                    )

    def records(self, run_id: str, statuses: Iterable[Status] | None = None) -> Iterator[RowRecord]:
        """The run's rows in the sheet's order, a trial's only as far as it goes; those of some statuses, or all."""
        wanted = set(Status) if statuses is None else set(statuses)
        states = [state for state in State if state.status in wanted]
        with translated(self.path):
            found = self._connection.execute(
                f"SELECT {ROW_COLUMNS} FROM rows JOIN lines USING (run, number) "
                f"WHERE run = ? AND number <= ? AND state IN ({places(states)}) ORDER BY number",
                [*self._key_and_end(run_id), *states],
            )
            for values in found:
                yield row_record(values)

    def origins(self, run_id: str) -> dict[int, Origin]:
        """The rows of an earlier run by their number, as they stand after the runs that sent them again; empty where
        this journal does not know the run. Holds them all."""
        known: dict[int, Origin] = {}
        to_read = [run_id]
        while to_read:
            one = to_read.pop(0)
            with translated(self.path):
                found = self._connection.execute(
                    f"SELECT {_ORIGIN} FROM rows JOIN lines USING (run, number) "
                    "WHERE run = (SELECT run FROM runs WHERE id = ?)",
                    [one],
                )
                known |= {number: _origin(one, values) for number, *values in found}
            to_read += self.retries(one)
        return known

    def cells(self, run_id: str, numbers: Collection[int]) -> dict[int, tuple[str, ...]]:
        """The cells of some rows as they were read from their sheet."""
        with translated(self.path):
            found = self._connection.execute(
                "SELECT number, cells FROM json_each(?) AS wanted CROSS JOIN lines "
                "WHERE run = ? AND number = wanted.value",
                [json.dumps(list(numbers)), self._key(run_id)],
            )
            return {number: tuple(json.loads(cells)) for number, cells in found}

    def tried(self, run_id: str) -> tuple[dict[int, Origin], list[int]]:
        """The rows of a trial that were sent, by their number, and the numbers of those that are still to be sent."""
        with translated(self.path):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT {_ORIGIN} FROM rows JOIN lines USING (run, number) "
                "WHERE run = ? AND state NOT IN ('pending', 'rejected', 'skipped')",
                [key],
            )
            sent = {number: _origin(run_id, values) for number, *values in found}
            unsent = self._connection.execute(
                f"SELECT number FROM rows WHERE run = ? AND {OPEN} "
                "AND (state = 'pending' OR (state = 'unknown' AND harmless)) ORDER BY number",
                [key],
            )
            return sent, [number for (number,) in unsent]

    def went_on(self, run_id: str) -> dict[int, list[tuple[str, State, int]]]:
        """Rows of a run that came again in a corrected sheet: for each of their numbers the runs that had them then, or
        sent them once more after that, how they stand there, and their number there."""
        found: dict[int, list[tuple[str, State, int]]] = {}
        with translated(self.path):
            rows = self._connection.execute(
                """
                WITH RECURSIVE
                    same(run) AS (
                        SELECT run FROM runs WHERE id = ?
                        UNION SELECT again.run FROM runs AS again JOIN runs AS before ON again.retry_of = before.id
                              JOIN same ON same.run = before.run
                    ),
                    later(origin, run, number) AS (
                        SELECT number, by_run, by_number FROM taken JOIN same USING (run)
                        UNION SELECT later.origin, taken.by_run, taken.by_number
                              FROM later JOIN taken ON taken.run = later.run AND taken.number = later.number
                        UNION SELECT later.origin, again.run, later.number
                              FROM later JOIN runs AS before ON before.run = later.run
                              JOIN runs AS again ON again.retry_of = before.id
                    )
                SELECT origin, runs.id, rows.state, later.number
                FROM later JOIN rows USING (run, number) JOIN runs USING (run) ORDER BY runs.run
                """,
                [run_id],
            )
            for origin, later, state, number in rows:
                found.setdefault(origin, []).append((later, _settled(state), number))
        return found

    def overtaken(self, run_id: str) -> dict[int, tuple[str, int]]:
        """Rows of a run that came from earlier runs where a later row of their lead went through: for each number that
        earlier run, and the number of the later row there."""
        with translated(self.path):
            found = self._connection.execute(
                """
                WITH RECURSIVE back(origin, run, number) AS (
                    SELECT by_number, run, number FROM taken WHERE by_run = ?
                    UNION SELECT back.origin, taken.run, taken.number
                          FROM back JOIN taken ON taken.by_run = back.run AND taken.by_number = back.number
                )
                SELECT origin, runs.id, max(later.number) FROM back JOIN rows USING (run, number) JOIN rows AS later
                ON later.run = back.run AND later.lead = rows.lead AND later.number > back.number
                AND later.state = 'succeeded' JOIN runs ON runs.run = back.run GROUP BY origin
                """,
                [self._key(run_id)],
            )
            return {origin: (earlier, later) for origin, earlier, later in found}

    def confirm(self, run_id: str, effects: Effects = NO_EFFECTS, **values: Any) -> None:
        """A person, or the command line, has confirmed the run: it may be sent. All of this, or nothing, is written.

        `effects` are the run's effects on rows of other runs; `values` change the run as `update_run` does.
        """
        reason = Skip(SkipKind.TRANSFERRED, run_id, text=self.run(run_id).file.name)
        with translated(self.path), transaction(self._connection):
            for (other, state), numbers in effects.decided.items():
                key = self._key(other)
                for number in numbers:
                    if state in _DECIDED:
                        self._decide(key, number, state, _DECIDED[state])
                    else:
                        self._keep_decision(key, number, "send", "NOT harmless")
                        self._move(other, [number], state, reason)
                self._recount(other)
            for other, places_there_and_here in effects.taken.items():
                keys = self._key(other), self._key(run_id)
                known = ((keys[0], there, keys[1], here) for there, here in places_there_and_here)
                self._connection.executemany("INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?)", known)
            if trial := self._connection.execute("SELECT follows FROM runs WHERE id = ?", [run_id]).fetchone()[0]:
                self._follow(trial, run_id, effects.kept)
            self._set(run_id, {**values, "complete": True})

    def delete_draft(self, run_id: str) -> None:
        """Forget a held draft: nobody confirmed it."""
        with translated(self.path), transaction(self._connection):
            if self._connection.execute("SELECT 1 FROM runs WHERE id = ? AND complete = 0", [run_id]).fetchone():
                self._delete(run_id)
        self.release(run_id)

    def resolve(self, run_id: str, numbers: Iterable[int], state: State, decided: str) -> int:
        """Write down what a person decided about conflict and unknown rows, or about rows decided before; gives how
        many there were. With a row to be sent, the run is not finished any more."""
        with translated(self.path), transaction(self._connection):
            key = self._key(run_id)
            count = sum(self._decide(key, number, state, decided) for number in numbers)
            self._recount(run_id)
        return count

    def _decide(self, key: int, number: int, state: State, decided: str) -> int:
        self._take_back(key, number)
        if kept := self._keep_decision(key, number, decided):
            self._connection.execute(
                "UPDATE rows SET state = ?, message = ?, reason = NULL, counted_from = attempts "
                "WHERE run = ? AND number = ?",
                [state, f"a person decided: {decided}", key, number],
            )
        return kept

    def _keep_decision(self, key: int, number: int, decided: str, condition: str = "TRUE") -> int:
        return self._connection.execute(
            "INSERT OR REPLACE INTO decisions SELECT run, number, state, message, (SELECT last FROM sequence), ? "
            f"FROM rows WHERE run = ? AND number = ? AND {OPEN} AND state IN ('conflict', 'unknown') AND {condition}",
            [decided, key, number],
        ).rowcount

    def take_back(self, run_id: str, numbers: Iterable[int]) -> int:
        """Take back what a person decided about these rows, as far as nothing was sent from it; gives how many."""
        with translated(self.path), transaction(self._connection):
            key = self._key(run_id)
            count = sum(self._take_back(key, number) for number in numbers)
            self._recount(run_id)
        return count

    def _take_back(self, key: int, number: int) -> int:
        came_back = self._connection.execute(
            "UPDATE rows SET state = was.state, message = was.message, reason = NULL FROM decisions AS was "
            "WHERE was.run = rows.run "
            f"AND was.number = rows.number AND rows.run = ? AND rows.number = ? AND {_NOT_SENT_SINCE}",
            [key, number],
        ).rowcount
        if came_back:
            self._connection.execute("DELETE FROM decisions WHERE run = ? AND number = ?", [key, number])
        return came_back

    def decision(self, run_id: str, number: int) -> str:
        """What a person decided last about a row; empty for one about which nobody did, or that was taken back."""
        with translated(self.path):
            query = "SELECT decided FROM decisions WHERE run = ? AND number = ?"
            found = self._connection.execute(query, [self._key(run_id), number]).fetchone()
            return found[0] if found else ""

    def decided(self, run_id: str, numbers: Iterable[int]) -> dict[int, str]:
        """What a person decided about these rows, as far as it can be taken back; others are left out."""
        with translated(self.path):
            key = self._key(run_id)
            found = (
                self._connection.execute(
                    "SELECT was.number, was.decided FROM decisions AS was JOIN rows USING (run, number) "
                    f"WHERE was.run = ? AND was.number = ? AND {_NOT_SENT_SINCE}",
                    [key, number],
                ).fetchone()
                for number in numbers
            )
            return dict(filter(None, found))

    def states(self, run_id: str, numbers: Iterable[int]) -> dict[int, Status]:
        """Where some rows of a run stand; rows that it does not have are left out."""
        with translated(self.path):
            key = self._key(run_id)
            found = (
                self._connection.execute(
                    "SELECT number, state FROM rows WHERE run = ? AND number = ?", [key, number]
                ).fetchone()
                for number in numbers
            )
            return {number: State(state).status for number, state in filter(None, found)}

    def count_retry(self, run_id: str) -> int:
        """How many rows a retry of this run would send."""
        wanted, values = self._retried(run_id)
        with translated(self.path):
            count: int = self._connection.execute(f"SELECT count(*) FROM rows WHERE {wanted}", values).fetchone()[0]
        return count

    def create_retry(self, run: RunRecord) -> None:
        """Write down a new run, whose lock is held, with the rows that its `retry_of` is to send again, and let it be
        confirmed. Rows of that one that were still to be sent are skipped there: they are never sent by both."""
        wanted, which = self._retried(run.retry_of)
        with translated(self.path), transaction(self._connection):
            values = run_values(run)
            self._connection.execute(f"INSERT INTO runs ({RUN_COLUMNS}) VALUES ({places(values)})", values)
            old, new = self._key(run.retry_of), self._key(run.id)
            self._connection.execute(
                "INSERT INTO lines SELECT ?, number, cells, dates, fields FROM rows JOIN lines USING (run, number) "
                f"WHERE {wanted}",
                [new, *which],
            )
            self._connection.execute(
                "INSERT INTO rows (run, number, lead, harmless, state) SELECT ?, number, lead, harmless, 'pending' "
                f"FROM rows WHERE {wanted}",
                [new, *which],
            )
            self._connection.execute(
                "UPDATE rows SET state = 'skipped', message = '', reason = ? "
                f"WHERE run = ? AND {OPEN} AND state IN ('pending', 'unknown') "
                "AND number IN (SELECT number FROM rows WHERE run = ?)",
                [reason_json(Skip(SkipKind.RETRIED, run.id)), old, new],
            )
            left = f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} AND {_CAN_GO} AND lead NOT IN ({_UNDECIDED_LEADS})"
            self._connection.execute(
                f"UPDATE runs SET tally = NULL, stopped = '', finished = NOT EXISTS ({left}) WHERE run = ?",
                [old, old, old],
            )

    def _retried(self, run_id: str) -> tuple[str, list[object]]:
        """A condition on rows, with its values: those that a retry of this run sends.

        Left out are rows that are refused for good, that an earlier retry or a corrected sheet has taken, whose lead
        has a row that a person has to decide first, and whose lead has taken a later row, which would be undone.
        """
        finals = [code for code, entry in RESULT_CODES.items() if entry.verdict is Verdict.FINAL]
        with translated(self.path):
            key = self._key(run_id)
        wanted = (
            f"rows.run = ? AND ({_CAN_GO} OR (state = 'failed' AND coalesce(code, 0) NOT IN ({places(finals)}))) "
            "AND number NOT IN (SELECT number FROM rows JOIN runs USING (run) WHERE retry_of = ?) "
            "AND number NOT IN (SELECT number FROM taken WHERE run = ?) "
            f"AND lead NOT IN ({_UNDECIDED_LEADS}) "
            "AND NOT EXISTS (SELECT 1 FROM rows AS later WHERE later.lead = rows.lead AND later.run = rows.run "
            "AND later.number > rows.number AND later.state = 'succeeded')"
        )
        return wanted, [key, *finals, run_id, key, key]

    def nth_pending(self, run_id: str, count: int) -> int | None:
        """The number of the `count`-th row still to be sent; None where there are not more than that."""
        with translated(self.path):
            found = self._connection.execute(
                f"SELECT number FROM rows WHERE run = ? AND {OPEN} AND state = 'pending' "
                "ORDER BY number LIMIT 2 OFFSET ?",
                [self._key(run_id), count - 1],
            ).fetchall()
        return found[0][0] if len(found) > 1 else None

    def ready(self, run_id: str, end: int | None) -> int:
        """How many rows up to row `end`, or all, can go now: those of leads on which no person has to decide first."""
        with translated(self.path):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND {OPEN} AND {_CAN_GO} "
                f"AND lead NOT IN ({_UNDECIDED_LEADS})",
                [key, _NO_END if end is None else end, key],
            )
            count: int = found.fetchone()[0]
            return count

    def waiting_for_decision(self, run_id: str, end: int | None) -> int:
        """How many unsent rows up to row `end`, or all, wait until a person has decided on another of their lead."""
        with translated(self.path):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND {OPEN} AND state = 'pending' "
                f"AND lead IN ({_UNDECIDED_LEADS})",
                [key, _NO_END if end is None else end, key],
            )
            count: int = found.fetchone()[0]
            return count

    def has_more(self, run_id: str) -> bool:
        """Whether rows can still go that need no person's decision, beyond a trial's end too."""
        with translated(self.path):
            key = self._key(run_id)
            found = self._connection.execute(
                f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} AND (state = 'in_flight' OR {_CAN_GO}) "
                f"AND lead NOT IN ({_UNDECIDED_LEADS}) LIMIT 1",
                [key, key],
            )
            return found.fetchone() is not None

    def log(self, run_id: str, *, resend_unknown: bool, by_priority: bool) -> RunLog:
        """What writes a held run down while it is sent."""
        if run_id not in self._held:
            raise JournalError(f"Run {run_id} cannot be sent without its lock; please report this.")
        return RunLog(self.path, run_id, resend_unknown=resend_unknown, by_priority=by_priority)

    # Files that `check --output` wrote

    def wrote(self, path: Path) -> list[int] | None:
        """The size and time of change (ns) of a file when leadsync wrote it last; None for any other file."""
        with translated(self.path):
            found = self._connection.execute(
                "SELECT size, modified_ns FROM written WHERE path = ?", [str(path)]
            ).fetchone()
        return list(found) if found else None

    def keep_wrote(self, path: Path, size: int, modified_ns: int) -> None:
        """Remember a file as `wrote` gives it."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO written VALUES (?, ?, ?)", [str(path), size, modified_ns])

    # Dialers

    def known_slots(self, url: str) -> int | None:
        """How many calls at once the dialer at `url` was found to run."""
        slots: int | None = self._known("SELECT slots FROM dialers WHERE url = ?", url)
        return slots

    def known_pace(self, url: str, slots: int | None = None) -> float | None:
        """The leads a second that the last longer run sent to the dialer at `url`, its waits included; with `slots`
        only where it had so many."""
        query = "SELECT pace FROM dialers WHERE url = ? AND coalesce(pace_slots = ?, TRUE)"
        pace: float | None = self._known(query, url, slots)
        return pace

    def keep_slots(self, url: str, slots: int) -> None:
        """Remember how many calls at once the dialer at `url` was found to run."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO dialers (url, slots) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET slots = excluded.slots",
                [url, slots],
            )

    def keep_pace(self, url: str, pace: float, slots: int) -> None:
        """Remember the leads a second that were sent to the dialer at `url` with so many slots."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO dialers (url, pace, pace_slots) VALUES (?, ?, ?) ON CONFLICT (url) DO UPDATE "
                "SET pace = excluded.pace, pace_slots = excluded.pace_slots",
                [url, pace, slots],
            )

    def _known(self, query: str, *values: object) -> Any:
        with translated(self.path):
            found = self._connection.execute(query, values).fetchone()
            return found[0] if found else None

    # Inside

    def _delete(self, run_id: str) -> None:
        key = self._key(run_id)
        for table in ("lines", "rows", "attempts", "taken", "decisions", "runs"):
            self._connection.execute(f"DELETE FROM {table} WHERE run = ?", [key])
        self._connection.execute("DELETE FROM taken WHERE by_run = ?", [key])

    def _follow(self, trial: str, run_id: str, kept: Collection[tuple[int, int]]) -> None:
        """Let a trial's outcomes stand in the run that takes over from it, and the trial be at its end."""
        old, new = self._key(trial), self._key(run_id)
        places_here = [(new, here, old, there) for there, here in kept]
        self._connection.executemany(
            "UPDATE rows SET (state, code, name, message, reason, attempts, time, sequence) = "
            "(SELECT state, code, name, iif(state = 'succeeded', rows.message, message), "
            "iif(state = 'succeeded', rows.reason, reason), attempts, time, sequence "
            "FROM rows AS was WHERE was.run = ?3 AND was.number = ?4) WHERE run = ?1 AND number = ?2",
            places_here,
        )
        self._connection.executemany(
            "INSERT INTO attempts SELECT ?1, ?2, attempt, begun, ended, effect, http, code, message FROM attempts "
            "WHERE run = ?3 AND number = ?4",
            places_here,
        )
        self._connection.execute("UPDATE runs SET finished = 1, stopped = '', tally = NULL WHERE run = ?", [old])

    def _move(self, run_id: str, numbers: Iterable[int], target: State, reason: Reason) -> int:
        """Bring rows to `target` where a transition leads there; gives how many came."""
        key, kept = self._key(run_id), reason_json(reason)
        return self._connection.executemany(
            "UPDATE rows SET state = ?, message = '', reason = ? "
            f"WHERE run = ? AND number = ? AND state IN ({places(sources(target))})",
            ([target, kept, key, number, *sources(target)] for number in numbers),
        ).rowcount

    def _recount(self, run_id: str) -> None:
        self._connection.execute(
            "UPDATE runs SET tally = NULL, finished = (finished OR (complete AND stopped = '')) AND NOT EXISTS "
            f"(SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state = 'pending') WHERE id = ?",
            [run_id],
        )

    def _runs(self, condition: str, *values: object) -> list[RunRecord]:
        with translated(self.path):
            found = self._connection.execute(f"SELECT {RUN_COLUMNS} FROM {_LISTED} AS runs {condition}", values)
            return [run_record(row) for row in found]

    def _key(self, run_id: str) -> int:
        return self._key_and_end(run_id)[0]

    def _key_and_end(self, run_id: str) -> tuple[int, int]:
        found = self._connection.execute(
            f"SELECT run, coalesce(last_row, {_NO_END}) FROM runs WHERE id = ?", [run_id]
        ).fetchone()
        if found is None:
            raise _gone(run_id)
        return found[0], found[1]

    def _count(self, run_id: str) -> Tally:
        key_and_end = self._key_and_end(run_id)
        found = self._connection.execute(
            "SELECT state, code, count(*), sum(attempts) FROM rows WHERE run = ? AND number <= ? GROUP BY state, code",
            key_and_end,
        )
        rows = attempts = 0
        statuses: dict[Status, int] = {}
        codes: dict[int, int] = {}
        for state, code, count, sent in found:
            rows += count
            attempts += sent
            status = State(state).status
            statuses[status] = statuses.get(status, 0) + count
            if code is not None:
                codes[code] = codes.get(code, 0) + count
        beyond = self._connection.execute(
            f"SELECT count(*) FROM rows WHERE run = ? AND number > ? AND {OPEN} AND state = 'pending'", key_and_end
        ).fetchone()[0]
        still_failing = self._connection.execute(
            "SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND state = 'skipped' "
            "AND json_extract(reason, '$.skip') = ?",
            [*key_and_end, SkipKind.STILL_FAILING.name],
        ).fetchone()[0]
        return Tally(rows, statuses, codes, attempts, beyond, still_failing)


def _gone(run_id: str) -> UsageError:
    return UsageError(f"Run {run_id} is not in the journal any more; `leadsync runs` lists the runs.")
