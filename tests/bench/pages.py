"""The pages over a large journal, as browsers ask for them: times, memory, sizes, and twenty people at once."""

import gzip
import json
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from leadsync.journal import Entry, Journal, open_journal
from leadsync.journal.json_text import kept_reason
from leadsync.models import CampaignIds, Row, RunRecord
from leadsync.reasons import Fault, FaultKind, Rejected
from tests.bench.senders import Command, write_sheet

ROWS, RUNS, SHORT = 1_000_000, 1_000, 20
"""Rows of the large run, runs in all, and rows of each other run."""
DRAFT_ROWS = 10_000
PEOPLE, PEOPLE_SECONDS = 20, 15.0
ASKED = 30
"""Requests for each figure."""
BIG, LIVE = "20261123-210455-7f3a", "20261123-120000-1000"
HEADINGS = ("Lead Id", "Name", "FirstPhone", "Outcome", "Callback")
_CREATED = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
_ENDS: Sequence[tuple[int, str, int | None, str]] = (
    (900, "succeeded", 0, "OK"),
    (940, "failed", 106, "no such disposition"),
    (950, "failed", 101, "no such lead"),
    (970, "rejected", None, ""),
    (975, "conflict", 110, "an agent was editing the lead"),
    (980, "unknown", None, "no answer came within 75 s"),
    (1000, "failed", 104, "do not call"),
)
"""Out of a thousand rows, up to which place a row ends so."""


def fill(state: Path) -> None:
    """Make the journal: one run by the journal's own calls, then its rows and all other runs by statements."""
    with open_journal(state) as journal:
        for run_id in (BIG, LIVE):
            journal.create(_run(state, run_id))
            cells = ("1", "Lead 1", "0350000001", "Sale", "24/11/2031 14:30")
            fields = {"Name": "Lead 1", "FirstPhone": "0350000001", "njDisposition": "Sale"}
            journal.add(run_id, [Entry(Row(2, cells), "1", fields, harmless=False)])
            journal.confirm(run_id)
            journal.release(run_id)
    with sqlite3.connect(state / "journal.sqlite3") as connection:
        connection.execute("PRAGMA synchronous = OFF")
        keys = dict(connection.execute("SELECT id, run FROM runs").fetchall())
        _add_rows(connection, keys[BIG], ROWS)
        _add_rows(connection, keys[LIVE], SHORT)
        _add_runs(connection, keys[LIVE])
        connection.execute("UPDATE runs SET finished = TRUE, seconds = 60 WHERE id <> ?", [LIVE])
        connection.executemany(
            "INSERT INTO audit (at, author, action, run, detail) VALUES (?, ?, ?, ?, '{}')",
            [(_CREATED.timestamp() + n, f"user{n % 9}", ("send", "edit", "login")[n % 3], BIG) for n in range(5_000)],
        )
    with open_journal(state) as journal:
        _count(journal)


def _run(state: Path, run_id: str) -> RunRecord:
    return RunRecord(
        id=run_id,
        file=state.parent / f"{run_id}.csv",
        sheet="",
        fingerprint=run_id,
        kind="csv",
        delimiter=",",
        bom=False,
        headings=HEADINGS,
        roles=("njExternalLeadId", "", "phone", "njDisposition", "njCallBackDate"),
        output=state.parent,
        dialer="http://127.0.0.1:1",
        ids=CampaignIds(41, 41, 38),
        created=_CREATED if run_id == BIG else _CREATED - timedelta(hours=9),
        complete=False,
    )


