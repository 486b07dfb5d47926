"""The runs of a sheet, of its copies by `check` and of the files given back."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from leadsync.journal import CheckedSheet, Journal
from leadsync.models import RunRecord
from leadsync.reimport.newer_payloads import newer_runs


def runs_before(journal: Journal, run: RunRecord) -> Iterator[RunRecord]:
    """The run, the run that it follows, and so on."""
    before: RunRecord | None = run
    while before is not None:
        yield before
        before = journal.find(before.follows) if before.follows else None


def runs_since(journal: Journal, own: Sequence[RunRecord], *, came_back: bool) -> list[RunRecord]:
    """The later runs with rows of these, and the later runs of the same file; for a file that came back, of its copies
    with this content. A retry counts as its run."""
    ids = {run.id for run in own}
    found = {
        run.id: run
        for run in journal.runs_of(sheet_of(journal, own[0]))
        if not came_back or (run.checked and same_numbers(journal, run, own[0]))
    }
    for one in own:
        found |= {later: journal.run(later) for later in journal.lineage(one.id)}
    first = own[-1]
    return [
        run
        for run in found.values()
        if run.id not in ids
        and run.complete
        and not run.retry_of
        and run.created >= first.created
        and run.is_at(first.dialer, first.ids)
    ]


def same_numbers(journal: Journal, run: RunRecord, other: RunRecord) -> bool:
    """Whether the rows of two runs of a sheet or its copies have the same numbers in it: it was not changed between,
    be it under another name."""
    if run.checked and other.checked:
        return run.checked == other.checked
    if not run.checked and not other.checked:
        return (run.sheet, run.fingerprint) == (other.sheet, other.fingerprint)
    plain, copy = (other, run) if run.checked else (run, other)
    return CheckedSheet.of(sheet_of(journal, copy), plain.sheet, plain.fingerprint).id == copy.checked


def content_of(journal: Journal, run: RunRecord) -> str:
    """The id of the sheet's content that a run, or the check of its copy, has read."""
    return run.checked or CheckedSheet.of(sheet_of(journal, run), run.sheet, run.fingerprint).id


def same_sheet(journal: Journal, run: RunRecord) -> set[str]:
    """The runs with the sheet's content as a run has read it, and those of its copies, of the same campaign; but for
    retries, which read no sheet."""
    content = content_of(journal, run)
    runs = (one for one in journal.runs() if one.complete and not one.retry_of and one.is_at(run.dialer, run.ids))
    return {one.id for one in runs if content_of(journal, one) == content}


def runs_since_reading(journal: Journal, draft: RunRecord) -> set[str]:
    """The runs of the campaign since one has first read what a draft's file holds, or the sheet of which that is a
    copy, or another copy of it; but for those that have read just that."""
    runs = [run for run in journal.runs() if run.complete and run.is_at(draft.dialer, draft.ids)]
    content = _checked_content(journal, draft) if draft.checked else draft.fingerprint
    readings = {run.id for run in runs if run.fingerprint in (draft.fingerprint, content)}
    copies = {run.id for run in runs if run.checked and _checked_content(journal, run) == content}
    first = min((run.created for run in runs if run.id in readings | copies), default=None)
    # A retry has the texts of its first run.
    since = (run for run in runs if first is not None and run.created >= first and run.retry_of not in readings)
    return {run.id for run in since} - readings


def _checked_content(journal: Journal, copy: RunRecord) -> str:
    """The fingerprint of the sheet that `check` has made a copy of."""
    sheet = journal.checked_sheet(copy.checked)
    return sheet.fingerprint if sheet is not None else ""


def givers_of(journal: Journal, run_id: str) -> list[str]:
    """The runs that gave a run its rows, through retries and files given back."""
    found: list[str] = []
    ahead = [run_id]
    while ahead:
        new = [giver for giver in journal.givers(ahead.pop()) if giver not in found]
        found += new
        ahead += new
    return found


def first_givers(journal: Journal, run: RunRecord) -> list[RunRecord]:
    """The first runs of a run's rows, the oldest first; or the run itself."""
    found = (one for one in (run.id, *givers_of(journal, run.id)) if not journal.givers(one))
    return sorted(map(journal.run, found), key=lambda first: first.created)


def newer_sheets(journal: Journal, run: RunRecord) -> set[str]:
    """The runs with values read after those of a run's sheet, of other sheets or of the same one written anew; files
    given back are no others."""
    own = list(runs_before(journal, run))
    ids = {one.id for one in own}
    others = runs_since(journal, own, came_back=False)
    files = {one.id for one in journal.runs_of(sheet_of(journal, run))}
    anew = {one.id for one in others if one.id in files and not same_numbers(journal, one, run)}
    ids |= {one.id for one in others}
    ids = ids.union(*map(journal.lineage, ids)) - anew
    return {other for other in newer_runs(journal, own[-1]) - ids if journal.run(other).retry_of not in ids}


def sheet_of(journal: Journal, run: RunRecord) -> Path:
    """The file of a run, or the one of which it is a copy."""
    copied = journal.checked_sheet(run.checked) if run.checked else None
    return copied.file if copied else run.file
