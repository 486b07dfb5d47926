"""The journal: the durable record of runs, rows and attempts."""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from leadsync.errors import JournalError, UsageError
from leadsync.journal.database import check, connect, prepare, transaction, translated
from leadsync.journal.history import History
from leadsync.journal.schema import OPEN, STILL_SENDING
from leadsync.journal.states import INITIAL, State, sources
from leadsync.journal.values import (
    ROW_COLUMNS,
    RUN_COLUMNS,
    Entry,
    Origin,
    line_values,
    places,
    row_record,
    run_record,
    run_values,
    tally_json,
    tally_of,
)
from leadsync.models import RowRecord, RunRecord, Status, Tally
from leadsync.result_codes import RESULT_CODES, Verdict

FILE_NAME = "journal.sqlite3"
_CHUNK = 2000
_BEFORE = (
    "CREATE TEMP TABLE rows_before (run INTEGER, number INTEGER, state TEXT, message TEXT, PRIMARY KEY (run, number))",
    "CREATE TEMP TABLE runs_before (run INTEGER PRIMARY KEY, finished INTEGER, stopped TEXT)",
)
"""How other runs and their rows stood before a run took them over, while the user is asked whether to send it."""
_ROWS_AS_BEFORE = (
    "UPDATE rows SET state = was.state, message = was.message FROM temp.rows_before AS was "
    "WHERE rows.run = was.run AND rows.number = was.number "
    # Somebody may have sent a row once more in the meantime.
    "AND NOT EXISTS (SELECT 1 FROM runs AS again JOIN runs AS own ON again.retry_of = own.id "
    "WHERE own.run = was.run AND again.run > ?)"
)
_RUNS_AS_BEFORE = (
    "UPDATE runs SET finished = was.finished, stopped = was.stopped, tally = NULL FROM temp.runs_before AS was "
    "WHERE runs.run = was.run"
)
_FORGET_BEFORE = ("DELETE FROM temp.rows_before", "DELETE FROM temp.runs_before")
_ORIGIN = "number, state, lead, fields, code, message"


def _origin(run_id: str, values: Sequence[Any]) -> Origin:
    state, lead, fields, code, message = values
    return Origin(run_id, State(state), lead, json.loads(fields), code, message)


