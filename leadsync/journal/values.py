"""The journal's values."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from leadsync.journal.states import State
from leadsync.models import Note, Row, Status
from leadsync.reasons import Reason
from leadsync.spreadsheet import CHECK_PREFIX


class Entry(NamedTuple):
    """A row for the journal: its cells, the fields to send, and its first state.

    Its notes are for the user to see beforehand, `sync` are its own `sync_*` cells; the journal keeps neither.
    `sheet_row` is its number in the sheet, if it is a row of a copy by `check`.
    """

    row: Row
    lead: str
    fields: Mapping[str, str]
    harmless: bool
    state: State = State.PENDING
    reason: Reason | None = None
    notes: tuple[Note, ...] = ()
    sync: Mapping[str, str] = {}
    sheet_row: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A row of an earlier run, the source of a sheet's row, and the run with its latest state."""

    run_id: str
    state: State
    lead: str
    fields: Mapping[str, str]
    code: int | None = None
    reason: Reason | None = None
    attempts: int = 0
    sheet_row: int | None = None
    """Its number in the sheet, if the run read a copy by `check`; None: unknown, or an added row."""


class RowAhead(NamedTuple):
    """A row of an earlier run that other rows of its lead wait for, with its number in that run.

    `run_id` and `row` are the run with it by now and its number there; either that run sends it (`goes`), or a person
    has to decide on it.
    """

    lead: str
    number: int
    run_id: str
    row: int
    goes: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of a confirmed run on rows of other runs.

    `decided`: by run and new state, the numbers of its rows. `taken`: by run, its rows to be sent or corrected from
    here, each number there with the number here. `kept`: the same for rows of a trial, with their outcomes there.
    `ended`: runs of the same sheet, which this one begins anew, but for rows of the leads that are `waiting` there.
    `left_behind`: by run, those of the rows left that are taken over or ended, and are not in this one's file.
    `corrected`: the draft with the corrections in this run, and their number; it ends, and another number since
    refuses the confirmation. `user` made the decisions. `known` are the confirmed runs of the same content when the
    sheet was read: another one since then refuses the confirmation; None: none does.
    """

    decided: Mapping[tuple[str, State], Collection[int]] = field(default_factory=dict)
    taken: Mapping[str, Collection[tuple[int, int]]] = field(default_factory=dict)
    kept: Collection[tuple[int, int]] = ()
    ended: Collection[str] = ()
    left_behind: Mapping[str, Collection[int]] = field(default_factory=dict)
    waiting: Collection[str] = ()
    corrected: tuple[str, int] | None = None
    user: str = ""
    known: Collection[str] | None = None


NO_EFFECTS = Effects()


SEND_TASK = "leadsync.send"
"""The name of a queued run's job."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A run that a worker is to send.

    `queue` names the dialer, as `leadsync.dialer_address.canonical` does. Higher priorities go first. `until` is a time
    in ISO 8601, or empty.
    """

    queue: str
    priority: int = 0
    until: str = ""
    author: str = ""


class OvertakenRow(NamedTuple):
    """A row that did not go and behind which a later one of its lead went through, with the dialer's code."""

    number: int
    status: Status
    code: int | None = None


class QueueConnections(Protocol):
    """The class of the queue's connections; their waits for the server have an end."""

    @classmethod
    def hurry(cls) -> None:
        """Let them end within seconds."""
        ...


class QueuePlace(NamedTuple):
    """The workers' queue: the database's address, the schema of procrastinate's tables, and its connections' class."""

    url: str
    schema: str
    connections: type[QueueConnections]


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker's last sign of life: its process, the queues it serves, and how long ago that was, in seconds."""

    host: str
    pid: int
    queues: tuple[str, ...]
    ago: float


def new_run_id(now: datetime) -> str:
    """An id such as `20261123-210455-7f3a`: the local time and four random digits."""
    return f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


