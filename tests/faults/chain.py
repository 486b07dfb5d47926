"""Random chains of files: sheets written anew, sent, corrected in copies and reports, given back, retried, decided.

A chain runs in this process against the practice dialer, which refuses rows, reports conflicts and loses answers. One
to three sheets have rows of the same three leads. `chain_oracle.py` has what must hold; `make torture` makes many.
"""

import json
import random
import re
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from leadsync.simulator import FaultKind, FaultRule, PracticeDialer, PracticeServer
from tests.conftest import KEY, Desk, Result
from tests.faults.chain_files import LEADS, TEXT, Content, Files
from tests.faults.chain_oracle import Key, Oracle, Sending

_FIRST, _SECOND, _THIRD = LEADS
_SHAPES = (
    (_FIRST, _FIRST, _FIRST, _SECOND),
    (_FIRST, _FIRST, _SECOND, _FIRST, _THIRD),
    (_FIRST, _SECOND, _FIRST),
    (_FIRST, _FIRST, _FIRST, _FIRST),
    (_FIRST, _SECOND, _FIRST, _SECOND, _FIRST),
    (_FIRST, _FIRST, _THIRD, _THIRD),
)
"""The leads of the rows of a chain's first sheet."""
_FAULTS: tuple[tuple[dict[str, Any], float], ...] = (
    ({"kind": FaultKind.CODE, "code": 110}, 0.55),
    ({"kind": FaultKind.CLOSE, "applied": True}, 0.07),
    ({"kind": FaultKind.CLOSE, "applied": False}, 0.08),
    ({"kind": FaultKind.HTTP, "status": 401}, 0.1),
    ({"kind": FaultKind.CODE, "code": 106}, 0.07),
    ({"kind": FaultKind.CODE, "code": 103}, 0.08),
    ({"kind": FaultKind.HTTP, "status": 503}, 0.05),
)
"""What a call may meet, and how often."""
_USUAL = re.compile(r"NO callback date|campaign fields")
"""Loud lines about all sheets of chains."""
_MOST_ROUNDS, _MOST_DECISIONS = 8, 20
_OPEN = """SELECT runs.id, number, lead, cells, state FROM rows JOIN lines USING (run, number) JOIN runs USING (run)
    WHERE state IN ('unknown', 'conflict') AND complete ORDER BY runs.run, number"""
_LEFT = """SELECT DISTINCT id FROM rows JOIN runs USING (run) WHERE state IN ('pending', 'unknown') AND complete"""
_ATTEMPTS = """SELECT id, number, lead, cells, begun FROM attempts JOIN rows USING (run, number)
    JOIN lines USING (run, number) JOIN runs USING (run) WHERE begun > ? ORDER BY begun"""


class _Open(NamedTuple):
    """An undecided row."""

    run: str
    number: int
    key: Key