def _add_rows(connection: sqlite3.Connection, key: int, rows: int) -> None:
    """Lines, rows and attempts, as those of the first row but for their numbers and ends."""
    connection.execute("DELETE FROM rows WHERE run = ?", [key])
    connection.execute("DELETE FROM lines WHERE run = ?", [key])
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    connection.execute(
        f"{numbers} INSERT INTO lines (run, number, cells, dates, fields) SELECT ?, i + 1, "
        "json_array(printf('%07d', i), 'Lead ' || i, printf('03%08d', 50000000 + i), 'Sale', '24/11/2031 14:30'), '', "
        "json_object('Name', 'Lead ' || i, 'FirstPhone', printf('03%08d', 50000000 + i), 'njDisposition', 'Sale') "
        "FROM n",
        [rows, key],
    )
    reason, kind = kept_reason(
        Rejected((Fault("FirstPhone", "50000001", FaultKind.NO_AREA_CODE, details={"example": "0350000001"}),))
    )
    state = _cases(lambda end: f"'{end[1]}'")
    code = _cases(lambda end: "NULL" if end[2] is None else str(end[2]))
    name = _cases(lambda end: f"'{end[3]}'")
    connection.execute(
        f"{numbers} INSERT INTO rows (run, number, lead, harmless, state, code, name, message, attempts, time, "
        f"sequence, reason, kind) SELECT ?, i + 1, printf('%07d', i), 0, {state}, {code}, {name}, {name}, "
        f"{state} <> 'rejected', ? + i * 0.01, i, CASE {state} WHEN 'rejected' THEN ? END, "
        f"CASE {state} WHEN 'rejected' THEN ? END FROM n",
        [rows, key, _CREATED.timestamp(), reason, kind],
    )
    connection.execute(
        "INSERT INTO attempts (run, number, attempt, begun, ended, effect, http, code, message) SELECT run, number, 1, "
        "time, time + 0.1, CASE WHEN code IS NULL THEN 'in doubt' ELSE 'answered' END, 200, code, message FROM rows "
        "WHERE run = ? AND attempts",
        [key],
    )


def _cases(value: Callable[[tuple[int, str, int | None, str]], str]) -> str:
    """A value by the row's place: scattered, so that no page has rows of one kind alone."""
    branches = " ".join(f"WHEN (i * 617) % 1000 < {end[0]} THEN {value(end)}" for end in _ENDS)
    return f"(CASE {branches} END)"


def _add_runs(connection: sqlite3.Connection, like: int) -> None:
    """More runs like one, each with rows of its own, older than the first."""
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(runs)") if name not in ("run", "id")]
    chosen = ", ".join("created - ?" if name == "created" else name for name in columns)
    for n in range(1, RUNS - 1):
        made = connection.execute(
            f"INSERT INTO runs (id, {', '.join(columns)}) SELECT ?, {chosen} FROM runs WHERE run = ?",
            [f"20261001-{n:06d}-0000", n * 3600.0, like],
        ).lastrowid
        for table in ("lines", "rows"):
            names = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "run"]
            listed = ", ".join(names)
            connection.execute(
                f"INSERT INTO {table} (run, {listed}) SELECT ?, {listed} FROM {table} WHERE run = ?", [made, like]
            )


def _count(journal: Journal) -> None:
    """The counts of finished runs, which their sending would have kept."""
    for run in journal.runs():
        if run.finished:
            journal.update_run(run.id, finished=True)


@dataclass
class Browser:
    """One connection with a cookie."""

    url: str
    cookie: str = ""
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, str, str]:
        """The status, the place of a redirection, and the text; the time is kept."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        began = time.perf_counter()
        self._connection.request(
            method, path, body or None, {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin", **named}
        )
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self.seconds.append(time.perf_counter() - began)
        if set_cookie := answer.headers["Set-Cookie"]:
            self.cookie = set_cookie.partition(";")[0]
        return answer.status, answer.headers["Location"] or "", text

    def p95(self, path: str, pid: int, times: int = ASKED, **headers: str) -> tuple[float, float]:
        """The 95th percentile of an address in milliseconds, after one request that counts for nothing, and the
        processor's milliseconds for each in the server's process."""
        status, _, text = self.ask(path, **headers)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {text[:300]}")
        self.seconds.clear()
        before = processor_seconds(pid)
        for _ in range(times):
            self.ask(path, **headers)
        return percentile(self.seconds) * 1000, (processor_seconds(pid) - before) / times * 1000


def percentile(seconds: Sequence[float], share: float = 0.95) -> float:
    """The time within which that share of all answers came."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Browser, int]]:
    """`leadsync web` over a folder's journal: a browser that is in, and the id of the process."""
    with _sent(folder / "state"):
        yield from _served(folder)