class CheckedSheet(NamedTuple):
    """A sheet that `check` has copied: the check's id, the file and its digest at that time."""

    id: str
    file: Path
    fingerprint: str

    @classmethod
    def of(cls, file: Path, sheet: str, fingerprint: str) -> Self:
        """The check of a file's sheet: the same id as long as its rows stand where they stood."""
        name = hashlib.sha256("\0".join((str(file), sheet, fingerprint)).encode()).hexdigest()[:12]
        return cls(f"{CHECK_PREFIX}{name}", file, fingerprint)


@dataclass(frozen=True, slots=True)
class LastSent:
    """The values last sent to a lead, with the run, row and time; `state` tells whether the lead has taken them.

    `state` is `succeeded`, a state for a person to decide (`unknown` or `conflict`), that of a row for its run to send
    (`pending` or `in_flight`), or `skipped`: it was in doubt, and a person decided to send it once more.
    """

    run_id: str
    number: int
    time: datetime
    fields: Mapping[str, str]
    state: State = State.SUCCEEDED
    sequence: int = 0
    """Its place in the order of all calls."""


class RowReading(NamedTuple):
    """A row as a run has read it, by the values to be sent; `is_skipped` if it was not to be sent, though its lead did
    not have them."""

    lead: str
    run_id: str
    number: int
    fields: Mapping[str, str]
    is_skipped: bool


LEFT_OUT = -1
"""In place of a column: a row with a text there is left out of the sending."""


class Edit(NamedTuple):
    """A change of one cell by a person. `version` counts the changes of its row, `position` its columns from 0.

    Version 0: made before the sending; the row's cells in the journal have it. A position may also be LEFT_OUT.
    """

    number: int
    version: int
    position: int
    old: str
    new: str
    user: str
    at: datetime


class Decision(NamedTuple):
    """A person's decision about a row; `at` is None for one of an earlier leadsync."""

    decided: str
    user: str
    note: str
    at: datetime | None


class SavedMapping(NamedTuple):
    """Columns by heading, saved under a name for sheets with the same headings."""

    name: str
    columns: Mapping[str, str]
    user: str
    at: datetime
    headings: tuple[str, ...] = ()


class AuditEntry(NamedTuple):
    """An action of a user. `detail` holds figures and names, never a cell's value."""

    at: datetime
    user: str
    action: str
    run_id: str
    detail: Mapping[str, str | int]
    number: int = 0
    """Later actions have higher ones."""


class AuditFilter(NamedTuple):
    """Actions to be shown: on a run, of a user, of a kind; empty for all."""

    run_id: str = ""
    user: str = ""
    action: str = ""


class AttemptRecord(NamedTuple):
    """One request for a row: its times, the name of its `Effect` in small letters, HTTP status, code and words.

    `effect` is empty, and `ended` None, while it is under way or if nobody knows its end.
    """

    number: int
    lead: str
    attempt: int
    begun: datetime
    ended: datetime | None
    effect: str
    http: int | None
    code: int | None
    message: str


@dataclass(frozen=True, slots=True)
class OldRun:
    """A run old enough to be deleted, and the objections.

    `related`: the runs whose rows it has sent, and those that have sent its rows, or were the last to send to leads of
    its rows left; the runs for which its rows wait, and those with rows that wait for it. As long as one of them stays,
    it stays: in an earlier one those rows would look unsent, or go over newer ones without a word, a file of the
    earlier one given back would be taken for a new sheet, and rows that wait would go whatever became of the other.
    """

    id: str
    unfinished: bool
    undecided: bool
    related: frozenset[str] = frozenset()


def deletable(runs: Sequence[OldRun], *, undecided: bool) -> list[list[OldRun]]:
    """The old runs to delete, by groups of related ones; `undecided`: also those with rows for a person to decide."""
    old = {run.id: run for run in runs}
    seen, groups = set[str](), list[list[OldRun]]()
    for first in old:
        group, to_look = dict[str, OldRun | None](), [first] if first not in seen else []
        for run_id in to_look:
            if run_id not in group:
                run = group[run_id] = old.get(run_id)
                to_look += run.related if run else ()
        seen.update(group)
        found = [run for run in group.values() if run and not run.unfinished and (undecided or not run.undecided)]
        if found and len(found) == len(group):
            groups.append(sorted(found, key=lambda run: run.id))
    return groups


