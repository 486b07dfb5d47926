"""The rows behind the figures of a preview, kept beside it: to be looked at before anything is sent."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, NamedTuple

from leadsync.config import SheetChoices
from leadsync.journal import Journal, RowFilter
from leadsync.models import CALLBACK, DISPOSITION, NO_CHANGE, Lead, RowRecord, RunRecord, Status
from leadsync.reasons import Skip
from leadsync.report import highlights
from leadsync.run import MOST_LISTED, Plan, Survey, edits_in
from leadsync.web.page_words import in_cell_words, public_record, row_message
from leadsync.web.preview import KEPT, Preview, list_name, odd_rows, ordered, to_look_at, undated_list
from leadsync.web.reading_form import FIELD_WORDS
from leadsync.web.uploads import Upload

ON_A_PAGE = 100
_MOST_READ = 100_000
"""The rows of a sheet to be looked through: a second's work."""


class DraftRow(NamedTuple):
    """A row of a draft: its cells, each with its heading and the reason if it is at fault, and the fields to send."""

    number: int
    why: str
    """Why it is not sent; empty if it is."""
    cells: list[tuple[str, str, str]]
    sent: list[tuple[str, str]]


class DraftRows(NamedTuple):
    """A page of such rows."""

    rows: list[DraftRow]
    has_more: bool
    listed: int
    """The rows of the list, on all of its pages; 0 if they were not counted."""


def keep_rows(journal: Journal, upload: Upload, reading: SheetChoices, plan: Plan, preview: Preview) -> None:
    """Keep the first rows of each kind that the preview of a plan counts."""
    if plan.survey is None:
        return
    lists = _of_groups(plan.survey)
    kinds: dict[int, list[str]] = {}
    for name, numbers in lists.items():
        for number in numbers:
            kinds.setdefault(number, []).append(name)
    sets = {name: list_name("sets", name) for name, _ in preview["dispositions"]}
    rows = {}
    for record in islice(journal.records(plan.run.id), _MOST_READ):
        own = kinds.get(record.number, [])
        for name in _lists_of(record, sets, plan.survey):
            numbers = lists.setdefault(name, [])
            if len(numbers) < MOST_LISTED:
                numbers.append(record.number)
                own = [*own, name]
        if own:
            rows[str(record.number)] = _kept(record, plan.run)
    lists = {name: [number for number in numbers if str(number) in rows] for name, numbers in lists.items()}
    upload.values.keep(rows_name(reading), {"digest": preview["digest"], "lists": lists, "rows": rows})


def rows_name(reading: SheetChoices) -> str:
    """The name of the file with the rows for these choices."""
    return f"rows-{reading.digest}.json"


def page_of(upload: Upload, reading: SheetChoices, preview: Preview, name: str, after: int) -> DraftRows | None:
    """The rows of a list behind row `after`; None if they were not kept for this preview."""
    kept = _load(upload, reading, preview)
    if kept is None:
        return None
    numbers = kept["lists"].get(name, [])
    some = [number for number in numbers if number > after][: ON_A_PAGE + 1]
    rows = [DraftRow(number, **kept["rows"][str(number)]) for number in some[:ON_A_PAGE]]
    return DraftRows(rows, len(some) > ON_A_PAGE, len(numbers))


def kept_lists(upload: Upload, reading: SheetChoices, preview: Preview) -> dict[str, list[int]]:
    """The rows of all lists; none if they were not kept for this preview."""
    kept = _load(upload, reading, preview)
    return kept["lists"] if kept else {}


def _load(upload: Upload, reading: SheetChoices, preview: Preview) -> dict[str, Any] | None:
    kept = upload.values.load(rows_name(reading))
    return kept if kept is not None and kept["digest"] == preview.get("digest") else None


def all_rows(journal: Journal, draft: str, lead: str, after: int) -> DraftRows | None:
    """The rows of a draft behind row `after`, of leads that begin so; None for one that is gone."""
    run = journal.find(draft)
    if run is None:
        return None
    records = journal.page(draft, after, ON_A_PAGE + 1, RowFilter(lead=lead))
    rows = [DraftRow(record.number, **_kept(record, run)) for record in records[:ON_A_PAGE]]
    return DraftRows(rows, len(records) > ON_A_PAGE, 0)


class LeavingOut(NamedTuple):
    """Whether a row is left out: its version, and the person; empty for one that is sent."""

    version: int
    by: str
    corrected: bool = False
    """Whether people have changed its cells."""


def leaving_out(journal: Journal, draft: str, numbers: Collection[int]) -> dict[int, LeavingOut]:
    """These rows of a draft; none of one that is gone."""
    if journal.find(draft) is None:
        return {}
    versions = {edit.number: edit.version for edit in journal.edits(draft, numbers)}
    edits = edits_in(journal, draft)
    outs = edits.left_out
    return {
        number: LeavingOut(
            versions.get(number, 0), outs[number].text if number in outs else "", bool(edits.cells.get(number))
        )
        for number in numbers
    }


def _of_groups(survey: Survey) -> dict[str, list[int]]:
    groups = {
        "change": ordered(survey.repairs.values()),
        "look": to_look_at(survey),
        "fault": ordered(survey.rejections.values()),
    }
    lists = {list_name(kind, one.column, one.what): one.listed for kind, found in groups.items() for one in found}
    return lists | ({"odd": odd} if (odd := odd_rows(survey)) else {})


def _lists_of(record: RowRecord, sets: dict[str, str], survey: Survey) -> Iterator[str]:
    """The lists with a row, besides those of groups."""
    if isinstance(record.reason, Skip) and record.status is Status.SKIPPED:
        yield f"skip-{record.reason.kind.name}"
    elif record.status is Status.UNSENT:
        disposition = record.fields.get(DISPOSITION, NO_CHANGE)
        name = KEPT if disposition == NO_CHANGE else sets.get(disposition, "")
        if name:
            yield name
        if survey.is_repeated(record.lead):
            yield "doubled"
        if CALLBACK in record.fields:
            yield "callbacks"
        elif not Lead(record.lead, record.fields).inserts:
            yield "new_leads"
            if name:
                yield undated_list(name)


def _kept(record: RowRecord, run: RunRecord) -> dict[str, Any]:
    record = public_record(record, run.dialer)
    why = {cell.position: in_cell_words(cell.why) for cell in highlights(record, run).cells}
    headings = (*run.headings, *[""] * len(record.cells))
    sends = record.status is Status.UNSENT
    return {
        "why": "" if sends else row_message(record),
        "cells": [(headings[at], text, why.get(at, "")) for at, text in enumerate(record.cells)],
        "sent": [(FIELD_WORDS.get(name, name), text) for name, text in record.fields.items()] if sends else [],
    }
