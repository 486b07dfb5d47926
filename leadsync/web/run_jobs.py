"""The jobs of an earlier run, done in a child process: its rest is sent, or its failed rows are sent again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leadsync.config import Settings, with_reading
from leadsync.errors import UsageError
from leadsync.journal import Journal
from leadsync.models import RunRecord
from leadsync.post_run import post_run_hooks
from leadsync.run import (
    REST_PRIORITY,
    Plan,
    RunOptions,
    check_output,
    next_time,
    plan_resume,
    plan_retry,
    plan_warnings,
    ready_to_send,
    settings_of_run,
)
from leadsync.session import Session
from leadsync.web.draft_jobs import carry_out, for_worker
from leadsync.web.jobs import Job, JobState, held, job_turn, run_jobs
from leadsync.web.page_words import in_run_words
from leadsync.web.templates import names_of

_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What somebody asked of a run without anything being sent: warnings need a word, or it could not be done."""

    verb: str
    user: str
    warnings: Sequence[str] = ()
    seen: str = ""
    rows: int = 0
    error: str = ""
    place: Sequence[str] = ()
    """The dialer and campaign for the rows."""


def unanswered(state: Path, run_id: str) -> Unanswered | None:
    """The last thing asked of a run, if nothing came of it."""
    job = run_jobs(state, run_id).newest()
    noted = job.noted if job is not None else {}
    if job is None or noted.get("run") or noted.get("state") not in (JobState.STALE, JobState.REFUSED):
        return None
    verb, user = str(job.asked.get("verb", "")), str(job.asked.get("user", ""))
    if noted["state"] == JobState.REFUSED:
        return Unanswered(verb, user, error=str(noted.get("error", "")))
    return Unanswered(verb, user, noted["warnings"], noted["seen"], noted["rows"], place=noted["place"])


def go_on(host: Session, run_id: str, job: Job) -> None:
    """Send the rest of a run, or its failed rows again, as the job asks."""
    jobs = run_jobs(host.state_folder(), run_id)
    with held(host.state_folder(), job.lock_name, _PATIENCE_SECONDS):
        newest = jobs.newest()
        if newest is None or newest.number != job.number or job.is_begun:
            return
        with host.journal() as journal:
            # Before it waits for its turn: the person is still there.
            plan = _plan(journal, journal.run(run_id), _settings(host.settings(), journal.run(run_id)), job)
            plan.discard()
            if _is_stale(plan, job, journal.run(run_id)):
                return
        with job_turn(job, host.settings().web.runs_at_once), host.sound_journal() as journal:
            job.note(JobState.READING)
            run = journal.run(run_id)
            with post_run_hooks(host, run.file, None) as hooks:
                hooks.settings = host.settings()
                settings = ready_to_send(_settings(hooks.settings, run))
                plan = _plan(journal, run, settings, job)
                if _is_stale(plan, job, run):
                    plan.discard()
                    return
                try:
                    check_output(plan.run.output, plan.run)
                except BaseException:
                    plan.discard()
                    raise
                asked = job.asked.get("until")
                until = next_time(asked, datetime.now().astimezone()) if asked else None
                here = for_worker(journal, settings, job, until, plan, REST_PRIORITY)
                if here is None:
                    return
                done = carry_out(host, journal, settings, job, until, here, plan_warnings(here))
                hooks.ended(done.run, done.tally, done.files, done.code, cause=done.sent.cause)
                job.note(JobState.ENDED, run=done.run.id, code=done.code)


def _plan(journal: Journal, run: RunRecord, settings: Settings, job: Job) -> Plan:
    if job.asked["verb"] == "resume":
        plan = plan_resume(journal, run.id, settings, RunOptions())
    else:
        plan = plan_retry(journal, run.id, settings, RunOptions(), journal.now())
    if plan.nothing_to_do or not plan.total_waiting:
        loud = [in_run_words(remark.text, run.dialer) for remark in plan.remarks if remark.loud]
        loud += [f"earlier rows of the same leads go first, from run {other}" for other in plan.to_resume]
        why = "; ".join(loud) or "rows to correct or to decide come first"
        raise UsageError(f"Nothing to do: no row of run {run.id} can go now; {why}.")
    return plan


def _is_stale(plan: Plan, job: Job, run: RunRecord) -> bool:
    """Whether rows would go a second time, undo newer ones or go to another place than the button names, unknown to
    the person: the job keeps the warnings."""
    new = plan.run
    is_moved = not new.is_at(run.dialer, run.ids)
    if not plan.sent_before and not is_moved:
        return False
    warnings = [remark.text for remark in plan.remarks if remark.loud] if plan.sent_before else []
    if is_moved:
        warnings.insert(0, f"The settings have changed since: the rows go to {new.place}, no longer to {run.place}.")
    digest = hashlib.sha256("\n".join([new.dialer, *warnings]).encode()).hexdigest()[:32]
    if job.asked.get("seen") == digest:
        return False
    shown = [in_run_words(warning, new.dialer) for warning in warnings]
    place = names_of(new.dialer, new.ids)
    job.note(JobState.STALE, warnings=shown, seen=digest, rows=plan.total_waiting, place=place)
    return True


def _settings(settings: Settings, run: RunRecord) -> Settings:
    """The settings for a run, with its reading, so that nothing has changed since."""
    own = settings_of_run(settings, run, None)
    return with_reading(own, run.reading) if run.reading else own
