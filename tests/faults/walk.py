"""A folder with sheets, what was given to leadsync there, and what a person has decided: the model of a random walk."""

import csv
import hashlib
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.dialer_faults import Mood
from tests.faults.processes import Ended, Running, shorten, start, wait_for_answers
from tests.faults.raw_dialer import RawDialer
from tests.faults.strikes import Blow, Strike, Struck, codes_after, oversee

KEY = "f863246a-973e-11e6-8784-08002718f5b5"
ATTEMPTS = 5
_LOOKS = {"runs", "show"}
"""Commands that change nothing; the diary leaves them out."""
HEADINGS = ("External Id", "FirstPhone", "Disposition", "Name")


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet. Its name is its own, so that the dialer's ledger tells rows apart."""

    name: str
    lead: str
    phone: str
    disposition: str

    @property
    def idempotent(self) -> bool:
        """Whether it sets no disposition."""
        return self.disposition != "Sale"


@dataclass
class Sheet:
    """A sheet as it was written once, and how far a command has come with it."""

    path: Path
    rows: tuple[SheetRow, ...]
    watched: bool = False
    overwritten: bool = False
    finished: bool = False
    """Whether a command that was to send it has ended by itself as if all were done."""

    @property
    def names(self) -> set[str]:
        """The names of its rows."""
        return {row.name for row in self.rows}


@dataclass(frozen=True)
class Tempo:
    """The times of a walk, in seconds: the client's patience for one answer, slow calls, the usual life of a command
    that sends and of another one, and the longest stop of a process."""

    answer: float = 0.8
    slow: float = 0.08
    life: float = 0.4
    short_life: float = 0.1
    stop: float = 1.2


QUICK = Tempo()
SLOW = Tempo(answer=5.0, slow=3.0, life=1.5, stop=6.5)
"""Calls that outlive a process that was killed, and stops that outlast the client's patience."""


def _patch(tempo: Tempo) -> None:
    wait_for_answers(tempo.answer)
    shorten("leadsync.engine.breaker", "FIRST_WAIT_SECONDS", 0.1)
    # Another process gets a copy of it.
    if tempo.slow == SLOW.slow:
        shorten("leadsync.slots.pool", "LEAST_REST_SECONDS", 1.0)
        shorten("leadsync.slots.pool", "LEAST_KILLED_REST_SECONDS", 1.0)
        shorten("leadsync.slots.pool", "UNSEEN_CALL_SECONDS", 5.0)
        shorten("leadsync.slots.pool", "MOST_REST_SECONDS", 12.0)


@dataclass
class Command:
    """One command line; `then` is told how it ended, `again` gives it once more."""

    words: list[str]
    then: Callable[[Ended], None] = lambda _: None
    again: "Callable[[], Command] | None" = None


@dataclass
class Walk:
    """A state folder, a dialer, and everything that was done with them.

    `permits` counts for each row how often people let it be applied. `decided` has when people decided on a row.
    """

    folder: Path
    seed: int
    dialer: RawDialer
    mood: Mood
    slots: int = 4
    tempo: Tempo = QUICK
    sheets: list[Sheet] = field(default_factory=list)
    permits: Counter[str] = field(default_factory=Counter)
    decided: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    diary: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """The promises that did not hold, in sentences."""
    epoch: int = 0
    """Grows with each `prune`: a file whose run is forgotten is a new one."""
    given_back: int = 0
    strikes: Counter[str] = field(default_factory=Counter)
    """How many blows met leadsync at work, by their kind."""
    commands: int = 0
    """How many commands were given on the walk, without those of the judge."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.chance = random.Random(self.seed)
        self._started = self._rows = 0
        self._given: set[tuple[str, str, int]] = set()
        (self.folder / "inbox").mkdir()
        (self.folder / "work").mkdir()
        (self.folder / "link").symlink_to("work", target_is_directory=True)
        (self.folder / "leadsync.toml").write_text(
            f"""
