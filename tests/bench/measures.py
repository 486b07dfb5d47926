"""What is measured, each by a function that gives its lines of the table."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, product
from pathlib import Path
from tempfile import gettempdir
from typing import Literal

from leadsync.dialer_address import canonical
from leadsync.journal import Entry, open_journal
from leadsync.models import CampaignIds, Row, RunRecord
from leadsync.slots.pool import LEAST_KILLED_REST_SECONDS
from tests.bench import cluster, outcomes
from tests.bench import pages as page
from tests.bench.checking import check, write
from tests.bench.cluster import slow_cable
from tests.bench.dialers import dialer
from tests.bench.senders import Command, Desk, Rival, bare_loop, desk, one_by_one, write_sheet
from tests.own_postgres import own_postgres

HEADINGS = ("Lead Id", "Name", "FirstPhone", "SecondPhone", "StreetAddress", "City", "State", "PostCode", "Outcome",
            "Callback", "Priority")  # fmt: skip


ROLES = ("njExternalLeadId", "", "phone", "phone", "", "", "", "", "njDisposition", "njCallBackDate", "njPriority")
ENDS = (
    ("succeeded", 0, "Succeeded", "The lead was updated."),
    ("failed", 106, "Disposition not found", "The disposition 'Sale' is not one of the campaign's."),
    ("rejected", None, "", "FirstPhone '0350000002' has too many digits; write ten of them."),
    ("conflict", 110, "Lead in use", "An agent is editing the lead."),
    ("unknown", None, "", "no answer came within 30 s"),
    ("skipped", None, "", "the same was last sent on 2026-11-01 09:30"),
    ("pending", None, "", ""),
)  # fmt: skip
"""Ways in which a row ends: its state in the journal, and what was answered or said about it."""


@dataclass(frozen=True)
class Line:
    """A line of the table: a figure, and the bound that it has to keep, if it has one."""

    what: str
    value: float
    unit: str = ""
    bound: float | None = None
    better: Literal["at least", "at most"] = "at most"

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.better == "at least" else self.value <= self.bound

    @property
    def ratio(self) -> float | None:
        """The figure in parts of its bound."""
        return self.value / self.bound if self.bound else None


@dataclass(frozen=True)
class Options:
    """How long or large to measure."""

    seconds: float
    rows: int


def ceiling(slots: int, options: Options) -> Iterator[Line]:
    """leadsync and a bare loop, twice each in turns, against the pace that so many slots allow."""
    rows = int(slots * 10 * options.seconds / 2)
    ours, theirs, cpu, peak, queued = 0.0, 0.0, 0.0, 0, 0
    for _ in range(2):
        with dialer(slots) as here, desk(here.url, slots * 2) as at:
            cpu += at.send(rows).cpu
            ours += here.seconds()
            stats = here.stats()
            peak, queued = max(peak, stats["peak_in_flight"]), queued + stats["queued_calls"]
        with dialer(slots) as here:
            bare_loop(here.url, slots, rows)
            theirs += here.seconds()
    allowed = slots * 10
    yield Line("leadsync run, of what the dialer allows", 2 * rows / ours / allowed)
    yield Line("bare loop, of what the dialer allows", 2 * rows / theirs / allowed)
    yield Line("leadsync run, of the bare loop", theirs / ours, bound=0.96 if slots == 64 else 0.98, better="at least")
    yield Line("most in flight", peak, "calls", slots)
    yield Line("queued by the dialer", queued, "calls", 0)
    yield Line("CPU a lead, start and report included", cpu / 2 / rows * 1000, "ms", 1.4 if slots == 64 else None)


def script(options: Options) -> Iterator[Line]:
    """What sending one lead after the other makes of 8 slots."""
    with dialer(8) as here:
        one_by_one(here.url, 50)
        yield Line("one lead after the other, of 80 a second", 50 / here.seconds(), "a second")


def small(options: Options) -> Iterator[Line]:
    """A hundred leads at 8 slots, the whole command."""
    with dialer(8) as here, desk(here.url, 16) as at:
        at.send(8, first=10_000)
        taken = sorted(at.send(100, first=1 + 100 * n).wall for n in range(3))
    yield Line("100 leads at 8 slots, the whole command", taken[1], "s", 1.3 + 1.5)


def start(options: Options) -> Iterator[Line]:
    """How soon leadsync answers."""
    with desk("http://127.0.0.1:1", 16) as at:
        taken = sorted(at.leadsync("--help").wall for _ in range(5))
    yield Line("leadsync --help", taken[2], "s", 0.3)


def shared(options: Options) -> Iterator[Line]:
    """A small upload beside a big run, then a third that is killed, all with journals of their own."""
    with dialer(8) as here, desk(here.url, 16) as big, desk(here.url, 16) as small, desk(here.url, 16) as doomed:
        running = _start(big, int((options.seconds + 18) * 80), 1)
        _until(lambda: here.stats()["received"] > 80)
        upload = small.send(40, first=50_000)
        killed = _start(doomed, 10_000, 60_000)
        together = here.pace_over(options.seconds / 4)
        killed.kill()
        killed.wait()
        # The calls of a process that died may still run on the dialer: for so long its slots are nobody's.
        time.sleep(LEAST_KILLED_REST_SECONDS + 1.0)
        afterwards = here.pace_over(options.seconds / 4)
        done = running.wait()
        stats = here.stats()
    yield Line("40 leads beside a big run, the whole command", upload.wall, "s", 1.0 + 1.5 + 0.8)
    yield Line("pace of all together, of what is allowed", together / 80, bound=0.9, better="at least")
    yield Line(
        f"pace {LEAST_KILLED_REST_SECONDS + 1:g} s after a kill -9, of what is allowed",
        afterwards / 80,
        bound=0.9,
        better="at least",
    )
    yield Line("queued by the dialer, over the kill", stats["queued_calls"], "calls", 0)
    yield Line("exit code of the big run", done.code, "", 0)


def fair(options: Options) -> Iterator[Line]:
    """Two runs of the same size at the same time."""
    with dialer(8) as here, desk(here.url, 16) as one, desk(here.url, 16) as other:
        rows = int(options.seconds * 40)
        commands = _start(one, rows, 1), _start(other, rows, 100_000)
        walls = sorted(command.wait().wall for command in commands)
    yield Line("the sooner's time, of the later's", walls[0] / walls[1], bound=0.9, better="at least")


def rival(options: Options) -> Iterator[Line]:
    """Beside a client that leadsync does not know, which keeps half of the slots busy and then leaves."""
    with dialer(16) as here, desk(here.url, 32) as at:
        running = _start(at, 160 * 75, 1)
        _until(lambda: here.stats()["received"] > 160 * 5)
        other = Rival(here.url, 8, 30.0)
        time.sleep(10)
        both = here.pace_over(15)
        theirs = other.wait() / 30.0
        time.sleep(20)
        back = here.pace_over(10)
        done = running.wait()
        codes = here.stats()["codes"]
    late = codes.get("109", 0) / sum(codes.values())
    yield Line("rival's pace, of its half", theirs / 80, bound=0.7, better="at least")
    yield Line("leadsync's pace beside it, of its half", (both - theirs) / 80, bound=0.9, better="at least")
    yield Line("answered 109", late, "of all calls", 0.01)
    yield Line("20 to 30 s after the rival left, of all slots", back / 160, bound=0.9, better="at least")
    yield Line("exit code", done.code, "", 0)


def slow(options: Options) -> Iterator[Line]:
    """A dialer whose calls all take 400 ms is slow and not busy."""
    with dialer(8, floor_seconds=0.4) as here, desk(here.url, 16) as at:
        rows = int(options.seconds * 20)
        at.send(rows)
        yield Line("of 20 leads a second, at 400 ms a call", rows / here.seconds() / 20, bound=0.9, better="at least")


def auto(options: Options) -> Iterator[Line]:
    """A dialer whose processor nobody knows."""
    with dialer(12) as here, desk(here.url, "auto") as at:
        at.send(int(options.seconds * 120))
        with open_journal(at.folder / "state") as journal:
            found = journal.known_slots(canonical(here.url)) or 0
        yield Line("slots found, of 12: below rather than above", found, "slots", 12)
        yield Line("and not far below", found, "slots", 11, "at least")
        queued = here.stats()["queued_calls"]
        at.send(500, first=900_000)
        yield Line("queued by the dialer once it is known", here.stats()["queued_calls"] - queued, "calls", 0)


def journals(options: Options) -> Iterator[Line]:
    """The journal in PostgreSQL, on this disk with fsync: beside SQLite, and at a round trip of 10 ms, in turns.

    Two cores reach what these dialers allow even beside other work: the ratios are the journal's, not the machine's.
    """
    with own_postgres(Path(gettempdir())) as server, slow_cable(server.port, 0.005) as port:
        urls = {"SQLite": "", "PostgreSQL": server.url, "PostgreSQL at 10 ms": server.url_by(server.host, port)}
        for slots, floor in ((64, 0.5), (16, 0.1)):
            yield from _journals(slots, floor, int(slots / floor * options.seconds / 2), urls)


def _journals(slots: int, floor: float, rows: int, urls: dict[str, str]) -> Iterator[Line]:
    turns = 2
    # Leads of their own, in every turn: the database keeps them all.
    firsts = count(1 + slots * 10_000, rows)
    paces, cpus = dict.fromkeys(urls, 0.0), dict.fromkeys(urls, 0.0)
    for _, (name, url) in product(range(turns), urls.items()):
        reached, cpu = cluster.pace(slots, floor, rows, next(firsts), url)
        paces[name] += reached / turns
        cpus[name] += cpu / turns / rows * 1000
    for name in urls:
        yield Line(f"{name}, {slots} slots of {floor:g} s, of their pace", paces[name] / slots * floor,
                   bound=0.85 if "ms" in name else None, better="at least")  # fmt: skip
        yield Line("  CPU a lead, start and report included", cpus[name], "ms")
    yield Line("PostgreSQL, of SQLite", paces["PostgreSQL"] / paces["SQLite"], bound=0.95, better="at least")


def takeover(options: Options) -> Iterator[Line]:
    """A worker and its child are killed; a second worker goes on."""
    for lease in (5.0, 15.0):
        with own_postgres() as server:
            call, end = cluster.takeover(server.url, lease)
        yield Line(f"the next call after a kill, at a lease of {lease:g} s", call, "s", lease + 15)
        yield Line("  the end of the run, 128 rows of 40 a second later", end, "s", lease + 15)


def growth(options: Options) -> Iterator[Line]:
    """A large journal: what a row takes, and how a run over it begins, goes on and is reported."""
    rows = options.rows
    with dialer(256, forgetful=True) as here, desk(here.url, 512) as at:
        run = _fill(at.folder, here.url, rows)
        yield Line(f"journal of {rows:,} rows of 11 columns, unsent", _size(at.folder) / rows, "bytes a row", 1000)
        began = time.perf_counter()
        resuming = at.start("resume", "--json", "--keep-going")
        _until(lambda: here.stats()["received"] > 0)
        yield Line("resume sends its first row after", time.perf_counter() - began, "s", 5)
        done = resuming.wait()
        seconds = here.seconds()
        yield Line("rows sent a second", rows / seconds)
        yield Line("CPU a row, report included", done.cpu / rows * 1000, "ms", 1.2)
        first, last = _paces(at.folder, rows)
        yield Line("time of the last tenth's rows, of the first tenth's", first / last, bound=1.25)
        yield Line("memory, report included", done.memory, "MB", 500)
        yield Line("journal, sent", _size(at.folder) / rows, "bytes a row", 1000)
        for kind, bound in (("csv", 40), ("xlsx", 240)):
            written = at.leadsync("report", run, "--format", kind, "--output", kind)
            # The bounds are a million rows'; smaller ones may take as much as a start does.
            yield Line(f"report as {kind}", written.wall, "s", max(2.0, bound * rows / 1e6))
            yield Line(f"memory for the report as {kind}", written.memory, "MB", 500)
        pruned = at.leadsync("prune", "--older-than", "0d", "--json", "--yes")
        yield Line("given back by prune", pruned.json["bytes"] / rows, "bytes a row")
        yield Line("journal after it", _size(at.folder) / 1e6, "MB", 5)


def reports(options: Options) -> Iterator[Line]:
    """What a run is reported as whose rows came to every end there is, the files of the rows that did not go through
    among them."""
    rows = options.rows
    with desk("http://127.0.0.1:1", 16) as at:
        run = _fill(at.folder, "http://127.0.0.1:1", rows)
        _end_in_every_way(at.folder)
        # A row that did not go through stands in the report and in one of the two smaller files.
        lines = rows * (1 + sum(end[0] not in ("succeeded", "skipped") for end in ENDS) / len(ENDS))
        for kind, bound in (("csv", 40), ("xlsx", 240)):
            written = at.leadsync("report", run, "--format", kind, "--output", kind)
            what = f"{rows:,} rows of every status as {kind}, {lines:,.0f} lines"
            yield Line(what, written.wall, "s", max(2.0, bound * lines / 1e6))
            yield Line(f"memory for it as {kind}", written.memory, "MB", 500)


def runs(options: Options) -> Iterator[Line]:
    """A thousand runs in the journal."""
    with desk("http://127.0.0.1:1", 16) as at:
        with open_journal(at.folder / "state") as journal:
            for n in range(1000):
                run = _run(at.folder, "http://127.0.0.1:1", f"20260101-000000-{n:04x}")
                journal.create(run)
                journal.add(run.id, _entries(100))
                journal.update_run(run.id, complete=True, stopped="interrupted" if n % 2 else "")
        yield Line("leadsync runs, of a thousand", at.leadsync("runs").wall, "s", 1.0)


def stats(options: Options) -> Iterator[Line]:
    """The failures of many runs; a million rows have 10 seconds, fewer a start and the rest in proportion."""
    with desk("http://127.0.0.1:1", 16) as at:
        outcomes.fill(at.folder / "state", options.rows)
        for by in ("code", "Agent", "lead"):
            done = at.leadsync("stats", "--by", by, "--json")
            yield Line(f"stats of {options.rows:,} rows by {by}", done.wall, "s", 3 + 7 * options.rows / 1e6)
            yield Line("  CPU", done.cpu, "s")
            yield Line("  memory", done.memory, "MB", 700)


def checking(options: Options) -> Iterator[Line]:
    """`leadsync check` of sheets with eleven columns; a million rows have 60 and 120 seconds; fewer, a second to start
    and the rest in proportion."""
    with desk("http://127.0.0.1:9", 16) as at:
        for name, rows, seconds in (
            ("small.csv", 10_000, 3.0),
            ("large.csv", options.rows, 1 + 59 * options.rows / 1e6),
            ("large.xlsx", options.rows, 1 + 119 * options.rows / 1e6),
        ):
            write(at.folder / name, rows)
            done, memory = check(at, name)
            if done.code != 0 or done.json["rows"] != rows:
                sys.exit(f"leadsync check {name} exited {done.code}: {done.err}")
            what = f"check of {rows:,} rows, .{name.partition('.')[2]}"
            yield Line(what, done.wall, "s", seconds)
            yield Line("  rows a second", rows / done.wall)
            yield Line("  CPU a row, the reading process included", done.cpu / rows * 1e6, "us")
            yield Line("  peak memory, the reading process aside", memory, "MB", 400)


def pages(options: Options) -> Iterator[Line]:
    """The pages over a run of a million rows and a thousand runs."""
    with desk("http://127.0.0.1:1", 16) as at:
        state = at.folder / "state"
        state.mkdir(mode=0o700, exist_ok=True)
        page.fill(state)
        with page.serving(at.folder) as (browser, pid):
            yield Line("until the failures of all runs are counted", page.count_stats(browser), "s")
            for what, path in page.PAGES.items():
                yield from _of_page(what, browser.p95(path, pid), 150)
            yield from _of_page("a poll", browser.p95(page.POLL, pid, 200, HX_Request="true"), 5)
            seconds, place = page.draft(browser, at.folder)
            yield Line(f"a draft of {page.DRAFT_ROWS:,} rows, from the upload to its page", seconds, "s", 2)
            yield from _of_page("that draft", browser.p95(place, pid), 150)
            shown, polled, answers = page.twenty_people(browser)
            yield Line(f"p95 of pages, {page.PEOPLE} people at once", shown, "ms", 150)
            yield Line("p95 of their polls", polled, "ms")
            yield Line("answers to them", answers, "a second")
            yield Line("most memory of the page", page.memory(pid), "MB", 150)
    yield Line("scripts, compressed", page.script_size(), "kB", 60)


def _of_page(what: str, figures: tuple[float, float], bound: float) -> Iterator[Line]:
    """The time of a page, and beside it the processor's: on a busy machine the first says little."""
    yield Line(f"p95 of {what}", figures[0], "ms", bound)
    yield Line("  processor for it", figures[1], "ms")


