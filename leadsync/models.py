"""The values of a row's way: Row, then Lead or Rejected, then Outcome; and the journal's records.

All are frozen. A *row* is a line of the sheet, a *lead* a person on the dialer. A *field* is a name of the dialer's
API, a *column* the sheet's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from leadsync.dialer_address import same_dialer
from leadsync.reasons import Fault, Reason

NO_CHANGE = "<No Change>"
"""In a disposition or a phone field: keep the present value."""

EXTERNAL_ID = "njExternalLeadId"
DISPOSITION = "njDisposition"
CALLBACK = "njCallBackDate"
PRIORITY = "njPriority"
CONTACT_HOURS = "njContactHours"
# Without the campaign ids: those travel in the query, never in the body.
SYSTEM_FIELDS = frozenset({EXTERNAL_ID, DISPOSITION, CALLBACK, PRIORITY, CONTACT_HOURS})
PHONE = "phone"
"""Not a field: the role of every column for a phone field."""
NOTE = "note"
"""The role of a person's own column in a file that came back; it is not sent."""

TEMPLATE_ID = "fTemplateId"
CAMPAIGN_ID = "fCampaignId"
ALLOCATION_ID = "fAllocationId"
CAMPAIGN_ID_FIELDS = (TEMPLATE_ID, CAMPAIGN_ID, ALLOCATION_ID)
"""The query's arguments for the campaign of a lead; a row may have its own."""

FileKind = Literal["csv", "xlsx"]
"""Delimited text, or a workbook."""

Order = Literal["sheet", "priority"]
"""The sheet's order, or njPriority's, 0 first."""

Inserts = Literal["none", "missing", "only"]
"""The leads for a run to add: none, those missing on the dialer, or all."""


class Status(StrEnum):
    """The end of a row. Every row of the sheet has exactly one."""

    SUCCEEDED = "succeeded"
    """The server answered 0."""
    FAILED = "failed"
    """The server refused it, or the attempts ran out."""
    REJECTED = "rejected"
    """Not sent: the sheet's data is wrong."""
    CONFLICT = "conflict"
    """110: an agent was editing the lead."""
    UNKNOWN = "unknown"
    """It may or may not have been applied."""
    SKIPPED = "skipped"
    """Not sent on purpose."""
    UNSENT = "unsent"
    """The run stopped before it."""


TO_LOOK_AT = (Status.FAILED, Status.REJECTED, Status.CONFLICT, Status.UNKNOWN)
"""The statuses for a person to look at; a finished run with one of them exits with 3."""


# Rows, notes and leads are tuples: a frozen dataclass takes four times as long to make, and a sheet makes millions.
class Row(NamedTuple):
    """One line of the sheet below its headings.

    `number` is its number in the sheet (the heading line is 1). `cells` has one text for each heading, as shown in the
    sheet. A date cell of a workbook is ISO text (`2026-11-24` or `2026-11-24 14:30`), with its position in `dates`.
    `faults` are those of the whole line, such as too many cells; they reject the row, whatever its cells. `doubted`: it
    may be a total or a title, and is sent with a warning.
    """

    number: int
    cells: tuple[str, ...]
    dates: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()
    doubted: bool = False


class NoteKind(StrEnum):
    """The kind of a note."""

    REPAIR = "repair"
    """The value was rewritten."""
    WARNING = "warning"
    """A person should look at the value."""


class Note(NamedTuple):
    """A repair or a warning about one value; the value is sent. A tuple, because a sheet may give millions.

    `what` names the sort of repair or warning in a few words, such as "leading zero restored". It is the same for all
    values of that sort, so notes can be counted by it. `before` is the cell, `after` the value to send.
    """

    kind: NoteKind
    what: str
    column: str
    before: str
    after: str = ""


class Lead(NamedTuple):
    """A row ready to send: its lead, and the fields in the sheet's order.

    With the external id among them, they are the fields of an insert.
    """

    external_id: str
    fields: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    @property
    def harmless(self) -> bool:
        """Whether it can be sent twice without firing an action twice: it sets no disposition and adds no lead."""
        # A disposition fires its actions each time that it is set.
        return self.fields.get(DISPOSITION, NO_CHANGE) == NO_CHANGE and not self.inserts

    @property
    def inserts(self) -> bool:
        """Whether it adds a lead; its external id then travels in the body."""
        return EXTERNAL_ID in self.fields

    @property
    def own_ids(self) -> Mapping[str, str]:
        """Its own campaign ids, instead of the settings'; they travel in the query."""
        return {name: self.fields[name] for name in CAMPAIGN_ID_FIELDS if name in self.fields}

    @property
    def body(self) -> Mapping[str, str]:
        """The fields of the request's body."""
        return {name: value for name, value in self.fields.items() if name not in CAMPAIGN_ID_FIELDS}


@dataclass(frozen=True, slots=True)
class CampaignIds:
    """The three ids in every lead call."""

    template: int
    campaign: int
    allocation: int

    @property
    def arguments(self) -> dict[str, str]:
        """The query's arguments."""
        return dict(zip(CAMPAIGN_ID_FIELDS, map(str, (self.template, self.campaign, self.allocation)), strict=True))

    def left_out(self, fields: Mapping[str, str]) -> dict[str, str]:
        """A row's fields without those of its own ids that are just these: the request is the same."""
        own = self.arguments
        return {name: value for name, value in fields.items() if own.get(name) != value}


