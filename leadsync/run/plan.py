"""Which run a command is about: a new one, or one to go on with. Ends with the whole sheet in the journal."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leadsync.config import Settings
from leadsync.errors import SettingsError, UsageError
from leadsync.journal import Journal, file_lock, new_run_id
from leadsync.models import NOTE, FileKind, Inserts, Order, RunRecord, Status
from leadsync.run.intake import Intake, Reading, fingerprint, rules_digest, take_in
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
    before: RunRecord | None = None
    """How the run stood that is gone on with or sent again, before this plan changed it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks of a run. `content` is where the bytes of standard input lie, if it is that."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    content: Path | None = None
    output: Path | None = None
    kind: FileKind | None = None
    limit: int | None = None
    fresh: bool = False
    order: Order | None = None
    inserts: Inserts | None = None
    """Which leads are added; None: as the settings say, or as the run that is gone on with does."""
    skip_unchanged: bool = False


def plan_run(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """The run for a file: one that stopped is gone on with, unless `fresh`; raises UsageError."""
    digest = fingerprint(wishes.content or file)
    earlier = [run for run in journal.runs_of(file) if wishes.sheet in (None, run.sheet)]
    # A file that goes to several campaigns has a run for each.
    here = [run for run in earlier if not run.complete or _same_place(journal, run, settings)]
    # One of which nothing came may be for this place; one that was sent here is.
    here = [run for run in here if (run.dialer, run.ids) == (settings.url(), settings.ids())] or here
    if here and not wishes.fresh:
        last = here[0]
        trial = _changed_trial(journal, here, digest, settings)
        if not last.complete:
            return _read(journal, last, settings, wishes, now)
        if trial is not None:
            _check_inserts(trial, wishes)
            with suppress(_GivenBackError):
                return _read(journal, _after(trial, settings, wishes, now), settings, wishes, now)
        if not last.finished or journal.has_more(last.id):
            return _go_on(journal, last, settings, wishes, digest)
        if last.fingerprint == digest:
            return Plan(last, nothing_to_do=True)
    return _read(journal, _new_run(file, digest, settings, wishes, now), settings, wishes, now)


def plan_content(journal: Journal, file: Path, settings: Settings, wishes: Wishes, now: datetime) -> Plan:
    """The run for a file of a watched folder, where the same sheet may come again under another name.

    A run that had just this content, in this place of the dialer, is gone on with or has done it all, whatever its
    file was called; else as `plan_run`. What is gone on with keeps its own output.
    """
    digest = fingerprint(file)
    runs = journal.runs()
    followed = {run.follows for run in runs}
    for run in runs:
        if run.id in followed or (run.last_row is not None and _other_rules(run, settings)):
            continue
        if run.fingerprint == digest and run.complete and _same_place(journal, run, settings):
            if not run.finished or journal.has_more(run.id):
                return _go_on(journal, run, settings, replace(wishes, output=None), digest)
            return Plan(run, nothing_to_do=True)
    earlier = journal.runs_of(file)
    going_on = bool(earlier) and earlier[0].complete and not earlier[0].finished
    return plan_run(journal, file, settings, replace(wishes, output=None) if going_on else wishes, now)


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
        follows="",
        order=wishes.order or run.order,
        inserts=_inserts(run, settings, wishes),
    )
    count = journal.create_retry(new, _instead(new))
    if count == 0:
        if later := journal.takers(run.id):
            raise UsageError(f"Run {later[-1]} has taken the rows of run {run.id}; use: leadsync retry {later[-1]}")
        return Plan(run, nothing_to_do=True)
    return Plan(
        _limited(journal, new.id, wishes),
        None,
        (f"{count} failed or unsent rows of run {run.id} go again.",),
        before=run,
    )


def _instead(retry: RunRecord) -> str:
    """What is said of a row that its run's retry has taken."""
    return f"sent by run {retry.id} instead"