MEASURES: dict[str, Callable[[Options], Iterator[Line]]] = {
    "start": start,
    "small": small,
    "script": script,
    **{f"ceiling-{slots}": lambda options, slots=slots: ceiling(slots, options) for slots in (1, 8, 16, 32, 64)},
    "journals": journals,
    "takeover": takeover,
    "shared": shared,
    "fair": fair,
    "rival": rival,
    "slow": slow,
    "auto": auto,
    "checking": checking,
    "runs": runs,
    "growth": growth,
    "reports": reports,
    "stats": stats,
    "pages": pages,
}


def _start(at: Desk, rows: int, first: int) -> Command:
    write_sheet(at.folder / "leads.csv", rows, first)
    return at.start("run", "leads.csv", "--json")


def _until(condition: Callable[[], bool]) -> None:
    end = time.perf_counter() + 120
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("the dialer hears nothing of the run")
        time.sleep(0.05)


def _run(folder: Path, url: str, run_id: str) -> RunRecord:
    now = datetime.now(UTC)
    ids = CampaignIds(41, 41, 38)
    file = folder / "leads.csv"
    return RunRecord(run_id, file, "", "", "csv", ",", False, HEADINGS, folder, url, ids, now, roles=ROLES)


def _entries(rows: int) -> Iterator[Entry]:
    for n in range(2, rows + 2):
        phone, mobile = f"03{50_000_000 + n:08d}", f"04{n:08d}"
        street = f"{n % 400} Some Long Street"
        cells = (f"LEAD-{n:08d}", f"Firstname Lastname {n}", phone, mobile, street, "Melbourne", "VIC",
                 f"{3000 + n % 999}", "Sale", "24/11/2031 14:30", str(n % 100))  # fmt: skip
        fields = {"Name": cells[1], "FirstPhone": phone, "SecondPhone": mobile, "StreetAddress": street,
                  "City": "Melbourne", "State": "VIC", "PostCode": cells[7], "njDisposition": "Sale",
                  "njCallBackDate": "2031/11/24 14:30", "njPriority": cells[10]}  # fmt: skip
        yield Entry(Row(n, cells), cells[0], fields, harmless=False)


