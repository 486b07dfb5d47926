"""The plan for a file: a new run, or an earlier one to go on with.

A sheet is known by its file and by its content: one begun on the page goes on by a command, and the other way round.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from leadsync.commands import command, show_undecided
from leadsync.config import Settings
from leadsync.errors import SheetError, UsageError
from leadsync.file_names import is_uploaded
from leadsync.journal import CheckedSheet, Journal, RowFilter
from leadsync.models import RunRecord, Status
from leadsync.private_files import is_file
from leadsync.reasons import TAKEN_OVER, SkipKind
from leadsync.reimport import rows_that_waited, waiting_texts
from leadsync.remarks import Remark
from leadsync.run.continuation import (
    check_inserts,
    corrected_rest,
    go_on,
    has_other_rules,
    in_turn,
    inserts_of,
    refuse_corrected_rest,
    same_campaign,
)
from leadsync.run.draft import CameBackError, read_draft, with_failed
from leadsync.run.origin import origin_of
from leadsync.run.other_runs import behind, beside, elsewhere_unfinished, forgotten, goes_again, goes_behind
from leadsync.run.plan import Plan, RunOptions, left_out, nothing_to_do
from leadsync.run.sheet_scan import CheckedCopy
from leadsync.run.sheet_source import fingerprint
from leadsync.run.survey_text import rows_of_another_run
from leadsync.run.waiting_rows import but_for_sent, given_up, goes_by_now, sent_again_behind, waits_still

# Somebody may still be asked about a younger draft, in another window.
DRAFTS_LIVE = timedelta(days=1)
CORRECTED_LIVE = timedelta(days=14)
"""As long as an upload: a person's work is in it."""
_TAKEN_OVER = RowFilter((Status.SKIPPED,), kinds=tuple(kind.name for kind in TAKEN_OVER))