class Chain:
    """One chain: its folder, its dialer and its oracle. `diary` tells what was done."""

    def __init__(self, seed: int, folder: Path, server: PracticeServer, dialer: PracticeDialer) -> None:
        self.chance = random.Random(f"chain {seed}")
        self.desk, self._dialer = Desk(folder, lambda _: server), dialer
        self.desk.settings(server.url, "[retry]\nwait_seconds = 0\nattempts = 1\n")
        self.diary: list[str] = []
        self.commands = 0
        self.files = Files(self.desk, self.chance, self.diary.append)
        self.oracle = Oracle(self.files)
        self._seen, self._last_begun = 0, 0.0

    def _ask(self, query: str, *values: object) -> list[Any]:
        path = self.desk.state / "journal.sqlite3"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as journal:
            return journal.execute(query, values).fetchall()

    def runs(self) -> list[str]:
        """The confirmed runs, the oldest first."""
        return [run for (run,) in self._ask("SELECT id FROM runs WHERE complete ORDER BY run")]

    def unfinished(self) -> list[str]:
        """The runs that stopped."""
        return [run for (run,) in self._ask("SELECT id FROM runs WHERE complete AND NOT finished ORDER BY run")]

    def undecided(self) -> list[_Open]:
        """The rows on which a person has to decide."""
        return [_Open(run, number, (lead, _text(cells))) for run, number, lead, cells, _ in self._ask(_OPEN)]

    def states(self) -> dict[Key, set[str]]:
        """The states of each lead's texts in all runs."""
        states: dict[Key, set[str]] = defaultdict(set)
        query = (
            "SELECT lead, cells, state FROM rows JOIN lines USING (run, number) JOIN runs USING (run) WHERE complete"
        )
        for lead, cells, state in self._ask(query):
            states[lead, _text(cells)].add(state)
        return states

    def give(self, name: str, *options: str | int) -> tuple[Result, bool]:
        """`run` of a file."""
        return self.command("run", f"{name}.csv", *options, content=self.files.read(name, self.commands + 1))

    def command(self, *words: str | int, content: Content = ()) -> tuple[Result, bool]:
        """Carry out a command that may send, and judge its calls; tells whether it had any. `content` is what it
        reads."""
        self.commands += 1
        before, going_on = self.runs(), {run for (run,) in self._ask(_LEFT)}
        done = self.desk.leadsync(*map(str, words))
        said = [line.strip() for line in done.err.splitlines() if line.strip().startswith("!")]
        loud = [line for line in said if not _USUAL.search(line)]
        started = [run for run in self.runs() if run not in before]
        for run in started:
            self._note_run(run, content, "\n".join(loud))
        self.oracle.hear(loud, content)
        calls = self._calls(started if content else ())
        self.diary.append(f"$ {' '.join(map(str, words))} -> {done.code} {_listed(calls)}")
        self.diary += (f"      {line[:260]}" for line in loud)
        told = [*loud, *(self.oracle.told[run] for run in sorted(going_on.union(started)))]
        self.oracle.judge(" ".join(map(str, words)), calls, "\n".join(told))
        if done.code in (1, 2):
            self.diary.append(f"      {done.err.strip().splitlines()[-1][:300]}")
        if done.code == 1:
            self.oracle.broken.append(f"f: {words} fails: {done.err[-1500:]}")
        return done, bool(calls)

    def _note_run(self, run: str, content: Content, words: str) -> None:
        """Note what a new run has read, and what was told of it: also that which the run before it told of the rows."""
        ((retried, followed),) = self._ask("SELECT retry_of, follows FROM runs WHERE id = ?", run)
        of = followed if content else retried
        known = self.files.contents.get(of, ())
        is_same = not content or [line[:2] for line in content] == [line[:2] for line in known]
        self.files.contents[run] = content or known
        self.oracle.told[run] += words + (self.oracle.told[of] if is_same else "")

    def _calls(self, of_file: Collection[str]) -> list[Sending]:
        """The dialer's calls since the last command, each with the row that the journal has for it; `of_file` are the
        runs of the file that the command has read."""
        ledger = self._dialer.ledger
        applied = {one.request for one in ledger.applications}
        received, self._seen = ledger.received[self._seen :], len(ledger.received)
        attempts = self._ask(_ATTEMPTS, self._last_begun)
        self._last_begun = attempts[-1][-1] if attempts else self._last_begun
        open_keys = {one.key for one in self.undecided()}
        calls = []
        for one in (one for one in received if one.lead):
            call = Sending(one.lead, one.fields.get(TEXT, ""), one.request in applied, self.commands)
            call.undecided = call.key in open_keys
            row = next((row for row in attempts if (row[2], _text(row[3])) == call.key), None)
            if row is not None:
                attempts.remove(row)
                call.of_file = row[0] in of_file
                call.content, call.place = self.files.contents.get(row[0], ()), row[1] - 2
                if call.place < len(call.content):
                    call.age = (*call.content[call.place].age, self.files.corrected.get(call.key, 0))
            calls.append(call)
        return calls

    def decide(self) -> bool:
        """A decision on an undecided row, true or not; tells whether there was one."""
        rows = self.undecided()
        if not rows:
            return False
        row, decision = self.chance.choice(rows), self.chance.choice(("applied", "not-applied", "send"))
        done = self.desk.leadsync("resolve", row.run, "--row", str(row.number), f"--{decision}")
        self.diary.append(f"$ resolve {row.run} --row {row.number} --{decision} ({' '.join(row.key)}) -> {done.code}")
        if done.code == 0:
            self.oracle.decide(row.key, decision)
        return done.code == 0

    def decide_in_file(self, row: Mapping[str, str]) -> str:
        """A true decision on a row of a file given back."""
        key = row["Lead Id"], row[TEXT]
        if any(call.key == key and call.applied for call in self.oracle.sent):
            self.oracle.said_applied.add(key)
            return "applied"
        self.oracle.permits[key] += 1
        return self.chance.choice(("send", "not applied"))

    def trouble(self) -> None:
        """Other faults of the dialer than before, or none."""
        chance, faults = self.chance, list[FaultRule]()
        if chance.random() < (0.75 if self.commands < 1 else 0.35):
            for _ in range(chance.choice((1, 1, 2))):
                lead, attempt = chance.choice((_FIRST, _FIRST, _FIRST, _SECOND, _THIRD)), chance.choice((1, 1, 2, 2, 3))
                kinds, weights = zip(*_FAULTS, strict=True)
                faults.append(FaultRule(lead=lead, attempt=attempt, **chance.choices(kinds, weights)[0]))
        self._dialer.faults.clear()
        self._dialer.faults.add(faults)
        self.diary += (f"   {one.lead}, call {one.attempt}: {one.code or one.status or one.kind}" for one in faults)

    def settle(self) -> None:
        """Decide, resume and give each file until nothing is left, and judge what came of each row."""
        self.diary.append("-- at rest --")
        self._dialer.faults.clear()
        for _ in range(_MOST_ROUNDS):
            calls = len(self.oracle.sent)
            for _ in range(_MOST_DECISIONS):
                if not self.decide():
                    break
            for run in self.unfinished():
                self.command("resume", run)
            for name in (*self.files.sheets, *self.files.given_back):
                self.give(name)
            if self.oracle.broken:
                return
            if len(self.oracle.sent) == calls and not self.undecided() and not self.unfinished():
                break
        else:
            self.oracle.broken.append("g: rows go on and on")
            return
        for name in self.files.sheets:
            for is_second in (False, True):
                done, sends = self.give(name)
                if sends or (is_second and "Nothing to do" not in done.err):
                    self.oracle.broken.append(f"g: {name} goes once more: {done.err}")
        self.oracle.judge_rest(self.states())


def _text(cells: str) -> str:
    return str(json.loads(cells)[3])


def _listed(calls: list[Sending]) -> str:
    return " ".join(f"{call.text}{'' if call.applied else ' (refused)'}" for call in calls) or "nothing sent"


@contextmanager
def new_chain(seed: int) -> Iterator[Chain]:
    """A chain before its first command; its folder is gone afterwards."""
    dialer = PracticeDialer(api_key=KEY, any_lead=True, floor_seconds=0)
    with tempfile.TemporaryDirectory() as folder, PracticeServer(dialer) as server:
        chain = Chain(seed, Path(folder), server, dialer)
        shape = chain.chance.choice(_SHAPES)
        chain.files.write("a", [(lead, f"t{at}") for at, lead in enumerate(shape, 1)])
        yield chain
