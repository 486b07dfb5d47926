"""The jobs of a draft, done in a child process: its sheet is read for a preview, or planned anew and sent."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from pydantic import ValidationError

from leadsync.config import Settings, SheetChoices
from leadsync.errors import BusyError, LeadsyncError, MappingError, SheetError, UsageError
from leadsync.journal import Journal
from leadsync.known_dialers import new_dialer, remember_dialer
from leadsync.models import Order
from leadsync.post_run import PostRunHooks, post_run_hooks
from leadsync.progress import SilentProgress
from leadsync.remarks import Remark
from leadsync.run import (
    NO_EDITS,
    NO_WORKER,
    UPLOAD_PRIORITY,
    CorrectionRules,
    Executed,
    Plan,
    RunOptions,
    SheetEdits,
    SheetSource,
    check_output,
    edits_in,
    execute,
    execute_in_turn,
    hand_over,
    is_for_worker,
    kept_draft,
    lines_with_headings,
    look_at_sheet,
    next_time,
    plan_run,
    plan_warnings,
    ready_to_send,
)
from leadsync.session import Session
from leadsync.web.correct_checks import open_rows_of
from leadsync.web.corrections import check_corrections
from leadsync.web.draft_rows import keep_rows
from leadsync.web.jobs import Job, JobState, held, job_turn, jobs_of
from leadsync.web.preview import (
    UNDECIDED,
    UNREADABLE,
    Preview,
    being_sent,
    change_count,
    preview_of,
    reading_values,
    with_digest,
)
from leadsync.web.saved_mappings import headings_of, only_fitting
from leadsync.web.uploads import Upload

_PATIENCE_SECONDS = 120.0
"""Another reading of the same sheet takes no longer."""


def preview_name(reading: SheetChoices) -> str:
    """The name of the file with the preview for these choices."""
    return f"preview-{reading.digest}.json"


def read_draft(host: Session, upload: Upload, job: Job) -> None:
    """Read the sheet by the choices in the job, and keep the preview for them."""
    reading = reading_of_job(job)
    with held(host.state_folder(), job.lock_name, _PATIENCE_SECONDS):
        job.note(JobState.READING)
        found = _preview(host, upload, reading)
        if mapped := _as_saved(host, upload, reading, found):
            reading, found = mapped, _preview(host, upload, mapped)
            upload.choose(reading)
        upload.values.keep(preview_name(reading), found)
        job.note(JobState.ENDED, base=found.get("base", ""))


def _as_saved(host: Session, upload: Upload, reading: SheetChoices, found: Preview) -> SheetChoices | None:
    """The choices with the only saved mapping for the headings, the first time that they are read."""
    earlier = (upload.values.load(name) or {} for name in upload.values.names() if name.startswith("preview-"))
    if not headings_of(found) or any(map(headings_of, earlier)):
        return None
    with host.journal() as journal:
        return only_fitting(journal.saved_mappings(headings_of(found)), reading, found, host.settings())


def send_draft(host: Session, upload: Upload, job: Job) -> None:
    """Plan the sheet anew, and send it if that does what the person has seen."""
    jobs = jobs_of(host.state_folder(), upload, "send")
    with held(host.state_folder(), job.lock_name, _PATIENCE_SECONDS):
        newest = jobs.newest()
        if newest is None or newest.number != job.number or job.is_begun:
            return  # somebody has asked anew since, or it was done
        with job_turn(job, host.settings().web.runs_at_once):
            job.note(JobState.READING)
            with post_run_hooks(host, upload.file, None) as hooks:
                _send(host, upload, job, hooks)


def reading_of_job(job: Job) -> SheetChoices:
    """The choices for which a job was asked; raises UsageError for a damaged one."""
    try:
        return SheetChoices.model_validate(job.asked["reading"])
    except (KeyError, ValidationError) as error:
        raise UsageError("The choices for this sheet cannot be read any more; choose anew.") from error


def _send(host: Session, upload: Upload, job: Job, hooks: PostRunHooks) -> None:
    asked, reading = job.asked, reading_of_job(job)
    hooks.settings = host.settings()
    settings = ready_to_send(reading.applied_to(hooks.settings), upload.output)
    done = None
    with host.sound_journal() as journal:
        edits = edits_in(journal, asked.get("base", ""))
        options = {"limit": asked["limit"], "order": asked["order"], "edits": edits}
        plan = partial(_plan, journal, upload, reading, settings, **options)
        planned = _as_seen(host, journal, plan(), settings, reading, asked["seen"])
        if planned is not None and reading.fresh:
            # Anew once: the rest of a trial goes on with it.
            reading = reading.model_copy(update={"fresh": False})
            upload.choose(reading)
        if planned is not None:
            remember_dialer(journal.state, settings.url())
            until = next_time(asked["until"], datetime.now().astimezone()) if asked["until"] else None
            here = for_worker(journal, settings, job, until, planned, UPLOAD_PRIORITY)
            if here is None:
                return
            send = partial(carry_out, host, journal, settings, job, until)
            for done in execute_in_turn(here, send, plan, host.say):
                hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
    # Without the locks of the run: its rest is planned here.
    found = _preview(host, upload, reading)
    upload.values.keep(preview_name(reading), found)
    if done is None:
        job.note(JobState.STALE, base=found.get("base", ""))
    else:
        job.note(JobState.ENDED, run=done.run.id, code=done.code, base=found.get("base", ""))


def _as_seen(
    host: Session, journal: Journal, plan: Plan, settings: Settings, reading: SheetChoices, seen: str
) -> Plan | None:
    """The plan, if it does what the person has seen; else it is discarded, and None."""
    try:
        if _preview_of(host, journal, plan, settings, reading)["digest"] == seen:
            for one in plan.in_turn:
                check_output(one.run.output, one.run)
            return plan
    except BaseException:
        plan.discard()
        raise
    plan.discard()
    return None


def for_worker(
    journal: Journal, settings: Settings, job: Job, until: datetime | None, plan: Plan, priority: int
) -> Plan | None:
    """Leave a plan to a worker if the settings want that; without a worker return it, to be sent here."""
    if not is_for_worker(settings, plan):
        return plan
    if hand_over(journal, plan, settings, plan_warnings(plan), priority=priority, until=until):
        job.note(JobState.ENDED, run=plan.run.id, code=0)
        return None
    return replace(plan, remarks=(*plan.remarks, NO_WORKER))


def carry_out(
    host: Session,
    journal: Journal,
    settings: Settings,
    job: Job,
    until: datetime | None,
    plan: Plan,
    warnings: Sequence[Remark],
) -> Executed:
    """Send a plan; the job stands at its run from its confirmation on."""

    def confirmed(rows: int) -> AbstractContextManager[SilentProgress]:
        job.note(JobState.SENDING, run=plan.run.id)
        return SilentProgress(sys.stderr, rows)

    return execute(journal, plan, settings, confirmed, host.say, until=until, warnings=warnings)


def _preview(host: Session, upload: Upload, reading: SheetChoices) -> Preview:
    """The preview for these choices, or the reason against one."""
    with host.journal() as journal:
        try:
            return _planned_preview(host, journal, upload, reading)
        except BusyError as error:
            return with_digest({"what": UNREADABLE, "error": upload.in_words(error), "busy": True})
        except MappingError as error:
            return _undecided(host, journal, upload, reading, error)
        except SheetError as error:
            return _unreadable(host, journal, upload, reading, error)
        except UsageError as error:
            return with_digest({"what": UNREADABLE, "error": upload.in_words(error)})


def _planned_preview(host: Session, journal: Journal, upload: Upload, reading: SheetChoices) -> Preview:
    settings = reading.applied_to(host.settings())
    plan = _plan(journal, upload, reading, settings)
    last = plan.in_turn[-1]
    # The draft of the sheet as it stands stays: its rows can be corrected and left out.
    draft = kept_draft(journal, last.run) if last.survey is not None else ""
    edits = edits_in(journal, draft)
    if edits.count:
        _check_edits(journal, host.settings(), draft)
        plan = _plan(journal, upload, reading, settings, edits=edits)
    try:
        found = _preview_of(host, journal, plan, settings, reading)
        keep_rows(journal, upload, reading, plan, found)
    finally:
        if edits.count:
            plan.discard()
    return {
        **found,
        "base": draft,
        "edits": change_count(journal, draft) if draft else 0,
        "sending": being_sent(journal, found),
    }


def _check_edits(journal: Journal, settings: Settings, draft: str) -> None:
    """Check changes that came from another reading of the sheet or from its trial: all pages count by the checks."""
    with suppress(LeadsyncError):  # the page for corrections tells it
        open_rows_of(journal, CorrectionRules(journal.run(draft), settings, journal.now()))


def _preview_of(host: Session, journal: Journal, plan: Plan, settings: Settings, reading: SheetChoices) -> Preview:
    campaign = reading.campaign or settings.campaign_of(plan.run.ids) or ""
    found = preview_of(journal, plan, settings, campaign)
    return {**found, "new_dialer": bool(new_dialer(host.state_folder(), settings.url(), host.url_source))}


def _unreadable(host: Session, journal: Journal, upload: Upload, reading: SheetChoices, error: SheetError) -> Preview:
    """The reason, and the sheets or lines to choose from."""
    found: Preview = {"what": UNREADABLE, "error": upload.in_words(error), "sheets": list(error.sheets)}
    if error.no_sheet:
        return with_digest({**found, "no_sheet": True})
    if not error.sheets and not reading.input.get("headings_row"):
        lines = lines_with_headings(_source(upload, reading), reading.applied_to(host.settings()), journal.now())
        found["lines"] = [[number, list(cells)] for number, cells in lines]
    return with_digest(found)


def _undecided(host: Session, journal: Journal, upload: Upload, reading: SheetChoices, error: LeadsyncError) -> Preview:
    """The columns to choose from."""
    settings = reading.applied_to(host.settings())
    found = reading_values(look_at_sheet(_source(upload, reading), settings, journal.now(), journal))
    return with_digest({"what": UNDECIDED, "error": upload.in_words(error), **found})


def _source(upload: Upload, reading: SheetChoices) -> SheetSource:
    return SheetSource(upload.file, reading.sheet, reading.encoding, reading.delimiter, upload.content)


def _plan(
    journal: Journal,
    upload: Upload,
    reading: SheetChoices,
    settings: Settings,
    *,
    limit: int | None = None,
    order: Order | None = None,
    edits: SheetEdits = NO_EDITS,
) -> Plan:
    options = RunOptions(
        sheet=reading.sheet or None,
        encoding=reading.encoding or None,
        delimiter=reading.delimiter or None,
        content=upload.content,
        output=upload.output,
        limit=limit,
        fresh=reading.fresh,
        rest=reading.rest,
        order=order,
        inserts=reading.inserts or None,
        edits=edits,
        chosen=reading.chosen,
    )
    check_corrections(journal, upload)
    return plan_run(journal, upload.file, settings, options, journal.now())
