"""What must hold once a random walk has come to rest, by the dialer's ledger, the reports and the journal.

Each check gives sentences for what does not hold. They begin with the letter of the promise:
a  no disposition is applied twice without a person's word
b  no row is forgotten, none succeeded without the dialer's 0
c  nothing stays in flight, and idempotent rows are done
d  never more calls than slots
e  a lead's rows are applied in the sheet's order
f  no command hangs, fails or exits with a code of its own
g  one resume is enough
h  the API key is nowhere
"""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.faults.raw_dialer import Call
from tests.faults.walk import ATTEMPTS, KEY, Sheet, SheetRow, Walk, read_rows

PIECE = 8
"""So many characters of the API key in a row are a leak."""
TRY_LATER = {103, 109}
STATUSES = {"succeeded", "failed", "rejected", "conflict", "unknown", "skipped", "unsent"}
UNDECIDED = {"conflict", "unknown"}


@dataclass(frozen=True)
class Found:
    """A row in a run's report."""

    name: str
    run: str
    number: int
    lead: str
    status: str


@dataclass
class Evidence:
    """What the runs say of each row, the newest run first; `forgotten` tells whether old runs were pruned."""

    rows: dict[str, list[Found]]
    calls: dict[str, list[Call]]
    forgotten: bool

    def standing(self, name: str) -> Found | None:
        """The row in the newest run that did not leave it to another."""
        return next((found for found in self.rows.get(name, ()) if found.status != "skipped"), None)


def collect(walk: Walk) -> Evidence:
    """Have each run's report written, and read it; what is wrong with the reports is noted in the walk."""
    rows: dict[str, list[Found]] = defaultdict(list)
    for run in walk.runs():
        written = walk.calmly("report", run["run"])
        if written.code != 0:
            walk.broken.append(f"b: report {run['run']} exits {written.code}: {written.err}")
            continue
        if not written.summary["rows"]:
            continue  # a run of which nothing was read yet
        table = read_rows(Path(written.summary["files"]["report"]))
        walk.broken += _sums(written.summary, table)
        for row in table:
            name = row["Name"]
            found = Found(name, run["run"], int(row["sync_row"]), row["External Id"], row["sync_status"])
            rows[name].append(found)
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in list(walk.dialer.calls):
        calls[call.row].append(call)
    return Evidence(rows, calls, forgotten=walk.epoch > 0)


def _sums(summary: Mapping[str, object], table: Sequence[Mapping[str, str]]) -> Iterator[str]:
    statuses = summary["statuses"]
    assert isinstance(statuses, dict)
    run = summary["run"]
    counted = Counter(row["sync_status"] for row in table)
    if counted != {name: count for name, count in statuses.items() if count} or summary["rows"] != len(table):
        yield f"b: run {run} counts {statuses} of {summary['rows']} rows, its report has {dict(counted)}"
    if len({row["sync_row"] for row in table}) != len(table):
        yield f"b: the report of run {run} has a row twice"
    if strange := set(counted) - STATUSES:
        yield f"b: the report of run {run} has the statuses {strange}"


def unread(walk: Walk, evidence: Evidence) -> list[Sheet]:
    """The sheets of which no run has a row, but for those that people have overwritten or moved since."""
    return [
        sheet
        for sheet in walk.sheets
        if not sheet.overwritten
        and not sheet.watched
        and not sheet.names & set(evidence.rows)
        and not (evidence.forgotten and sheet.names & set(evidence.calls))
    ]


def judge(walk: Walk, evidence: Evidence) -> Iterator[str]:
    """Everything that must hold at rest."""
    yield from _applied_too_often(walk, evidence)
    for sheet in walk.sheets:
        yield from _forgotten(walk, sheet, evidence)
    for row in _rows(walk):
        if (found := evidence.standing(row.name)) is not None:
            yield from _wrong_status(walk, row, found, evidence)
    yield from _held_for_nothing(evidence)
    yield from in_flight(walk)
    if walk.dialer.peak > walk.slots:
        yield f"d: {walk.dialer.peak} calls at once at {walk.slots} slots"
    if not (evidence.forgotten and walk.given_back):
        yield from _out_of_order(walk, evidence)
    yield from leaks(walk.folder)


def _rows(walk: Walk) -> Iterable[SheetRow]:
    return {row.name: row for sheet in walk.sheets for row in sheet.rows}.values()


def _applied_too_often(walk: Walk, evidence: Evidence) -> Iterator[str]:
    for row in _rows(walk):
        applied = [call for call in evidence.calls.get(row.name, ()) if call.applied_at is not None]
        if not row.idempotent and len(applied) > max(1, walk.permits[row.name]):
            kinds = [call.answer.kind for call in evidence.calls[row.name]]
            yield f"a: {row.name} was applied {len(applied)} times, allowed {walk.permits[row.name]}: {kinds}"


def _forgotten(walk: Walk, sheet: Sheet, evidence: Evidence) -> Iterator[str]:
    """A sheet that was read is there as a whole; so is one whose command said that it is done."""
    known = {name for name in sheet.names if name in evidence.rows}
    if evidence.forgotten:
        # A run that was forgotten has done its rows, or people have.
        known |= {name for name in sheet.names if any(_definite(call) for call in evidence.calls.get(name, ()))}
        known |= {name for name in sheet.names if any(word != "send" for _, word in walk.decided.get(name, ()))}
    missing = sheet.names - known
    if missing and (known or sheet.finished):
        yield f"b: {sheet.path.name}: {len(missing)} of {len(sheet.rows)} rows are in no run: {sorted(missing)[:5]}"
    for name in sorted(known & set(evidence.rows)):
        done_by_word = any(word == "applied" for _, word in walk.decided.get(name, ()))
        if evidence.standing(name) is None and not evidence.forgotten and not done_by_word:
            yield f"b: {name} is skipped in every run that has it: {evidence.rows[name]}"


