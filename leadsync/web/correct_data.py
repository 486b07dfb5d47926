"""The rows of a run open to correction, read from the journal and checked by the rules of now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadsync.errors import LeadsyncError
from leadsync.journal import ReasonCount
from leadsync.models import RunRecord
from leadsync.reasons import Rejected
from leadsync.reimport import Decision, Send
from leadsync.run import CorrectedRow, CorrectionRules, with_edits
from leadsync.web.correct_view import CHANGED, ReasonCard, RowCard, changed_cards, key_of, reason_card, row_card
from leadsync.web.run_page import run_of
from leadsync.web.run_view import to_decide

if TYPE_CHECKING:
    from leadsync.journal import Journal
    from leadsync.web.site import Site

ON_A_PAGE = 100
READY = "ready"
"""In place of a reason: the rows that are ready."""
_MOST_REASONS = 40


@dataclass(frozen=True, slots=True)
class Changed:
    """The open rows with changes by people, and what a returned file would do with each."""

    rows: Sequence[CorrectedRow]
    decisions: Sequence[Decision]

    @property
    def ready(self) -> list[CorrectedRow]:
        """The rows that can be sent."""
        return [row for row, decision in self if isinstance(decision, Send)]

    @property
    def faulty(self) -> list[tuple[CorrectedRow, Decision]]:
        """The others, each with the reason."""
        return [(row, decision) for row, decision in self if not isinstance(decision, Send)]

    def __iter__(self) -> Iterator[tuple[CorrectedRow, Decision]]:
        return iter(zip(self.rows, self.decisions, strict=True))


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
    sent: Mapping[str, int] = field(default_factory=dict)
    """The later runs that have sent rows of this one again, each with their number."""
    to_decide: int = 0
    saved: RowCard | None = None
    problem: str = ""
    """The reason why nothing can be corrected now."""


def rules_of(journal: "Journal", site: "Site", run: RunRecord) -> CorrectionRules:
    """The rules for the rows of a run. Raises LeadsyncError if the settings do not fit it any more."""
    return CorrectionRules(run, site.settings(), journal.now())


def changed_of(journal: "Journal", rules: CorrectionRules) -> Changed:
    """The changed rows of a run."""
    run_id = rules.run.id
    rows = with_edits(journal.changed_rows(run_id), journal.edits(run_id))
    return Changed(rows, rules.decisions(rows))


def row_of(journal: "Journal", run_id: str, number: int) -> CorrectedRow | None:
    """A row with its changes, if it is open to correction."""
    records = journal.changed_rows(run_id, [number])
    return with_edits(records, journal.edits(run_id, [number]))[0] if records else None


def card_of(rules: CorrectionRules, row: CorrectedRow) -> RowCard:
    """The card of a row."""
    decision = rules.decisions([row])[0] if row.edits else None
    return row_card(row, decision, rules.run, rules.columns)


def page_of(journal: "Journal", site: "Site", run_id: str, wanted: Wanted, saved: int = 0) -> CorrectPage:
    """The page; `saved` is the number of a row that was changed just now."""
    run = run_of(journal, run_id)
    sent = journal.sent_again(run.id)
    left = to_decide(journal.tally(run.id))
    if not run.complete:
        return CorrectPage(run, wanted, problem="Nobody has confirmed this run: correct its sheet, and upload it.")
    try:
        rules = rules_of(journal, site, run)
    except LeadsyncError as error:
        return CorrectPage(run, wanted, sent=sent, to_decide=left, problem=str(error))
    changed = changed_of(journal, rules)
    counts = journal.correctable_counts(run.id)
    rows = _rows(journal, run, counts, changed, wanted)
    just_saved = row_of(journal, run.id, saved) if saved else None
    return CorrectPage(
        run,
        wanted,
        sum(count.rows for count in counts) + len(changed.faulty),
        len(changed.ready),
        _reasons(journal, rules, counts, changed),
        [row_card(row, decision, run, rules.columns) for row, decision in rows[:ON_A_PAGE]],
        len(rows) > ON_A_PAGE,
        sent,
        left,
        card_of(rules, just_saved) if just_saved else None,
    )


def reason_named(counts: Sequence[ReasonCount], key: str) -> ReasonCount | None:
    """The reason of that key."""
    return next((count for count in counts if key_of(count) == key), None)


def of_kind(changed: Changed, key: str) -> list[tuple[CorrectedRow, Decision]]:
    """The changed rows with a fault of the kind in the key."""
    status, _, kind = key.partition("..")
    if status != CHANGED:
        return []
    return [
        (row, decision)
        for row, decision in changed.faulty
        if isinstance(decision, Rejected) and decision.faults[0].kind.name == kind
    ]


def _rows(
    journal: "Journal", run: RunRecord, counts: Sequence[ReasonCount], changed: Changed, wanted: Wanted
) -> list[tuple[CorrectedRow, Decision | None]]:
    """One row more than a page has."""
    some: list[tuple[CorrectedRow, Decision | None]] = []
    reason = reason_named(counts, wanted.reason)
    if wanted.reason == READY:
        some += [(row, decision) for row, decision in changed if isinstance(decision, Send)]
    else:
        some += of_kind(changed, wanted.reason) if wanted.reason else changed.faulty
        if reason or not wanted.reason:
            untouched = journal.correctable_page(run.id, wanted.after, ON_A_PAGE + 1, reason)
            some += [(CorrectedRow(record), None) for record in untouched]
    some = [one for one in some if one[0].record.number > wanted.after]
    return sorted(some, key=lambda one: one[0].record.number)[: ON_A_PAGE + 1]


def _reasons(
    journal: "Journal", rules: CorrectionRules, counts: Sequence[ReasonCount], changed: Changed
) -> list[ReasonCard]:
    run, dispositions = rules.run, rules.settings.input.dispositions
    cards = changed_cards(changed.faulty, run, dispositions)
    # In an order that stays while their rows become fewer: nobody types into a card that has moved.
    for count in sorted(counts[:_MOST_REASONS], key=key_of):
        cards.append(reason_card(count, journal.correctable_values(run.id, count), run, dispositions))
    return cards
