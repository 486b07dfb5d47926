"""The values a row passes through: Row, then Lead or Rejected, then Outcome.

All are frozen. Words are those of the contract: a *row* is a line of the sheet, a *lead* a person the dialer holds,
a *field* a name the dialer's API knows, a *column* the sheet's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from leadsync.reasons import Fault, Reason

NO_CHANGE = "<No Change>"
"""What the API reads as "keep the present value" in a disposition or a phone field."""

EXTERNAL_ID = "njExternalLeadId"
DISPOSITION = "njDisposition"
CALLBACK = "njCallBackDate"
PRIORITY = "njPriority"
CONTACT_HOURS = "njContactHours"
SYSTEM_FIELDS = frozenset({EXTERNAL_ID, DISPOSITION, CALLBACK, PRIORITY, CONTACT_HOURS})
PHONE = "phone"
"""Not a field but the role of any column that fills a phone field."""
NOTE = "note"
"""The role of a column that a person has added to a file that came back: it is not sent."""


TEMPLATE_ID = "fTemplateId"
CAMPAIGN_ID = "fCampaignId"
ALLOCATION_ID = "fAllocationId"
CAMPAIGN_ID_FIELDS = (TEMPLATE_ID, CAMPAIGN_ID, ALLOCATION_ID)
"""The query's arguments that say which campaign a lead is in; a row may have its own."""

FileKind = Literal["csv", "xlsx"]
"""Delimited text, or a workbook."""


Order = Literal["sheet", "priority"]
"""The sheet's order, or njPriority's, 0 first."""


Inserts = Literal["none", "missing", "only"]
"""Which leads a run adds: none; those that the dialer does not have, instead of changing them; or all of them."""


class Status(StrEnum):
    """Where a row ends. Every row of the sheet ends in exactly one of these."""

    SUCCEEDED = "succeeded"
    """The server answered 0."""
    FAILED = "failed"
    """The server refused it, or the attempts ran out."""
    REJECTED = "rejected"
    """leadsync would not send it: the sheet's data is wrong."""
    CONFLICT = "conflict"
    """110: an agent was editing the lead."""
    UNKNOWN = "unknown"
    """It may or may not have been applied."""
    SKIPPED = "skipped"
    """Not sent on purpose."""
    UNSENT = "unsent"
    """The run stopped before it."""


TO_LOOK_AT = (Status.FAILED, Status.REJECTED, Status.CONFLICT, Status.UNKNOWN)
"""What makes a finished run exit with 3: somebody has to look at these rows."""


class Row(NamedTuple):
    """One line of the sheet below its headings.

    `number` is its number in the sheet (the heading line is 1). `cells` has one text for each heading, as a person
    sees it in the sheet; a date cell of a workbook is ISO text (`2026-11-24` or `2026-11-24 14:30`) and its position
    stands in `dates`. `faults` say why the line cannot be read as the headings promise (too many cells, ...); such a
    row is rejected whatever its cells hold.
    """

    number: int
    cells: tuple[str, ...]
    dates: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()


class NoteKind(StrEnum):
    """Whether a note tells of a value that leadsync rewrote or of one that a person should look at."""

    REPAIR = "repair"
    WARNING = "warning"


class Note(NamedTuple):
    """Something said about one value that is sent all the same; a tuple, because a sheet may give millions.

    `what` names the sort of repair or warning in a few words, the same for all values of that sort, so that notes can
    be grouped and counted ("leading zero restored"). `before` is the cell, `after` what is sent for it.
    """

    kind: NoteKind
    what: str
    column: str
    before: str
    after: str = ""


class Lead(NamedTuple):
    """A row that can be sent: the lead it names and the fields for it in the sheet's order.

    Where the external id is among the fields, they are those of an insert.
    """

    external_id: str
    fields: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    @property
    def harmless(self) -> bool:
        """Whether sending it twice fires no action twice: it sets no disposition, and adds no lead."""
        return self.fields.get(DISPOSITION, NO_CHANGE) == NO_CHANGE and not self.inserts

    @property
    def inserts(self) -> bool:
        """Whether it adds a lead, in whose call the external id travels in the body."""
        return EXTERNAL_ID in self.fields

    @property
    def own_ids(self) -> Mapping[str, str]:
        """The ids of its campaign that are its own and not the settings'; they travel in the query."""
        return {name: self.fields[name] for name in CAMPAIGN_ID_FIELDS if name in self.fields}

    @property
    def body(self) -> Mapping[str, str]:
        """What travels in the body."""
        return {name: value for name, value in self.fields.items() if name not in CAMPAIGN_ID_FIELDS}


@dataclass(frozen=True, slots=True)
class CampaignIds:
    """The three ids that every lead call carries."""

    template: int
    campaign: int
    allocation: int


class Effect(Enum):
    """What is known of the lead on the dialer once an attempt is over."""

    ANSWERED = "the dialer answered with a result code, which says what it did"
    NEVER_BEGAN = "certainly not applied: not a byte of the request was sent"
    NOT_PROCESSED = "certainly not applied: the dialer or its proxy said so"
    IN_DOUBT = "it may or may not have been applied"
    NO_ANSWER = "the request left and no answer came in time: in doubt, unless `no_answer` says otherwise"
    REFUSED = "a proxy, a firewall or the dialer's door refused the call: every call alike, or just this one"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to.

    `code` and `name` are the server's (None and empty where it gave none), `message` the server's words or leadsync's
    own. `away` marks what a dialer under maintenance gives; several in a row mean that it is away. `retry_after` is
    the wait in seconds that the server asked for; `http` its status, None where there was no answer.
    """

    effect: Effect
    code: int | None = None
    name: str = ""
    message: str = ""
    http: int | None = None
    retry_after: float | None = None
    away: bool = False


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row that is to be sent.

    `attempts` numbers its requests so far, `in_doubt` tells whether one of them may have been applied. `spent` is how
    many of them count against the attempts that the settings allow, whatever process made them.
    """

    number: int
    lead: Lead
    attempts: int = 0
    in_doubt: bool = False
    spent: int = 0


