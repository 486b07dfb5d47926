"""The rows of a run open to correction, read from the journal and checked by the rules of now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadsync.errors import BusyError, LeadsyncError, UsageError
from leadsync.journal import OpenRows, ReasonCount, SentAgain, ValueCount
from leadsync.models import NO_CHANGE, RowRecord, RunRecord
from leadsync.reimport import Decision
from leadsync.run import CorrectedRow, CorrectionRules, with_edits
from leadsync.web.correct_checks import changed_rows, decided_rows, open_rows_of
from leadsync.web.correct_doubts import DraftDoubts
from leadsync.web.correct_view import (
    MOST_VALUES,
    Doubt,
    ReasonCard,
    RowCard,
    changed_card,
    changed_key,
    fault_in,
    key_of,
    reason_card,
    row_card,
)
from leadsync.web.draft_view import Stage, look_at
from leadsync.web.run_page import run_of
from leadsync.web.run_view import to_decide
from leadsync.web.uploads import Uploads

if TYPE_CHECKING:
    from leadsync.journal import Journal
    from leadsync.web.site import Site

ON_A_PAGE = 100
READY = "ready"
"""In place of a reason: the rows that are ready."""
MOST_ROWS = 1_000_000
"""To be put right, or sent, at once."""
_MOST_REASONS = 40
_FEW_ROWS = 5_000
_MOST_COUNTED = 200
_VALUES: dict[tuple[str, str, ReasonCount, int], Sequence[ValueCount]] = {}
"""The frequent values of untouched rows, which only become fewer, by state folder, run and reason with its rows."""
_LOOKED_AT = 2_500
"""The rows of a reason whose values are counted: a reason takes a fiftieth of a second."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The part of the page that was asked for: rows behind `after`, of one reason or all."""

    after: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CorrectPage:
    """All that the page shows."""

    run: RunRecord
    wanted: Wanted
    open: int = 0
    """Rows with a fault."""
    ready: int = 0
    reasons: Sequence[ReasonCard] = ()
    rows: Sequence[RowCard] = ()
    has_more: bool = False
    sent: Mapping[str, SentAgain] = field(default_factory=dict)
    """The later runs that have sent rows of this one again, each with their number."""
    to_decide: int = 0
    saved: RowCard | None = None
    dispositions: Sequence[str] = ()
    """Those to propose."""
    doubts: Sequence[ReasonCard] = ()
    """Of a draft, the rows to look at before the sending."""
    draft: str = ""
    """The upload of a draft, by its id."""
    left: Mapping[str, int] = field(default_factory=dict)
    """The rows with a fault, by the keys of their reasons."""
    problem: str = ""
    """The reason why nothing can be corrected now."""


def rules_of(journal: "Journal", site: "Site", run: RunRecord) -> CorrectionRules:
    """The rules for the rows of a run.

    Raises LeadsyncError if the settings do not fit it any more, or for a draft that is not an upload's.
    """
    if not run.complete and Uploads(site.state).of_run(run.file) is None:
        raise UsageError("Nobody has confirmed this run: correct its sheet, and upload it.")
    return CorrectionRules(run, site.settings(), journal.now())


def being_sent(site: "Site", run: RunRecord) -> str:
    """The words against changes in a draft that somebody has sent as it was then; empty otherwise."""
    upload = None if run.complete else Uploads(site.state).of_run(run.file)
    if upload is None or (view := look_at(site.state, upload)).stage not in (Stage.QUEUED, Stage.PLANNING):
        return ""
    waits = "It waits for its turn; take it back on its page to change rows. " if view.stage is Stage.QUEUED else ""
    return f"{view.sent_by} has asked to send this sheet as it was then. {waits}Nothing was changed."


def row_of(journal: "Journal", run_id: str, number: int) -> CorrectedRow | None:
    """A row with its changes, if it is open to correction."""
    records = journal.open_rows(run_id, [number])
    return changed_rows(journal, run_id, records)[0] if records else None


def card_of(rules: CorrectionRules, row: CorrectedRow, doubt: Doubt | None = None) -> RowCard:
    """The card of a row."""
    decision = rules.decisions([row])[0] if row.version else None
    return row_card(row, decision, rules.run, rules.columns, doubt)


def figures_of(journal: "Journal", site: "Site", run_id: str, wanted: Wanted) -> CorrectPage:
    """The page without its reasons and rows."""
    run = run_of(journal, run_id)
    rules = rules_of(journal, site, run)
    open_rows = open_rows_of(journal, rules)
    known = dispositions_of(journal, rules)
    draft = "" if run.complete else getattr(Uploads(site.state).of_run(run.file), "id", "")
    left = {key_of(reason): reason.rows for reason in open_rows.untouched}
    left |= {changed_key(fault): rows for fault, rows in _changed(journal, run, open_rows).items()}
    return CorrectPage(run, wanted, open_rows.to_correct, open_rows.ready, dispositions=known, draft=draft, left=left)