def _definite(call: Call) -> bool:
    return call.code is not None or call.refusing_status is not None or call.number >= ATTEMPTS


def _wrong_status(walk: Walk, row: SheetRow, found: Found, evidence: Evidence) -> Iterator[str]:
    """A status for which there is no reason in the ledger, nor in what a person decided."""
    calls = evidence.calls.get(row.name, [])
    decisions = {decision for _, decision in walk.decided.get(row.name, ())}
    kinds = [call.answer.kind for call in calls]
    refused = any(call.code not in (None, 0) or call.refusing_status is not None for call in calls)
    said = f"{row.name} ({row.lead}, {row.disposition or 'blank'}) is {found.status} in {found.run}: {kinds}"
    match found.status:
        case "succeeded":
            wrong = "applied" not in decisions and not any(call.code == 0 for call in calls)
            promise = "b"
        case "failed":
            applied = any(call.applied_at is not None for call in calls) and walk.permits[row.name] <= 1
            lost = not row.idempotent and applied and not decisions
            wrong = lost or not (refused or decisions or len(calls) >= ATTEMPTS)
            promise = "c" if row.idempotent else "b"
        case "conflict":
            wrong, promise = not any(call.code == 110 for call in calls), "b"
        case "unknown":
            in_doubt = bool(walk.strikes.total()) or any(call.in_doubt for call in calls)
            # An idempotent row may be sent again, as long as it has attempts. But a refusal tells nothing about an
            # earlier attempt that was under way at a kill.
            again = len(calls) < ATTEMPTS and not (refused and walk.strikes.total())
            wrong = again if row.idempotent else not in_doubt
            promise = "c"
        case "rejected":
            wrong, promise = len(evidence.rows[row.name]) < 2 and not evidence.forgotten, "b"
        case _:
            return
    if wrong:
        yield f"{promise}: {said}"


def _held_for_nothing(evidence: Evidence) -> Iterator[str]:
    """An unsent row waits for an undecided one of its lead, or it was forgotten."""
    undecided = {found.lead for found in undecided_rows(evidence)}
    for name in evidence.rows:
        found = evidence.standing(name)
        if found is not None and found.status == "unsent" and found.lead not in undecided:
            yield f"b: {name} ({found.lead}) is still unsent in {found.run}"


def undecided_rows(evidence: Evidence) -> list[Found]:
    """The rows on which a person has to decide, in whichever run: one of a copy may hide that of its sheet."""
    return [found for rows in evidence.rows.values() for found in rows if found.status in UNDECIDED]


def in_flight(walk: Walk) -> Iterator[str]:
    """Rows that the journal holds as under way while nothing is."""
    for path in walk.state.glob("journal.sqlite3"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            (count,) = journal.execute("SELECT count(*) FROM rows WHERE state = 'in_flight'").fetchone()
        if count:
            yield f"c: {count} rows are in flight in the journal"


def _out_of_order(walk: Walk, evidence: Evidence) -> Iterator[str]:
    """Pairs of rows of one lead, in one sheet and no other, whose calls are not in the sheet's order."""
    often = Counter(name for sheet in walk.sheets for name in sheet.names)
    for sheet in walk.sheets:
        rows: dict[str, list[SheetRow]] = defaultdict(list)
        for row in sheet.rows:
            for before in rows[row.lead]:
                if often[row.name] == often[before.name] == 1:
                    yield from _overtaken(walk, before, row, evidence)
            rows[row.lead].append(row)


def _overtaken(walk: Walk, before: SheetRow, row: SheetRow, evidence: Evidence) -> Iterator[str]:
    earlier, later = evidence.calls.get(before.name, []), evidence.calls.get(row.name, [])
    if any(call.body["FirstPhone"] != before.phone for call in earlier):
        # Corrected by hand and given back: that is a newer word than the sheet's next row.
        return
    decided = walk.decided.get(before.name, [])
    for call in later:
        if any(moment < call.arrived for moment, _ in decided):
            continue
        done = [one for one in earlier if one.arrived < call.arrived]
        if not done or not _settled(done):
            what = done[-1].answer.kind if done else "not sent"
            yield f"e: {row.name} overtook {before.name} of the same lead ({before.disposition}), which was {what}"
            return
    applied = [call.applied_at for call in later if call.applied_at is not None]
    once = walk.permits[before.name] <= 1 and walk.permits[row.name] <= 1
    # A call that was left out of the count of calls is one whose end nobody could foresee.
    late = [call.applied_at for call in earlier if call.applied_at is not None and not call.left_out]
    # A retry sends both again where the later one is in doubt: the lead ends with the later one's values.
    if applied and once and late and max(late) > max(applied):
        yield f"e: {before.name} was applied after {row.name}, a later row of its lead"


def _settled(calls: Sequence[Call]) -> bool:
    """Whether a row with these calls may be over: answered, refused, or out of attempts."""
    last = calls[-1]
    if last.in_doubt:
        return False
    later = last.code in TRY_LATER or last.refusing_status in (429, 503)
    return not later or len(calls) >= ATTEMPTS


def leaks(folder: Path) -> Iterator[str]:
    """Files that hold a piece of the API key."""
    pieces = {KEY[at : at + PIECE] for at in range(len(KEY) - PIECE + 1)}
    pattern = re.compile(b"|".join(re.escape(piece.encode()) for piece in sorted(pieces)))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if found := pattern.search(path.read_bytes()):
            around = path.read_bytes()[max(0, found.start() - 60) : found.end() + 40]
            yield f"h: {path.relative_to(folder)} has a piece of the API key: {around!r}"
