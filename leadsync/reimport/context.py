"""All facts about a row for the rules. They are put together once; no rule asks the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leadsync.journal import LastSent, Origin, State
from leadsync.leads import Column
from leadsync.models import Lead, Row
from leadsync.reasons import Rejected, Skip
from leadsync.reimport.claims import NO_CLAIM, Claim
from leadsync.reimport.workbook import heading_name


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """The facts common to all rows of a file."""

    columns: tuple[Column, ...]
    fields: frozenset[str] = frozenset()
    """The fields that the columns fill."""
    id_heading: str = ""
    phone_fields: tuple[str, ...] = ()
    duplicates: str = "in_order"
    skip_unchanged: bool = False
    came_back: bool = False
    """Whether the file has sync_* columns."""
    is_workbook: bool = False
    """Whether it is a report workbook: a text stays a text in it."""
    is_retry: bool = False
    """Whether it is a retry file: its rows go, corrected or not. Of any other file only corrected rows go."""
    is_trial: bool = False
    """Whether the file takes over from an earlier run of the same sheet, such as a trial of its first rows."""
    repeated: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """The rows of each lead that stands in several, where not all of them are sent."""
    left_out: Mapping[int, Skip] = field(default_factory=dict)
    """The rows that people left out, by number, each with its reason."""


class Descendant(NamedTuple):
    """A later run with the same row, the row's state and its number there."""

    run_id: str
    state: State
    number: int = 0


class Before(NamedTuple):
    """A cell as first read, and its run."""

    cell: str
    run_id: str


class TrialMatch(NamedTuple):
    """This row in the trial: kept with its result there, or sent again from here. `skip` is the reason not to send
    it."""

    run_id: str
    skip: Skip | None = None
    kept: int | None = None
    again: int | None = None
    failed: tuple[str, str] | None = None
    """The dialer's answer to the row in the trial, in words, and its field; None if it says another thing now."""
    root: tuple[str, int] | None = None
    """Run and number of the row's first failure."""
    failures: tuple[tuple[str, int], ...] = ()
    """Run and number of rows of the lead that failed in other runs since, and are sent from here."""
    is_older: bool = False
    """Whether a row of the lead further down in the file went through there: its payload is the newer one."""


class Context(NamedTuple):
    """One row. `origin` and the attributes below it are of the earlier run named by the claim."""

    sheet: SheetFacts
    row: Row
    mapped: Lead | Rejected
    claim: Claim = NO_CLAIM
    origin: Origin | None = None
    same_place: bool = True
    """Whether it sent to the same campaign."""
    second_line: bool = False
    """Whether its row stands in this file already."""
    copied: bool = False
    """Whether the row is a line further up once more, for the same lead."""
    added: bool = False
    """Whether a person has added the row to the file of a run, and its lead was sent others before."""
    is_new: bool = False
    """Whether a person has added the row to the file of a run."""
    later: Sequence[Descendant] = ()
    """The runs that had the row since, the oldest first."""
    is_taken: bool = False
    """Whether one of them has sent the row as it stands here, or is to send it so."""
    later_row: tuple[str, int] | None = None
    """Run and number of a later row of the lead that went through."""
    ahead: Skip | None = None
    """Why the row waits for another row of its lead in its run, or in a later one that has taken that."""
    before: Mapping[str, Before] = {}
    """The row's cells as they were read at first, by the name of their heading."""
    last_sent: LastSent | None = None
    """What the lead was last sent, by any run."""
    sent_since: LastSent | None = None
    """What another run has sent the lead since the claim's run was read, if the row says the same. It is the last
    payload, or with the rows above the row repeats the last ones in order."""
    is_older: bool = False
    """Whether these values were read later than this row, and are not of a row that came from it or goes before it; or
    stand further down in this file."""
    undecided_sent: Sequence[LastSent] = ()
    """What the lead was sent by any run and a person has still to decide about, or that run to send."""
    behind: Skip | None = None
    """Why the row waits: another one of its lead in the file is skipped for such a payload."""
    equal_sent: LastSent | None = None
    """Which of its last payloads says the same as the row, in whatever order."""
    is_repetition: bool = False
    """Whether it can be left out for that: no other row of the lead goes before it."""
    trial: TrialMatch | None = None
    settled: Skip | None = None
    """Why the row is not to be sent any more, if it only waited in the claim's run."""

    @property
    def lead(self) -> str:
        """The row's lead, or its earlier one if no id can be read."""
        return self.mapped.external_id or (self.origin.lead if self.origin else "")

    @property
    def own(self) -> tuple[str, int | None] | None:
        """Run and number of the row in the last run that has it; None for a new row."""
        return (self.origin.run_id, self.claim.number) if self.origin is not None else None

    def is_as_before(self, column: Column) -> bool:
        """Whether the row's cell in a column stands as the earlier run first read it."""
        was = self.before.get(heading_name(column.heading))
        return was is not None and was.cell == self.row.cells[column.position].strip()