class Journal:
    """The journal in one state folder; a context manager. Every method may raise JournalError.

    Several processes may have it open at once.
    """

    def __init__(self, state: Path) -> None:
        self.path = state / FILE_NAME
        prepare(self.path)
        with translated(self.path):
            self._connection = connect(self.path)
            self._execute(_BEFORE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def check(self) -> None:
        """Look through the whole file, before it is written to; raises JournalError where it is damaged."""
        check(self.path)

    def history(self) -> History:
        """What is known of leads over all runs, while this journal is open."""
        return History(self.path, self._connection)

    # Runs

    def create(self, run: RunRecord) -> None:
        """Write down a new run; one of that id whose sheet was not read to its end is begun anew."""
        with translated(self.path), transaction(self._connection):
            if self._connection.execute("SELECT 1 FROM runs WHERE id = ? AND complete = 0", [run.id]).fetchone():
                self._delete(run.id)
            values = run_values(run)
            self._connection.execute(f"INSERT INTO runs ({RUN_COLUMNS}) VALUES ({places(values)})", values)

    def run(self, run_id: str) -> RunRecord:
        """The run of that id, or of the only id that begins so; raises UsageError."""
        found = self._runs("WHERE id = ?", run_id) or self._runs("WHERE substr(id, 1, length(?)) = ?", run_id, run_id)
        if not found:
            raise UsageError(f"There is no run {run_id}; `leadsync runs` lists them.")
        if len(found) > 1:
            raise UsageError(f"{run_id} could be any of {len(found)} runs; `leadsync runs` lists their whole ids.")
        return found[0]

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

    def update_run(self, run_id: str, **values: Any) -> None:
        """Change what is known of a run: any of `complete`, `finished`, `stopped`, `seconds`, `last_row`, `output`,
        `kind`, `dialer`, `ids`, `order`, `inserts`."""
        if "order" in values:
            values["ordering"] = values.pop("order")
        if "ids" in values:
            ids = values.pop("ids")
            values |= {"template": ids.template, "campaign": ids.campaign, "allocation": ids.allocation}
        assignments = ", ".join(f"{name} = ?" for name in values)
        plain = [str(value) if isinstance(value, Path) else value for value in values.values()]
        with translated(self.path), transaction(self._connection):
            self._connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", [*plain, run_id])
            if "seconds" in values:
                self._connection.execute("UPDATE runs SET ended = ? WHERE id = ?", [time.time(), run_id])
            # Counted once where the run stands still, so that listing a thousand runs counts nothing.
            tally = tally_json(self._count(run_id)) if values.get("finished") or "stopped" in values else None
            self._connection.execute("UPDATE runs SET tally = ? WHERE id = ?", [tally, run_id])

    def tallies(self) -> list[tuple[RunRecord, Tally]]:
        """All runs, the newest first, each with the counts over its rows.

        A finished run whose rows were decided since is counted once more, and that is kept.
        """
        with translated(self.path):
            found = self._connection.execute(f"SELECT {RUN_COLUMNS}, tally FROM runs ORDER BY run DESC").fetchall()
        runs = [(run_record(values[:-1]), values[-1]) for values in found]
        return [(run, tally_of(kept) if kept else self._counted(run.id, run.finished)) for run, kept in runs]

    def tally(self, run_id: str) -> Tally:
        """Counts over the run's rows, a trial's only as far as it goes."""
        with translated(self.path):
            kept = self._connection.execute("SELECT tally FROM runs WHERE id = ?", [run_id]).fetchone()[0]
            return tally_of(kept) if kept else self._count(run_id)

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
                        "INSERT INTO rows (run, number, lead, harmless, state, message) VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            (key, entry.row.number, entry.lead, entry.harmless, entry.state, entry.message)
                            for entry in chunk
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

    def went_on(self, run_id: str) -> dict[int, list[tuple[str, State]]]:
        """Rows of a run that came again in a corrected sheet: for each of their numbers the runs that had them then, or
        sent them once more after that, and how they stand there."""
        found: dict[int, list[tuple[str, State]]] = {}
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
                SELECT origin, runs.id, rows.state
                FROM later JOIN rows USING (run, number) JOIN runs USING (run) ORDER BY runs.run
                """,
                [run_id],
            )
            for number, later, state in rows:
                found.setdefault(number, []).append((later, State(state)))
        return found

    def complete(
        self,
        run_id: str,
        decided: Mapping[tuple[str, State], Collection[int]],
        message: str,
        taken: Mapping[str, Collection[tuple[int, int]]] = MappingProxyType({}),
        kept: Collection[tuple[int, int]] = (),
    ) -> None:
        """The whole sheet is in: the run may be sent. What its rows decide about rows of other runs, each given by the
        run, the new state and the numbers, is written down with it, and which rows that did not go through it has
        `taken` from other runs to send them corrected, each with its number here: all of it or nothing.

        Where it follows a trial, that one is at its end, and the rows of it that are `kept`, each with its number there
        and here, stand here as they came out. As long as nothing of the run is sent, `discard` takes all that back."""
        with translated(self.path), transaction(self._connection):
            self._execute(_FORGET_BEFORE)
            for (other, state), numbers in decided.items():
                self._remember(other, numbers)
                self._move(other, numbers, state, message)
                self._recount(other)
            for other, places_there_and_here in taken.items():
                keys = self._key(other), self._key(run_id)
                known = ((keys[0], there, keys[1], here) for there, here in places_there_and_here)
                self._connection.executemany("INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?)", known)
            if trial := self._connection.execute("SELECT follows FROM runs WHERE id = ?", [run_id]).fetchone()[0]:
                self._follow(trial, run_id, kept)
            self._connection.execute("UPDATE runs SET complete = 1 WHERE id = ?", [run_id])

    def resolve(self, run_id: str, numbers: Iterable[int], state: State, message: str) -> int:
        """Write down what a person decided about conflict and unknown rows; gives how many there were to decide."""
        decided = 0
        with translated(self.path), transaction(self._connection):
            key = self._key(run_id)
            for number in numbers:
                decided += self._connection.execute(
                    f"UPDATE rows SET state = ?, message = ? WHERE run = ? AND number = ? AND {OPEN} "
                    "AND state IN ('conflict', 'unknown')",
                    [state, message, key, number],
                ).rowcount
        return decided

    def recount(self, run_id: str) -> None:
        """Bring a run's standing up to date after its rows were decided: with rows to be sent it is not finished."""
        with translated(self.path), transaction(self._connection):
            self._recount(run_id)

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

    def create_retry(self, run: RunRecord, message: str) -> int:
        """Write down a new run with the failed and unsent rows of the one it is a retry of; gives how many.

        Left out are rows that are refused for good, that an earlier retry or a corrected sheet has taken, whose lead
        has a row that a person has to decide first, and whose lead has taken a later row. Unsent ones are skipped in
        the old run from then on, so that they are never sent by both: all of it or nothing is written down. Without
        rows there is no run.
        """
        source = run.retry_of
        with translated(self.path), transaction(self._connection):
            values = run_values(run)
            self._connection.execute(f"INSERT INTO runs ({RUN_COLUMNS}) VALUES ({places(values)})", values)
            old, new = self._key(source), self._key(run.id)
            finals = [code for code, entry in RESULT_CODES.items() if entry.verdict is Verdict.FINAL]
            wanted = (
                f"(state = 'pending' OR (state = 'failed' AND coalesce(code, 0) NOT IN ({places(finals)}))) "
                "AND number NOT IN (SELECT number FROM rows JOIN runs USING (run) WHERE retry_of = ?) "
                "AND number NOT IN (SELECT number FROM taken WHERE run = ?) "
                f"AND lead NOT IN (SELECT lead FROM rows WHERE run = ? AND {OPEN} AND state IN ('unknown', 'conflict'))"
            )
            # What a later row of the lead has set since is not undone by an earlier one.
            wanted += (
                " AND NOT EXISTS (SELECT 1 FROM rows AS later WHERE later.lead = rows.lead AND later.run = rows.run "
                "AND later.number > rows.number AND later.state = 'succeeded')"
            )
            which = [old, *finals, source, old, old]
            self._connection.execute(
                "INSERT INTO lines SELECT ?, number, cells, dates, fields FROM rows JOIN lines USING (run, number) "
                f"WHERE run = ? AND {wanted}",
                [new, *which],
            )
            count = self._connection.execute(
                "INSERT INTO rows (run, number, lead, harmless, state) SELECT ?, number, lead, harmless, 'pending' "
                f"FROM rows WHERE run = ? AND {wanted}",
                [new, *which],
            ).rowcount
            self._connection.execute(
                f"UPDATE rows SET state = 'skipped', message = ? WHERE run = ? AND {OPEN} AND state = 'pending' "
                "AND number IN (SELECT number FROM rows WHERE run = ?)",
                [message, old, new],
            )
            self._connection.execute("UPDATE runs SET tally = NULL, finished = 1 WHERE run = ?", [old])
            if count == 0:
                self._delete(run.id)
        return count

    def discard(self, run_id: str) -> None:
        """Forget a run of which nothing was sent, rows and all, and with it what this journal's last `complete`, if it
        was that run's, did to rows of other runs."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute(_ROWS_AS_BEFORE, [self._key(run_id)])
            self._execute((_RUNS_AS_BEFORE, *_FORGET_BEFORE))
            self._delete(run_id)

    def discard_retry(self, run_id: str, message: str) -> None:
        """Forget a retry of which nothing was sent: the rows that it took, which say `message`, are unsent again."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute(
                "UPDATE rows SET state = 'pending', message = '' WHERE state = 'skipped' AND message = ? "
                "AND run = (SELECT run FROM runs WHERE id = (SELECT retry_of FROM runs WHERE id = ?))",
                [message, run_id],
            )
            self._delete(run_id)

    def recover(self, run_id: str) -> int:
        """Settle the rows that a dead or interrupted process left in flight: they may have been applied. Gives how many
        there were. From now on the run counts as being sent, until `update_run` is told the seconds that took."""
        with translated(self.path), transaction(self._connection):
            self._connection.execute("UPDATE runs SET ended = ? WHERE id = ?", [STILL_SENDING, run_id])
            key = self._key(run_id)
            self._connection.execute(
                "INSERT OR IGNORE INTO attempts (run, number, attempt, begun) SELECT run, number, attempts, time "
                f"FROM rows WHERE run = ? AND {OPEN} AND state = 'in_flight'",
                [key],
            )
            return self._connection.execute(
                f"UPDATE rows SET state = ?, message = ? WHERE run = ? AND {OPEN} AND state = 'in_flight'",
                [State.UNKNOWN, "leadsync ended while this row's request was under way", key],
            ).rowcount

    def nth_pending(self, run_id: str, count: int) -> int | None:
        """The number of the `count`-th row still to be sent; None where there are not more than that."""
        with translated(self.path):
            found = self._connection.execute(
                f"SELECT number FROM rows WHERE run = ? AND {OPEN} AND state = 'pending' "
                "ORDER BY number LIMIT 2 OFFSET ?",
                [self._key(run_id), count - 1],
            ).fetchall()
        return found[0][0] if len(found) > 1 else None

    def ready(self, run_id: str) -> int:
        """How many unsent rows can go now, a trial's only as far as it goes: those of leads on which no person has to
        decide first."""
        with translated(self.path):
            key, end = self._key_and_end(run_id)
            found = self._connection.execute(
                f"SELECT count(*) FROM rows WHERE run = ? AND number <= ? AND {OPEN} AND state = 'pending' "
                f"AND lead NOT IN (SELECT lead FROM rows WHERE run = ? AND {OPEN} "
                "AND (state = 'conflict' OR (state = 'unknown' AND NOT harmless)))",
                [key, end, key],
            )
            count: int = found.fetchone()[0]
            return count

    def has_more(self, run_id: str) -> bool:
        """Whether rows are still to be sent that need no person's decision, beyond a trial's end too."""
        with translated(self.path):
            found = self._connection.execute(
                f"SELECT 1 FROM rows WHERE run = ? AND {OPEN} "
                "AND (state IN ('pending', 'in_flight') OR (state = 'unknown' AND harmless)) LIMIT 1",
                [self._key(run_id)],
            )
            return found.fetchone() is not None

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

    def _execute(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def _delete(self, run_id: str) -> None:
        key = self._key(run_id)
        for table in ("lines", "rows", "attempts", "taken", "runs"):
            self._connection.execute(f"DELETE FROM {table} WHERE run = ?", [key])
        self._connection.execute("DELETE FROM taken WHERE by_run = ?", [key])

    def _remember(self, run_id: str, numbers: Iterable[int]) -> None:
        """Keep how a run and these rows of it stand, before they are moved."""
        key = self._key(run_id)
        self._connection.execute(
            "INSERT OR IGNORE INTO temp.runs_before SELECT run, finished, stopped FROM runs WHERE run = ?", [key]
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO temp.rows_before SELECT run, number, state, message FROM rows "
            "WHERE run = ? AND number = ?",
            ([key, number] for number in numbers),
        )

    def _follow(self, trial: str, run_id: str, kept: Collection[tuple[int, int]]) -> None:
        """Let a trial's outcomes stand in the run that takes over from it, and the trial be at its end."""
        old, new = self._key(trial), self._key(run_id)
        places_here = [(new, here, old, there) for there, here in kept]
        self._connection.executemany(
            "UPDATE rows SET (state, code, name, message, attempts, time) = "
            "(SELECT state, code, name, iif(state = 'succeeded', rows.message, message), attempts, time "
            "FROM rows AS was WHERE was.run = ?3 AND was.number = ?4) WHERE run = ?1 AND number = ?2",
            places_here,
        )
        self._connection.executemany(
            "INSERT INTO attempts SELECT ?1, ?2, attempt, begun, ended, effect, http, code, message FROM attempts "
            "WHERE run = ?3 AND number = ?4",
            places_here,
        )
        self._connection.execute("UPDATE runs SET finished = 1, stopped = '', tally = NULL WHERE run = ?", [old])

    def _move(self, run_id: str, numbers: Iterable[int], target: State, message: str) -> int:
        """Bring rows to `target` where a transition leads there; gives how many came."""
        key = self._key(run_id)
        return self._connection.executemany(
            "UPDATE rows SET state = ?, message = ? "
            f"WHERE run = ? AND number = ? AND state IN ({places(sources(target))})",
            ([target, message, key, number, *sources(target)] for number in numbers),
        ).rowcount

    def _recount(self, run_id: str) -> None:
        self._connection.execute(
            "UPDATE runs SET tally = NULL, finished = finished AND NOT EXISTS "
            f"(SELECT 1 FROM rows WHERE rows.run = runs.run AND {OPEN} AND state = 'pending') WHERE id = ?",
            [run_id],
        )

    def _runs(self, condition: str, *values: object) -> list[RunRecord]:
        with translated(self.path):
            found = self._connection.execute(f"SELECT {RUN_COLUMNS} FROM runs {condition}", values)
            return [run_record(row) for row in found]

    def _key(self, run_id: str) -> int:
        found = self._connection.execute("SELECT run FROM runs WHERE id = ?", [run_id]).fetchone()
        key: int = found[0]
        return key

    def _key_and_end(self, run_id: str) -> tuple[int, int]:
        found = self._connection.execute(
            "SELECT run, coalesce(last_row, 9223372036854775807) FROM runs WHERE id = ?", [run_id]
        ).fetchone()
        return found[0], found[1]

    def _counted(self, run_id: str, finished: bool) -> Tally:
        with translated(self.path):
            if not finished:
                return self._count(run_id)
            with transaction(self._connection):
                tally = self._count(run_id)
                self._connection.execute("UPDATE runs SET tally = ? WHERE id = ?", [tally_json(tally), run_id])
        return tally

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
        return Tally(rows, statuses, codes, attempts, beyond)