def discard(journal: Journal, plan: Plan) -> None:
    """Forget what was planned, because the user decided not to send it: all is as it was before."""
    if plan.survey is not None:
        journal.discard(plan.run.id)
    elif (was := plan.before) is not None:
        if plan.run.id != was.id:
            journal.discard_retry(plan.run.id, _instead(plan.run))
        journal.update_run(
            was.id,
            last_row=was.last_row,
            finished=was.finished,
            stopped=was.stopped,
            inserts=was.inserts,
            output=was.output,
            kind=was.kind,
            order=was.order,
            dialer=was.dialer,
            ids=was.ids,
        )


def _changed_trial(journal: Journal, runs: Sequence[RunRecord], digest: str, settings: Settings) -> RunRecord | None:
    """The newest of a file's runs, if it was a trial and the file or the settings for reading it have changed since.

    Who tries a few rows does so to put right what is wrong with them, and the rest like them.
    """
    last = runs[0]
    if not last.complete or last.last_row is None or last.retry_of or not journal.has_more(last.id):
        return None
    return last if last.fingerprint != digest or _other_rules(last, settings) else None


def _other_rules(run: RunRecord, settings: Settings) -> bool:
    return run.rules not in ("", rules_digest(settings))


def _after(trial: RunRecord, settings: Settings, wishes: Wishes, now: datetime) -> RunRecord:
    """A new run for what a trial was the beginning of."""
    return replace(
        _new_run(trial.file, "", settings, wishes, now),
        sheet=wishes.sheet or trial.sheet,
        encoding=wishes.encoding or trial.encoding,
        output=(wishes.output or trial.output).absolute(),
        order=wishes.order or trial.order,
        inserts=_inserts(trial, settings, wishes),
        follows=trial.id,
    )


class _GivenBackError(UsageError):
    """The sheet has rows of earlier runs, which went over to its trial: that goes on with them."""


def _check_inserts(run: RunRecord, wishes: Wishes) -> None:
    if wishes.inserts == "only" and run.inserts != "only":
        raise UsageError(
            f"Run {run.id} of {run.file.name} has begun to change leads and is not finished; go on with it without "
            "--insert-only, or begin anew with --fresh."
        )


def _new_run(file: Path, digest: str, settings: Settings, wishes: Wishes, now: datetime) -> RunRecord:
    return RunRecord(
        id=new_run_id(now),
        file=file,
        sheet=wishes.sheet or "",
        fingerprint=digest,
        kind=wishes.kind or "csv",
        encoding=wishes.encoding or "",
        delimiter=wishes.delimiter or "",
        bom=False,
        headings=(),
        output=(wishes.output or file.parent).absolute(),
        dialer=settings.url(),
        ids=settings.ids(),
        created=now,
        order=wishes.order or "sheet",
        inserts=wishes.inserts or ("missing" if settings.campaign.insert_missing else "none"),
    )


def _inserts(run: RunRecord, settings: Settings, wishes: Wishes) -> Inserts:
    """Which leads a run that goes on adds: what was read as inserts stays so, others may begin to be."""
    if run.inserts == "none" and (wishes.inserts == "missing" or settings.campaign.insert_missing):
        return "missing"
    return run.inserts


