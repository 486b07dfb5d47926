"""The plan for a file: a new run, or an earlier one to go on with."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from leadsync.config import Settings
from leadsync.journal import CheckedSheet, Journal
from leadsync.models import RunRecord
from leadsync.run.continuation import check_inserts, go_on, go_on_in_turn, has_other_rules, inserts_of, same_campaign
from leadsync.run.draft import CameBackError, read_draft
from leadsync.run.plan import Plan, RunOptions, nothing_to_do
from leadsync.run.sheet_scan import CheckedCopy
from leadsync.run.sheet_source import fingerprint

# Somebody may still be asked about a younger draft, in another window.
DRAFTS_LIVE = timedelta(days=1)


def plan_run(journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """The plan for a file, given by its resolved path: a stopped run goes on, unless `fresh`.

    Older ones go first, and the present file last if no run has read it (`Plan.then`). Raises UsageError.
    """
    return _plan_sheet(journal, file, settings, options, now, fingerprint(options.content or file))


def _plan_sheet(
    journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime, digest: str
) -> Plan:
    """The plan for a file; one that `check` has copied from another sheet is that sheet, with its runs."""
    try:
        return _plan_file(journal, file, settings, options, now, digest)
    except CheckedCopy as copy:
        options = replace(options, sheet=copy.name or options.sheet)
        return _plan_file(journal, file, settings, options, now, digest, copy.sheet)


def _plan_file(
    journal: Journal,
    file: Path,
    settings: Settings,
    options: RunOptions,
    now: datetime,
    digest: str,
    check: CheckedSheet | None = None,
) -> Plan:
    runs = _hold_unfinished(journal, check.file if check else file, now)
    known = [run.id for run in runs]
    # A file for several campaigns has a run for each.
    here = [run for run in runs if options.sheet in (None, run.sheet) and same_campaign(journal, run, settings)]
    # A run without any result may be for this campaign; a run sent here is.
    here = [run for run in here if (run.dialer, run.ids) == (settings.url(), settings.ids())] or here
    if here and not options.fresh:
        # A retry reads no file: it is newer than a sheet that was read before it, and has older rows.
        newest = next((run for run in here if not run.retry_of), here[0])
        trial = _changed_trial(journal, newest, digest, settings) or _same_sheet(journal, here, digest, check)
        if trial is not None:
            check_inserts(trial, options)
            # Such a sheet is a report of the trial by now: it goes on with the trial, below.
            with suppress(CameBackError):
                return read_draft(
                    journal,
                    _run_after_trial(journal, file, trial, settings, options, now, digest, check),
                    settings,
                    options,
                    known,
                )
        left = [run for run in reversed(here) if _has_rows_left(journal, run, (newest, here[0]))]
        seen = next((run for run in (newest, here[0], *left) if run.fingerprint == digest), None)
        if left and seen is not None:
            return go_on_in_turn(journal, left, settings, options, digest)
        if left:
            anew = _new_run(journal, file, settings, options, now, digest, check)
            # `go_on` sees what is unchanged, when the older rows have gone.
            draft = read_draft(journal, anew, settings, replace(options, skip_unchanged=False), known)
            return go_on_in_turn(journal, left, settings, options, digest, draft)
        if seen is not None:
            return nothing_to_do(journal, seen)
    anew = _new_run(journal, file, settings, options, now, digest, check)
    return read_draft(journal, anew, settings, options, known, begins_anew=here if options.fresh else ())


def plan_content(journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """The plan for a file of a watched folder: the same sheet may come again under another name.

    A run with the same content and campaign goes on, or has done it all, under any name of its file; else as
    `plan_run`. A resumed run keeps its own output.
    """
    digest = fingerprint(options.content or file)
    for run in _runs_with(journal, digest, settings):
        if run.last_row is not None and has_other_rules(run, settings):
            continue
        if not run.finished or journal.has_more(run.id):
            if run.file == file:
                break
            return go_on(journal, run.id, settings, replace(options, output=None), digest)
        return nothing_to_do(journal, run)
    return _plan_sheet(journal, file, settings, options, now, digest)


def plan_upload(journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """The plan for a sheet uploaded to the page, as `plan_run`; a run with rows left goes on under any name of its
    file, with its own output: the command line may have begun it."""
    digest = fingerprint(options.content or file)
    if not options.fresh and not journal.runs_of(file):
        for run in _runs_with(journal, digest, settings):
            goes_on = not run.finished or journal.has_more(run.id)
            if goes_on and not run.retry_of and not has_other_rules(run, settings):
                return go_on(journal, run.id, settings, replace(options, output=None), digest)
    return _plan_sheet(journal, file, settings, options, now, digest)


def _runs_with(journal: Journal, digest: str, settings: Settings) -> Iterator[RunRecord]:
    """The confirmed runs of this content and campaign, newest first."""
    runs = [run for run in journal.runs() if run.complete]
    followed = {run.follows for run in runs}
    for run in runs:
        # A followed trial has given its rows to the run behind it.
        if run.fingerprint == digest and run.id not in followed and same_campaign(journal, run, settings):
            yield run


def _hold_unfinished(journal: Journal, file: Path, now: datetime) -> list[RunRecord]:
    """The runs of a sheet, newest first; unfinished ones are held.

    Deletes unconfirmed drafts: of this sheet, and others older than a day. Raises BusyError if another process is
    reading or sending this sheet just now.
    """
    own = {run.id for run in journal.runs_of(file)}
    for run in journal.runs():
        # The lock first: another process may be reading this draft's sheet just now.
        if run.id in own and not run.finished:
            journal.hold(run.id)
        if not run.complete and (run.id in own or (run.created < now - DRAFTS_LIVE and journal.try_hold(run.id))):
            journal.delete_draft(run.id)
    return journal.runs_of(file)


def _changed_trial(journal: Journal, last: RunRecord, digest: str, settings: Settings) -> RunRecord | None:
    """The newest reading of a file, if it was a trial and the file or its rules have changed since.

    The point of a trial is to correct its rows, and the rest like them.
    """
    if last.last_row is None or last.retry_of or not journal.has_more(last.id):
        return None
    return last if last.fingerprint != digest or has_other_rules(last, settings) else None


def _has_rows_left(journal: Journal, run: RunRecord, newest: Sequence[RunRecord]) -> bool:
    """Whether a stopped run goes on, or one of the newest beyond a trial."""
    return not run.finished or (run in newest and journal.has_more(run.id))


def _same_sheet(
    journal: Journal, runs: Sequence[RunRecord], digest: str, check: CheckedSheet | None
) -> RunRecord | None:
    """The newest run of a sheet, if it has sent all of just this sheet, before or behind its copy by `check`."""
    source = check.fingerprint if check is not None else digest
    for run in runs:
        copied = journal.checked_sheet(run.checked) if run.checked else None
        if run.retry_of or (copied.fingerprint if copied is not None else run.fingerprint) != source:
            continue
        # The plain sheet again is no copy: that is another question.
        return run if run.finished and run.fingerprint != digest and (check or copied) else None
    return None


def _run_after_trial(
    journal: Journal,
    file: Path,
    trial: RunRecord,
    settings: Settings,
    options: RunOptions,
    now: datetime,
    digest: str,
    check: CheckedSheet | None,
) -> RunRecord:
    """A new run for the rest of a trial, or for a sheet sent before as another copy."""
    usual = trial.output if file == trial.file else file.parent.resolve()
    return replace(
        _new_run(journal, file, settings, options, now, digest, check),
        sheet=options.sheet or trial.sheet,
        encoding=options.encoding or trial.encoding,
        output=options.output.resolve() if options.output else usual,
        order=options.order or trial.order,
        inserts=inserts_of(trial, settings, options),
        follows=trial.id,
    )


def _new_run(
    journal: Journal,
    file: Path,
    settings: Settings,
    options: RunOptions,
    now: datetime,
    digest: str,
    check: CheckedSheet | None,
) -> RunRecord:
    """A new run, with its lock held."""
    return RunRecord(
        id=journal.new_run_id(now),
        file=file,
        sheet=options.sheet or "",
        fingerprint=digest,
        # Kind, delimiter and headings are known only when the file is read; `_as_read` replaces them.
        kind=options.kind or "csv",
        encoding=options.encoding or "",
        delimiter=options.delimiter or "",
        bom=False,
        headings=(),
        output=(options.output or file.parent).resolve(),
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
        order=options.order or "sheet",
        inserts=options.inserts or ("missing" if settings.campaign.insert_missing else "none"),
        checked=check.id if check else "",
    )