@dataclass(frozen=True, slots=True)
class Pruned:
    """The deleted runs by id, their rows, and the bytes given back; and the old runs that stay, by the objection.

    `busy`: another leadsync uses the run. `needed`: a related run stays.
    """

    runs: tuple[str, ...]
    rows: int
    bytes: int
    unfinished: tuple[str, ...]
    undecided: tuple[str, ...]
    busy: tuple[str, ...]
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Rows to be shown: of any of the `statuses`, `codes` and `kinds`; an empty set takes all.

    `kinds` are names of FaultKind and SkipKind; a row has the kind of its first fault. `lead` is the beginning of an
    external id. Rows in flight are in pages of all statuses alone: nobody corrects or decides them.
    """

    statuses: Collection[Status] = ()
    codes: Collection[int] = ()
    kinds: Collection[str] = ()
    lead: str = ""

    @property
    def narrows(self) -> bool:
        """Whether it leaves out rows by more than their lead."""
        return bool(self.statuses or self.codes or self.kinds)


EVERY_ROW = RowFilter()


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """The rows of one status, result code and kind of reason."""

    status: Status
    code: int | None
    kind: str | None
    rows: int
    first: int = field(default=0, compare=False)
    """No row before this number is one of them."""


@dataclass(frozen=True, slots=True)
class OpenRows:
    """The rows of a run open to correction: untouched ones by reason, the most frequent first; the others by their
    last check."""

    untouched: Sequence[ReasonCount]
    ready: int
    faulty: int
    unchecked: int
    """Of the others, those changed since their check, or checked by other rules."""

    @property
    def to_correct(self) -> int:
        """All but the ready ones."""
        return sum(reason.rows for reason in self.untouched) + self.faulty


class ValueCount(NamedTuple):
    """A value at fault and its rows: of a column by its heading, or of a field by the dialer's name."""

    place: str
    value: str
    rows: int


class RowCheck(NamedTuple):
    """The result of a check of a changed row: its version then, and the first fault's kind, column and value."""

    version: int
    ready: bool
    fault: str | None = None
    place: str = ""
    value: str = ""


class EditedCounts(NamedTuple):
    """The open rows of a run with changes by people.

    So many are `changed`, with another text now than in their sheet, and `ready`, sendable or left out by the last
    check. Of the ready ones so many are `mended`: at fault in the sheet. So many are `broken`: rows of a draft that
    were right before the change.
    """

    changed: int = 0
    ready: int = 0
    mended: int = 0
    broken: int = 0


class SentAgain(NamedTuple):
    """Failed or rejected rows of a run in a later one: their number, and how many of them went through there.

    So many are `faulty`: rejected there again, they did not go, and are corrected there.
    """

    rows: int
    succeeded: int
    faulty: int = 0


class Changes(NamedTuple):
    """What the succeeded rows of a run changed on the dialer.

    `dispositions` by their value, the most frequent first, `<No Change>` among them. So many `callbacks` were moved;
    so many `new_leads` had no callback date.
    """

    dispositions: Mapping[str, int]
    callbacks: int
    new_leads: int


class FoundLead(NamedTuple):
    """A lead of a search: its external id, the number of its rows, and the last run with one of them."""

    lead: str
    rows: int
    last_run: str


class TextSearch(NamedTuple):
    """The leads found in a part of the journal, and where the search goes on; None at its end."""

    leads: list[FoundLead]
    before: int | None


class RowEnds(NamedTuple):
    """Where rows of one run ended, as columns of equal length: a journal may hold millions.

    `statuses` are values of Status. `faults` name the first FaultKind of each rejected row. `times`, in seconds since
    1970, are the ends of the last attempts, and the run's beginning for rows without one. `values` are what was asked
    for, None if a row has none. `again` tells the rows that an earlier run had first, sent as they were or corrected.
    """

    run_id: str
    leads: Sequence[str]
    statuses: Sequence[str]
    codes: Sequence[int | None]
    faults: Sequence[str | None]
    times: Sequence[float]
    values: Sequence[str | None]
    again: Sequence[bool]
