"""The plan of a command: one run, before anything is sent or any other run is changed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadsync.config import Chosen
from leadsync.journal import Journal, Queued
from leadsync.models import FileKind, Inserts, Order, RunRecord, Status
from leadsync.reasons import Skip, SkipKind
from leadsync.remarks import Remark
from leadsync.run.earlier_rows import failed_before
from leadsync.run.sheet_edits import NO_EDITS, SheetEdits
from leadsync.run.sheet_view import SheetView
from leadsync.run.survey import Survey

if TYPE_CHECKING:
    from leadsync.sheets.frame_sheet import FrameSheet

_WITHOUT_RESULT = (Status.UNSENT, Status.REJECTED, Status.SKIPPED)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run to confirm (`confirm` stores it) or to forget (`discard`).

    `waiting` rows can go; `held` rows wait for another row of their lead, to be decided in the runs `to_decide`, or
    sent by those `to_resume`, some of them `to_retry`: failed rows go first there. `survey` and `sheet_view` describe a
    sheet read just now. `remarks` are for the user, before the question. `nothing_to_do`: an earlier run has done it
    all. `sent_before`: some rows would go a second time, or undo newer ones. `then` is the plan behind this one, for a
    later run of the same file; the last can be a draft of the present file. `has_decisions`: the file holds a person's
    decisions on rows of earlier runs.
    """

    run: RunRecord
    waiting: int = 0
    held: int = 0
    to_decide: tuple[str, ...] = ()
    to_resume: tuple[str, ...] = ()
    to_retry: tuple[str, ...] = ()
    survey: Survey | None = None
    sheet_view: SheetView | None = None
    remarks: tuple[Remark, ...] = ()
    nothing_to_do: bool = False
    sent_before: bool = False
    then: "Plan | None" = None
    looks_again: bool = False
    """Whether the sheet is planned once more behind it: rows of the sheet waited for other runs, and may go then."""
    has_decisions: bool = False
    came_back: bool = False
    """Whether the file has leadsync's columns."""
    read_at: int = 0
    """The place of the journal's last call when this was planned."""
    ends: Collection[str] = ()
    """The runs that end with its confirmation: their sheet is begun anew."""
    takes: Mapping[str, Collection[int]] = field(default_factory=dict)
    """By run, the numbers of the rows left there that are this run's once it is confirmed."""
    write: Callable[..., object] = lambda **_: None
    """Stores the run, with values of the run by name, in one transaction."""
    forget: Callable[[], object] = lambda: None

    @property
    def trial(self) -> int | None:
        """How many rows a trial sends; None if all are sent."""
        return None if self.run.last_row is None else self.waiting

    @property
    def has_more(self) -> bool:
        """Whether the next plan is made at its end."""
        return self.then is not None or self.looks_again

    @property
    def in_turn(self) -> "tuple[Plan, ...]":
        """This plan and those behind it."""
        return (self, *(self.then.in_turn if self.then else ()))

    @property
    def total_waiting(self) -> int:
        """The rows that can go now, of all plans in turn."""
        return sum(plan.waiting for plan in self.in_turn)

    def confirm(self, warnings: Sequence[Remark] = (), queued: Queued | None = None) -> None:
        """Store the run with its effects on other runs, and the `warnings` seen by the user. With `queued`, a worker
        is to send it, all in one transaction. May raise JournalError."""
        said: dict[str, Any] = {"warnings": tuple(map(str, warnings))} if warnings else {}
        if any(warning.doubt for warning in warnings):
            said["doubtful"] = True
        if self.survey is not None:
            said["new_leads"] = self.survey.new_leads(self.trial)
        # With the run: after a kill in between, `watch` would take a doubtful file for a sound one.
        if queued is not None:
            said["queued"] = queued
        self.write(**said)

    def discard(self) -> None:
        """Delete the draft, if there is one."""
        if self.then is not None:
            self.then.discard()
        self.forget()


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of a run. `content` is a private copy of the file or of standard input, or a frame."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    content: "Path | FrameSheet | None" = None
    output: Path | None = None
    kind: FileKind | None = None
    limit: int | None = None
    fresh: bool = False
    rest: bool = False
    """Whether the rest of a trial is read anew, also if nothing has changed since."""
    order: Order | None = None
    inserts: Inserts | None = None
    """The leads to insert; None: by the settings, or as the resumed run does."""
    skip_unchanged: bool = False
    place_named: bool = False
    """Whether a person has named the dialer or campaign of a retry, which may be another than the run's."""
    edits: SheetEdits = NO_EDITS
    """Changes by people in the sheet's rows."""
    chosen: Chosen | None = field(default_factory=Chosen)
    """What a person chose for this sheet, over the settings; None if nobody knows."""


def nothing_to_do(journal: Journal, run: RunRecord) -> Plan:
    """The plan for a run with all its work done."""
    return with_held(Plan(run, nothing_to_do=True), journal, None)


def has_results(journal: Journal, run: RunRecord) -> bool:
    """Whether the dialer may have changed something by a run: without results its ids may still be corrected."""
    return any(count for status, count in journal.tally(run.id).statuses.items() if status not in _WITHOUT_RESULT)


def left_to(journal: Journal, run: RunRecord) -> list[RunRecord]:
    """The later runs that have taken over rows of a run and have some to send still, or to retry, the newest first."""
    takers, found = set(journal.lineage(run.id)), list[RunRecord]()
    for other in reversed(journal.runs()):
        if other.complete and (other.id in takers or other.follows in (run.id, *(one.id for one in found))):
            found.insert(0, other)
    return [other for other in found if journal.has_more(other.id) or journal.count_retry(other.id)]


def left_out(journal: Journal, run: RunRecord) -> tuple[str, list[int]]:
    """The run that has taken over the sheet of another one, or begun it anew, and the rows left there which its file
    did not hold."""
    rows, by = list[int](), ""
    for row in journal.records(run.id, [Status.SKIPPED], beyond_trial=True):
        if isinstance(row.reason, Skip) and row.reason.kind in (SkipKind.LEFT_BEHIND, SkipKind.BEGUN_ANEW):
            by = row.reason.run
            if row.reason.kind is SkipKind.LEFT_BEHIND:
                rows.append(row.number)
    return by, rows


def with_held(plan: Plan, journal: Journal, end: int | None) -> Plan:
    """The plan with the rows up to `end`, or all, that wait for others, and the runs with those."""
    held = journal.waiting(plan.run.id, end)
    runs = journal.runs_ahead(plan.run.id) if held else []
    to_resume = [run for run in runs if run != plan.run.id and journal.has_more(run)]
    return with_runs_ahead(replace(plan, held=held), journal, runs, to_resume)


def with_runs_ahead(plan: Plan, journal: Journal, runs: Iterable[str], to_resume: Collection[str]) -> Plan:
    """The plan with the runs whose rows come first: those `to_resume` send them, in the others a person decides."""
    to_decide = tuple(run for run in runs if run not in to_resume)
    to_retry = tuple(run for run in to_resume if failed_before(journal, run, partial(journal.leads_left, run, None)))
    return replace(plan, to_decide=to_decide, to_resume=tuple(to_resume), to_retry=to_retry)