def plan_run(journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """The plan for a file, given by its resolved path: a stopped run of the sheet goes on, unless `fresh`.

    Older ones go first, and the present file last if no run has read it (`Plan.then`). Raises UsageError.
    """
    return _plan_sheet(journal, file, settings, options, now, fingerprint(options.content or file))


def _plan_sheet(
    journal: Journal,
    file: Path,
    settings: Settings,
    options: RunOptions,
    now: datetime,
    digest: str,
    known_as: Path | None = None,
) -> Plan:
    """The plan for a file; one that `check` has copied from another sheet is that sheet, with its runs. `known_as` is
    the name under which it was sent before."""
    try:
        plan = _plan_file(journal, file, settings, options, now, digest, known_as=known_as)
    except CheckedCopy as copy:
        options = replace(options, sheet=copy.name or options.sheet)
        return _plan_file(journal, file, settings, options, now, digest, copy.sheet)
    *rest, last = plan.in_turn
    # A draft alone has been read now.
    if last.survey is None or last.came_back:
        return plan
    also = (*forgotten(journal, last.run), *elsewhere_unfinished(journal, last.run, last.ends))
    return in_turn([*rest, replace(last, remarks=(*last.remarks, *also))])


def _plan_file(
    journal: Journal,
    file: Path,
    settings: Settings,
    options: RunOptions,
    now: datetime,
    digest: str,
    check: CheckedSheet | None = None,
    known_as: Path | None = None,
) -> Plan:
    own, known = _own_runs(journal, check.file if check else known_as or file, now, options.edits.draft)
    runs = [run for run in own if run.complete]
    elsewhere = _runs_elsewhere(journal, file, runs, settings, digest, check)
    runs = _newest_first(journal, (*runs, *elsewhere))
    here = _of_campaign(journal, [run for run in runs if options.sheet in (None, run.sheet)], settings)
    anew, seen = _new_run(journal, file, settings, options, now, digest, check), None
    if here and not options.fresh:
        newest = _newest_reading(journal, here, digest)
        trial = _changed_trial(journal, newest, digest, settings, file, rest=options.rest)
        if (trial := trial or _same_sheet(journal, here, digest, check)) is not None:
            refuse_corrected_rest(journal, trial, but_of=file)
            _refuse_behind(journal, trial)
            check_inserts(trial, options)
            after = _run_after_trial(journal, file, trial, settings, options, now, digest, check)
            # Such a sheet is a report of the trial by now: it goes on with the trial, below.
            with suppress(CameBackError):
                return read_draft(journal, after, settings, options, known)
        left = [run for run in reversed(here) if not run.finished or journal.has_more(run.id)]
        rest = [_rest(journal, run, file, settings, options, digest, elsewhere=run in elsewhere) for run in left]
        # A trial sends its rows alone: the present file goes behind all that is left.
        if options.limit is not None and (first := next((plan for plan in rest if plan.waiting), None)) is not None:
            return first
        readings = (run for run in (newest, here[0], *left) if not _rest_is_elsewhere(journal, run))
        seen = next((run for run in readings if run.fingerprint == digest), None)
        if seen is not None and (seen in left or not goes_by_now(journal, seen)):
            return _looking_again(journal, in_turn(rest), seen, options) if rest else _all_done(journal, seen)
        if seen is not None:
            options = replace(options, edits=but_for_sent(journal, seen, options.edits))
            if _is_beside_copies(journal, seen) or _is_corrected_elsewhere(journal, seen, file):
                anew = _run_after_trial(journal, file, seen, settings, options, now, digest, check)
        if rest:
            # `go_on` sees what is unchanged, when the older rows have gone.
            draft = read_draft(journal, anew, settings, replace(options, skip_unchanged=False), known)
            draft = behind(journal, rest, with_failed(journal, draft, seen), options)
            return in_turn([*rest, beside(journal, draft, {plan.run.id for plan in rest})])
    ended = here if options.fresh else ()
    for run in ended:
        refuse_corrected_rest(journal, run, but_of=file)
    draft = with_failed(journal, read_draft(journal, anew, settings, options, known, begins_anew=ended), seen)
    return beside(journal, draft, {run.id for run in ended})


def _refuse_behind(journal: Journal, trial: RunRecord) -> None:
    """Raise UsageError if rows of an earlier run of a sheet wait for ones that another run has taken.

    The sheet's new run would take those rows over, and not know any more for what they wait.
    """
    for other in journal.runs_ahead(trial.id):
        if other != trial.id:
            first = f"which goes first: `{command('resume', other)}`"
            if not journal.has_more(other):
                first = f"on which a person has to decide first; `{show_undecided(other)}` lists those"
            raise UsageError(
                f"Rows of run {trial.id} of this sheet wait for other rows of their leads in run {other}, {first}, "
                "then give this file again."
            )


def _own_runs(journal: Journal, file: Path, now: datetime, draft: str) -> tuple[list[RunRecord], set[str]]:
    """The runs of a file, those not finished held, and the ids of all that are known."""
    begun = {run.id for run in journal.runs() if run.complete}
    own = _hold_unfinished(journal, file, now, draft)
    # Those begun by another process since are not known: their rows would go twice.
    return own, {run.id for run in own} | begun


def _runs_elsewhere(
    journal: Journal,
    file: Path,
    own: Collection[RunRecord],
    settings: Settings,
    digest: str,
    check: CheckedSheet | None,
) -> tuple[RunRecord, ...]:
    """The runs of the same content under other names that count as this sheet's; of a copy's sheet those of its own."""
    ids = {run.id for run in own}
    elsewhere = _begun_elsewhere(journal, file, _runs_with(journal, digest, settings), ids)
    if check is None:
        return elsewhere
    # Its sheet may have been sent under another name, as from a watched folder.
    ids |= {run.id for run in elsewhere}
    return (*elsewhere, *(run for run in _runs_with(journal, check.fingerprint, settings) if run.id not in ids))


def _of_campaign(journal: Journal, runs: Iterable[RunRecord], settings: Settings) -> list[RunRecord]:
    """The runs for the settings' campaign: a file for several campaigns has a run for each."""
    here = [run for run in runs if same_campaign(journal, run, settings)]
    # A run without any result may be for this campaign; a run sent here is.
    return [run for run in here if run.is_at(settings.url(), settings.ids())] or here


def plan_content(journal: Journal, file: Path, settings: Settings, options: RunOptions, now: datetime) -> Plan:
    """The plan for a file of a watched folder, as `plan_run`; a finished run has done it all under any name of its
    file: the same sheet may come again under another."""
    digest = fingerprint(options.content or file)
    last = next(_runs_with(journal, digest, settings), None)
    if last is not None and last.finished and not journal.has_more(last.id):
        if goes_by_now(journal, last):
            options = replace(options, edits=but_for_sent(journal, last, options.edits))
        elif not _waits_for_rest(journal, last, file) and not _rest_is_elsewhere(journal, last):
            return _all_done(journal, last)
    # Of a sheet sent as a copy by `check` since, the run has been followed.
    readings = (run for run in journal.runs() if run.complete and run.fingerprint == digest and not run.retry_of)
    copied = next((run.file for run in readings if _is_followed_by_copy(journal, run)), None) if last is None else None
    return _plan_sheet(journal, file, settings, options, now, digest, copied)


def _is_followed_by_copy(journal: Journal, run: RunRecord) -> bool:
    """Whether a copy by `check` was sent behind a run of its sheet."""
    return not run.checked and any(one.complete and one.follows == run.id and one.checked for one in journal.runs())


def _rest_is_elsewhere(journal: Journal, run: RunRecord) -> bool:
    """Whether the rest of a copy by `check` was taken over by its sheet or another copy, or that begun anew, after a
    trial or a stop: the corrections that are in the first copy alone did not go."""
    if not run.checked:
        return False
    anew, _ = left_out(journal, run)
    # The rows beyond a trial are on no page of it.
    is_taken = run.last_row is not None or journal.page(run.id, 0, 1, _TAKEN_OVER)
    takers = (one for one in journal.runs() if one.id == anew or (is_taken and one.follows == run.id))
    return any(one.complete and one.fingerprint != run.fingerprint and not one.retry_of for one in takers)


def _is_beside_copies(journal: Journal, run: RunRecord) -> bool:
    """Whether a run has read a copy by `check`, or goes on behind one that has."""
    before: RunRecord | None = run
    while before is not None and not before.checked:
        before = journal.find(before.follows) if before.follows else None
    return before is not None


def _is_corrected_elsewhere(journal: Journal, run: RunRecord, file: Path) -> bool:
    """Whether corrections of rows of a run wait in other files given back."""
    return any(one.of_run == run.id for one in waiting_texts(journal, run, file))


def _waits_for_rest(journal: Journal, run: RunRecord, file: Path) -> bool:
    """Whether rows waited in a run of a file for one of the same file that has rows to send by now."""
    own = {other.id: other for other in journal.runs_of(file)}
    waited = {reason.run for _, reason in rows_that_waited(journal, run.id) if reason.waits_in_sheet}
    return run.id in own and any(not own[other].finished for other in waited & own.keys())


def _looking_again(journal: Journal, plan: Plan, seen: RunRecord, options: RunOptions) -> Plan:
    """The plan for what is left of a sheet, with a look behind it at the rows that waited in the run that has `seen`
    it."""
    waited = sum(reason.waits_in_sheet for _, reason in rows_that_waited(journal, seen.id))
    # A trial sends its rows alone.
    if not waited or options.limit is not None:
        return plan
    *rest, last = plan.in_turn
    runs, again = [one.run.id for one in plan.in_turn], sent_again_behind(journal, seen)
    remarks = [*last.remarks, goes_behind(waited, seen.file.name, runs)]
    if again:
        remarks.append(goes_again(runs, again))
    sent_before = last.sent_before or bool(again)
    return in_turn([*rest, replace(last, looks_again=True, remarks=tuple(remarks), sent_before=sent_before)])


def _all_done(journal: Journal, run: RunRecord) -> Plan:
    """The plan for a run with nothing left to send, and the warnings about its rows that waited in vain or wait."""
    waits = {
        **{(SkipKind.OTHER_SENT_SINCE, by): one for by, one in given_up(journal, run).items()},
        **waits_still(journal, run),
    }
    remarks = (rows_of_another_run(kind, count, other) for (kind, other), count in waits.items())
    return replace(nothing_to_do(journal, run), remarks=tuple(remarks))


def _runs_with(journal: Journal, digest: str, settings: Settings) -> Iterator[RunRecord]:
    """The confirmed runs of this content and campaign, newest first."""
    runs = [run for run in journal.runs() if run.complete]
    followed = {run.follows for run in runs}
    for run in runs:
        # A followed trial has given its rows to the run behind it.
        if run.fingerprint == digest and run.id not in followed and same_campaign(journal, run, settings):
            yield run


def _begun_elsewhere(
    journal: Journal, file: Path, alike: Iterable[RunRecord], own: Collection[str]
) -> tuple[RunRecord, ...]:
    """The runs of the same content under other names that count as this sheet's: those with rows left, and between
    the page and the command line all. Of a sheet sent before as a copy, a remark tells."""
    return tuple(
        run
        for run in alike
        if run.id not in own
        and (not run.finished or journal.has_more(run.id) or is_uploaded(run.file) != is_uploaded(file))
    )


def _newest_first(journal: Journal, runs: Collection[RunRecord]) -> list[RunRecord]:
    ids = {run.id for run in runs}
    return [run for run in journal.runs() if run.id in ids]


def _rest(
    journal: Journal,
    run: RunRecord,
    file: Path,
    settings: Settings,
    options: RunOptions,
    digest: str,
    *,
    elsewhere: bool,
) -> Plan:
    """The plan to send the rest of a run, perhaps one begun under another name of the file."""
    if run.file != file and is_file(run.file):
        with suppress(SheetError):
            digest = fingerprint(run.file)
    if not elsewhere:
        return go_on(journal, run.id, settings, options, digest)
    # A page's files are in its own folder; those of a command stay beside its sheet.
    output = None if is_uploaded(file) else options.output or (file.parent if is_uploaded(run.file) else None)
    plan = go_on(journal, run.id, settings, replace(options, output=output), digest)
    begun = Remark(f"{file.name} was begun as {run.file.name} {origin_of(journal, run)}: its run goes on.")
    return replace(plan, remarks=(begun, *plan.remarks))


def _hold_unfinished(journal: Journal, file: Path, now: datetime, corrected: str) -> list[RunRecord]:
    """The runs of a sheet, newest first; unfinished ones are held.

    Deletes unconfirmed drafts without a person's corrections: of this sheet, and others older than a day. The one open
    to correction stays until its sheet is confirmed, so that no correction is lost in between. Raises
    BusyError if another process is reading or sending this sheet just now.
    """
    own = {run.id for run in journal.runs_of(file)}
    for run in journal.runs():
        # The lock first: another process may be reading this draft's sheet just now.
        if run.id in own and not run.finished:
            journal.hold(run.id)
        if has_expired(journal, run, now) and run.id != corrected and (run.id in own or journal.try_hold(run.id)):
            journal.delete_draft(run.id)
        elif not run.complete and run.id in own and run.id != corrected:
            journal.delete_draft(run.id, corrected=False)
    return [run for run in journal.runs_of(file) if run.id in own]


def has_expired(journal: Journal, run: RunRecord, now: datetime) -> bool:
    """Whether a run is a draft that nobody has confirmed for a day, or one with corrections for two weeks."""
    if run.complete or run.created > now - DRAFTS_LIVE:
        return False
    return run.created < now - CORRECTED_LIVE or not journal.edit_count(run.id)


def _newest_reading(journal: Journal, runs: Sequence[RunRecord], digest: str) -> RunRecord:
    """The newest of a sheet's runs that has read it.

    That of a copy of earlier content is none, if the file was last read as it is now.
    """
    # A retry reads no file: it is newer than a sheet that was read before it, and has older rows.
    readings = [run for run in runs if not run.retry_of] or [runs[0]]
    copied = journal.checked_sheet(readings[0].checked) if readings[0].checked else None
    if copied is None or copied.fingerprint == digest:
        return readings[0]
    own = next((run for run in readings if not run.checked), readings[0])
    return own if own.fingerprint == digest else readings[0]


def _changed_trial(
    journal: Journal, last: RunRecord, digest: str, settings: Settings, file: Path, *, rest: bool = False
) -> RunRecord | None:
    """The newest reading of a file, if people have changed its rest, or it was a trial and the file or its rules have
    changed since.

    The point of a trial is to correct its rows, and the rest like them. With `rest` it is to be corrected now.
    """
    if last.retry_of:
        return None
    is_trial = last.last_row is not None and journal.has_more(last.id)
    # The page has choices of its own for a sheet: other rules are no change.
    is_elsewhere = is_uploaded(last.file) and last.file != file
    is_other = not is_elsewhere and (last.fingerprint != digest or has_other_rules(last, settings))
    return last if (is_trial and (is_other or rest)) or corrected_rest(journal, last) else None


def _same_sheet(
    journal: Journal, runs: Sequence[RunRecord], digest: str, check: CheckedSheet | None
) -> RunRecord | None:
    """The newest run of a sheet that has begun just this sheet, if the one is a copy of the other by `check`.

    Rows that it never came to go from the present file.
    """
    source = check.fingerprint if check is not None else digest
    newest = next((run for run in runs if not run.retry_of), None)
    for run in runs:
        copied = journal.checked_sheet(run.checked) if run.checked else None
        if run.retry_of or (copied.fingerprint if copied is not None else run.fingerprint) != source:
            continue
        # The plain sheet again is no copy, nor are the same bytes as last: that is another question.
        return run if (check or copied) and (run.fingerprint != digest or run is not newest) else None
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
