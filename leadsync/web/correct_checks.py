"""The checks of changed rows: done once for each change, and again for other settings; their results are kept."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from leadsync.journal import OpenRows, RowCheck
from leadsync.models import RowRecord
from leadsync.reasons import Rejected
from leadsync.reimport import Decision, Send
from leadsync.run import CorrectedRow, CorrectionRules, with_edits

if TYPE_CHECKING:
    from leadsync.journal import Journal

_AT_ONCE = 2_000
"""Rows to a commit: other people wait no longer for the journal."""


def open_rows_of(journal: "Journal", rules: CorrectionRules) -> OpenRows:
    """The open rows of a run, each changed one checked by these rules."""
    open_rows = journal.correctable_counts(rules.run.id, rules.digest)
    if not open_rows.unchecked:
        return open_rows
    while numbers := journal.unchecked(rules.run.id, rules.digest, _AT_ONCE):
        check_rows(journal, rules, numbers)
    return journal.correctable_counts(rules.run.id, rules.digest)


def check_rows(journal: "Journal", rules: CorrectionRules, numbers: Collection[int]) -> None:
    """Check changed rows, and keep the results."""
    decided = decided_rows(journal, rules, journal.open_rows(rules.run.id, numbers))
    checks = {row.record.number: _check(row, decision) for row, decision in decided}
    journal.keep_checks(rules.run.id, rules.digest, checks)


def changed_rows(journal: "Journal", run_id: str, records: Iterable[RowRecord]) -> list[CorrectedRow]:
    """Rows of a run with their changes."""
    records = list(records)
    numbers = [record.number for record in records]
    return with_edits(records, journal.edits(run_id, numbers), journal.later_rows(run_id, numbers))


def decided_rows(
    journal: "Journal", rules: CorrectionRules, records: Iterable[RowRecord]
) -> list[tuple[CorrectedRow, Decision]]:
    """Changed rows, each with what a returned file would do with it."""
    rows = changed_rows(journal, rules.run.id, records)
    return list(zip(rows, rules.decisions(rows), strict=True))


def _check(row: CorrectedRow, decision: Decision) -> RowCheck:
    if isinstance(decision, Rejected):
        fault = decision.faults[0]
        return RowCheck(row.version, False, fault.kind.name, fault.column, fault.value)
    return RowCheck(row.version, isinstance(decision, Send) or row.left_out is not None)
