"""Which run a command is about: a new one, or one to go on with. Ends with the whole sheet in the journal."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leadsync.config import Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.journal import Journal, file_lock, new_run_id
from leadsync.models import FileKind, RunRecord, Status
from leadsync.run.intake import entries, fingerprint, opened, own_headings, own_roles, past_of
from leadsync.run.survey import Survey

_UNTOUCHED = frozenset({Status.UNSENT, Status.REJECTED, Status.SKIPPED})


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is ready to be sent.

    `survey` tells what was found in the sheet, where it was read just now. `remarks` are sentences that the user
    should see before it is sent. `nothing_to_do`: an earlier run has done it all.
    """

    run: RunRecord
    survey: Survey | None = None
    remarks: tuple[str, ...] = ()
    nothing_to_do: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks of a run."""

    sheet: str | None = None
    output: Path | None = None
    kind: FileKind | None = None
    limit: int | None = None
    fresh: bool = False
    skip_unchanged: bool = False


def plan_run(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """The run for a file: one that stopped is gone on with, unless `fresh`; raises UsageError."""
    digest = fingerprint(file)
    earlier = [run for run in journal.runs_of(file) if wishes.sheet in (None, run.sheet)]
    if earlier and not wishes.fresh:
        last = earlier[0]
        if not last.complete:
            return _read(journal, last, settings, wishes, now)
        if _same_place(journal, last, settings):
            if not last.finished or journal.has_more(last.id):
                return _go_on(journal, last, settings, wishes, digest)
            if last.fingerprint == digest:
                return Plan(last, nothing_to_do=True)
    return _read(journal, _new_run(file, digest, settings, wishes, now), settings, wishes, now)


def plan_resume(journal: Journal, run_id: str, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """Go on with a run; raises UsageError where the settings are not those of the run."""
    run = journal.run(run_id)
    if not run.complete:
        return _read(journal, run, settings, wishes, now)
    if not _same_place(journal, run, settings):
        ids = run.ids
        raise SettingsError(
            f"Run {run.id} was sent to {run.dialer}, template {ids.template}, campaign {ids.campaign}, allocation "
            f"{ids.allocation}, and the settings name another place; use that run's settings with --config."
        )
    digest = fingerprint(run.file) if run.file.is_file() else ""
    return _go_on(journal, run, settings, wishes, digest)


def plan_retry(journal: Journal, run_id: str, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """A new run with the failed and unsent rows of a run; raises UsageError where those are not its own any more."""
    run = journal.run(run_id)
    if not run.complete:
        raise UsageError(f"Nothing of run {run.id} was sent yet; go on with it: leadsync resume {run.id}")
    new = replace(
        run,
        id=new_run_id(now),
        output=(wishes.output or run.output).absolute(),
        kind=wishes.kind or run.kind,
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
        complete=True,
        finished=False,
        stopped="",
        seconds=0.0,
        last_row=None,
        retry_of=run.id,
    )
    count = journal.create_retry(new, f"sent by run {new.id} instead")
    if count == 0:
        if later := journal.takers(run.id):
            raise UsageError(f"Run {later[-1]} has taken the rows of run {run.id}; use: leadsync retry {later[-1]}")
        return Plan(run, nothing_to_do=True)
    return Plan(
        _limited(journal, new.id, wishes), remarks=(f"{count} failed or unsent rows of run {run.id} go again.",)
    )


def discard(journal: Journal, plan: Plan) -> None:
    """Forget a run that the user decided not to send, if it was read just now."""
    if plan.survey is not None:
        journal.discard(plan.run.id)


def _new_run(file: Path, digest: str, settings: Settings, wishes: Wishes, now: datetime) -> RunRecord:
    return RunRecord(
        id=new_run_id(now),
        file=file,
        sheet=wishes.sheet or "",
        fingerprint=digest,
        kind=wishes.kind or "csv",
        delimiter=",",
        bom=False,
        headings=(),
        output=(wishes.output or file.parent).absolute(),
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
    )


def _read(journal: Journal, run: RunRecord, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """Take the whole sheet into the journal, under a new run or one whose sheet was not read to its end.

    Where rows of it came from other runs, nobody else may send those meanwhile.
    """
    survey = Survey()
    with opened(run.file, run.sheet or None, settings, now, journal) as source, ExitStack() as locks:
        table = source.table
        run = replace(
            run,
            sheet=table.sheet,
            fingerprint=fingerprint(run.file),
            kind=wishes.kind or table.kind,
            delimiter=table.delimiter,
            bom=table.bom,
            headings=own_headings(source),
            roles=own_roles(source),
        )
        journal.create(run)
        held = {run.file}

        def hold(other: RunRecord) -> None:
            if other.file not in held:
                locks.enter_context(file_lock(journal.path.parent, other.file))
                held.add(other.file)

        past = past_of(source, journal, settings, hold, skip_unchanged=wishes.skip_unchanged)
        journal.add(run.id, entries(source, survey, past))
        dropped = journal.drop_duplicates(run.id, settings.input.duplicates)
        journal.complete(run.id, past.decided, f"sent or decided by run {run.id}, {run.file.name}", past.taken)
    remarks = source.remarks
    if dropped:
        remarks += (
            f"{dropped} rows name a lead that stands in several rows; duplicates = {settings.input.duplicates!r}.",
        )
    return Plan(_limited(journal, run.id, wishes), survey, remarks)


def _go_on(journal: Journal, run: RunRecord, settings: Settings, wishes: Wishes, digest: str) -> Plan:
    remarks = [f"Going on with run {run.id} of {run.created:%Y-%m-%d %H:%M}."]
    if digest != run.fingerprint:
        what = "has changed since" if digest else "is not there any more"
        remarks.append(
            f"{run.file.name} {what}: the run goes on with what was read then; to send the file as it is now, "
            "`leadsync run --fresh` it afterwards."
        )
    if run.ids != settings.ids() or run.dialer != settings.url():
        remarks.append("The dialer or the campaign in the settings has changed since; nothing had been applied yet.")
    changed: dict[str, object] = {"dialer": settings.url(), "ids": settings.ids(), "finished": False}
    if wishes.output is not None:
        changed["output"] = wishes.output.absolute()
    if wishes.kind is not None:
        changed["kind"] = wishes.kind
    journal.update_run(run.id, last_row=None, **changed)
    return Plan(_limited(journal, run.id, wishes), remarks=tuple(remarks))


def _limited(journal: Journal, run_id: str, wishes: Wishes) -> RunRecord:
    """The run, ending where the trial that was asked for ends."""
    if wishes.limit is not None:
        journal.update_run(run_id, last_row=journal.nth_pending(run_id, wishes.limit))
    return journal.run(run_id)


def _same_place(journal: Journal, run: RunRecord, settings: Settings) -> bool:
    """Whether the settings name the dialer and campaign that the run was sent to; wrong ids may be put right while
    nothing has come of any row."""
    if run.dialer == settings.url() and run.ids == settings.ids():
        return True
    touched = {status for status, count in journal.tally(run.id).statuses.items() if count} - _UNTOUCHED
    return not touched