def _read(
    journal: Journal,
    run: RunRecord,
    settings: Settings,
    wishes: Wishes,
    now: datetime,
) -> Plan:
    """Take the whole sheet into the journal, under a new run or one whose sheet was not read to its end.

    Where rows of it came from other runs, nobody else may send those meanwhile. What a trial that it follows has not
    sent is not sent by that any more.
    """
    trial = journal.find(run.follows) if run.follows else None
    if wishes.inserts and trial is None:
        run = replace(run, inserts=wishes.inserts)
    reading = Reading(run.file, run.sheet, run.encoding, run.delimiter, wishes.content, run.inserts)
    digest = fingerprint(reading.bytes_at)

    def take(intake: Intake) -> None:
        if trial is not None and intake.mapping.sync:
            raise _GivenBackError(
                f"{run.file.name} has rows of earlier runs by now, and run {run.id}, which follows its trial, was not "
                "read to its end; begin anew with --fresh."
            )
        table = intake.table
        read = replace(
            run,
            sheet=table.sheet,
            fingerprint=digest,
            kind=wishes.kind or table.kind,
            delimiter=table.delimiter,
            bom=table.bom,
            headings=intake.headings,
            roles=intake.roles,
            date_order=intake.date_order,
            epoch_1904=intake.epoch_1904,
            rules=rules_digest(settings),
            order=wishes.order or run.order,
            dialer=settings.url(),
            ids=settings.ids(),
        )
        journal.create(read)
        journal.add(read.id, intake.entries())

    with _held_by(journal, run) as hold:
        intake = take_in(
            reading,
            settings,
            now,
            take,
            journal=journal,
            hold=hold,
            skip_unchanged=wishes.skip_unchanged,
            trial=trial,
        )
        past = intake.past
        journal.complete(
            run.id, past.decided, f"sent or decided by run {run.id}, {run.file.name}", past.taken, past.kept
        )
        if run.inserts == "none" and past.insert_missing:
            journal.update_run(run.id, inserts="missing")
        if past.notes:
            roles = [
                NOTE if heading in past.notes else role
                for heading, role in zip(intake.headings, intake.roles, strict=True)
            ]
            journal.update_run(run.id, roles=json.dumps(roles))
    remarks = intake.remarks if trial is None else (_of_trial(run, trial, digest), *intake.remarks)
    return Plan(_limited(journal, run.id, wishes), intake.survey, remarks)


@contextmanager
def _held_by(journal: Journal, run: RunRecord) -> Iterator[Callable[[RunRecord], None]]:
    """What is given holds other runs, so that nobody else sends their rows while this one is read."""
    with ExitStack() as locks:
        held = {run.file}

        def hold(other: RunRecord) -> None:
            if other.file not in held:
                locks.enter_context(file_lock(journal.path.parent, other.file))
                held.add(other.file)

        yield hold


def _of_trial(run: RunRecord, trial: RunRecord, digest: str) -> str:
    what = f"{run.file.name} has changed" if trial.fingerprint != digest else "The settings for it have changed"
    return (
        f"{what} since run {trial.id} tried its first rows: it is sent as it reads now, but for the rows that "
        "went through then and still say the same."
    )


def _go_on(journal: Journal, run: RunRecord, settings: Settings, wishes: Wishes, digest: str) -> Plan:
    _check_inserts(run, wishes)
    remarks = [f"Going on with run {run.id} of {run.created:%Y-%m-%d %H:%M}."]
    if digest != run.fingerprint:
        what = "has changed since" if digest else "is not there any more"
        remarks.append(
            f"{run.file.name} {what}: the run goes on with what was read then; to send the file as it is now, "
            "`leadsync run --fresh` it afterwards."
        )
    elif _other_rules(run, settings):
        remarks.append(
            "The settings for reading sheets have changed since: the run goes on with what was read then; to send the "
            "sheet as it would be read now, `leadsync run --fresh` it afterwards."
        )
    if run.ids != settings.ids() or run.dialer != settings.url():
        remarks.append("The dialer or the campaign in the settings has changed since; nothing had been applied yet.")
    changed: dict[str, object] = {
        "dialer": settings.url(),
        "ids": settings.ids(),
        "finished": False,
        "inserts": _inserts(run, settings, wishes),
    }
    if wishes.output is not None:
        changed["output"] = wishes.output.absolute()
    if wishes.kind is not None:
        changed["kind"] = wishes.kind
    if wishes.order is not None:
        changed["order"] = wishes.order
    journal.update_run(run.id, last_row=None, **changed)
    return Plan(_limited(journal, run.id, wishes), remarks=tuple(remarks), before=run)


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