def _fill(folder: Path, url: str, rows: int) -> str:
    run = _run(folder, url, "20260101-000000-aaaa")
    run.file.touch()
    with open_journal(folder / "state") as journal:
        journal.create(run)
        journal.add(run.id, _entries(rows))
        journal.confirm(run.id)
    return run.id


def _end_in_every_way(folder: Path) -> None:
    """Bring the rows of the only run to seven ends in turns."""
    now = time.time()
    with sqlite3.connect(folder / "state" / "journal.sqlite3") as connection:
        for turn, (state, code, name, message) in enumerate(ENDS):
            sent = code is not None or state == "unknown"
            connection.execute(
                "UPDATE rows SET state = ?, code = ?, name = ?, message = ?, attempts = ?, time = ? "
                "WHERE number % ? = ?",
                [state, code, name, message, int(sent), now if sent else None, len(ENDS), turn],
            )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "state").glob("journal.sqlite3*"))


def _paces(folder: Path, rows: int) -> tuple[float, float]:
    """Rows a second over the first and the last tenth, by the attempts' ends in the journal."""
    with sqlite3.connect(folder / "state" / "journal.sqlite3") as connection:
        ends = [end for (end,) in connection.execute("SELECT ended FROM attempts ORDER BY ended")]
    tenth = rows // 10
    return tenth / (ends[tenth - 1] - ends[0]), tenth / (ends[-1] - ends[-tenth])