def page_of(journal: "Journal", site: "Site", run_id: str, wanted: Wanted, saved: int = 0) -> CorrectPage:
    """The page; `saved` is the number of a row that was changed just now."""
    run = run_of(journal, run_id)
    upload = None if run.complete else Uploads(site.state).of_run(run.file)
    draft = upload.id if upload else ""
    sent = journal.sent_again(run.id)
    left = to_decide(journal.tally(run.id))
    try:
        rules = rules_of(journal, site, run)
        if waits := being_sent(site, run):
            raise BusyError(waits)
    except LeadsyncError as error:
        return CorrectPage(run, wanted, sent=sent, to_decide=left, draft=draft, problem=str(error))
    doubts = DraftDoubts(journal, rules, upload) if upload else None
    open_rows = open_rows_of(journal, rules)
    known = dispositions_of(journal, rules)
    doubt = doubts.doubt(wanted.reason) if doubts else None
    if doubts and doubt:
        rows = doubts.rows(wanted.reason, wanted.after, ON_A_PAGE + 1)
    else:
        rows = _rows(journal, rules, open_rows, wanted)
    just_saved = row_of(journal, run.id, saved) if saved else None
    return CorrectPage(
        run,
        wanted,
        open_rows.to_correct,
        open_rows.ready,
        _reasons(journal, rules, open_rows, known),
        [row_card(row, decision, run, rules.columns, doubt) for row, decision in rows[:ON_A_PAGE]],
        len(rows) > ON_A_PAGE,
        sent,
        left,
        card_of(rules, just_saved) if just_saved else None,
        known,
        doubts.cards(wanted.reason, known) if doubts else (),
        draft,
    )


def dispositions_of(journal: "Journal", rules: CorrectionRules) -> Sequence[str]:
    """The campaign's dispositions by the settings, or else those that went through in a run of few rows."""
    if listed := rules.settings.input.dispositions:
        return listed
    if journal.tally(rules.run.id).rows > _FEW_ROWS:
        return ()
    return [name for name in journal.changes(rules.run.id).dispositions if name != NO_CHANGE]


def reason_named(counts: Sequence[ReasonCount], key: str) -> ReasonCount | None:
    """The reason of that key."""
    return next((count for count in counts if key_of(count) == key), None)


def _rows(
    journal: "Journal", rules: CorrectionRules, open_rows: OpenRows, wanted: Wanted
) -> list[tuple[CorrectedRow, Decision | None]]:
    """One row more than a page has."""
    run_id, after, limit = rules.run.id, wanted.after, ON_A_PAGE + 1
    changed: list[RowRecord] = []
    untouched: list[RowRecord] = []
    if wanted.reason == READY:
        changed = journal.ready_page(run_id, after, limit)
    elif fault := fault_in(wanted.reason):
        changed = journal.faulty_page(run_id, after, limit, fault)
    elif wanted.reason:
        if reason := reason_named(open_rows.untouched, wanted.reason):
            untouched = journal.correctable_page(run_id, after, limit, reason)
    else:
        changed = journal.faulty_page(run_id, after, limit)
        first = min((reason.first for reason in open_rows.untouched), default=0)
        untouched = journal.correctable_page(run_id, max(after, first - 1), limit)
    later = journal.later_rows(run_id, [record.number for record in untouched])
    some: list[tuple[CorrectedRow, Decision | None]] = [(row, None) for row in with_edits(untouched, (), later)]
    some += decided_rows(journal, rules, changed)
    return sorted(some, key=lambda one: one[0].record.number)[:limit]


def _values(journal: "Journal", run_id: str, reason: ReasonCount) -> Sequence[ValueCount]:
    """The frequent values of a reason's untouched rows, counted once while it has the same rows."""
    key = str(journal.state), run_id, reason, reason.first
    if key not in _VALUES:
        while len(_VALUES) >= _MOST_COUNTED:
            _VALUES.pop(next(iter(_VALUES)), None)
        _VALUES[key] = journal.correctable_values(run_id, reason, _LOOKED_AT)[:MOST_VALUES]
    return _VALUES[key]


def _changed(journal: "Journal", run: RunRecord, open_rows: OpenRows) -> Mapping[str, int]:
    """The changed rows that still have a fault, by its kind."""
    return journal.fault_counts(run.id) if open_rows.faulty else {}


def _reasons(
    journal: "Journal", rules: CorrectionRules, open_rows: OpenRows, dispositions: Sequence[str]
) -> list[ReasonCard]:
    run = rules.run
    cards = []
    for fault, rows in _changed(journal, run, open_rows).items():
        values = journal.fault_values(run.id, fault, MOST_VALUES)
        cards.append(changed_card(fault, rows, values, run, dispositions))
    # In an order that stays while their rows become fewer: nobody types into a card that has moved.
    for reason in sorted(open_rows.untouched[:_MOST_REASONS], key=key_of):
        common = _values(journal, run.id, reason)
        cards.append(reason_card(reason, common, run, dispositions, looked_at=_LOOKED_AT))
    return cards