@contextmanager
def _sent(state: Path) -> Iterator[None]:
    """Somebody sends the run that is polled: its lock is held, and it has told of itself."""
    with open_journal(state) as journal:
        journal.hold(LIVE)
        with sqlite3.connect(state / "journal.sqlite3") as connection:
            connection.execute(
                "INSERT OR REPLACE INTO live (run, count, settled, pace, words, pid, host, at) "
                "SELECT run, 20, ?, 3.2, '', 1, '', ? FROM runs WHERE id = ?",
                [json.dumps({"succeeded": 4}), time.time() + 86_400, LIVE],
            )
        yield


def _served(folder: Path) -> Iterator[tuple[Browser, int]]:
    command = Command(folder, "web", "--no-browser", "--port", "0", "--json", "--state", "state")
    try:
        end = time.monotonic() + 60
        while not (said := (folder / "out").read_text()):
            if time.monotonic() > end:
                raise RuntimeError((folder / "err").read_text())
            time.sleep(0.05)
        opening = urlsplit(json.loads(said)["opening_url"])
        browser = Browser(f"http://{opening.netloc}")
        browser.ask(f"{opening.path}?{opening.query}")
        yield browser, command.pid
    finally:
        command.kill()
        command.wait()


PAGES: Mapping[str, str] = {
    "the list of runs": "/",
    "the list, to correct or decide": "/?show=todo",
    "the list, by a text of few": "/?q=000999",
    "a run": f"/runs/{BIG}",
    "what a run changed": f"/runs/{BIG}/changes",
    "its rows": f"/runs/{BIG}/rows",
    "its failed rows, far down": f"/runs/{BIG}/rows?status=failed&after=900000",
    "correct": f"/runs/{BIG}/correct",
    "decide": f"/runs/{BIG}/decide",
    "a run being sent": f"/runs/{LIVE}",
    "leads by a text of their rows": "/leads?q=Lead%20500001",
    "a lead": "/leads/0500001",
    "a new upload": "/new",
    "saved mappings": "/mappings",
    "users": "/users",
    "audit": "/audit",
    "stats, counted": "/stats",
}
"""Each page and its address; the draft has one of its own."""
POLL = f"/runs/{LIVE}/live"


def draft(browser: Browser, folder: Path) -> tuple[float, str]:
    """Seconds from the upload to the preview of a sheet, and the draft's address."""
    write_sheet(folder / "draft.csv", DRAFT_ROWS)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="draft.csv"\r\n\r\n'
    body = head + (folder / "draft.csv").read_bytes() + b"\r\n--x--\r\n"
    began = time.perf_counter()
    _, place, _ = browser.ask("/uploads", method="POST", body=body, Content_Type="multipart/form-data; boundary=x")
    while "What this run does" not in browser.ask(place)[2]:
        if time.perf_counter() - began > 60:
            raise RuntimeError("the draft is not shown")
        time.sleep(0.02)
    return time.perf_counter() - began, place


def count_stats(browser: Browser) -> float:
    """Seconds until the failures of all runs are counted: until then the page says that it counts."""
    began = time.perf_counter()
    while "are being counted" in browser.ask("/stats")[2]:
        time.sleep(0.1)
    return time.perf_counter() - began


def twenty_people(browser: Browser) -> tuple[float, float, float]:
    """People who open a page every five seconds, and poll a run once a second: p95 of pages and polls in
    milliseconds, and answers a second."""
    pages, polls = list[float](), list[float]()
    end = time.monotonic() + PEOPLE_SECONDS

    def person(number: int) -> None:
        chance = random.Random(number)
        mine = Browser(browser.url, browser.cookie)
        time.sleep(chance.random())
        while time.monotonic() < end:
            for path in (chance.choice([*PAGES.values()]), *[POLL] * 4):
                mine.ask(path)
                (polls if path == POLL else pages).append(mine.seconds[-1])
                time.sleep(max(0.0, chance.uniform(0.8, 1.2) - mine.seconds[-1]))

    people = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return percentile(pages) * 1000, percentile(polls) * 1000, (len(pages) + len(polls)) / PEOPLE_SECONDS


def script_size() -> float:
    """Kilobytes of all scripts, compressed as a proxy would."""
    static = files("leadsync.web") / "static"
    scripts = [one.read_bytes() for one in static.iterdir() if one.name.endswith(".js")]
    return sum(len(gzip.compress(script)) for script in scripts) / 1000


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """The most memory that a process has had, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