[server]
url = "{self.dialer.url}"
hardware_threads = {self.slots * 2}
[campaign]
template_id = 41
campaign_id = 41
allocation_id = 38
[retry]
wait_seconds = 0.05
attempts = {ATTEMPTS}
"""
        )
        self.dialer.decide = self.mood

    @property
    def work(self) -> Path:
        """The folder of sheets that are run by hand; `link` is another spelling of it."""
        return self.folder / "work"

    @property
    def inbox(self) -> Path:
        """The watched folder."""
        return self.folder / "inbox"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def new_sheet(self, path: Path) -> Sheet:
        """Write a sheet whose rows nobody has seen; some share a lead, half set a disposition."""
        chance = self.chance
        leads = [f"L{number}" for number in range(chance.randint(6, 24))]
        rows = tuple(self._new_row(chance.choice(leads)) for _ in range(chance.randint(10, 30)))
        return self.add_sheet(Sheet(path, rows, watched=path.parent == self.inbox))

    def _new_row(self, lead: str) -> SheetRow:
        self._rows += 1
        disposition = self.chance.choice(("Sale", "Sale", "<No Change>", ""))
        return SheetRow(f"Row-{self._rows}", lead, f"038321{8000 + self._rows}", disposition)

    def add_sheet(self, sheet: Sheet) -> Sheet:
        """Write a sheet's file; what stood there before is gone."""
        for other in self.sheets:
            other.overwritten = other.overwritten or other.path == sheet.path
        self.diary.append(f"write {sheet.path.relative_to(self.folder)}, {len(sheet.rows)} rows")
        write_rows(sheet.path, HEADINGS, ((row.lead, row.phone, row.disposition, row.name) for row in sheet.rows))
        self.sheets.append(sheet)
        return sheet

    def give(self, place: str, content: bytes, names: Iterable[str]) -> None:
        """A person gives a file to leadsync: each row may be applied once more, unless it was given just so before."""
        key = (place, hashlib.sha256(content).hexdigest(), self.epoch)
        if key not in self._given:
            self._given.add(key)
            self.permits.update(names)

    def decide(self, name: str, decision: str) -> None:
        """A person decides about a row; one that is to be sent, or was not applied, may be applied once more."""
        self.decided[name].append((time.monotonic(), decision))
        if decision != "applied":
            self.permits[name] += 1

    def carry_out(self, *commands: tuple[Command, Strike]) -> list[Ended]:
        """Run commands at the same time, strike them, and hold what each must do against each of them."""
        started: list[Struck] = []
        for command, strike in commands:
            if command.words[0] not in _LOOKS:
                struck = f", {strike}" if strike.blows else ""
                self.diary.append(f"leadsync {' '.join(command.words)}{struck}".replace(f"{self.folder}/", ""))
            started.append(Struck(self._start(command.words), strike))
        try:
            oversee(started, self.dialer)
        except AssertionError as error:
            self.broken.append(f"f: {self.diary[-1]}: {error}")
            return []
        for (command, _), struck in zip(commands, started, strict=True):
            self.strikes += struck.hits
            assert struck.ended is not None
            self._judge_end(command, struck.dealt, struck.ended)
            command.then(struck.ended)
        return [struck.ended for struck in started if struck.ended is not None]

    def calmly(self, *words: str | Path) -> Ended:
        """Run one command that nobody strikes; raises AssertionError where it hangs."""
        ended = self.carry_out((Command([*map(str, words)]), Strike()))
        assert ended, "it hung"
        return ended[0]

    def _start(self, words: Sequence[str]) -> Running:
        self._started += 1
        common = ["--config", str(self.folder / "leadsync.toml"), "--state", str(self.state), "--json"]
        environment = {"LEADSYNC_API_KEY": KEY, "TMPDIR": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        files = self.folder / f"{self._started:03}-{words[0]}"
        return start([words[0], *common, *words[1:]], files, environment, partial(_patch, self.tempo))

    def _judge_end(self, command: Command, dealt: Sequence[Blow], ended: Ended) -> None:
        if command.words[0] not in _LOOKS or ended.code:
            last = ended.err.strip().splitlines()[-1:] or [""]
            self.diary.append(f"    exit {ended.code}: {last[0][:120]}")
        what = " ".join(command.words)
        if ended.code not in codes_after(dealt):
            self.broken.append(f"f: {what} exits {ended.code}, struck by {list(map(str, dealt))}: {ended.err[-1500:]}")
        elif "Traceback" in ended.err or "leadsync itself failed" in ended.err:
            self.broken.append(f"f: {what} fails: {ended.err[-1500:]}")

    def inbox_sheets(self) -> list[Path]:
        """The sheets that lie in the watched folder."""
        return sorted(self.inbox.glob("night*.csv"))

    def runs(self) -> list[dict[str, Any]]:
        """The journal's runs as `runs` lists them, the newest first; without drafts."""
        listed = self.calmly("runs").summary["runs"]
        return [run for run in listed if not run.get("draft")]


def write_rows(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], *, bom: bool = False) -> None:
    """Write a delimited file, or write it anew."""
    with path.open("w", newline="", encoding="utf-8-sig" if bom else "utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """A delimited file's rows by their headings."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))