@dataclass(frozen=True, slots=True)
class RowRecord:
    """A row as the journal knows it, for the report."""

    number: int
    cells: tuple[str, ...]
    dates: tuple[int, ...]
    lead: str
    fields: Mapping[str, str]
    status: Status
    code: int | None = None
    name: str = ""
    message: str = ""
    attempts: int = 0
    time: datetime | None = None
    """When its last attempt ended, or began where its end is not known."""
    harmless: bool = True
    """Whether sending it twice would do no harm; a row that began to be inserted is not."""
    reason: Reason | None = None
    """Why leadsync did not send it; `message` then says nothing."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a run's rows."""

    rows: int = 0
    statuses: Mapping[Status, int] = field(default_factory=dict)
    codes: Mapping[int, int] = field(default_factory=dict)
    attempts: int = 0
    beyond: int = 0
    """Rows still to be sent that lie beyond a trial's end, and are not counted above."""
    still_failing: int = 0
    """Skipped rows that failed in an earlier run and can be corrected."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over every run of a journal: runs by how they stand, rows by status and code, requests, seconds of
    sending, and when a run last finished and last finished without a row to look at (seconds since 1970)."""

    runs: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[tuple[Status, int | None], int] = field(default_factory=dict)
    attempts: int = 0
    seconds: float = 0.0
    last_finished: float | None = None
    last_success: float | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as the journal knows it."""

    id: str
    file: Path
    """The sheet it was read from, an absolute path."""
    sheet: str
    """The workbook's sheet, empty for delimited text."""
    fingerprint: str
    """A digest of the file's bytes as they were read."""
    kind: FileKind
    """How its files are written."""
    delimiter: str
    bom: bool
    headings: tuple[str, ...]
    output: Path
    """The folder its files go to."""
    dialer: str
    ids: CampaignIds
    created: datetime
    complete: bool = False
    """Whether the whole sheet is in the journal; nothing is sent before."""
    finished: bool = False
    """Whether it came to its end."""
    stopped: str = ""
    """Why it stopped before its end."""
    seconds: float = 0.0
    """Time spent sending, over all resumptions."""
    last_row: int | None = None
    """A trial goes no further than this row of the sheet."""
    retry_of: str = ""
    """The run whose rows it sends again."""
    encoding: str = ""
    """The encoding that the user named for the file's text; empty: it is found out."""
    order: Order = "sheet"
    """What is sent first."""
    inserts: Inserts = "none"
    date_order: str = ""
    """In which order the dates of the callback column were read."""
    epoch_1904: bool = False
    """Whether the day numbers in it count from 1904."""
    roles: tuple[str, ...] = ()
    """What each of the headings fills: a system field, PHONE for any phone field, empty for everything else."""
    rules: str = ""
    """A digest of the settings by which its sheet was read; empty where they are not known."""
    follows: str = ""
    """The trial of the same file whose rows it takes over."""
    warnings: tuple[str, ...] = ()
    """What the user was warned of before it was sent, in sentences."""
    doubtful: bool = False
    """Whether one of the warnings says that its data may be wrong."""
    new_leads: int = 0
    """How many rows without a callback date went through; until the run has ended, how many are to be sent."""
    first_stem: str = ""
    """The stem of the sheet that its rows first came from; empty: of its own file."""

    @property
    def stem(self) -> str:
        """The beginning of the names of its files: they do not grow with each report that comes back."""
        return self.first_stem or self.file.stem


class Line(NamedTuple):
    """A line of a file that leadsync writes: its cells and the positions of those that are dates.

    In a workbook the cell at `status_at` is coloured by `status`, the cells at `marked` are highlighted, and
    `notes` say beside each of them why.
    """

    cells: Sequence[str]
    dates: Collection[int] = ()
    status: Status | None = None
    status_at: int = -1
    marked: Sequence[int] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many rows ended so, and what that means."""

    status: Status
    rows: int
    meaning: str


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many rows the dialer answered so last; what that means, its likely cause, and the next step."""

    code: int | None
    """None: several codes together."""
    name: str
    rows: int
    meaning: str
    cause: str
    step: str

    @property
    def label(self) -> str:
        """The code as it is shown."""
        return "other" if self.code is None else str(self.code)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to, as people see it at a glance."""

    title: str
    headline: str
    """The most important sentence."""
    ending: str
    facts: tuple[tuple[str, str], ...]
    rows: int
    """As read; the sum over the statuses."""
    statuses: tuple[StatusCount, ...]
    codes: tuple[CodeCount, ...]
    reasons: tuple[tuple[str, str, int], ...]
    """Why rows were not sent: what is wrong, what to do, how many rows."""
    effects: tuple[tuple[str, str, int], ...]
    """What was done on the dialer: what, to which value, for how many rows."""
    steps: tuple[str, ...]
    """What to do now."""
    warnings: tuple[str, ...] = ()
    """What the user was warned of."""