class Effect(Enum):
    """The effect of an ended attempt on the dialer, as far as it is known."""

    ANSWERED = "the dialer answered with a result code"
    NEVER_BEGAN = "certainly not applied: not a byte of the request was sent"
    NOT_PROCESSED = "certainly not applied: the dialer or its proxy said so"
    IN_DOUBT = "it may or may not have been applied"
    NO_ANSWER = "the request left and no answer came in time: in doubt, unless `no_answer` says otherwise"
    REFUSED = "a proxy, a firewall or the dialer's door refused the call: every call alike, or just this one"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of an attempt.

    `code` and `name` are the server's; None and empty without one. `message` is the server's words or leadsync's own.
    `http` is the status, None without an answer. `retry_after` is the server's wish for a wait, in seconds. `away`
    marks the sign of a dialer under maintenance; after several in a row it counts as away.
    """

    effect: Effect
    code: int | None = None
    name: str = ""
    message: str = ""
    http: int | None = None
    retry_after: float | None = None
    away: bool = False

    @property
    def is_left_behind(self) -> bool:
        """Whether the dialer may still be at the call: its connection was lost, or a proxy gave up waiting (504)."""
        return self.effect in (Effect.IN_DOUBT, Effect.NO_ANSWER) and self.http in (None, 504)


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row still to send.

    `attempts` is the number of its requests so far. `in_doubt`: one of them may have been applied. `spent` of them
    count against the settings' attempts, whichever process made them.
    """

    number: int
    lead: Lead
    attempts: int = 0
    in_doubt: bool = False
    spent: int = 0


@dataclass(frozen=True, slots=True)
class RowRecord:
    """A row of the journal, for the report."""

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
    """The end of its last attempt, or the beginning if the end is unknown."""
    harmless: bool = True
    """Whether sending it twice does no harm; an insert under way is never harmless."""
    reason: Reason | None = None
    """The reason for not sending it; `message` is empty then."""
    overtaken: bool = False
    """Whether it did not go, and a later row of its lead went through: a correction of it is not sent."""


RESTORED = "the journal was restored or failed over, and begun rows may be lost from it"
"""The reason of a held run, in words for a stop."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run of the journal."""

    id: str
    file: Path
    """Its sheet, an absolute path."""
    sheet: str
    """The workbook's sheet, empty for delimited text."""
    fingerprint: str
    """A digest of the file's bytes."""
    kind: FileKind
    """The form of its files."""
    delimiter: str
    bom: bool
    headings: tuple[str, ...]
    output: Path
    """The folder for its files."""
    dialer: str
    ids: CampaignIds
    created: datetime
    complete: bool = False
    """Whether it was confirmed; a draft is never sent."""
    finished: bool = False
    """Whether it came to its end."""
    stopped: str = ""
    """The reason of a stop before its end."""
    seconds: float = 0.0
    """Time spent sending, over all resumptions."""
    last_row: int | None = None
    """The last row of a trial."""
    retry_of: str = ""
    """The run with the rows of this retry."""
    encoding: str = ""
    """The encoding of the file's text by the user; empty: detected."""
    order: Order = "sheet"
    inserts: Inserts = "none"
    date_order: str = ""
    """The order of the callback column's dates, as read."""
    epoch_1904: bool = False
    """Whether day numbers there count from 1904."""
    roles: tuple[str, ...] = ()
    """The role of each heading: a system field, PHONE for any phone field, NOTE, or empty."""
    rules: str = ""
    """A digest of the settings for reading its sheet; empty: unknown."""
    reading: str = ""
    """The settings for reading its sheet, as JSON; empty: unknown."""
    follows: str = ""
    """The trial of the same file with the rows taken over by this run."""
    warnings: tuple[str, ...] = ()
    """The warnings before it was sent, in sentences."""
    doubtful: bool = False
    """Whether, by one of the warnings, its data may be wrong."""
    new_leads: int = 0
    """The rows without a callback date that had gone through at the run's last end."""
    checked: str = ""
    """The check behind the file, a copy of another sheet; empty for any other file."""
    first_stem: str = ""
    """The stem of its rows' first sheet; empty: of its own file."""

    @property
    def stem(self) -> str:
        """The beginning of its files' names; they do not grow with each returned report."""
        return self.first_stem or self.file.stem

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person's `resume --after-restore`."""
        return self.stopped == RESTORED

    @property
    def resume_command(self) -> str:
        """The words behind `leadsync` that go on with it."""
        return f"resume {self.id}{' --after-restore' if self.is_held else ''}"

    def is_at(self, dialer: str, ids: CampaignIds) -> bool:
        """Whether it goes to this dialer, however the address is spelled, and by these ids."""
        return self.ids == ids and same_dialer(self.dialer, dialer)

    @property
    def place(self) -> str:
        """Its dialer and campaign in words."""
        ids = self.ids
        numbers = f"template {ids.template}, campaign {ids.campaign}, allocation {ids.allocation}"
        return f"{public_address(self.dialer)}, {numbers}"


def public_address(url: str) -> str:
    """The scheme, host and port of a dialer's address; its path is a secret."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}"
